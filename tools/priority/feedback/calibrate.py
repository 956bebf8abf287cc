"""New weights from labels: Bayesian logistic regression around the weights in use.

Every factor gets a multiplier with a normal prior around 1, the starting point a shift around 0. Labels are Bernoulli
(too high, too low, not relevant; this before that) or, for agreement, normal around the score that was agreed with. The
posterior's mode is found by Newton steps, its width by the curvature there (Laplace). Few or contradictory labels
therefore move little, whatever they say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.priority.feedback.model import Feedback, Label, Scored
from tools.priority.weights import logit, score_of

Vector = NDArray[np.float64]

FITTED = (
    "severity weakness exposure path data environment blast exploit threat activity combination compensating age"
).split()
"""Factors that feedback may scale. The fixed order is none of them."""

PRIOR_SD = 0.35
"""How far a multiplier lies from 1 before anybody has said anything."""
START_SD = 0.4
MARGIN = 0.4
"""Log-odds by which a score that is called too high or too low is taken to be off, at least."""
AGREE_SD = 0.5
NOT_RELEVANT_SCORE = 15.0
_LOWEST = 0.05
_MOST_STEPS = 60
_AGREES_WITHIN = 5.0


@dataclass(frozen=True)
class Fit:
    """Multipliers by factor, the shift of the starting point, and standard deviations of both."""

    scale: Mapping[str, float]
    scale_sd: Mapping[str, float]
    shift: float
    shift_sd: float

    def log_odds(self, scored: Scored) -> float:
        """The score of a finding under the fit, gate included."""
        return _held(scored, sum(p * self.scale.get(f, 1.0) for f, p in scored.points.items()) + self.shift)

    def score(self, scored: Scored) -> float:
        """The same as 0 to 100."""
        return score_of(self.log_odds(scored))


UNCHANGED = Fit({}, {}, 0.0, START_SD)


def fit(labels: Sequence[Feedback]) -> Fit:
    """The mode of the posterior. Without labels: the weights as they are."""
    size = len(FITTED) + 1
    centre = np.zeros(size)
    precision = np.array([1.0 / PRIOR_SD**2] * len(FITTED) + [1.0 / START_SD**2])
    at = centre.copy()
    cases = [_case(label) for label in labels]
    hessian = np.diag(precision)
    value = _loss(at, cases, precision)
    for _ in range(_MOST_STEPS):
        gradient, hessian = _slopes(at, cases, precision)
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        while length > 1e-4:
            trial = np.maximum(at - length * step, _floor())
            new = _loss(trial, cases, precision)
            if new <= value:
                break
            length /= 2.0
        else:
            break
        moved = float(np.abs(trial - at).max())
        at, value = trial, new
        if moved < 1e-7:
            break
    sd = np.sqrt(np.clip(np.diag(np.linalg.inv(hessian)), 0.0, None))
    return Fit(
        {name: 1.0 + float(at[i]) for i, name in enumerate(FITTED)},
        {name: float(sd[i]) for i, name in enumerate(FITTED)},
        float(at[-1]),
        float(sd[-1]),
    )


@dataclass(frozen=True)
class _Case:
    """A label as a linear form of the changes: `base + rise . change` compared with `bound`.

    `kind` is "above" (the form should be positive) or "near" (it should be zero).
    """

    kind: str
    base: float
    rise: Vector


def _case(label: Feedback) -> _Case:
    own, now = _rise(label.finding), label.finding.log_odds
    off = now - label.finding.seen
    if label.label is Label.MORE_URGENT_THAN and label.other is not None:
        return _Case("above", now - label.other.log_odds, own - _rise(label.other))
    if label.label is Label.AGREE:
        return _Case("near", off, own)
    if label.label is Label.TOO_LOW:
        return _Case("above", off - MARGIN, own)
    if label.label is Label.TOO_HIGH:
        return _Case("above", -off - MARGIN, -own)
    return _Case("above", logit(NOT_RELEVANT_SCORE) - now, -own)


def _rise(scored: Scored) -> Vector:
    """How the score moves with each multiplier and with the starting point."""
    gate = (
        scored.slope if scored.ceiling is not None and sum(scored.points.values()) > scored.ceiling else 1.0
    )
    return np.array([*(scored.points.get(name, 0.0) * gate for name in FITTED), gate])


def _loss(at: Vector, cases: Sequence[_Case], precision: Vector) -> float:
    total = 0.5 * float(precision @ (at * at))
    for case in cases:
        z = case.base + float(case.rise @ at)
        total += 0.5 * (z / AGREE_SD) ** 2 if case.kind == "near" else float(np.logaddexp(0.0, -z))
    return total


def _slopes(at: Vector, cases: Sequence[_Case], precision: Vector) -> tuple[Vector, NDArray[np.float64]]:
    gradient, hessian = precision * at, np.diag(precision)
    for case in cases:
        z = case.base + float(case.rise @ at)
        if case.kind == "near":
            first, second = z / AGREE_SD**2, 1.0 / AGREE_SD**2
        else:
            wrong = 1.0 / (1.0 + math.exp(min(z, 500.0)))
            first, second = -wrong, wrong * (1.0 - wrong)
        gradient = gradient + first * case.rise
        hessian = hessian + second * np.outer(case.rise, case.rise)
    return gradient, hessian


def _floor() -> Vector:
    """A factor may lose nearly all of its weight, but never turn round."""
    return np.array([_LOWEST - 1.0] * len(FITTED) + [-math.inf])


def _held(scored: Scored, total: float) -> float:
    if scored.ceiling is None or total <= scored.ceiling:
        return total
    return scored.ceiling + scored.slope * (total - scored.ceiling)


def agreement(labels: Sequence[Feedback], found: Fit) -> float:
    """The share of labels that the scores satisfy; 0 without labels."""
    return sum(satisfied(label, found) for label in labels) / len(labels) if labels else 0.0


def satisfied(label: Feedback, found: Fit) -> bool:
    """Whether a score is where a label wants it."""
    new, now = found.score(label.finding), score_of(label.finding.seen)
    if label.label is Label.MORE_URGENT_THAN and label.other is not None:
        return found.log_odds(label.finding) > found.log_odds(label.other)
    if label.label is Label.AGREE:
        return abs(new - now) <= _AGREES_WITHIN
    if label.label is Label.NOT_RELEVANT:
        return new <= NOT_RELEVANT_SCORE
    moved = found.log_odds(label.finding) - label.finding.seen
    return moved >= MARGIN / 2 if label.label is Label.TOO_LOW else moved <= -MARGIN / 2


def held_out(labels: Sequence[Feedback], folds: int = 5) -> float:
    """Agreement on labels that the fit did not see, each fold in turn."""
    if len(labels) < 2 * folds:
        return agreement(labels, UNCHANGED)
    right = 0
    for fold in range(folds):
        seen = [label for i, label in enumerate(labels) if i % folds != fold]
        found = fit(seen)
        right += sum(satisfied(label, found) for i, label in enumerate(labels) if i % folds == fold)
    return right / len(labels)


def scaled(weights: Mapping[str, Any], found: Fit, version: str) -> dict[str, Any]:
    """A weights document (as parsed) with the fit applied, under a new version."""
    new: dict[str, Any] = {**weights, "version": version, "start": float(weights["start"]) + found.shift}
    scale = {name: found.scale.get(name, 1.0) for name in FITTED}
    new["severity"] = {k: float(v) * scale["severity"] for k, v in weights["severity"].items()}
    new["factors"] = {
        name: {side: float(v) * scale.get(name, 1.0) for side, v in sides.items()}
        for name, sides in weights["factors"].items()
    }
    new["weakness"] = {
        name: {
            **row,
            "points": row["points"] * scale["weakness"],
            "spread": row["spread"] * scale["weakness"],
        }
        for name, row in weights["weakness"].items()
    }
    return new


def rebased(label: Feedback, base: Mapping[str, Any], used: Mapping[str, Any]) -> Feedback:
    """A label that was given under the weights `used`, with its points as the weights `base` would give them."""
    ratio = {name: size(base, name) / size(used, name) if size(used, name) > 0 else 1.0 for name in FITTED}

    def turned(scored: Scored) -> Scored:
        points = {name: value * ratio.get(name, 1.0) for name, value in scored.points.items()}
        if "start" in points:
            points["start"] += float(base["start"]) - float(used["start"])
        return scored.model_copy(update={"points": points, "shown": scored.seen})

    other = turned(label.other) if label.other is not None else None
    return label.model_copy(update={"finding": turned(label.finding), "other": other})


def size(document: Mapping[str, Any], name: str) -> float:
    """One number that stands for a factor's weight: its points at full grade."""
    if name == "severity":
        return float(document["severity"]["CRITICAL"]) - float(document["severity"]["INFO"])
    if name == "weakness":
        return float(max(row["points"] for row in document["weakness"].values()))
    sides = document["factors"][name]
    return float(max(sides["up"], sides["down"]))
