"""Paths through the attack graph: the best ones, where they can be cut, and how far an intruder gets.

Two searches give everything: from the internet forward, and from the crown jewels backward. Both are linear in the
edges (times a logarithm), and each path is read off the distances, so nothing is ever enumerated.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import rustworkx as rx

from tools.priority.graph.model import (
    BUNDLE,
    INTERNET,
    LEAST_CERTAIN,
    MOST_CERTAIN,
    AttackPath,
    BlastRadius,
    ChokePoint,
    Edge,
    Node,
    NodeKind,
    Part,
    Parts,
    Relation,
    place_of,
)

JEWEL = 0.3
"""Worth from which a position counts as a crown jewel."""
OPEN = 0.93
"""Chance of an entry from which no other way in matters: who may simply take a thing needs nobody's rights for it."""
_FAR = math.inf
_TELLING = (Relation.HOLDS, Relation.OPENS)


class AttackGraph:
    """A frozen graph. The same parts give the same graph, in whatever order they were gathered."""

    def __init__(self, parts: Parts) -> None:
        nodes = dict(parts.nodes)
        nodes.setdefault(INTERNET, Node(INTERNET, NodeKind.INTERNET, "internet"))
        self.nodes: tuple[Node, ...] = tuple(nodes[key] for key in sorted(nodes))
        self.place: Mapping[str, int] = {node.key: at for at, node in enumerate(self.nodes)}
        kept = sorted(
            (e for e in parts.edges.values() if e.source in self.place and e.target in self.place),
            key=place_of,
        )
        self.edges: tuple[Edge, ...] = tuple(kept)
        self.unread: tuple[str, ...] = tuple(parts.unread)
        self._found: dict[tuple[str, Part | None, bool], AttackPath | None] = {}
        self.known = _Search(self, known_only=True)
        self.likely = _Search(self, known_only=False)

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def jewels(self) -> tuple[int, ...]:
        """Places of the crown jewels."""
        return tuple(at for at, node in enumerate(self.nodes) if node.value >= JEWEL)

    @cached_property
    def _by_asset(self) -> Mapping[str, tuple[list[int], list[int]]]:
        """Positions and edges that an asset stands for or makes possible."""
        found: dict[str, tuple[list[int], list[int]]] = {}
        for at, node in enumerate(self.nodes):
            if node.asset_id:
                found.setdefault(node.asset_id, ([], []))[0].append(at)
        for number, edge in enumerate(self.edges):
            for asset_id in edge.asset_ids:
                found.setdefault(asset_id, ([], []))[1].append(number)
        return found

    def path_of(self, asset_id: str, *, known_only: bool = False) -> AttackPath | None:
        """The gravest path that an asset stands on or makes possible; a proved one before a possible one of the same
        risk. None if there is none.
        """
        key = (asset_id, None, known_only)
        if key not in self._found:
            there = self._by_asset.get(asset_id)
            self._found[key] = self._graver(*there, known_only=known_only) if there is not None else None
        return self._found[key]

    def path_by(self, asset_id: str, part: Part, *, known_only: bool = False) -> AttackPath | None:
        """The gravest path in which an asset has this very part; None if it has that part in none."""
        key = (asset_id, part, known_only)
        if key not in self._found:
            steps = self._parts_of.get(asset_id, {}).get(part)
            self._found[key] = self._graver((), steps, known_only=known_only) if steps else None
        return self._found[key]

    def _graver(
        self, positions: Sequence[int], steps: Sequence[int], *, known_only: bool
    ) -> AttackPath | None:
        proved = self.known.best_through(positions, steps)
        if known_only:
            return proved
        likely = self.likely.best_through(positions, steps)
        if proved is None or (likely is not None and likely.risk > proved.risk * (1 + 1e-9)):
            return likely
        return proved

    @cached_property
    def _parts_of(self) -> Mapping[str, Mapping[Part, list[int]]]:
        """Steps by asset and by the part that it has in them."""
        found: dict[str, dict[Part, list[int]]] = {}
        for number, edge in enumerate(self.edges):
            there = self.nodes[self.place[edge.target]].asset_id
            parts = [(Part.ENTERED, there)] if edge.source == INTERNET else []
            if edge.relation is Relation.EXPLOITS:
                parts.append((Part.EXPLOITED, there))
            parts += [(part, asset_id) for part, _ in tuple(parts) for asset_id in edge.asset_ids]
            here = self.nodes[self.place[edge.source]].asset_id
            if edge.relation is Relation.RUNS_AS:
                parts.append((Part.RUN_AS, here))
            elif edge.relation is Relation.ESCAPES:
                parts.append((Part.ESCAPED, here))
            elif edge.relation in _TELLING:
                parts.append((Part.TOLD, here))
            for part, asset_id in parts:
                found.setdefault(asset_id, {}).setdefault(part, []).append(number)
        return found

    @cached_property
    def commands(self) -> Mapping[str, Edge]:
        """The step by which an asset is an administrator of something, or makes somebody one."""
        found: dict[str, Edge] = {}
        for edge in self.edges:
            if self.nodes[self.place[edge.target]].kind is not NodeKind.CONTROL_PLANE:
                continue
            for asset_id in (self.nodes[self.place[edge.source]].asset_id, *edge.asset_ids):
                there = found.get(asset_id)
                if asset_id and (there is None or (edge.known, edge.chance) > (there.known, there.chance)):
                    found[asset_id] = edge
        return found

    def paths(self, limit: int = 20, *, known_only: bool = False) -> list[AttackPath]:
        """The gravest path to each crown jewel, the highest risk first."""
        search = self.known if known_only else self.likely
        found = (search.path_to(jewel) for jewel in self.jewels)
        ranked = sorted((p for p in found if p is not None), key=lambda p: (-p.risk, p.jewel.key))
        return ranked[: max(limit, 0)]

    def choke_points(self, limit: int = 10) -> list[ChokePoint]:
        """Assets that every path to some reachable jewel passes, those that close the most worth first."""
        return self.likely.choke_points(limit)

    def blast_radius(self, asset_id: str, *, most: int = 20) -> BlastRadius:
        """What control of an asset leads on to."""
        there = self._by_asset.get(asset_id, ([], []))
        return self.likely.blast(there[0], most)


class _Search:
    """Distances over all edges or over the proved ones: `-ln(chance)` summed along the best path."""

    def __init__(self, graph: AttackGraph, *, known_only: bool) -> None:
        self._graph = graph
        self._known_only = known_only
        # Each position's best step in and on is looked for once, so that a hub's are not compared for every path.
        self._into: dict[int, tuple[int, int]] = {}
        self._onward: dict[int, tuple[int, int]] = {}
        self._walks: dict[tuple[int, int, int], AttackPath | None] = {}

    @cached_property
    def steps(self) -> Sequence[tuple[int, int, float, int]]:
        """The edges searched over: place of the source, of the target, cost, and number among the graph's edges."""
        place, edges = self._graph.place, self._graph.edges
        taken = {e.target for e in edges if e.source == INTERNET and e.known and e.chance >= OPEN}
        return [
            (place[e.source], place[e.target], _cost(e.chance), number)
            for number, e in enumerate(edges)
            if (e.known or not self._known_only) and (e.source == INTERNET or e.target not in taken)
        ]

    @cached_property
    def pairs(self) -> Mapping[tuple[int, int], frozenset[str]]:
        """The assets that every step between two positions needs. Of all edges, the passed over ones too: closing the
        open way to a thing leaves those that its own rights give.
        """
        place = self._graph.place
        needed: dict[tuple[int, int], frozenset[str]] = {}
        for edge in self._graph.edges:
            if edge.known or not self._known_only:
                ends, assets = (place[edge.source], place[edge.target]), frozenset(edge.asset_ids)
                needed[ends] = needed.get(ends, assets) & assets
        return needed

    @cached_property
    def ends(self) -> Mapping[int, float]:
        """Cost of ending at each jewel: its worth, counted as one more chance."""
        return {at: _cost(self._graph.nodes[at].value) for at in self._graph.jewels}

    @cached_property
    def _by_number(self) -> Mapping[int, tuple[int, int, float]]:
        return {number: (a, b, cost) for a, b, cost, number in self.steps}

    @cached_property
    def _net(self) -> rx.PyDiGraph[int, tuple[float, int]]:
        net: rx.PyDiGraph[int, tuple[float, int]] = rx.PyDiGraph()
        net.add_nodes_from(range(len(self._graph.nodes)))
        net.add_edges_from([(a, b, (cost, number)) for a, b, cost, number in self.steps])
        return net

    @cached_property
    def forward(self) -> Mapping[int, float]:
        """Distance of every position that the internet reaches."""
        start = self._graph.place[INTERNET]
        found = rx.dijkstra_shortest_path_lengths(self._net, start, edge_cost_fn=lambda e: e[0])
        return {**dict(found), start: 0.0}

    @cached_property
    def backward(self) -> Mapping[int, float]:
        """Distance of every position to its best jewel, the jewel's worth counted as one more chance."""
        size = len(self._graph.nodes)
        back: rx.PyDiGraph[int, float] = rx.PyDiGraph()
        back.add_nodes_from(range(size + 1))
        back.add_edges_from([(b, a, cost) for a, b, cost, _ in self.steps])
        back.add_edges_from([(size, at, cost) for at, cost in self.ends.items()])
        found = rx.dijkstra_shortest_path_lengths(back, size, edge_cost_fn=float)
        return {at: distance for at, distance in found.items() if at != size}

    def best_through(self, positions: Iterable[int], edges: Iterable[int]) -> AttackPath | None:
        """The gravest path through one of the positions or over one of the edges."""
        best: tuple[float, int, int, int] | None = None
        forward, backward, steps = self.forward, self.backward, self._by_number
        for at in positions:
            length = forward.get(at, _FAR) + backward.get(at, _FAR)
            if length < _FAR and (best is None or (length, at) < best[:2]):
                best = (length, at, at, -1)
        for number in edges:
            if number not in steps:
                continue
            a, b, cost = steps[number]
            length = forward.get(a, _FAR) + cost + backward.get(b, _FAR)
            if length < _FAR and (best is None or (length, a) < best[:2]):
                best = (length, a, b, number)
        if best is None:
            return None
        _, a, b, number = best
        walk = (a, b, number)
        if walk not in self._walks:
            middle = [number] if number >= 0 else []
            taken = [*self._steps_to(a), *middle, *self._steps_from(b)]
            self._walks[walk] = self._path(_without_loops(taken, self._graph))
        return self._walks[walk]

    def path_to(self, at: int) -> AttackPath | None:
        """The most likely path to a position."""
        if self.forward.get(at, _FAR) == _FAR or at == self._graph.place[INTERNET]:
            return None
        return self._path(self._steps_to(at))

    def _path(self, steps: Sequence[int]) -> AttackPath | None:
        if not steps:
            return None
        edges = tuple(_without_hubs([self._graph.edges[number] for number in steps]))
        nodes = [self._graph.nodes[self._graph.place[edges[0].source]]]
        nodes += [self._graph.nodes[self._graph.place[edge.target]] for edge in edges]
        chance = math.exp(-sum(_cost(edge.chance) for edge in edges))
        return AttackPath(tuple(nodes), edges, chance, all(edge.known for edge in edges))

    def _steps_to(self, at: int) -> list[int]:
        """Edges of the best path from the internet to a position."""
        steps: list[int] = []
        start = self._graph.place[INTERNET]
        while at != start:
            if at not in self._into:
                before = self.forward
                _, *step = min((before.get(a, _FAR) + e[0], e[1], a) for a, _, e in self._net.in_edges(at))
                self._into[at] = (step[0], step[1])
            number, at = self._into[at]
            steps.append(number)
        return steps[::-1]

    def _steps_from(self, at: int) -> list[int]:
        """Edges of the best path from a position to its best jewel."""
        steps: list[int] = []
        ends = self.ends
        while True:
            here = self.backward[at]
            if at in ends and ends[at] <= here + 1e-12:
                return steps
            if at not in self._onward:
                after = self.backward
                _, *step = min((e[0] + after.get(b, _FAR), e[1], b) for _, b, e in self._net.out_edges(at))
                self._onward[at] = (step[0], step[1])
            number, at = self._onward[at]
            steps.append(number)

    def choke_points(self, limit: int) -> list[ChokePoint]:
        """By dominators: each pair of ends is a position of its own, which the assets hold that all its steps need."""
        graph = self._graph
        size = len(graph.nodes)
        needed = self.pairs
        held = list(needed.values())
        net: rx.PyDiGraph[int, None] = rx.PyDiGraph(multigraph=False)
        net.add_nodes_from(range(size + len(held)))
        pairs = (
            pair for order, (a, b) in enumerate(needed) for pair in ((a, size + order), (size + order, b))
        )
        net.add_edges_from_no_data(list(pairs))
        start = graph.place[INTERNET]
        above = rx.immediate_dominators(net, start)
        closed: dict[str, dict[int, None]] = {}
        for jewel in graph.jewels:
            if jewel not in above or jewel == start:
                continue
            at = jewel
            while at != start:
                for asset_id in held[at - size] if at >= size else (graph.nodes[at].asset_id,):
                    if not asset_id:
                        continue
                    closed.setdefault(asset_id, {})[jewel] = None
                at = above[at]
        points = [self._choke(asset_id, list(jewels)) for asset_id, jewels in closed.items()]
        points.sort(key=lambda p: (-p.worth, -p.closes, p.asset_id))
        return points[: max(limit, 0)]

    def _choke(self, asset_id: str, jewels: Sequence[int]) -> ChokePoint:
        nodes = [self._graph.nodes[at] for at in jewels]
        nodes.sort(key=lambda n: (-n.value, n.key))
        positions = self._graph._by_asset.get(asset_id, ([], []))[0]
        label = self._graph.nodes[positions[0]].label if positions else asset_id
        return ChokePoint(
            asset_id,
            label,
            len(nodes),
            tuple(n.label for n in nodes[:20]),
            sum(n.value * math.exp(-self.forward[self._graph.place[n.key]]) for n in nodes),
        )

    def blast(self, positions: Sequence[int], most: int) -> BlastRadius:
        """A search outward from the positions alone."""
        distance = dict.fromkeys(positions, 0.0)
        queue = [(0.0, at) for at in positions]
        heapq.heapify(queue)
        while queue:
            length, at = heapq.heappop(queue)
            if length > distance[at]:
                continue
            for _, b, (cost, _) in self._net.out_edges(at):
                if length + cost < distance.get(b, _FAR):
                    distance[b] = length + cost
                    heapq.heappush(queue, (length + cost, b))
        held = set(positions)
        reached = [at for at in distance if at not in held]
        jewels = [at for at in reached if self._graph.nodes[at].value >= JEWEL]
        jewels.sort(key=lambda j: (-self._graph.nodes[j].value * math.exp(-distance[j]), j))
        best = jewels[0] if jewels else None
        return BlastRadius(
            len(reached),
            tuple(self._graph.nodes[j] for j in jewels[:most]),
            math.exp(-distance[best]) if best is not None else 0.0,
            self._graph.nodes[best].value if best is not None else 0.0,
        )


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
                replace(
                    first,
                    target=edge.target,
                    chance=first.chance * edge.chance,
                    known=first.known and edge.known,
                )
            )
        else:
            kept.append(edge)
    return kept


def _without_loops(steps: Sequence[int], graph: AttackGraph) -> list[int]:
    """The same walk with circles cut out (a path through an edge may pass a position twice)."""
    kept: list[int] = []
    seen: dict[str, int] = {}
    for number in steps:
        edge = graph.edges[number]
        if not kept:
            seen[edge.source] = 0
        kept.append(number)
        if edge.target in seen:
            back = seen[edge.target]
            for dropped in kept[back:]:
                seen.pop(graph.edges[dropped].target, None)
            kept = kept[:back]
            seen[edge.target] = back
        else:
            seen[edge.target] = len(kept)
    return kept
