"""Labels move weights the right way, noise and few labels move them little, promises of the weights file hold."""

from __future__ import annotations

import random
import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tools.priority.feedback.calibrate import (
    FITTED,
    UNCHANGED,
    agreement,
    fit,
    held_out,
    rebased,
    scaled,
    size,
)
from tools.priority.feedback.model import Feedback, Label, Scored
from tools.priority.feedback.report import kendall, propose
from tools.priority.weights import parse_weights

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SHIPPED = tomllib.loads(files("tools.priority").joinpath("data/weights.toml").read_text("utf-8"))


def scored(name: str, **points: float) -> Scored:
    return Scored(finding_id=name, points={"start": SHIPPED["start"], **points})


def said(label: Label, finding: Scored, other: Scored | None = None, by: str = "ada") -> Feedback:
    return Feedback(
        label=label,
        finding=finding,
        other=other,
        reason="not ours" if label is Label.NOT_RELEVANT else "",
        by=by,
        at=NOW,
        weights_version=SHIPPED["version"],
    )


def drawn(chance: random.Random, number: int) -> Scored:
    """A finding as the score sees one."""
    return scored(
        f"f{number}",
        severity=chance.choice([-0.3, 0.0, 0.35, 0.7]),
        weakness=chance.uniform(-0.5, 0.9),
        exposure=chance.choice([-1.1, 0.0, 1.2, 2.0]),
        path=chance.choice([0.0, 0.0, 0.5, 1.1]),
        data=chance.choice([-0.9, 0.2, 1.1]),
        environment=chance.choice([-0.5, 0.1, 0.55]),
        age=chance.uniform(0.0, 0.2),
    )


def simulated(truth: dict[str, float], count: int, noise: float, seed: int) -> list[Feedback]:
    """Labels of a person who sees the world through other multipliers, and errs now and then."""
    chance = random.Random(seed)
    labels: list[Feedback] = []
    while len(labels) < count:
        a, b = drawn(chance, 2 * len(labels)), drawn(chance, 2 * len(labels) + 1)

        def right(item: Scored) -> float:
            return sum(p * truth.get(f, 1.0) for f, p in item.points.items())

        if chance.random() < 0.5:
            if abs(right(a) - right(b)) < 0.2:
                continue
            first, second = (a, b) if right(a) > right(b) else (b, a)
            if chance.random() < noise:
                first, second = second, first
            labels.append(said(Label.MORE_URGENT_THAN, first, second))
        else:
            off = right(a) - a.log_odds
            label = Label.AGREE if abs(off) < 0.3 else Label.TOO_LOW if off > 0 else Label.TOO_HIGH
            if chance.random() < noise:
                label = chance.choice([Label.AGREE, Label.TOO_LOW, Label.TOO_HIGH])
            labels.append(said(label, a))
    return labels


@pytest.mark.parametrize("seed", range(5))
def test_two_hundred_noisy_labels_move_the_weights_the_right_way(seed: int) -> None:
    truth = {"path": 1.8, "severity": 0.4, "environment": 0.5}
    labels = simulated(truth, 200, 0.2, seed)
    found = fit(labels)
    assert found.scale["path"] > 1.1
    assert found.scale["severity"] < 0.95
    assert found.scale["environment"] < 0.95
    for name in ("exposure", "data", "weakness"):
        assert abs(found.scale[name] - 1.0) < 0.45, name
    assert held_out(labels) > agreement(labels, UNCHANGED)


def test_without_labels_nothing_moves() -> None:
    found = fit([])
    assert all(value == pytest.approx(1.0) for value in found.scale.values())
    assert found.shift == pytest.approx(0.0)


def test_labels_that_contradict_each_other_cancel_out() -> None:
    item = scored("a", exposure=2.0)
    labels = [said(Label.TOO_HIGH, item), said(Label.TOO_LOW, item)] * 20
    found = fit(labels)
    assert found.log_odds(item) == pytest.approx(item.log_odds, abs=0.02)


def test_one_label_moves_less_than_many() -> None:
    item = scored("a", exposure=2.0)
    one = fit([said(Label.TOO_HIGH, item)])
    many = fit([said(Label.TOO_HIGH, item)] * 30)
    assert item.log_odds > one.log_odds(item) > many.log_odds(item)
    assert many.scale_sd["exposure"] < one.scale_sd["exposure"] < 0.36


def test_a_factor_never_turns_round() -> None:
    found = fit([said(Label.NOT_RELEVANT, scored("a", exposure=2.0))] * 500)
    assert min(found.scale.values()) >= 0.05


def test_a_gate_damps_what_a_label_can_move() -> None:
    free = Scored(finding_id="a", points={"start": 0.0, "exposure": 2.0})
    gated = free.model_copy(update={"ceiling": -1.0, "slope": 0.1})
    assert gated.log_odds == pytest.approx(-0.7)
    moved = fit([said(Label.TOO_HIGH, gated)]).scale["exposure"]
    assert fit([said(Label.TOO_HIGH, free)]).scale["exposure"] < moved < 1.0


@given(st.integers(0, 10_000), st.integers(0, 60), st.floats(0.0, 0.5))
@settings(max_examples=25, deadline=None)
def test_whatever_is_said_the_proposal_is_a_sound_weights_file(seed: int, count: int, noise: float) -> None:
    labels = simulated({"path": 3.0, "exposure": 0.2}, count, noise, seed)
    weights, document, report = propose(labels, SHIPPED, "2026.11.25-fb1", [s.finding for s in labels])
    assert weights.version == "2026.11.25-fb1"
    assert parse_weights(document) == weights
    assert report.labels == count
    assert 0.0 <= report.agreement_after <= 1.0
    assert {m.factor for m in report.moved} == {*FITTED, "start"}
    assert all(m.low <= m.after <= m.high for m in report.moved)


def test_the_report_says_who_moves() -> None:
    chance = random.Random(3)
    items = [drawn(chance, i) for i in range(300)]
    labels = simulated({"path": 1.4, "severity": 0.5}, 120, 0.1, 4)
    _, _, report = propose(labels, SHIPPED, "v2", items)
    assert report.tau is not None
    assert 0.5 < report.tau < 1.0
    assert report.top_kept is not None
    assert report.movers
    assert all(m.rank_before != m.rank_after for m in report.movers)
    moved = {m.factor: m.after - m.before for m in report.moved}
    assert moved["path"] > 0 > moved["severity"]
    assert not report.notes


def test_labels_under_other_weights_are_put_on_one_footing() -> None:
    found = fit(simulated({"path": 2.0}, 100, 0.1, 1))
    used = scaled(SHIPPED, found, "v2")
    item = scored("a", path=1.1, exposure=2.0)
    under = item.model_copy(
        update={
            "points": {
                "start": used["start"],
                "path": 1.1 * size(used, "path") / size(SHIPPED, "path"),
                "exposure": 2.0 * size(used, "exposure") / size(SHIPPED, "exposure"),
            }
        }
    )
    back = rebased(said(Label.TOO_LOW, under), SHIPPED, used)
    assert back.finding.points == pytest.approx(item.points)
    assert back.finding.seen == pytest.approx(under.log_odds)


@pytest.mark.parametrize(
    ("ranks", "tau"), [([0, 1, 2, 3], 1.0), ([3, 2, 1, 0], -1.0), ([1, 0, 2, 3], 2 / 3), ([0], 1.0)]
)
def test_kendall(ranks: list[int], tau: float) -> None:
    assert kendall(ranks) == pytest.approx(tau)


@pytest.mark.parametrize(
    "wrong",
    [
        {"label": Label.MORE_URGENT_THAN},
        {"label": Label.AGREE, "other": scored("b")},
        {"label": Label.NOT_RELEVANT},
        {"label": Label.AGREE, "by": ""},
    ],
)
def test_a_label_that_says_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Feedback(**{"finding": scored("a"), "by": "ada", "at": NOW, "weights_version": "v", **wrong})
