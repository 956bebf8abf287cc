"""The rules as data: refused unless named, and a wrong rule is refused at start."""

from __future__ import annotations

from itertools import product

import pytest
from pydantic import ValidationError

from tools.cortex.vocabulary import Severity
from tools.results import Actor, Role
from tools.writeback import KINDS, Phase, Policy, Risk, Rule, SeverityPayload
from tools.writeback.kinds import risk_of
from tools.writeback.policy import same_person

APPROVERS = {Role.ANALYST, Role.APPROVER, Role.ADMIN}
EVE = Actor(user="eve", role=Role.ENGINEER)


@pytest.mark.parametrize(("role", "risk", "kind"), list(product(Role, Risk, KINDS)))
def test_who_may_approve(role: Role, risk: Risk, kind: str) -> None:
    policy = Policy()
    someone = Actor(user="ann", role=role)
    other = policy.may_approve(kind, risk, EVE, someone)  # type: ignore[arg-type]
    own = policy.may_approve(kind, risk, someone, someone)  # type: ignore[arg-type]
    assert other.allowed is (role in APPROVERS)
    assert own.allowed is (role in APPROVERS and risk is not Risk.HIGH)
    assert other.allowed or other.why
    assert own.allowed or own.why


@pytest.mark.parametrize("role", Role)
def test_who_may_propose(role: Role) -> None:
    assert Policy().may_propose("comment", Actor(user="a", role=role)).allowed is (role is not Role.VIEWER)


def test_the_audit_phase_stops_everything() -> None:
    policy = Policy(phase=Phase.AUDIT)
    admin = Actor(user="root", role=Role.ADMIN)
    assert not policy.may_write().allowed
    assert not policy.may_propose("comment", admin).allowed
    assert not policy.may_approve("comment", Risk.LOW, EVE, admin).allowed
    assert Policy(phase=Phase.AUTOMATE).may_write().allowed


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ENGINEER, Role.AUDITOR])
def test_a_rule_that_lets_these_approve_is_refused(role: Role) -> None:
    with pytest.raises(ValidationError, match="may never approve"):
        Rule(approve=frozenset({Role.ADMIN, role}))


@pytest.mark.parametrize(
    "given",
    [
        {"rules": {"comment": Rule()}},
        {"rules": {"comment": Rule(), "severity": Rule(), "delete": Rule()}},
        {"phase": "yolo"},
        {"phases": "assist"},
    ],
)
def test_a_policy_with_gaps_or_unknown_words_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(given)


def test_a_rule_that_nobody_can_fulfil_is_refused() -> None:
    with pytest.raises(ValidationError, match="nobody could approve"):
        Rule(approve=frozenset())


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        ("LOW", "MEDIUM", Risk.MEDIUM),
        ("INFO", "HIGH", Risk.MEDIUM),
        ("HIGH", "CRITICAL", Risk.HIGH),
        ("CRITICAL", "HIGH", Risk.HIGH),
        ("LOW", "INFO", Risk.HIGH),
        (None, "LOW", Risk.HIGH),
        ("UNKNOWN", "HIGH", Risk.HIGH),
    ],
)
def test_the_risk_of_a_severity(before: str | None, after: str, risk: Risk) -> None:
    payload = SeverityPayload(proposal="p-1", issue_id=1, before=before, after=Severity(after))
    assert risk_of(payload) is risk


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("ann", "Ann ", True), ("ａnn", "ann", True), ("STRASSE", "straße", True), ("ann", "anna", False)],
)
def test_who_is_the_same_person(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same


def test_every_kind_says_all_that_a_person_needs() -> None:
    assert set(KINDS) == {"comment", "severity"}
    for kind in KINDS.values():
        assert kind.request.model_config["extra"] == kind.payload.model_config["extra"] == "forbid"
        for text in (kind.idempotency, kind.preview, kind.precondition, kind.read_back):
            assert text.endswith(".")
