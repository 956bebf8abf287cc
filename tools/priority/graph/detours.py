"""The best way on that keeps clear of positions an attacker holds already.

The best way to a step and the best way on from it may cross; an attacker who held the crossing before needed no step in
between, so what is wanted then is the best way that does not come back.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Container, Iterable, Mapping

Steps = Callable[[int], Iterable[tuple[int, float, int]]]
"""The steps at a position: the position at their other end, their cost, and their number."""

_LONGEST = 7.0
"""Ways longer than this (one chance in a thousand) say nothing."""
_END, _LOOK = -2, -1
_MOST = 400
"""Positions looked at for one way; the bound knows the true distances, so few are looked at as a rule."""


class Detours:
    """Searches in one direction. `ahead` is the distance of every position to the best end, and `ends` what ending
    costs at the positions where a way may.
    """

    def __init__(self, steps: Steps, ahead: Mapping[int, float], ends: Mapping[int, float]) -> None:
        self._steps = steps
        self._ahead = ahead
        self._ends = ends
        # Sorted once, so that a hub's many steps are not compared for every way.
        self._sorted: dict[int, list[tuple[float, int, int, float]]] = {}

    def way(self, start: int, closed: Container[int]) -> list[int] | None:
        """The steps, in the order they were searched, of the best way that passes no closed position."""
        ahead = self._ahead
        if start not in ahead:
            return None
        best = {start: 0.0}
        came: dict[int, tuple[int, int]] = {}
        done: set[int] = set()
        # A position waits to be looked at, to be the end, and for its steps in turn, the most hopeful first.
        queue: list[tuple[float, int, int]] = [(ahead[start], start, _LOOK)]
        looked = 0
        while queue and looked < _MOST:
            _, at, turn = heapq.heappop(queue)
            looked += 1
            length = best[at]
            if turn == _END:
                return _back(came, start, at)
            if turn == _LOOK:
                if at in done:
                    continue
                done.add(at)
                if at in self._ends:
                    heapq.heappush(queue, (length + self._ends[at], at, _END))
            fan = self._fan(at)
            for place in range(turn + 1, len(fan)):
                rest, number, other, cost = fan[place]
                if length + rest > _LONGEST:
                    break
                if other in done or other in closed or length + cost >= best.get(other, math.inf):
                    continue
                best[other] = length + cost
                came[other] = (number, at)
                heapq.heappush(queue, (length + rest, other, _LOOK))
                heapq.heappush(queue, (length + rest, at, place))
                break
        return None

    def _fan(self, at: int) -> list[tuple[float, int, int, float]]:
        if at not in self._sorted:
            ahead = self._ahead
            self._sorted[at] = sorted(
                (cost + ahead[other], number, other, cost)
                for other, cost, number in self._steps(at)
                if other in ahead
            )
        return self._sorted[at]


def _back(came: Mapping[int, tuple[int, int]], start: int, at: int) -> list[int]:
    steps: list[int] = []
    while at != start:
        number, at = came[at]
        steps.append(number)
    return steps[::-1]
