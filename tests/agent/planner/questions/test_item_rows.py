"""Items by their configuration, all and none of them, and bindings: rows against plain Python."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.settings_tenant import ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row

POLICY, GROUP, USER = "aws_iam_policy", "ec2_security_group", "aws_iam_user"
DEPLOYMENT, BUCKET = "kubernetes_deployment", "google_cloud_storage_bucket"


@pytest.fixture(scope="module")
def configured() -> ConfiguredTenant:
    return ConfiguredTenant()


def found(tenant: ConfiguredTenant, question: str) -> list[Row]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    return tenant.rows(asked.plan)


@pytest.mark.parametrize(
    ("question", "kind", "wanted"),
    [
        ("security groups where none of the rules is open to the internet", GROUP, {0, 3}),
        ("security groups where no rule allows 0.0.0.0/0", GROUP, {0, 3}),
        ("security groups where all rules are from 10.0.0.0/8", GROUP, {0, 3}),
        ("security groups in which every rule is from 10.0.0.0/8", GROUP, {0, 3}),
        ("deployments where none of the containers is privileged", DEPLOYMENT, {0, 1, 3, 4, 5}),
        ("deployments where all containers run as non root", DEPLOYMENT, {0, 3}),
        ("users whose access keys are all inactive", USER, {4}),
        ("users where every access key is active", USER, {1, 2, 3, 5}),
        ("users none of whose access keys is active", USER, {0, 4}),
        ("users where all keys are older than 90 days", USER, {2, 3, 4, 5}),
        ("gcp buckets with allUsers in their iam policy", BUCKET, {2}),
        ("gcp buckets with a binding for allUsers", BUCKET, {2}),
        ("gcp buckets that grant roles/storage.objectViewer to allUsers", BUCKET, {2}),
    ],
)
def test_all_none_or_some_of_the_items(
    configured: ConfiguredTenant, question: str, kind: str, wanted: set[int]
) -> None:
    ids = [row["xdm.asset.id"] for row in found(configured, question)]
    assert sorted(ids) == sorted(f"{kind}-{n}" for n in wanted)


@pytest.mark.parametrize(
    ("question", "kind", "wanted"),
    [
        ("show me all statements of iam policies that allow * on *", POLICY, [1, 3, 5]),
        ("statements that allow all actions on all resources", POLICY, [1, 3, 5]),
        ("statements of policies with effect deny", POLICY, [1, 2, 4, 5]),
        ("policy statements with effect deny, with action and resource", POLICY, [1, 2, 4, 5]),
        ("containers of deployments that are privileged", DEPLOYMENT, [2]),
        ("access keys of users that are inactive", USER, [4]),
        ("bindings of gcp buckets: role and member", BUCKET, [0, 1, 2, 3, 4, 5]),
        (
            "who has which role on our gcs buckets? one line per bucket, role and member",
            BUCKET,
            [0, 1, 2, 3, 4, 5],
        ),
        (
            "iam bindings of our gcp buckets with role and member, each member in its own row",
            BUCKET,
            [0, 1, 2, 3, 4, 5],
        ),
        ("which gcp buckets grant a role to allUsers, and which role is it?", BUCKET, [2]),
        ("routes that go to an internet gateway", "ec2_route_table", [1, 3, 5]),
        ("which policies allow iam:* on everything", POLICY, []),
        ("iam policies that allow s3:GetObject on all resources", POLICY, [0, 3]),
    ],
)
def test_items_one_row_each(
    configured: ConfiguredTenant, question: str, kind: str, wanted: list[int]
) -> None:
    ids = [row["xdm.asset.id"] for row in found(configured, question)]
    assert sorted(ids) == [f"{kind}-{n}" for n in wanted]


def test_one_value_and_a_list_are_both_shown(configured: ConfiguredTenant) -> None:
    rows = found(configured, "list all statements of iam policies with effect, action and resource")
    assert len(rows) == 12
    assert {row["action"] for row in rows} == {"*", "s3:GetObject", "iam:*"}


def test_statements_of_versions_are_counted(configured: ConfiguredTenant) -> None:
    rows = found(configured, "how many statements does each policy have")
    assert [row["statements"] for row in rows] == [2] * 6


def test_members_are_counted_by_role(configured: ConfiguredTenant) -> None:
    (row,) = found(configured, "number of members per role in gcp buckets")
    assert (row["role"], row["members"]) == ("roles/storage.objectViewer", 2)


def test_what_all_are_is_never_what_some_are(configured: ConfiguredTenant) -> None:
    made = plan_question("deployments where all containers are blue", configured.estate, None, NOW)
    assert made.outcome != "answer"


def test_a_protocol_is_not_another_that_begins_alike(configured: ConfiguredTenant) -> None:
    rows = found(configured, "listeners of load balancers with protocol http")
    assert [row["xdm.asset.id"] for row in rows] == ["elbv2_load_balancer-4"]


def test_an_average_is_no_list_of_rules(configured: ConfiguredTenant) -> None:
    (row,) = found(configured, "average number of rules per security group")
    assert next(iter(row.values())) == 2


def test_rules_of_each_group_are_counted(configured: ConfiguredTenant) -> None:
    rows: list[dict[str, Any]] = found(configured, "number of inbound rules per security group")
    assert [row["inbound_rules"] for row in rows] == [2] * 6


@pytest.mark.parametrize(
    ("question", "bound"),
    [
        ("load balancers with more than one listener", 1),
        ("security groups with more than one inbound rule", 6),
        ("load balancers with more than two listeners", 0),
    ],
)
def test_a_number_in_words_is_a_bound(configured: ConfiguredTenant, question: str, bound: int) -> None:
    assert len(found(configured, question)) == bound
