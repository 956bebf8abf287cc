"""The score and what it is made of.

Everything is in log-odds ("points") until the end: `score = 100 / (1 + e^-log_odds)`. The points of all
contributions, the starting point and the gates among them, add up to `log_odds`; their `share` adds up to
`score`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, Protocol

FactState = Literal["known", "unknown", "absent"]
"""`known`: a record shows it. `absent`: a record shows it is not so. `unknown`: no record says either."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing we know, know not to be so, or do not know.

    `value` is a short text that may be shown. `grade` is how bad the fact is, 0 to 1 (-1 to 1 where a fact
    can also speak for the resource); for an unknown fact it is the best estimate inside `low` to `high`.
    `ids` are the records that it rests on, `source` says which kind of record, `observed_at` when it was
    read.
    """

    name: str
    state: FactState
    value: str = ""
    grade: float = 0.0
    low: float = 0.0
    high: float = 0.0
    source: str = ""
    observed_at: datetime | None = None
    ids: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "name": self.name,
            "state": self.state,
            "value": self.value,
            "source": self.source,
            "observed_at": self.observed_at.isoformat() if self.observed_at else None,
            "ids": list(self.ids),
        }


def known(name: str, value: str, grade: float, source: str, *ids: str, at: datetime | None = None) -> Fact:
    """A fact that a record shows."""
    return Fact(name, "known", value, grade, grade, grade, source, at, ids)


def absent(
    name: str, value: str, source: str, *ids: str, grade: float = 0.0, at: datetime | None = None
) -> Fact:
    """A fact that a record shows not to be so."""
    return Fact(name, "absent", value, grade, grade, grade, source, at, ids)


def unknown(
    name: str,
    value: str,
    estimate: float,
    low: float,
    high: float,
    source: str = "no record",
    *ids: str,
    at: datetime | None = None,
) -> Fact:
    """A fact that no record settles: an estimate and the range it lies in."""
    return Fact(name, "unknown", value, min(max(estimate, low), high), low, high, source, at, ids)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one factor adds to the score.

    `points`, `low`, `high` are log-odds (equal unless the fact is unknown); `share` is the part of the 0..100
    score; `because` is one clause made from the fact.
    """

    factor: str
    fact: Fact
    points: float
    low: float
    high: float
    because: str
    share: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "factor": self.factor,
            "points": round(self.points, 6),
            "low": round(self.low, 6),
            "high": round(self.high, 6),
            "share": round(self.share, 4),
            "because": self.because,
            "fact": self.fact.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Gate:
    """A rule that held the score down. Listed only when it acts.

    `before` and `after` are scores (0..100) without and with it.
    """

    name: str
    because: str
    before: float
    after: float

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "name": self.name,
            "because": self.because,
            "before": round(self.before, 3),
            "after": round(self.after, 3),
        }


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What the score would be after one change, computed with the same function."""

    change: str
    score: float

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"change": self.change, "score": round(self.score, 3)}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score in words. Every number, id and name in them is in the facts of the score."""

    headline: str = ""
    rationale: str = ""
    counterfactuals: tuple[Counterfactual, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """What a score is made of."""

    contributions: tuple[Contribution, ...]
    gates: tuple[Gate, ...]
    unknowns: tuple[str, ...]
    group: str = ""


class Source(Protocol):
    """Works a score's details and words out of its facts, when they are first asked for."""

    def details(self, score: PriorityScore) -> Details:
        """Contributions, gates, unknowns, root cause."""

    def explain(self, score: PriorityScore) -> Explanation:
        """The score in words."""


@dataclass(frozen=True)
class PriorityScore:
    """The Action Priority Score of one finding: `score` lies in (0, 100) and never reaches either end.

    `low` and `high` bound it over what is unknown. Everything below the numbers is worked out when first
    read, so that ranking a large estate stays cheap.
    """

    finding_id: str
    score: float
    low: float
    high: float
    log_odds: float
    weakness: str
    weights_version: str
    as_of: datetime
    source: Source = field(repr=False, compare=False)

    @cached_property
    def details(self) -> Details:
        """Contributions, gates, unknowns, root cause."""
        return self.source.details(self)

    @cached_property
    def explanation(self) -> Explanation:
        """Headline, rationale and counterfactuals."""
        return self.source.explain(self)

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """Points add up to `log_odds`, shares to `score`; the starting point and gates are among them."""
        return self.details.contributions

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates that acted."""
        return self.details.gates

    @property
    def unknowns(self) -> tuple[str, ...]:
        """Factors that no record settles."""
        return self.details.unknowns

    @property
    def group(self) -> str:
        """The root cause (`group_key`)."""
        return self.details.group

    @property
    def headline(self) -> str:
        """One line that a manager understands."""
        return self.explanation.headline

    @property
    def rationale(self) -> str:
        """One paragraph that an engineer can act on."""
        return self.explanation.rationale

    @property
    def counterfactuals(self) -> tuple[Counterfactual, ...]:
        """What would lower it, the strongest first."""
        return self.explanation.counterfactuals

    def to_dict(self) -> dict[str, Any]:
        """The whole explanation as JSON values, with enough decimals for the sums to hold."""
        return {
            "finding_id": self.finding_id,
            "score": round(self.score, 3),
            "low": round(self.low, 3),
            "high": round(self.high, 3),
            "log_odds": round(self.log_odds, 6),
            "weakness": self.weakness,
            "group": self.group,
            "contributions": [item.to_dict() for item in self.contributions],
            "gates": [gate.to_dict() for gate in self.gates],
            "unknowns": list(self.unknowns),
            "headline": self.headline,
            "rationale": self.rationale,
            "counterfactuals": [item.to_dict() for item in self.counterfactuals],
            "weights_version": self.weights_version,
            "as_of": self.as_of.isoformat(),
        }
