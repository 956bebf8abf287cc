"""Feedback on scores, and what a calibration proposes.

A label keeps the points of its finding as they were when it was given, so that it counts after the finding is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.priority.model import PriorityScore


class Label(StrEnum):
    """What a person says of a score."""

    AGREE = "agree"
    TOO_HIGH = "too_high"
    TOO_LOW = "too_low"
    NOT_RELEVANT = "not_relevant"
    MORE_URGENT_THAN = "more_urgent_than"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scored(_Strict):
    """A finding's score in parts: points (log-odds) by factor before gates, and the gate that held it, if any.

    `ceiling` and `slope` are the gate's, in log-odds; a finding without a gate has neither.
    """

    finding_id: str = Field(min_length=1, max_length=500)
    points: Mapping[str, float]
    ceiling: float | None = None
    slope: float = 1.0
    shown: float | None = None
    """Log-odds that the person saw, where they came from other weights than the points do now."""

    @property
    def seen(self) -> float:
        """Log-odds that the label is about."""
        return self.log_odds if self.shown is None else self.shown

    @property
    def log_odds(self) -> float:
        """The score in log-odds, gate included."""
        total = sum(self.points.values())
        if self.ceiling is None or total <= self.ceiling:
            return total
        return self.ceiling + self.slope * (total - self.ceiling)


def scored(score: PriorityScore) -> Scored:
    """A score as feedback keeps it."""
    points, ceiling, slope = score.source.points()
    return Scored(finding_id=score.finding_id, points=points, ceiling=ceiling, slope=slope)


class Feedback(_Strict):
    """One label by one person. `other` is the less urgent finding of a comparison."""

    label: Label
    finding: Scored
    other: Scored | None = None
    reason: str = Field(default="", max_length=2_000)
    by: str = Field(min_length=1, max_length=200)
    at: datetime
    weights_version: str = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _pairs(self) -> Feedback:
        if (self.label is Label.MORE_URGENT_THAN) != (self.other is not None):
            raise ValueError("a comparison, and only that, names another finding")
        if self.label is Label.NOT_RELEVANT and not self.reason.strip():
            raise ValueError("say why it is not relevant")
        return self


class Moved(_Strict):
    """One number of the weights file before and after; `low` and `high` bound it with 90 %."""

    factor: str
    before: float
    after: float
    low: float
    high: float
    labels: int


class Mover(_Strict):
    """A finding that the new weights would move most."""

    finding_id: str
    score_before: float
    score_after: float
    rank_before: int
    rank_after: int


class CalibrationReport(_Strict):
    """What new weights would change. Agreements are shares of labels that the scores satisfy, 0 to 1.

    `agreement_held_out` is measured on labels that the fit did not see (each fifth in turn): the honest figure.
    `tau` is Kendall's between the old and new order of the findings; `top_kept` the share of the old top 25 that stay.
    """

    labels: int
    people: int
    by_label: Mapping[str, int]
    moved: tuple[Moved, ...]
    agreement_before: float
    agreement_after: float
    agreement_held_out: float
    tau: float | None
    top_kept: float | None
    movers: tuple[Mover, ...]
    notes: tuple[str, ...] = ()


class WeightsVersion(_Strict):
    """A set of weights and its state: shipped, proposed, active or retired."""

    version: str
    state: str
    created_at: datetime
    created_by: str
    activated_at: datetime | None = None
    activated_by: str = ""
    parent: str = ""
    report: Mapping[str, Any] | None = None
