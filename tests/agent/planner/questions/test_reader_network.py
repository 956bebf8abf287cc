"""Rules of networks: the groups, rules and numbers are those that plain Python picks from the configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.reader_network import read_network
from tests.agent.planner.questions.settings_tenant import CONFIGURED, ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row

GROUPS = [a for a in CONFIGURED if a["type"] == "EC2_SECURITY_GROUP"]


@pytest.fixture(scope="module")
def configured() -> ConfiguredTenant:
    return ConfiguredTenant()


def rules(a: Row) -> list[Row]:
    found: list[Row] = a["cfg"]["IpPermissions"]
    return found


def world(rule: Row) -> bool:
    return any(r["CidrIp"] == "0.0.0.0/0" for r in rule["IpRanges"])


def holds(rule: Row, port: int) -> bool:
    return bool(rule["FromPort"] <= port <= rule["ToPort"])


def only(rule: Row, port: int) -> bool:
    return bool(rule["FromPort"] == rule["ToPort"] == port)


def found(tenant: ConfiguredTenant, question: str) -> list[Row]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    return tenant.rows(asked.plan)


@pytest.mark.parametrize(
    ("question", "which"),
    [
        ("which security groups allow ssh from anywhere", lambda r: world(r) and holds(r, 22)),
        ("sgs w/ port 22 reachable from 0.0.0.0/0, wider port ranges count too", lambda r: world(r) and holds(r, 22)),
        ("which sgs let 3306 or 5432 in from the internet?", lambda r: world(r) and (holds(r, 3306) or holds(r, 5432))),
        (
            "which security groups allow inbound from 0.0.0.0/0 on a port other than 443?",
            lambda r: world(r) and not only(r, 443),
        ),
        (
            "security groups that permit traffic from 0.0.0.0/0 to port 22 or 5432 by a rule for exactly that port",
            lambda r: world(r) and (only(r, 22) or only(r, 5432)),
        ),
        ("any security groups open to 10.0.0.0/8 on 8080?", lambda r: not world(r) and holds(r, 8080)),
    ],
)  # fmt: skip
def test_groups_with_such_a_rule_are_said_once(
    configured: ConfiguredTenant, question: str, which: Callable[[Row], bool]
) -> None:
    wanted = sorted(a["id"] for a in GROUPS if any(which(r) for r in rules(a)))
    assert wanted
    assert sorted(row["xdm.asset.id"] for row in found(configured, question)) == wanted


def test_one_row_for_each_rule(configured: ConfiguredTenant) -> None:
    rows = found(
        configured, "list every ingress rule of our security groups with protocol, port range and source"
    )
    told = Counter((r["xdm.asset.id"], str(r["port"]), str(r["to_port"])) for r in rows)
    assert told == Counter((a["id"], str(r["FromPort"]), str(r["ToPort"])) for a in GROUPS for r in rules(a))
    assert {"protocol", "source_group", "all_source_ranges"} <= rows[0].keys()
    # what a rule lets in is told, and not only that it lets in something
    sources = Counter((r["xdm.asset.id"], r["source"]) for r in rows)
    assert sources == Counter((a["id"], r["IpRanges"][0]["CidrIp"]) for a in GROUPS for r in rules(a))


@pytest.mark.parametrize(
    "question",
    [
        "number of security groups per inbound port, only rules open to the world",
        "which inbound ports are open to 0.0.0.0/0 in our security groups, and in how many groups each",
    ],
)
def test_ports_with_the_number_of_their_groups(configured: ConfiguredTenant, question: str) -> None:
    wanted: dict[str, set[str]] = {}
    for a in GROUPS:
        for rule in rules(a):
            if world(rule):
                wanted.setdefault(str(rule["FromPort"]), set()).add(a["id"])
    told = {str(r["port"]): int(r["assets"]) for r in found(configured, question)}
    assert told == {port: len(ids) for port, ids in wanted.items()}


def test_how_many_rules_and_groups(configured: ConfiguredTenant) -> None:
    rows = found(configured, "how many inbound rules allow anywhere in our security groups")
    assert rows[0]["inbound_rules"] == sum(world(r) for a in GROUPS for r in rules(a))
    rows = found(configured, "how many security groups have 443 open to the internet")
    assert rows[0]["assets"] == sum(any(world(r) and holds(r, 443) for r in rules(a)) for a in GROUPS)
    rows = found(configured, "how many inbound rules does each security group have")
    assert {r["xdm.asset.id"]: r["inbound_rules"] for r in rows} == {a["id"]: len(rules(a)) for a in GROUPS}


@pytest.mark.parametrize(
    "question",
    [
        "open issues on security groups with port 22 open",
        "ec2 instances with security groups open to the internet",
        "who changed the inbound rules of our security groups",
        "how many security groups are there per account",
        "security groups open to purple networks from the internet",
    ],
)
def test_what_is_about_other_things_is_left_to_others(configured: ConfiguredTenant, question: str) -> None:
    assert read_network(question, configured.estate, NOW) is None


def test_ports_of_each_group(configured: ConfiguredTenant) -> None:
    form = read_network("list ports open to the internet per security group", configured.estate, NOW)
    assert form is not None
    assert form.each is not None
    assert [ref.name for ref in form.each.shown] == ["port", "to port"]
    assert not form.each.count
