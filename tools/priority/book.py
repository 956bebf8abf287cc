"""Every score of one snapshot, ranked and grouped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from tools.priority.model import PriorityScore


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
    def groups(self) -> tuple[Group, ...]:
        """Findings by root cause, ordered by their highest member."""
        members: dict[str, list[PriorityScore]] = {}
        for score in self.ranked:
            members.setdefault(score.group or score.finding_id, []).append(score)
        return tuple(
            Group(key, items[0], tuple(item.finding_id for item in items)) for key, items in members.items()
        )
