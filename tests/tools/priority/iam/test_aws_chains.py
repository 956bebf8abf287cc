# ruff: noqa: E501 (a case is easier to read in one line)
"""Trust, chains of assumed roles, and their size."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.iam.building import FOREIGN, HERE, THERE, USER, allow, deny, document
from tests.work import LINEAR, growth, work
from tools.priority.iam.aws.chains import AssumeGraph
from tools.priority.iam.aws.estate import AwsEstate
from tools.priority.iam.aws.identity import Principal
from tools.priority.iam.aws.resource import Resource
from tools.priority.iam.errors import UnknownPrincipalError
from tools.priority.iam.logic import Decision, Verdict

ASSUME = "sts:AssumeRole"
GITHUB = f"arn:aws:iam::{HERE}:oidc-provider/token.actions.githubusercontent.com"


def role(name: str, account: str = HERE) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def trust(who: Any, **more: Any) -> dict[str, Any]:
    return document(allow(ASSUME, None, who=who, **more))


def web(condition: dict[str, Any] | None = None) -> dict[str, Any]:
    more = {"when": condition} if condition else {}
    return document(allow("sts:AssumeRoleWithWebIdentity", None, who={"Federated": GITHUB}, **more))


def test_a_chain_through_accounts() -> None:
    estate = AwsEstate()
    estate.add_user(USER, inline={"p": document(allow(ASSUME, role("a")))})
    estate.add_role(
        role("a"), trust=trust({"AWS": HERE}), inline={"p": document(allow(ASSUME, role("b", THERE)))}
    )
    estate.add_role(role("b", THERE), trust=trust({"AWS": role("a")}), inline={})
    estate.add_role(role("c"), trust=trust({"AWS": HERE}), inline={})
    reached = AssumeGraph(estate).reachable(USER)
    assert reached.verdicts == {role("a"): Verdict.ALLOW, role("b", THERE): Verdict.ALLOW}
    assert [step.role for step in reached.path(role("b", THERE))] == [role("a"), role("b", THERE)]
    assert all(step.decision.because for step in reached.path(role("b", THERE)))


def test_circles_and_trust_in_oneself_end() -> None:
    estate = AwsEstate()
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        estate.add_role(role(name), trust=trust({"AWS": [role(other), role(name)]}), inline={})
    found = AssumeGraph(estate).reachable(role("a"))
    assert set(found.verdicts) == {role("b"), role("c")}


def test_a_doubtful_step_makes_all_behind_it_doubtful_unless_there_is_a_sure_way() -> None:
    estate = AwsEstate()
    doubt = {"StringEquals": {"sts:ExternalId": "x"}}
    estate.add_role(role("a"), trust=trust({"AWS": role("z")}), inline={})
    estate.add_role(role("b"), trust=trust({"AWS": role("a")}, when=doubt), inline={})
    estate.add_role(role("c"), trust=trust({"AWS": [role("b"), role("d")]}), inline={})
    estate.add_role(role("d"), trust=trust({"AWS": role("a")}), inline={})
    found = AssumeGraph(estate).reachable(role("a"))
    assert found.verdicts == {role("b"): Verdict.UNKNOWN, role("c"): Verdict.ALLOW, role("d"): Verdict.ALLOW}
    assert role("b") not in AssumeGraph(estate).reachable(role("a"), possible=False).verdicts


@pytest.mark.parametrize(
    ("condition", "strangers", "subjects"),
    [
        (None, Verdict.ALLOW, ()),
        ({"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}, Verdict.ALLOW, ()),
        ({"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/*"}}, Verdict.DENY, ("repo:acme/*",)),
        ({"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"}}, Verdict.ALLOW, ("repo:*",)),
        ({"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:a/b:ref:refs/heads/main"}}, Verdict.DENY, ("repo:a/b:ref:refs/heads/main",)),
    ],
)  # fmt: skip
def test_federated_trust(
    condition: dict[str, Any] | None, strangers: Verdict, subjects: tuple[str, ...]
) -> None:
    estate = AwsEstate()
    estate.add_role(role("ci"), trust=web(condition), inline={})
    (one,) = AssumeGraph(estate).who_can_assume(role("ci"))
    assert (one.kind, one.strangers, one.subjects) == ("oidc", strangers, subjects)


def test_kinds_of_trusted_parties() -> None:
    estate = AwsEstate()
    estate.add_role(
        role("x"),
        trust=document(
            allow(ASSUME, None, who={"AWS": [THERE, FOREIGN, "*"], "Service": "ec2.amazonaws.com"}),
            deny(ASSUME, None, who={"AWS": FOREIGN}),
        ),
        inline={},
    )
    found = {one.kind: one for one in AssumeGraph(estate).who_can_assume(role("x"))}
    assert found.keys() == {"account", "anyone", "service"}
    assert found["service"].verdict is Verdict.ALLOW
    assert found["anyone"].strangers is Verdict.ALLOW
    assert found["account"].verdict is Verdict.UNKNOWN  # the deny takes one of its roles out


def test_a_trust_in_anybody_by_organisation_is_closed_to_strangers() -> None:
    estate = AwsEstate()
    estate.add_role(
        role("x"), trust=trust("*", when={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), inline={}
    )
    (one,) = AssumeGraph(estate).who_can_assume(role("x"))
    assert (one.kind, one.strangers) == ("anyone", Verdict.DENY)


def test_unknown_names() -> None:
    with pytest.raises(UnknownPrincipalError, match="Add its record first"):
        AwsEstate().can("arn:aws:iam::1:role/x", "s3:GetObject")


def test_a_record_twice_is_reported() -> None:
    estate = AwsEstate()
    for _ in range(2):
        estate.add_role(role("x"), trust=trust({"AWS": HERE}), inline={})
    assert [fault.problem for fault in estate.faults] == ["was recorded twice; the later record counts"]


def test_ten_thousand_roles_in_a_chain() -> None:
    count = 10_000
    path = AssumeGraph(_chain(count)).reachable(role("r0")).path(role(f"r{count - 1}"))
    assert len(path) == count - 1


def test_a_chain_costs_in_step_with_its_length() -> None:
    def cost(count: int) -> int:
        estate = _chain(count)
        return work(lambda: AssumeGraph(estate).reachable(role("r0")).path(role(f"r{count - 1}")))

    assert growth(cost, 200) < LINEAR


def _chain(count: int) -> AwsEstate:
    estate = AwsEstate()
    for index in range(count):
        estate.add_role(role(f"r{index}"), trust=trust({"AWS": role(f"r{index - 1}")}), inline={})
    return estate


def test_a_crowd_that_may_assume_a_crowd_shares_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every role may assume every role: no pair is asked about twice over."""
    estate = AwsEstate()
    everything = document(allow("*"))
    for index in range(300):
        estate.add_role(role(f"r{index}"), trust=trust({"AWS": HERE}), inline={"p": everything})
    asked: list[str] = []
    can = estate.evaluator.can

    def counted(who: Principal, action: str, resource: Resource) -> Decision:
        asked.append(resource.arn)
        return can(who, action, resource)

    monkeypatch.setattr(estate.evaluator, "can", counted)
    assert len(AssumeGraph(estate).reachable(role("r7")).verdicts) == 299
    assert len(asked) == 300
