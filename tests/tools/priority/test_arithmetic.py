"""Properties of the arithmetic: they hold for any facts, not only for those of a sample."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.findings.model import Severity
from tools.priority.arithmetic import Inputs, evaluate, weigh
from tools.priority.facts import Fact, absent, known, unknown
from tools.priority.weakness import Weakness
from tools.priority.weights import FACTORS, Weights, load_weights, logit, score_of

WEIGHTS = load_weights()
SIGNED = {"data", "environment", "compensating", "order"}
POSITIVE = [name for name in FACTORS if name not in SIGNED and name != "exposure"]


def _range(factor: str) -> tuple[float, float]:
    if factor in {"environment", "order"}:
        return -1.0, 1.0
    if factor == "data":
        return -0.5, 1.0
    return (-1.0, 0.0) if factor == "compensating" else (0.0, 1.0)


@st.composite
def fact_of(draw: st.DrawFn, factor: str) -> Fact:
    """A fact that may be known, absent or unknown within the factor's range."""
    low, high = _range(factor)
    grade = draw(st.floats(low, high))
    state = draw(st.sampled_from(["known", "unknown"]))
    if factor == "exposure":
        kind = draw(st.sampled_from(["open", "closed", "none", "maybe"]))
        if kind == "open":
            return known(factor, "open", max(grade, 0.01), "t")
        if kind == "maybe":
            return unknown(factor, "maybe", draw(st.floats(-1.0, 1.0)), -1.0, 1.0)
        return absent(factor, "closed", "t", grade=-1.0 if kind == "closed" else 0.0)
    if state == "known":
        return known(factor, "x", grade, "t") if grade else absent(factor, "x", "t")
    return unknown(factor, "x", grade, low, high)


weaknesses = st.builds(
    Weakness,
    name=st.sampled_from(sorted(WEIGHTS.weakness)),
    strength=st.floats(0.0, 1.0),
    theme=st.just(""),
    words=st.just("w"),
    basis=st.sampled_from(["rule", "none"]),
)
inputs = st.builds(
    Inputs,
    severity=st.sampled_from(Severity),
    weakness=weaknesses,
    facts=st.fixed_dictionaries({name: fact_of(name) for name in FACTORS}),
    account_wide=st.booleans(),
    accepted=st.sampled_from(["", "accepted by a"]),
    failing=st.booleans(),
)


def z(given_inputs: Inputs) -> float:
    return evaluate(given_inputs, WEIGHTS).log_odds


@given(inputs)
def test_the_parts_add_up_and_the_range_holds_the_score(given_inputs: Inputs) -> None:
    result = evaluate(given_inputs, WEIGHTS)
    assert math.isclose(sum(p.points for p in result.parts), result.log_odds, abs_tol=1e-9)
    assert result.low <= result.log_odds + 1e-12
    assert result.log_odds <= result.high + 1e-12


@given(inputs)
def test_the_numbers_alone_are_those_of_the_whole_evaluation(given_inputs: Inputs) -> None:
    result = evaluate(given_inputs, WEIGHTS)
    assert weigh(given_inputs, WEIGHTS) == (result.log_odds, result.low, result.high)


@given(inputs)
def test_no_score_saturates(given_inputs: Inputs) -> None:
    result = evaluate(given_inputs, WEIGHTS)
    assert 0.05 < score_of(result.log_odds) < 99.95
    assert 0.0 < score_of(result.low) <= score_of(result.high) < 100.0


@settings(max_examples=200)
@given(inputs, st.sampled_from(FACTORS), st.floats(-1, 1), st.floats(-1, 1))
def test_a_graver_known_fact_never_lowers_the_score(
    base: Inputs, factor: str, one: float, other: float
) -> None:
    low, high = _range(factor) if factor != "exposure" else (-1.0, 1.0)
    mild, grave = sorted(min(max(g, low), high) for g in (one, other))

    def with_grade(grade: float) -> Inputs:
        fact = known(factor, "x", grade, "t") if grade > 0 else absent(factor, "x", "t", grade=grade)
        return replace(base, facts={**base.facts, factor: fact})

    assert z(with_grade(mild)) <= z(with_grade(grave)) + 1e-9


@given(inputs, st.sampled_from(FACTORS), st.floats(0, 1))
def test_unknown_never_ranks_above_known_bad_nor_below_known_good(
    base: Inputs, factor: str, at: float
) -> None:
    low, high = _range(factor) if factor != "exposure" else (-1.0, 1.0)
    not_known = unknown(factor, "?", low + at * (high - low), low, high)
    worst = known(factor, "bad", high, "t") if high > 0 else absent(factor, "bad", "t", grade=high)
    best = known(factor, "good", low, "t") if low > 0 else absent(factor, "good", "t", grade=low)
    middle = z(replace(base, facts={**base.facts, factor: not_known}))
    assert z(replace(base, facts={**base.facts, factor: best})) <= middle + 1e-9
    assert middle <= z(replace(base, facts={**base.facts, factor: worst})) + 1e-9


@given(inputs, st.sampled_from(FACTORS))
def test_knowing_less_widens_the_range(base: Inputs, factor: str) -> None:
    low, high = _range(factor) if factor != "exposure" else (-1.0, 1.0)
    grade = base.facts[factor].grade
    sure = replace(base, facts={**base.facts, factor: Fact(factor, "known", "x", grade, grade, grade)})
    unsure = replace(base, facts={**base.facts, factor: unknown(factor, "?", grade, low, high)})
    if _gated(sure) or _gated(unsure):
        return  # a gate that one of the two states opens moves both ends
    narrow, wide = evaluate(sure, WEIGHTS), evaluate(unsure, WEIGHTS)
    assert wide.high - wide.low >= narrow.high - narrow.low - 1e-9


def _gated(given_inputs: Inputs) -> bool:
    return bool(evaluate(given_inputs, WEIGHTS).held)


@given(inputs, st.sampled_from(list(Severity)), st.sampled_from(list(Severity)))
def test_a_worse_severity_never_lowers_the_score(base: Inputs, one: Severity, other: Severity) -> None:
    mild, grave = sorted((one, other), key=lambda s: s.rank)
    assert z(replace(base, severity=mild)) <= z(replace(base, severity=grave)) + 1e-9


@given(inputs, st.floats(0, 1), st.floats(0, 1))
def test_a_stronger_weakness_never_lowers_the_score(base: Inputs, one: float, other: float) -> None:
    mild, grave = sorted((one, other))
    weak = base.weakness
    lower = replace(base, weakness=replace(weak, strength=mild))
    assert z(lower) <= z(replace(base, weakness=replace(weak, strength=grave))) + 1e-9


@given(inputs)
def test_a_gate_that_acts_is_shown_and_one_that_does_not_is_not(base: Inputs) -> None:
    result = evaluate(base, WEIGHTS)
    free = result.log_odds - sum(h.after - h.before for h in result.held)
    gated = [p for p in result.parts if p.factor.startswith("gate: ")]
    assert len(gated) == len(result.held) <= 1
    if free != result.log_odds:
        assert result.held[0].before > result.held[0].after
    if not result.held and base.accepted:
        assert score_of(result.log_odds) <= WEIGHTS.gates.accepted + 1e-9


@given(inputs)
def test_accepting_a_risk_never_raises_it(base: Inputs) -> None:
    assert z(replace(base, accepted="accepted by a")) <= z(replace(base, accepted="")) + 1e-9


def plain(weakness: str = "entry", **facts: Fact) -> Inputs:
    """Inputs in which nothing is known to be bad."""
    quiet = {name: absent(name, "none", "t") for name in FACTORS}
    return Inputs(Severity.CRITICAL, Weakness(weakness, 1.0, "", "w", "rule"), {**quiet, **facts})


def replace_ceiling(name: str, ceiling: float) -> Weights:
    """The weights with another ceiling for one class of weakness."""
    changed = WEIGHTS.weakness[name].model_copy(update={"ceiling": ceiling})
    return WEIGHTS.model_copy(update={"weakness": {**WEIGHTS.weakness, name: changed}})


def test_gates_name_themselves() -> None:
    grave = {name: known(name, "x", 1.0, "t") for name in ("path", "data", "environment", "blast")}
    closed = absent("exposure", "closed", "t", grade=-1.0)
    assert evaluate(plain(exposure=closed, **grave), WEIGHTS).held[0].name == "not reachable"
    everything = {**grave, "exposure": known("exposure", "open", 1.0, "t")}
    strict = replace_ceiling("encryption_rest", 5)
    assert (
        evaluate(plain("encryption_rest", **everything), strict).held[0].name
        == "encryption_rest is not a way in"
    )
    assert evaluate(replace(plain(**everything), accepted="by a"), WEIGHTS).held[0].name == "accepted risk"
    assert evaluate(replace(plain(**everything), failing=False), WEIGHTS).held[0].name == "not failing"
    assert evaluate(plain(**everything), WEIGHTS).held == ()


def test_order_survives_a_gate() -> None:
    scores = [
        z(replace(plain(environment=known("environment", "x", g, "t")), accepted="by a")) for g in (0, 0.5, 1)
    ]
    assert scores == sorted(set(scores))


@pytest.mark.parametrize("weakness", ["governance", "resilience", "detection", "encryption_rest"])
def test_hygiene_with_everything_against_it_stays_below_an_open_door_without_anything(weakness: str) -> None:
    everything = {
        name: known(name, "x", 1.0, "t")
        for name in ("exposure", "path", "data", "environment", "blast", "combination")
    }
    door = plain(
        "data_exposure", exposure=known("exposure", "open", 1.0, "t"), data=known("data", "PII", 1.0, "t")
    )
    assert z(plain(weakness, **everything)) < z(door)


def test_score_and_logit_are_inverse() -> None:
    for score in (0.5, 12.0, 50.0, 97.5):
        assert math.isclose(score_of(logit(score)), score)
