"""The score and what it is made of.

Everything is in log-odds ("points") until the end: `score = 100 / (1 + e^-log_odds)`. The points of all
contributions, the starting point and the gates among them, add up to `log_odds`; their `share` adds up to `score`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

FactState = Literal["known", "unknown", "absent"]
"""`known`: a record shows it. `absent`: a record shows that it is not so. `unknown`: no record says either."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing we know, know not to be so, or do not know.

    `value` is a short text that may be shown. `grade` is how bad the fact is, 0 to 1 (-1 to 1 where a fact can also
    speak for the resource); for an unknown fact it is the best estimate inside `low` to `high`. `ids` are the
    records that it rests on, `source` says which kind of record, `observed_at` when it was read.
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
            "points": round(self.points, 3),
            "low": round(self.low, 3),
            "high": round(self.high, 3),
            "share": round(self.share, 2),
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
            "before": round(self.before, 1),
            "after": round(self.after, 1),
        }


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What the score would be after one change, computed with the same function."""

    change: str
    score: float

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"change": self.change, "score": round(self.score, 1)}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score in words. Every number, id and name in them is in the facts of the score."""

    headline: str = ""
    rationale: str = ""
    counterfactuals: tuple[Counterfactual, ...] = ()


@dataclass(frozen=True)
class PriorityScore:
    """The Action Priority Score of one finding: `score` lies in (0, 100) and never reaches either end.

    `low` and `high` bound it over what is unknown. `rationale` and `counterfactuals` are computed when first read,
    from the same facts.
    """

    finding_id: str
    score: float
    low: float
    high: float
    log_odds: float
    contributions: tuple[Contribution, ...]
    gates: tuple[Gate, ...]
    unknowns: tuple[str, ...]
    weights_version: str
    as_of: datetime
    group: str = ""
    weakness: str = ""
    _explain: Callable[[PriorityScore], Explanation] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def explanation(self) -> Explanation:
        """Headline, rationale and counterfactuals, made from the facts when first read."""
        return self._explain(self) if self._explain else Explanation()

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
        """The whole explanation as JSON values, rounded for people."""
        return {
            "finding_id": self.finding_id,
            "score": round(self.score, 1),
            "low": round(self.low, 1),
            "high": round(self.high, 1),
            "log_odds": round(self.log_odds, 3),
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


@dataclass(frozen=True)
class Group:
    """Findings that share a root cause: one fix closes them, or one cause explains them."""

    key: str
    score: PriorityScore
    finding_ids: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "group": self.key,
            "score": round(self.score.score, 1),
            "lead": self.score.finding_id,
            "findings": list(self.finding_ids),
            "count": len(self.finding_ids),
        }


@dataclass(frozen=True)
class ScoreBook:
    """Every score of one snapshot, the highest first; ties are ordered by finding id.

    `complete` is False when the snapshot itself was cut.
    """

    ranked: tuple[PriorityScore, ...]
    as_of: datetime
    weights_version: str
    complete: bool = True

    def __len__(self) -> int:
        return len(self.ranked)

    @cached_property
    def by_id(self) -> Mapping[str, PriorityScore]:
        """Scores by finding id."""
        return {score.finding_id: score for score in self.ranked}

    def top(self, count: int) -> tuple[PriorityScore, ...]:
        """The `count` highest scores."""
        return self.ranked[: max(count, 0)]

    def rank_of(self, finding_id: str) -> int:
        """Place in the ranking, from 1."""
        return self._ranks[finding_id]

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {score.finding_id: place for place, score in enumerate(self.ranked, 1)}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Findings by root cause, ordered by their highest member."""
        members: dict[str, list[PriorityScore]] = {}
        for score in self.ranked:
            members.setdefault(score.group or score.finding_id, []).append(score)
        return tuple(
            Group(key, items[0], tuple(item.finding_id for item in items)) for key, items in members.items()
        )
