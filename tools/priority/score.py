"""One finding's score: facts gathered, points added, contributions that sum exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tools.findings.model import Finding
from tools.priority.arithmetic import Inputs, Part, evaluate, weigh
from tools.priority.context import Context
from tools.priority.factors import inputs_for
from tools.priority.facts import Fact, known
from tools.priority.grouping import group_key
from tools.priority.model import Contribution, Details, Explanation, Gate, PriorityScore
from tools.priority.rationale import explain
from tools.priority.reading import shown
from tools.priority.weights import Weights, score_of

FACTOR_NAMES = {
    "start": "starting point",
    "severity": "vendor severity",
    "weakness": "weakness",
    "exposure": "exposure",
    "path": "attack path",
    "data": "data class",
    "environment": "environment",
    "blast": "blast radius",
    "exploit": "exploit evidence",
    "threat": "active threat",
    "activity": "observed activity",
    "age": "age",
    "combination": "combination",
    "compensating": "compensating controls",
    "order": "fixed order",
}


def score_finding(finding: Finding, context: Context) -> PriorityScore:
    """The Action Priority Score of one finding in its snapshot."""
    inputs = inputs_for(finding, context)
    log_odds, low, high = weigh(inputs, context.weights)
    return PriorityScore(
        finding_id=finding.id,
        score=score_of(log_odds),
        low=score_of(low),
        high=score_of(high),
        log_odds=log_odds,
        weakness=inputs.weakness.name,
        weights_version=context.weights.version,
        as_of=context.as_of,
        source=_Scored(finding, context, inputs.held_by),
    )


@dataclass(frozen=True, slots=True)
class _Scored:
    """A finding and its snapshot. Its facts are gathered again when they are asked for: those of a million findings
    would fill the memory, and few are read.
    """

    finding: Finding
    context: Context
    held_by: str

    @property
    def inputs(self) -> Inputs:
        """The facts of the finding."""
        return inputs_for(self.finding, self.context)

    def points(self) -> tuple[dict[str, float], float | None, float]:
        """Points by factor before gates, the gate's ceiling in log-odds (None without one), and its slope."""
        result = evaluate(self.inputs, self.context.weights)
        points = {p.factor: p.points for p in result.parts if not p.factor.startswith("gate: ")}
        return points, result.ceiling, self.context.weights.gates.slope

    def details(self, score: PriorityScore) -> Details:
        """See `Source`."""
        inputs, weights = self.inputs, self.context.weights
        result = evaluate(inputs, weights)
        first = score_of(weights.start)
        moved = result.log_odds - weights.start
        rate = (score.score - first) / moved if abs(moved) > 1e-9 else first * (100.0 - first) / 100.0
        contributions = tuple(
            _contribution(p, inputs, weights, self.finding, first if p.factor == "start" else p.points * rate)
            for p in result.parts
        )
        gates = tuple(
            Gate(held.name, _gate_reason(held.name, inputs), score_of(held.before), score_of(held.after))
            for held in result.held
        )
        unknowns = tuple(FACTOR_NAMES[name] for name, fact in inputs.facts.items() if fact.state == "unknown")
        return Details(
            contributions, gates, unknowns, group_key(self.finding, self.context), _notes(inputs, gates)
        )

    def held(self) -> str:
        """See `Source`."""
        return self.held_by

    def explain(self, score: PriorityScore) -> Explanation:
        """See `Source`."""
        return explain(self.finding, self.inputs, self.context.weights, score)


def _contribution(
    part: Part, inputs: Inputs, weights: Weights, finding: Finding, share: float
) -> Contribution:
    fact = inputs.facts.get(part.factor)
    if fact is None:
        fact = _own_fact(part.factor, inputs, weights.version, finding)
    name = FACTOR_NAMES.get(part.factor, part.factor)
    return Contribution(name, fact, part.points, part.low, part.high, fact.value, share)


def _own_fact(factor: str, inputs: Inputs, version: str, finding: Finding) -> Fact:
    if factor == "start":
        return _start(version)
    if factor == "severity":
        return _severity(inputs.severity.value, finding.source)
    if factor == "weakness":
        return _weakness(inputs.weakness.words, inputs.weakness.strength, inputs.weakness.basis)
    return known("gate", _gate_reason(factor.removeprefix("gate: "), inputs), 0.0, "rule of the weights file")


@lru_cache(maxsize=64)
def _start(version: str) -> Fact:
    return known("start", f"where every finding starts in weights {version}", 0.0, "weights file")


@lru_cache(maxsize=512)
def _severity(severity: str, source: str) -> Fact:
    return known("severity", f"{shown(source) or 'the source'} says {severity}", 0.0, "finding")


@lru_cache(maxsize=2048)
def _weakness(words: str, strength: float, basis: str) -> Fact:
    if basis == "none":
        return Fact("weakness", "unknown", words, strength, 0.0, 1.0, "no table row")
    return known("weakness", words, strength, f"table, by {basis}")


def _notes(inputs: Inputs, gates: tuple[Gate, ...]) -> tuple[str, ...]:
    """What the gates do not tell: a rule that fits and does not act, one that acts on a score that is low anyway."""
    if inputs.not_held:
        return (f"Not held down: {inputs.not_held}.",)
    if inputs.held_by and not any(gate.name in {"accepted risk", inputs.held_by} for gate in gates):
        return (
            f"Held down by: {inputs.held_by} ({inputs.accepted or inputs.benign}); it changes nothing here.",
        )
    return ()


def _gate_reason(name: str, inputs: Inputs) -> str:
    if name == "accepted risk":
        return inputs.accepted
    if inputs.benign and name == (inputs.held_by or "approved"):
        return inputs.benign
    if name == "not reachable":
        return inputs.facts["exposure"].value
    if name == "account-wide setting":
        return "a setting of the account, not a way into a resource"
    if name == "not failing":
        return "the check does not fail"
    return inputs.weakness.words
