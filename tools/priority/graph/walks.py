"""Walks through given positions or steps that an intruder has a use for.

The best way there and the best way on may cross, or lead past what the intruder could do without. Such a walk proves
nothing about what lies in between, so a better one is looked for, and there may be none.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from tools.priority.graph.detours import Detours
from tools.priority.graph.model import AttackPath

if TYPE_CHECKING:
    from tools.priority.graph.distances import Distances

_FAR = math.inf
_ROUNDS = 4
"""Positions further on that may turn out to be reached without, before nothing is left to go on to."""
_OTHER_WAYS = 3
"""Positions on the way there that are gone around, before it is said that nobody needs what lies behind."""
_TRIED = 64
"""Steps of one asset that are tried, the most hopeful first, for one that is not merely a detour."""


class Walks:
    """Walks over the steps of one `Distances`."""

    def __init__(self, of: Distances) -> None:
        self._of = of
        self._found: dict[tuple[int, int, int], tuple[float, AttackPath | None]] = {}

    def nearest(self, positions: Iterable[int], edges: Iterable[int]) -> float:
        """Length of the shortest walk through one of the positions or steps, of use or not."""
        return min((one[0] for one in self._hoped(positions, edges)), default=_FAR)

    def _hoped(self, positions: Iterable[int], edges: Iterable[int]) -> list[tuple[float, int, int, int]]:
        """Each position (as a step from itself to itself without a number) and step, by the length that the best ways
        there and on have together.
        """
        forward, backward, steps = self._of.forward, self._of.backward, self._of.by_number
        found = [(forward.get(at, _FAR) + backward.get(at, _FAR), at, at, -1) for at in positions]
        for number in edges:
            if number in steps:
                a, b, cost = steps[number]
                found.append((forward.get(a, _FAR) + cost + backward.get(b, _FAR), a, b, number))
        return found

    def best_through(self, positions: Iterable[int], edges: Iterable[int]) -> AttackPath | None:
        """The gravest path through one of the positions or over one of the edges; None if every way there is a detour
        of one that needs them not.
        """
        found = self._hoped(positions, edges)
        queue = [one for one in found if one[0] < _FAR]
        heapq.heapify(queue)
        best: tuple[float, AttackPath | None] = (_FAR, None)
        # No walk is shorter than the distances say, so the first one that is as short is the best.
        for _ in range(_TRIED):
            if not queue or queue[0][0] >= best[0] - 1e-12:
                break
            _, a, b, number = heapq.heappop(queue)
            walk = (a, b, number)
            if walk not in self._found:
                self._found[walk] = self._walk(*walk)
            best = min(best, self._found[walk], key=lambda one: one[0])
        return best[1]

    def _walk(self, a: int, b: int, number: int) -> tuple[float, AttackPath | None]:
        """Length and path of the best walk to `a`, by a step to `b` (none if they are one) and on, that passes no
        position twice. Where the best ways there and on cross, one of them stays and the other goes around it.
        """
        there, on = self._of.steps_to(a), self._of.steps_from(b)
        middle = [number] if number >= 0 else []
        steps = self._of.by_number
        behind = {self._of.start, a, *(steps[n][1] for n in there)}
        ahead = {b, *(steps[n][1] for n in on)}
        if behind & ahead - ({a} if a == b else set()):
            found: list[tuple[float, AttackPath | None]] = []
            if (a == b or b not in behind) and (way := self._on.way(b, behind)) is not None:
                found.append(self._needed(there, middle, way))
            if (a == b or a not in ahead) and (way := self._back.way(a, ahead)) is not None:
                found.append(self._needed([*reversed(way)], middle, on))
            return min(found, key=lambda one: one[0], default=(_FAR, None))
        best = self._needed(there, middle, on)
        if best[1] is None and len(there) > 1:
            return self._by_another_way(a, there, middle, on)
        return best

    def _by_another_way(
        self, a: int, there: list[int], middle: list[int], on: list[int]
    ) -> tuple[float, AttackPath | None]:
        """The same by the best way there that keeps clear of who needs no step in between: one intruder who can do
        everything anyway does not take from another that he needs it.
        """
        steps = self._of.by_number
        ahead = {steps[number][1] for number in (*middle, *on)}
        closed: set[int] = set()
        for _ in range(_OTHER_WAYS):
            skipped = self._skipped(there, middle, on)
            if skipped is None:
                break
            closed.add(skipped[0])
            way = self._back.way(a, closed | ahead)
            if way is None:
                break
            there = [*reversed(way)]
            found = self._needed(there, middle, on)
            if found[1] is not None:
                return found
        return _FAR, None

    def _needed(self, there: list[int], middle: list[int], on: list[int]) -> tuple[float, AttackPath | None]:
        """The walk there and on, or the best one from there that an intruder has a use for: whoever holds a position on
        the way there and gets from it to one further on by itself needs nothing in between.
        """
        steps = self._of.by_number
        closed = {self._of.start, *(steps[n][1] for n in there)}
        for _ in range(_ROUNDS):
            skipped = self._skipped(there, middle, on)
            if skipped is None:
                return self._measured([*there, *middle, *on])
            closed.add(skipped[1])
            b = steps[middle[0]][1] if middle else steps[there[-1]][1] if there else self._of.start
            if skipped[1] == b or (way := self._on.way(b, closed)) is None:
                break
            on = way
        return _FAR, None

    def _skipped(self, there: list[int], middle: list[int], on: list[int]) -> tuple[int, int] | None:
        """The first position further on that one on the way there leads to at no more cost than the walk does, by
        itself or by what it runs as; behind that one.
        """
        steps, direct, size = self._of.by_number, self._direct, self._of.size
        walk = [*there, *middle, *on]
        passed, length = [self._of.start], [0.0]
        for number in walk:
            passed.append(steps[number][1])
            length.append(length[-1] + steps[number][2])
        # A step that is asked about belongs to the way on; a position that is asked about ends the way there.
        before = len(there) if middle else len(there) - 1
        for late in range(len(there) + 1, len(passed)):
            for early in range(1, min(before, late - 2) + 1):
                alone = direct.get(passed[early] * size + passed[late], _FAR)
                for identity, cost in self._of.identities.get(passed[early], ()):
                    if identity not in passed:  # what the walk itself goes by proves nothing against it
                        alone = min(alone, cost + direct.get(identity * size + passed[late], _FAR))
                if alone <= length[late] - length[early]:
                    return passed[early], passed[late]
        return None

    def _measured(self, taken: Sequence[int]) -> tuple[float, AttackPath | None]:
        steps = self._of.by_number
        last = steps[taken[-1]][1] if taken else self._of.start
        return sum(steps[n][2] for n in taken) + self._of.ends.get(last, _FAR), self._of.path(taken)

    @cached_property
    def _on(self) -> Detours:
        return Detours(
            lambda at: ((b, cost, number) for _, b, (cost, number) in self._of.net.out_edges(at)),
            self._of.backward,
            self._of.ends,
        )

    @cached_property
    def _back(self) -> Detours:
        return Detours(
            lambda at: ((a, cost, number) for a, _, (cost, number) in self._of.net.in_edges(at)),
            self._of.forward,
            {self._of.start: 0.0},
        )

    @cached_property
    def _direct(self) -> Mapping[int, float]:
        """The least cost of a step between two positions, which one number stands for: there are millions of steps."""
        found: dict[int, float] = {}
        size = self._of.size
        for a, b, cost, _ in self._of.steps:
            if cost < found.get(a * size + b, _FAR):
                found[a * size + b] = cost
        return found
