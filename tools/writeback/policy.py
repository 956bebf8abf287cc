"""Who may propose and approve what, and what the phase lets happen: rules as data, refused unless named.

Phases. `audit`: nothing is proposed, approved or carried out. `assist`: a person decides on every effect.
`automate`: as `assist` until standing approvals exist.

Roles. Everybody but a viewer may propose; analyst, approver and admin may approve; viewer, engineer and
auditor may never approve. An effect of high risk (severity to CRITICAL, or lowered, or from an unknown one)
needs two people: whoever proposed it cannot approve it.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.results import Actor, Role
from tools.writeback.model import ActionKind, Risk

NEVER_APPROVE = frozenset({Role.VIEWER, Role.ENGINEER, Role.AUDITOR})
_MAY_PROPOSE = frozenset({Role.ENGINEER, Role.AUDITOR, Role.ANALYST, Role.APPROVER, Role.ADMIN})
_MAY_APPROVE = frozenset({Role.ANALYST, Role.APPROVER, Role.ADMIN})


class Phase(StrEnum):
    """How far write-back may go."""

    AUDIT = "audit"
    ASSIST = "assist"
    AUTOMATE = "automate"


class Rule(BaseModel):
    """Who may propose and approve one kind of action, and from which risk on two people are needed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    propose: frozenset[Role] = _MAY_PROPOSE
    approve: frozenset[Role] = _MAY_APPROVE
    two_people_from: Risk = Risk.HIGH

    @model_validator(mode="after")
    def _safe(self) -> Rule:
        wrong = self.approve & NEVER_APPROVE
        if wrong:
            raise ValueError(f"these roles may never approve: {', '.join(sorted(wrong))}")
        if not self.approve:
            raise ValueError("nobody could approve; name at least one of analyst, approver, admin")
        return self


class Verdict(BaseModel):
    """Allowed or not; `why` is a sentence when not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allowed: bool
    why: str = ""


_YES = Verdict(allowed=True)
_RISKS = tuple(Risk)


class Policy(BaseModel):
    """The rules in force. A kind without a rule is refused at start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phase: Phase = Phase.ASSIST
    rules: dict[ActionKind, Rule] = Field(default_factory=lambda: {k: Rule() for k in get_args(ActionKind)})

    @model_validator(mode="after")
    def _complete(self) -> Policy:
        missing = [kind for kind in get_args(ActionKind) if kind not in self.rules]
        if missing:
            raise ValueError(f"no rule for: {', '.join(missing)}")
        return self

    def may_write(self) -> Verdict:
        """Whether the phase lets anything be proposed, approved or carried out."""
        if self.phase in (Phase.ASSIST, Phase.AUTOMATE):
            return _YES
        return _no("The phase is audit: nothing is proposed or written back. An admin can set it to assist.")

    def may_propose(self, kind: ActionKind, actor: Actor) -> Verdict:
        """Whether this person may propose this kind of action."""
        phase = self.may_write()
        if not phase.allowed:
            return phase
        if actor.role in self.rules[kind].propose:
            return _YES
        return _no(
            f"The role {actor.role.value} may not propose a {kind} change. {_ask(self.rules[kind].propose)}"
        )

    def may_approve(self, kind: ActionKind, risk: Risk, proposer: Actor, actor: Actor) -> Verdict:
        """Whether this person may approve this proposal."""
        phase = self.may_write()
        if not phase.allowed:
            return phase
        rule = self.rules[kind]
        if actor.role not in rule.approve:
            return _no(f"The role {actor.role.value} may not approve this. {_ask(rule.approve)}")
        if self.two_people(kind, risk) and same_person(proposer.user, actor.user):
            who = _names(rule.approve)
            return _no(f"This is {risk.value} risk and you proposed it; another {who} must approve it.")
        return _YES

    def may_reject(self, kind: ActionKind, proposer: Actor, actor: Actor) -> Verdict:
        """Whoever may approve the kind may reject, and everybody may withdraw an own proposal."""
        if actor.role in self.rules[kind].approve or same_person(proposer.user, actor.user):
            return _YES
        return _no(f"The role {actor.role.value} may not reject this. {_ask(self.rules[kind].approve)}")

    def two_people(self, kind: ActionKind, risk: Risk) -> bool:
        """Whether proposer and approver must differ."""
        return _RISKS.index(risk) >= _RISKS.index(self.rules[kind].two_people_from)

    def needs(self, kind: ActionKind, risk: Risk) -> str:
        """Who has to approve, in words."""
        who = f"one {_names(self.rules[kind].approve)}"
        return f"{who} other than the proposer ({risk.value} risk)" if self.two_people(kind, risk) else who


def same_person(one: str, other: str) -> bool:
    """Whether two login names are one person: case, width and blanks around do not make another."""
    return _login(one) == _login(other)


def _login(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def _no(why: str) -> Verdict:
    return Verdict(allowed=False, why=why)


def _names(roles: frozenset[Role]) -> str:
    names = [role.value for role in Role if role in roles]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _ask(roles: frozenset[Role]) -> str:
    return f"Ask somebody with the role {_names(roles)}." if roles else "No role may."
