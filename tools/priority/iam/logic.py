"""Three-valued logic and the decisions that every cloud's engine returns.

`NO`, `MAYBE` and `YES` are ordered, so that conjunction is `min` and disjunction `max` (Kleene's strong logic).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Truth(IntEnum):
    """Whether something holds; `MAYBE` is a fact that nobody recorded."""

    NO = 0
    MAYBE = 1
    YES = 2


NO, MAYBE, YES = Truth.NO, Truth.MAYBE, Truth.YES


def both(*parts: Truth) -> Truth:
    """Kleene conjunction; of nothing, YES."""
    return min(parts) if parts else YES


def either(*parts: Truth) -> Truth:
    """Kleene disjunction; of nothing, NO."""
    return max(parts) if parts else NO


def negate(part: Truth) -> Truth:
    """Kleene negation."""
    return Truth(2 - part)


def known(value: bool) -> Truth:
    """A plain truth value."""
    return YES if value else NO


class Verdict(StrEnum):
    """ALLOW is proved, DENY is proved, UNKNOWN hangs on a fact that is not recorded."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"


_VERDICTS = (Verdict.DENY, Verdict.UNKNOWN, Verdict.ALLOW)


def verdict_of(truth: Truth) -> Verdict:
    """The verdict that a truth value of "is allowed" means."""
    return _VERDICTS[truth]


def truth_of(verdict: Verdict) -> Truth:
    """The truth value of "is allowed" that a verdict means."""
    return Truth(_VERDICTS.index(verdict))


class Evidence(NamedTuple):
    """One statement, binding or rule that took part in a decision.

    `layer` is the kind of policy ("identity", "scp", "role assignment", ...), `source` its name or ARN,
    `statement` the Sid, index or role, `effect` "allow" or "deny", `match` how surely it applies.
    """

    layer: str
    source: str
    statement: str
    effect: str
    match: Truth = YES

    def __str__(self) -> str:
        sure = "" if self.match is YES else " (not certain)"
        return f"{self.layer} {self.source} [{self.statement}] {self.effect}s{sure}"


class Decision(NamedTuple):
    """What was decided and by what.

    `partial` means that the question was about a set (objects of a bucket) and only some of it is allowed.
    `unknowns` name the facts that an UNKNOWN hangs on (condition keys, missing documents); `assumed` names
    what was taken for granted (for example that no service control policies apply where none were recorded).
    """

    verdict: Verdict
    reason: str
    because: tuple[Evidence, ...] = ()
    unknowns: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    partial: bool = False

    @property
    def allowed(self) -> bool:
        return self.verdict is Verdict.ALLOW

    @property
    def possible(self) -> bool:
        return self.verdict is not Verdict.DENY


def distinct(values: Iterable[str], limit: int = 12) -> tuple[str, ...]:
    """The values once each, in order, at most `limit`."""
    return tuple(dict.fromkeys(values))[:limit]
