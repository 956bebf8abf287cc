"""Search domains on AWS, as `DescribeDomain` answers: who comes in by a public endpoint and the policy on it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.tools.priority.building import ACCOUNT, arn, asset, finding, snapshot
from tools.priority.context import build_context
from tools.priority.graph.model import Relation

ANYONE = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "es:*", "Resource": "*"}
OFFICE = {**ANYONE, "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}
NAMED = {**ANYONE, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}}
INSIDE = {"VPCId": "vpc-1", "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}


def _domain(statement: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}) if statement else None
    described = {"DomainName": "logs", "Endpoint": "search-logs-x.eu-west-1.es.amazonaws.com", **more}
    return {"DomainStatus": {**described, **({"AccessPolicies": policy} if policy else {})}}


@pytest.mark.parametrize(
    ("why", "config", "relation", "known"),
    [
        ("anyone", _domain(ANYONE), Relation.READS, True),
        (
            "anyone, with a login",
            _domain(ANYONE, AdvancedSecurityOptions={"Enabled": True}),
            Relation.SIGNS_IN,
            True,
        ),
        (
            "a login that strangers may leave out",
            _domain(ANYONE, AdvancedSecurityOptions={"Enabled": True, "AnonymousAuthEnabled": True}),
            Relation.READS,
            True,
        ),
        ("no login", _domain(ANYONE, AdvancedSecurityOptions={"Enabled": False}), Relation.READS, True),
        ("an office", _domain(OFFICE), None, False),
        ("a role", _domain(NAMED), None, False),
        ("inside a network", _domain(ANYONE, VPCOptions=INSIDE), None, False),
        ("no policy recorded", _domain(None), Relation.READS, False),
    ],
)
@pytest.mark.parametrize("type_id", ["AWS_OPENSEARCH_DOMAIN", "AWS::Elasticsearch::Domain", ""])
def test_a_public_domain(
    why: str, config: dict[str, Any], relation: Relation | None, known: bool, type_id: str
) -> None:
    logs = asset(arn("es", "domain/logs"), config, type_id=type_id, tags={"DataClass": "PII"})
    found = finding("opensearch_service_domains_not_publicly_accessible", logs)
    path = build_context(snapshot((found,), (logs,))).graph.path_of(logs.asset_id)
    if relation is None:
        assert path is None, why
    else:
        assert path is not None, why
        assert (path.edges[0].relation, path.known) == (relation, known), why
        assert (path.risk > 0.9) is (relation is Relation.READS and known), why


def test_what_a_domain_holds_that_nobody_classed_counts_where_anyone_takes_it() -> None:
    logs = asset(arn("es", "domain/logs"), _domain(ANYONE))
    path = build_context(snapshot((), (logs,))).graph.path_of(logs.asset_id)
    assert path is not None
    assert path.jewel.worth == "what it holds is not known"
