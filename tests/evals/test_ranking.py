"""Ranking metrics against their definitions on small cases."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.suites.ranking import interval, kendall_b, measured, ndcg, pairwise, recall_in_share

GRADES = st.lists(st.integers(0, 3), min_size=2, max_size=40)


def test_the_best_order_is_one_and_a_worse_one_less() -> None:
    assert ndcg([3, 2, 1, 0], 4) == pytest.approx(1.0)
    assert ndcg([0, 1, 2, 3], 4) < ndcg([2, 3, 1, 0], 4) < 1.0
    assert ndcg([0, 0, 3], 2) == 0.0
    assert ndcg([0, 0], 2) == 1.0


def test_gain_is_worth_more_at_the_top() -> None:
    by_hand = (7 / math.log2(2) + 1 / math.log2(4)) / (7 / math.log2(2) + 1 / math.log2(3))
    assert ndcg([3, 0, 1], 3) == pytest.approx(by_hand)


def test_recall_counts_grades_two_and_three() -> None:
    assert recall_in_share([3, 1, 2, 0, 0, 0, 0, 0, 0, 0], 0.2) == 0.5
    assert recall_in_share([0] * 10, 0.2) == 1.0


@given(GRADES)
def test_pairwise_agrees_with_trying_every_pair(grades: list[int]) -> None:
    pairs = [(a, b) for a, b in itertools.combinations(grades, 2) if a != b]
    expected = sum(a > b for a, b in pairs) / len(pairs) if pairs else 0.5
    assert pairwise(grades) == pytest.approx(expected)


@given(GRADES)
def test_kendall_agrees_with_its_definition(grades: list[int]) -> None:
    size = len(grades)
    score = sum((a > b) - (a < b) for a, b in itertools.combinations(grades, 2))
    pairs = size * (size - 1) / 2
    tied = sum(math.comb(grades.count(g), 2) for g in range(4))
    expected = score / math.sqrt((pairs - tied) * pairs) if pairs > tied else 0.0
    assert kendall_b(grades) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_an_interval_holds_the_mean_and_is_repeatable(values: list[float]) -> None:
    found = interval(values)
    assert found == interval(values)
    low, high = found["ci95"]
    assert low - 1e-4 <= found["value"] <= high + 1e-4


def test_every_metric_tells_a_good_ranking_from_a_bad_one() -> None:
    good, bad = [3, 3, 2, 1] + [0] * 40, [0] * 40 + [1, 2, 3, 3]
    better, worse = measured([good, good]), measured([bad, bad])
    for name in better:
        assert better[name]["value"] > worse[name]["value"], name
