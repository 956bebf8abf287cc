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


def weigh(inputs: Inputs, weights: Weights) -> tuple[float, float, float]:
    """The log-odds and their range alone, which is all that a ranking needs: `evaluate` says what they consist of."""
    total, low, high, _, ceiling = _added(inputs, weights, None)
    if ceiling is None:
        return total, low, high
    slope = weights.gates.slope
    return _hold(total, ceiling, slope), _hold(low, ceiling, slope), _hold(high, ceiling, slope)


def evaluate(inputs: Inputs, weights: Weights) -> Evaluation:
    """Add up the points, then let the gates act."""
    parts: list[tuple[str, float, float, float]] = []
    total, low, high, gate, ceiling = _added(inputs, weights, parts)
    held: tuple[Held, ...] = ()
    if gate is not None and ceiling is not None and high > ceiling:
        before, slope = total, weights.gates.slope
        total, low, high = (_hold(z, ceiling, slope) for z in (total, low, high))
        if total != before:
            held = (Held(gate, before, total),)
            parts.append((f"gate: {gate}", total - before, total - before, total - before))
    return Evaluation(total, low, high, tuple(parts), held, ceiling)


def _added(
    inputs: Inputs, weights: Weights, parts: list[tuple[str, float, float, float]] | None
) -> tuple[float, float, float, str | None, float | None]:
    """The points added up with their range, before gates; the gate that would act, and its ceiling in log-odds.

    `parts` takes what was added; a million findings are ranked without.
    """
    weakness = inputs.weakness
    weak = weights.weakness.get(weakness.name) or weights.weakness["unclassified"]
    base = weak.base(weakness.strength)
    spread = 0.5 * weak.spread if weakness.basis == "none" else 0.0
    start, severity = weights.start, weights.severity[inputs.severity]
    if parts is not None:
        parts.append(("start", start, start, start))
        parts.append(("severity", severity, severity, severity))
        parts.append(("weakness", base, base - spread, base + spread))
    total = start + severity + base
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
            if parts is not None:
                parts.append((factor, points, low, high))
        elif parts is not None:
            parts.append((factor, points, points, points))
    low, high = total - math.sqrt(below), total + math.sqrt(above)
    gate = _gate(inputs, weights)
    return total, low, high, *((None, None) if gate is None else (gate[0], logit(gate[1])))


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
