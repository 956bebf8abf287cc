"""The arithmetic that makes a score of facts.

`evaluate` is a pure function of inputs and weights, which is what the counterfactuals and the properties rest on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tools.findings.model import Severity
from tools.priority.facts import Fact
from tools.priority.weakness import Weakness
from tools.priority.weights import Weights, logit


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a score is made of. `facts` are by factor name of the weights file."""

    severity: Severity
    weakness: Weakness
    facts: Mapping[str, Fact]
    account_wide: bool = False
    accepted: str = ""
    failing: bool = True
    benign: str = ""
    held_by: str = ""
    not_held: str = ""


class Part(NamedTuple):
    """Points of one factor: best estimate, lowest, highest."""

    factor: str
    points: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Held:
    """A gate that acted: log-odds before and after."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Log-odds, the range over what is unknown, and the parts that add up to them (gates included).

    `ceiling` are the log-odds above which a gate holds the finding down, whether it acted or not.
    """

    log_odds: float
    low: float
    high: float
    rows: tuple[tuple[str, float, float, float], ...]
    held: tuple[Held, ...]
    ceiling: float | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The points by factor."""
        return tuple(Part(*row) for row in self.rows)


def evaluate(inputs: Inputs, weights: Weights) -> Evaluation:
    """Add up the points, then let the gates act."""
    weak = weights.weakness.get(inputs.weakness.name) or weights.weakness["unclassified"]
    base = weak.base(inputs.weakness.strength)
    spread = 0.5 * weak.spread if inputs.weakness.basis == "none" else 0.0
    severity = weights.severity[inputs.severity]
    parts = [
        ("start", weights.start, weights.start, weights.start),
        ("severity", severity, severity, severity),
        ("weakness", base, base - spread, base + spread),
    ]
    total = weights.start + severity + base
    below = above = spread * spread
    factors, takes = weights.factors, weak.takes
    for factor, fact in inputs.facts.items():
        weight, share, grade = factors[factor], takes.get(factor, 1.0), fact.grade
        points = grade * (weight.up if grade > 0 else weight.down) * share
        total += points
        if fact.state == "unknown":
            low = fact.low * (weight.up if fact.low > 0 else weight.down) * share
            high = fact.high * (weight.up if fact.high > 0 else weight.down) * share
            # Unknowns are independent, so their ranges add in square; all at their worst together would say
            # nothing.
            below += (points - low) ** 2
            above += (high - points) ** 2
            parts.append((factor, points, low, high))
        else:
            parts.append((factor, points, points, points))
    low, high = total - math.sqrt(below), total + math.sqrt(above)
    held: tuple[Held, ...] = ()
    gate = _gate(inputs, weights)
    if gate is not None and high > (ceiling := logit(gate[1])):
        before, slope = total, weights.gates.slope
        total, low, high = (_hold(z, ceiling, slope) for z in (total, low, high))
        if total != before:
            held = (Held(gate[0], before, total),)
            parts.append((f"gate: {gate[0]}", total - before, total - before, total - before))
    return Evaluation(total, low, high, tuple(parts), held, None if gate is None else logit(gate[1]))


def _gate(inputs: Inputs, weights: Weights) -> tuple[str, float] | None:
    """The gate that would hold this finding: its name and the score above which it acts."""
    weak = weights.weakness.get(inputs.weakness.name) or weights.weakness["unclassified"]
    exposure = inputs.facts["exposure"]
    found: list[tuple[str, float]] = []
    if weak.ceiling is not None:
        found.append((f"{inputs.weakness.name} is not a way in", weak.ceiling))
    if weak.needs_reach and exposure.state == "absent" and exposure.grade < 0:
        found.append(("not reachable", weights.gates.not_reachable))
    if (
        inputs.account_wide
        and not weak.needs_reach
        and inputs.weakness.name not in {"credential", "privilege"}
    ):
        found.append(("account-wide setting", weights.gates.account_wide))
    if inputs.accepted:
        found.append(("accepted risk", weights.gates.accepted))
    if inputs.benign:
        # Approved by the customer's own rules: held as low as a risk that a person accepted.
        found.append((inputs.held_by or "approved", weights.gates.accepted))
    if not inputs.failing:
        found.append(("not failing", weights.gates.not_failing))
    # One gate is enough: the lowest that acts, so that stacking does not flatten the order.
    return min(found, key=lambda gate: gate[1]) if found else None


def _hold(log_odds: float, ceiling: float, slope: float) -> float:
    return log_odds if log_odds <= ceiling else ceiling + slope * (log_odds - ceiling)
