"""The score and what it is made of.

Everything is in log-odds ("points") until the end: `score = 100 / (1 + e^-log_odds)`. The points of all
contributions, the starting point and the gates among them, add up to `log_odds`; their `share` adds up to
`score`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from tools.priority.facts import Fact


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
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """Works a score's details and words out of its facts, when they are first asked for."""

    def points(self) -> tuple[dict[str, float], float | None, float]:
        """Points by factor before gates, the gate's ceiling in log-odds (None without one), and its slope."""

    def details(self, score: PriorityScore) -> Details:
        """Contributions, gates, unknowns, root cause, notes."""

    def held(self) -> str:
        """What holds the finding down (`tools.priority.prefilter.KINDS`); empty if nothing does."""

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
    def held(self) -> str:
        """What holds it down: an accepted exception, an approved port, ...; empty if nothing does."""
        return self.source.held()

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what holds it down, or why a rule that fits it does not."""
        return self.details.notes

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
            "held": self.held,
            "notes": list(self.notes),
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
            "score": round(self.score.score, 3),
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
    def held(self) -> Mapping[str, int]:
        """How many findings are held down, by what holds them."""
        counts: dict[str, int] = {}
        for score in self.ranked:
            if kind := score.held:
                counts[kind] = counts.get(kind, 0) + 1
        return counts

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Findings by root cause, ordered by their highest member."""
        members: dict[str, list[PriorityScore]] = {}
        for score in self.ranked:
            members.setdefault(score.group or score.finding_id, []).append(score)
        return tuple(
            Group(key, items[0], tuple(item.finding_id for item in items)) for key, items in members.items()
        )
