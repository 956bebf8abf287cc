# ruff: noqa: E501 (a case is easier to read in one line)
"""Bulk reach agrees with single questions, and escalation combinations honour what limits them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.priority.iam.building import HERE, THERE, USER, allow, deny, document
from tests.tools.priority.iam.test_aws_properties import statements
from tests.work import LINEAR, growth, work
from tools.priority.iam.aws.escalate import Escalations
from tools.priority.iam.aws.escalation_table import combinations
from tools.priority.iam.aws.estate import AwsEstate
from tools.priority.iam.aws.organization import Organization
from tools.priority.iam.aws.reach import DataAction, Reach
from tools.priority.iam.logic import Verdict

OBJECTS = DataAction("s3:GetObject", "s3", suffix="/*")
EC2_TRUST = document(allow("sts:AssumeRole", None, who={"Service": "ec2.amazonaws.com"}))
LAMBDA_TRUST = document(allow("sts:AssumeRole", None, who={"Service": "lambda.amazonaws.com"}))


def role(name: str, account: str = HERE) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def own(policy: dict[str, Any] | None, **more: Any) -> tuple[AwsEstate, str]:
    """An estate with one role that holds the policy, and a few roles, users and workloads beside it."""
    estate = AwsEstate()
    estate.add_managed(f"arn:aws:iam::{HERE}:policy/mine", document(allow("sns:ListTopics")))
    estate.add_group(f"arn:aws:iam::{HERE}:group/ops", {"g": document(allow("sns:ListTopics"))})
    more.setdefault("attached", [f"arn:aws:iam::{HERE}:policy/mine"])
    estate.add_role(role("me"), trust=EC2_TRUST, inline={"p": policy} if policy else {}, **more)
    estate.add_role(role("vm"), trust=EC2_TRUST, inline={"p": document(allow("*"))})
    estate.add_role(role("fn"), trust=LAMBDA_TRUST, inline={})
    estate.add_role(role("open"), trust=document(allow("sts:AssumeRole", None, who={"AWS": HERE})), inline={})
    estate.add_user(USER, inline={}, groups=[f"arn:aws:iam::{HERE}:group/ops"])
    estate.add_workload("instance", f"arn:aws:ec2:eu-west-1:{HERE}:instance/i-1", role("vm"))
    estate.add_workload("function", f"arn:aws:lambda:eu-west-1:{HERE}:function:f", role("fn"))
    return estate, role("me")


def ways(policy: dict[str, Any] | None, **more: Any) -> dict[str, tuple[Verdict, tuple[str, ...]]]:
    estate, me = own(policy, **more)
    return {one.combination: (one.verdict, one.targets) for one in Escalations(estate).of(me)}


def test_the_table() -> None:
    rows = combinations()
    assert len(rows) >= 60
    assert len({row.id for row in rows}) == len(rows)
    assert all((row.service != "") == any(need.on == "passed" for need in row.needs) for row in rows)


@pytest.mark.parametrize(
    ("policy", "way", "targets"),
    [
        ([allow("iam:CreatePolicyVersion")], "iam-create-policy-version", (f"arn:aws:iam::{HERE}:policy/mine",)),
        ([allow("iam:PutRolePolicy", role("me"))], "iam-put-role-policy", (role("me"),)),
        ([allow(["iam:AttachRolePolicy", "sts:AssumeRole"], role("open"))], "iam-attach-role-policy-assume", (role("open"),)),
        ([allow("iam:UpdateAssumeRolePolicy", role("v*"))], "iam-update-assume-role-policy", (role("vm"),)),
        ([allow("iam:CreateAccessKey", USER)], "iam-create-access-key", (USER,)),
        ([allow("iam:PassRole"), allow("ec2:RunInstances")], "passrole-ec2-run", (role("vm"),)),
        ([allow(["iam:PassRole", "lambda:*"])], "passrole-lambda-invoke", (role("fn"),)),
        ([allow("iam:PassRole"), allow("lambda:*", f"arn:aws:lambda:*:{HERE}:function:dev-*")], "passrole-lambda-invoke", (role("fn"),)),
        ([allow("iam:PassRole", when={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}), allow("lambda:*")], "passrole-lambda-invoke", (role("fn"),)),
        ([allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:*:{HERE}:function:*")], "lambda-update-code", (role("fn"),)),
        ([allow("ssm:SendCommand")], "ssm-send-command", (role("vm"),)),
        ([allow("ssm:StartSession", f"arn:aws:ec2:*:{HERE}:instance/*")], "ssm-start-session", (role("vm"),)),
    ],
)  # fmt: skip
def test_a_combination(policy: list[dict[str, Any]], way: str, targets: tuple[str, ...]) -> None:
    assert ways(document(*policy))[way] == (Verdict.ALLOW, targets)


@pytest.mark.parametrize(
    ("policy", "way"),
    [
        ([allow("iam:PassRole")], "passrole-ec2-run"),
        ([allow("ec2:RunInstances")], "passrole-ec2-run"),
        ([allow("iam:PassRole", role("fn")), allow("ec2:*")], "passrole-ec2-run"),
        ([allow("*"), deny("iam:PassRole")], "passrole-ec2-run"),
        ([allow("*"), deny("iam:*")], "iam-create-policy-version"),
        ([allow("iam:PassRole", when={"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}}), allow("lambda:*")], "passrole-lambda-invoke"),
        ([allow("iam:CreatePolicyVersion", f"arn:aws:iam::{HERE}:policy/other")], "iam-create-policy-version"),
        ([allow("iam:AddUserToGroup")], "iam-add-user-to-group"),
        ([allow("iam:PutRolePolicy", role("open"))], "iam-put-role-policy-assume"),
        ([allow("ssm:*", "arn:aws:ssm:*:*:parameter/*"), allow("iam:PassRole")], "passrole-ssm-automation"),
        ([allow("iam:AttachRolePolicy", role("me"), when={"StringEquals": {"aws:PrincipalAccount": THERE}})], "iam-attach-role-policy"),
    ],
)  # fmt: skip
def test_no_combination(policy: list[dict[str, Any]], way: str) -> None:
    assert way not in ways(document(*policy))


def test_boundaries_and_conditions_are_honoured() -> None:
    everything = document(allow("*"))
    assert len(ways(everything)) >= 35  # those for services that some role trusts, and all without a role
    bounded = ways(everything, boundary=document(allow("*"), deny(["iam:*", "sso:*", "organizations:*"])))
    assert not any(way.startswith(("iam-", "passrole-", "sso-")) for way in bounded)
    tagged = document(allow("iam:PutRolePolicy", when={"StringEquals": {"iam:PermissionsBoundary": "arn:x"}}))
    assert ways(tagged)["iam-put-role-policy"][0] is Verdict.UNKNOWN


def test_a_policy_that_was_not_collected_is_said_once() -> None:
    found = ways(None, attached=[f"arn:aws:iam::{HERE}:policy/gone"])
    assert found == {"unrecorded-policies": (Verdict.UNKNOWN, ())}


def test_who_is_an_administrator() -> None:
    for policy, verdict in (
        (document(allow("*")), Verdict.ALLOW),
        (document(allow(None, not_action="iam:*")), Verdict.DENY),
        (document(allow("*", when={"Bool": {"aws:MultiFactorAuthPresent": "true"}})), Verdict.UNKNOWN),
        (document(allow("*"), deny("s3:*")), Verdict.DENY),
    ):
        estate, me = own(policy)
        assert Escalations(estate).admin(me).verdict is verdict


def buckets(count: int, estate: AwsEstate) -> None:
    for index in range(count):
        tls = deny(
            "s3:*",
            [f"arn:aws:s3:::b{index}", f"arn:aws:s3:::b{index}/*"],
            who="*",
            when={"Bool": {"aws:SecureTransport": "false"}},
        )
        estate.add_resource(f"arn:aws:s3:::b{index}", HERE, policy=document(tls) if index % 2 else None)


def test_reach_of_a_wildcard_is_one_class_for_each_shape() -> None:
    estate, me = own(document(allow("s3:GetObject"), deny("s3:GetObject", "arn:aws:s3:::b7/*")))
    buckets(40, estate)
    (found,) = Reach(estate).of(me, [OBJECTS])
    assert found.total == 39
    assert len(found.classes) == 2
    assert all(decision.allowed for _, decision in found.each())


@given(
    st.lists(statements(), min_size=1, max_size=3),
    st.lists(st.lists(statements(), max_size=2), min_size=3, max_size=3),
    st.sampled_from(["a", "b", "bb"]),
)
@settings(max_examples=150, deadline=None)
def test_reach_says_the_same_as_asking_one_by_one(
    identity: list[dict[str, Any]], policies: list[list[dict[str, Any]]], name: str
) -> None:
    estate = AwsEstate()
    estate.add_role(role("me"), trust=EC2_TRUST, inline={"p": document(*identity)})
    for bucket, own_policy in zip(["b", "c", name * 2], policies, strict=True):
        rules = [
            {**one, "Principal": {"AWS": role("me")} if index else "*"}
            for index, one in enumerate(own_policy)
        ]
        estate.add_resource(f"arn:aws:s3:::{bucket}", HERE, policy=document(*rules) if rules else None)
    reach = {arn: d.verdict for one in Reach(estate).of(role("me"), [OBJECTS]) for arn, d in one.each()}
    for bucket in ("b", "c", name * 2):
        arn = f"arn:aws:s3:::{bucket}/*"
        assert reach.get(arn, Verdict.DENY) is estate.can(role("me"), "s3:GetObject", arn).verdict


def test_many_roles_over_many_buckets() -> None:
    def cost(count: int) -> int:
        estate = AwsEstate(Organization())
        buckets(count, estate)
        for index in range(count):
            what = "*" if index % 3 else f"arn:aws:s3:::b{index}/*"
            estate.add_role(
                role(f"r{index}"), trust=EC2_TRUST, inline={"p": document(allow("s3:GetObject", what))}
            )
        totals: list[int] = []

        def reached() -> None:
            reach = Reach(estate)
            totals.extend(one.total for i in range(count) for one in reach.of(role(f"r{i}"), [OBJECTS]))

        spent = work(reached)
        assert sum(totals) == count * 2 // 3 * count + count // 3
        return spent

    assert growth(cost, 150) < LINEAR
