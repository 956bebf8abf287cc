"""The counter that tests of costs go by tells linear from quadratic."""

from __future__ import annotations

import sys

import pytest

from tests.work import LINEAR, growth, work


def test_a_loop_on_one_line_counts_each_turn() -> None:
    assert work(lambda: [n for n in range(1_000)]) >= 1_000  # noqa: C416
    assert work(lambda: any(n < 0 for n in range(1_000))) >= 1_000


def test_linear_and_quadratic_are_told_apart() -> None:
    assert growth(lambda n: work(lambda: [a for a in range(n)]), 200) < LINEAR  # noqa: C416
    assert growth(lambda n: work(lambda: [a for a in range(n) for _ in range(n)]), 200) > 3


def test_the_tracer_is_put_back_after_an_error() -> None:
    before = sys.gettrace()
    with pytest.raises(ZeroDivisionError):
        work(lambda: 1 // 0)
    assert sys.gettrace() is before
