"""The attack graph: the best paths by asset and by part, where they can be cut, and how far an intruder gets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

from tools.priority.graph.distances import Distances
from tools.priority.graph.model import (
    BUNDLE,
    INTERNET,
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
_TELLING = (Relation.HOLDS, Relation.OPENS)
_BY_KEY = (Relation.HOLDS, Relation.OPENS, Relation.SIGNS_IN)
_USING = (*_BY_KEY, Relation.REACHES, Relation.READS, Relation.WRITES, Relation.INVOKES, Relation.COPIES)


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
        shape = (self.nodes, self.edges, self.place, self.jewels)
        self.known = Distances(*shape, known_only=True)
        self.likely = Distances(*shape, known_only=False)

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

    def beside(self, asset_id: str) -> float:
        """The risk of a proved way past an asset without a path: an intruder gets there, and nothing new by it."""
        if self.path_of(asset_id) is not None:
            return 0.0
        return math.exp(-self.known.nearest(*self._by_asset.get(asset_id, ((), ()))))

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
        # What leads to a bundle is what is done to each of those in it.
        deeds: dict[str, set[Relation]] = {}
        for edge in self.edges:
            if edge.target.startswith(BUNDLE):
                deeds.setdefault(edge.target, set()).add(edge.relation)
        for number, edge in enumerate(self.edges):
            there = self.nodes[self.place[edge.target]].asset_id
            parts = [(Part.ENTERED, there)] if edge.source == INTERNET else []
            if edge.relation is Relation.EXPLOITS:
                parts.append((Part.EXPLOITED, there))
            parts += [(part, asset_id) for part, _ in tuple(parts) for asset_id in edge.asset_ids]
            here = self.nodes[self.place[edge.source]].asset_id
            if edge.relation in _BY_KEY:
                # The record of a key, where there is one, is behind the step that uses it.
                parts += [(Part.BY_KEY, one) for one in (there, *edge.asset_ids)]
            if not deeds.get(edge.source, {edge.relation}).isdisjoint(_USING):
                parts.append((Part.USED, there))
            if edge.relation is Relation.ASSUMES:
                parts.append((Part.ASSUMED, there))
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

    def commanded(self, asset_id: str) -> list[Edge]:
        """The steps by which an asset, or an identity that it runs as, is an administrator of something."""
        there = self._by_asset.get(asset_id, ((), ()))[0]
        owners = [asset_id, *(self.nodes[n].asset_id for at in there for n in self._runs_as.get(at, ()))]
        return [self.commands[one] for one in dict.fromkeys(owners) if one in self.commands]

    @cached_property
    def _runs_as(self) -> Mapping[int, list[int]]:
        """The identities that code on a position has, as records prove."""
        found: dict[int, list[int]] = {}
        for edge in self.edges:
            if edge.relation is Relation.RUNS_AS and edge.known:
                found.setdefault(self.place[edge.source], []).append(self.place[edge.target])
        return found

    def paths(self, limit: int = 20, *, known_only: bool = False) -> list[AttackPath]:
        """The gravest path to each crown jewel, the highest risk first."""
        search = self.known if known_only else self.likely
        found = (search.path_to(jewel) for jewel in self.jewels)
        ranked = sorted((p for p in found if p is not None), key=lambda p: (-p.risk, p.jewel.key))
        return ranked[: max(limit, 0)]

    def choke_points(self, limit: int = 10) -> list[ChokePoint]:
        """Assets that every path to some reachable jewel passes, those that close the most worth first."""
        points = [self._choke(asset_id, jewels) for asset_id, jewels in self.likely.passed().items()]
        points.sort(key=lambda p: (-p.worth, -p.closes, p.asset_id))
        return points[: max(limit, 0)]

    def _choke(self, asset_id: str, jewels: Sequence[int]) -> ChokePoint:
        nodes = [self.nodes[at] for at in jewels]
        nodes.sort(key=lambda n: (-n.value, n.key))
        positions = self._by_asset.get(asset_id, ([], []))[0]
        label = self.nodes[positions[0]].label if positions else asset_id
        forward = self.likely.forward
        return ChokePoint(
            asset_id,
            label,
            len(nodes),
            tuple(n.label for n in nodes[:20]),
            sum(n.value * math.exp(-forward[self.place[n.key]]) for n in nodes),
        )

    def blast_radius(self, asset_id: str, *, most: int = 20) -> BlastRadius:
        """What control of an asset leads on to."""
        there = self._by_asset.get(asset_id, ([], []))
        return self.likely.blast(there[0], most)
