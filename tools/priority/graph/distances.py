"""The best way from the internet to each position and from each position to its best jewel, and what they show.

Two searches give everything: from the internet forward, and from the crown jewels backward. Both are linear in the
edges (times a logarithm), and each path is read off the distances, so nothing is ever enumerated.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import rustworkx as rx

from tools.priority.graph.model import (
    BUNDLE,
    INTERNET,
    LEAST_CERTAIN,
    MOST_CERTAIN,
    AttackPath,
    BlastRadius,
    Edge,
    Node,
    Relation,
)
from tools.priority.graph.walks import Walks

OPEN = 0.93
"""Chance of an entry from which no other way in matters: who may simply take a thing needs nobody's rights for it."""
_THROUGH_DOORS = frozenset({Relation.REACHES, Relation.EXPLOITS, Relation.SIGNS_IN, Relation.INVOKES})
"""Steps of which a place nearby is all that they need, and no right or credential that others lack."""
_FAR = math.inf


class Distances:
    """Distances over all edges or over the proved ones: `-ln(chance)` summed along the best path.

    Positions are known by their place among `nodes`; `jewels` are the places that a search may end at.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        edges: Sequence[Edge],
        place: Mapping[str, int],
        jewels: Sequence[int],
        *,
        known_only: bool,
    ) -> None:
        self._nodes = nodes
        self._edges = edges
        self._place = place
        self._jewels = jewels
        self.start, self.size = place[INTERNET], len(nodes)
        self._known_only = known_only
        # Each position's best step in and on is looked for once, so that a hub's are not compared for every path.
        self._into: dict[int, tuple[int, int]] = {}
        self._onward: dict[int, tuple[int, int]] = {}

    @cached_property
    def steps(self) -> Sequence[tuple[int, int, float, int]]:
        """The edges searched over: place of the source, of the target, cost, and number among the graph's edges."""
        place, edges = self._place, self._edges
        taken = {e.target for e in edges if e.source == INTERNET and e.known and e.chance >= OPEN}
        doors = _doors(edges)
        return [
            (place[e.source], place[e.target], _cost(e.chance), number)
            for number, e in enumerate(edges)
            if (e.known or not self._known_only)
            and (e.source == INTERNET or (e.target not in taken and not _same_door(e, doors)))
        ]

    @cached_property
    def pairs(self) -> Mapping[tuple[int, int], frozenset[str]]:
        """The assets that every step between two positions needs. Of all edges, the passed over ones too: closing the
        open way to a thing leaves those that its own rights give.
        """
        place = self._place
        needed: dict[tuple[int, int], frozenset[str]] = {}
        for edge in self._edges:
            if edge.known or not self._known_only:
                ends, assets = (place[edge.source], place[edge.target]), frozenset(edge.asset_ids)
                needed[ends] = needed.get(ends, assets) & assets
        return needed

    @cached_property
    def ends(self) -> Mapping[int, float]:
        """Cost of ending at each jewel: its worth, counted as one more chance."""
        return {at: _cost(self._nodes[at].value) for at in self._jewels}

    @cached_property
    def identities(self) -> Mapping[int, Sequence[tuple[int, float]]]:
        """What each position runs as, with the cost of becoming that."""
        found: dict[int, list[tuple[int, float]]] = {}
        for a, b, cost, number in self.steps:
            if self._edges[number].relation is Relation.RUNS_AS:
                found.setdefault(a, []).append((b, cost))
        return found

    @cached_property
    def by_number(self) -> Mapping[int, tuple[int, int, float]]:
        """The steps by their number among the graph's edges: source, target, cost."""
        return {number: (a, b, cost) for a, b, cost, number in self.steps}

    @cached_property
    def net(self) -> rx.PyDiGraph[int, tuple[float, int]]:
        """The steps as a graph, each with its cost and number."""
        net: rx.PyDiGraph[int, tuple[float, int]] = rx.PyDiGraph()
        net.add_nodes_from(range(len(self._nodes)))
        net.add_edges_from([(a, b, (cost, number)) for a, b, cost, number in self.steps])
        return net

    @cached_property
    def forward(self) -> Mapping[int, float]:
        """Distance of every position that the internet reaches."""
        start = self.start
        found = rx.dijkstra_shortest_path_lengths(self.net, start, edge_cost_fn=lambda e: e[0])
        return {**dict(found), start: 0.0}

    @cached_property
    def backward(self) -> Mapping[int, float]:
        """Distance of every position to its best jewel, the jewel's worth counted as one more chance."""
        size = len(self._nodes)
        back: rx.PyDiGraph[int, float] = rx.PyDiGraph()
        back.add_nodes_from(range(size + 1))
        back.add_edges_from([(b, a, cost) for a, b, cost, _ in self.steps])
        back.add_edges_from([(size, at, cost) for at, cost in self.ends.items()])
        found = rx.dijkstra_shortest_path_lengths(back, size, edge_cost_fn=float)
        return {at: distance for at, distance in found.items() if at != size}

    @cached_property
    def _walks(self) -> Walks:
        return Walks(self)

    def best_through(self, positions: Iterable[int], edges: Iterable[int]) -> AttackPath | None:
        """See `Walks.best_through`."""
        return self._walks.best_through(positions, edges)

    def nearest(self, positions: Iterable[int], edges: Iterable[int]) -> float:
        """See `Walks.nearest`."""
        return self._walks.nearest(positions, edges)

    def path_to(self, at: int) -> AttackPath | None:
        """The most likely path to a position."""
        if self.forward.get(at, _FAR) == _FAR or at == self.start:
            return None
        return self.path(self.steps_to(at))

    def path(self, steps: Sequence[int]) -> AttackPath | None:
        """What steps in a row show; None for none."""
        if not steps:
            return None
        edges = tuple(_without_hubs([self._edges[number] for number in steps]))
        nodes = [self._nodes[self._place[edges[0].source]]]
        nodes += [self._nodes[self._place[edge.target]] for edge in edges]
        chance = math.exp(-sum(_cost(edge.chance) for edge in edges))
        return AttackPath(tuple(nodes), edges, chance, all(edge.known for edge in edges))

    def steps_to(self, at: int) -> list[int]:
        """Edges of the best path from the internet to a position."""
        steps: list[int] = []
        start = self.start
        while at != start:
            if at not in self._into:
                before = self.forward
                _, *step = min((before.get(a, _FAR) + e[0], e[1], a) for a, _, e in self.net.in_edges(at))
                self._into[at] = (step[0], step[1])
            number, at = self._into[at]
            steps.append(number)
        return steps[::-1]

    def steps_from(self, at: int) -> list[int]:
        """Edges of the best path from a position to its best jewel."""
        steps: list[int] = []
        ends = self.ends
        while True:
            here = self.backward[at]
            if at in ends and ends[at] <= here + 1e-12:
                return steps
            if at not in self._onward:
                after = self.backward
                _, *step = min((e[0] + after.get(b, _FAR), e[1], b) for _, b, e in self.net.out_edges(at))
                self._onward[at] = (step[0], step[1])
            number, at = self._onward[at]
            steps.append(number)

    def passed(self) -> Mapping[str, Sequence[int]]:
        """The jewels to which every path passes an asset, by asset.

        By dominators: each pair of ends is a position of its own, which the assets hold that all its steps need.
        """
        size = len(self._nodes)
        needed = self.pairs
        held = list(needed.values())
        net: rx.PyDiGraph[int, None] = rx.PyDiGraph(multigraph=False)
        net.add_nodes_from(range(size + len(held)))
        pairs = (
            pair for order, (a, b) in enumerate(needed) for pair in ((a, size + order), (size + order, b))
        )
        net.add_edges_from_no_data(list(pairs))
        above = rx.immediate_dominators(net, self.start)
        closed: dict[str, dict[int, None]] = {}
        for jewel in self._jewels:
            if jewel not in above or jewel == self.start:
                continue
            at = jewel
            while at != self.start:
                for asset_id in held[at - size] if at >= size else (self._nodes[at].asset_id,):
                    if not asset_id:
                        continue
                    closed.setdefault(asset_id, {})[jewel] = None
                at = above[at]
        return {asset_id: list(jewels) for asset_id, jewels in closed.items()}

    def blast(self, positions: Sequence[int], most: int) -> BlastRadius:
        """A search outward from the positions alone."""
        distance = dict.fromkeys(positions, 0.0)
        queue = [(0.0, at) for at in positions]
        heapq.heapify(queue)
        while queue:
            length, at = heapq.heappop(queue)
            if length > distance[at]:
                continue
            for _, b, (cost, _) in self.net.out_edges(at):
                if length + cost < distance.get(b, _FAR):
                    distance[b] = length + cost
                    heapq.heappush(queue, (length + cost, b))
        held = set(positions)
        reached = [at for at in distance if at not in held]
        worth = set(self._jewels)
        jewels = [at for at in reached if at in worth]
        jewels.sort(key=lambda j: (-self._nodes[j].value * math.exp(-distance[j]), j))
        best = jewels[0] if jewels else None
        return BlastRadius(
            len(reached),
            tuple(self._nodes[j] for j in jewels[:most]),
            math.exp(-distance[best]) if best is not None else 0.0,
            self._nodes[best].value if best is not None else 0.0,
        )


def _doors(edges: Iterable[Edge]) -> dict[tuple[str, Relation], float]:
    """The doors that are proved to be open to the internet, with the chance of getting in by them."""
    found: dict[tuple[str, Relation], float] = {}
    for edge in edges:
        if edge.source == INTERNET and edge.known and edge.relation in _THROUGH_DOORS:
            door = (edge.target, edge.relation)
            found[door] = max(found.get(door, 0.0), edge.chance)
    return found


def _same_door(edge: Edge, doors: Mapping[tuple[str, Relation], float]) -> bool:
    """Whether a step inside goes through a door that the internet goes through as well: an intruder needs no place
    inside for that. Who may call code may call it from anywhere, whatever the caller is allowed besides.
    """
    open_ = doors.get((edge.target, edge.relation))
    return open_ is not None and (edge.chance <= open_ or edge.relation is Relation.INVOKES)


def _cost(chance: float) -> float:
    """A chance as a length; never nothing, so that no circle is free."""
    return -math.log(min(max(chance, LEAST_CERTAIN), MOST_CERTAIN))


def _without_hubs(edges: Sequence[Edge]) -> list[Edge]:
    """Two steps through a place that only bundles alike targets are one step."""
    kept: list[Edge] = []
    for edge in edges:
        if kept and kept[-1].target.startswith(BUNDLE):
            first = kept.pop()
            kept.append(
                first._replace(
                    target=edge.target,
                    chance=first.chance * edge.chance,
                    known=first.known and edge.known,
                )
            )
        else:
            kept.append(edge)
    return kept
