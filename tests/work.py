"""Counting the work that code does: what a test of costs goes by, since seconds depend on who else is running."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

LINEAR = 2.5
"""The most that twice the input may cost, as a multiple: linear is 2, quadratic is 4."""


def work(do: Callable[[], object]) -> int:
    """How many lines of Python `do` executes; each turn of a loop counts, on one line too."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        do()
    finally:
        sys.settrace(before)
    return count


def growth(cost: Callable[[int], int], size: int) -> float:
    """How many times the cost of `size` that of twice the size is."""
    return cost(2 * size) / cost(size)
