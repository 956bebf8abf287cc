"""Nodes and edges of the attack graph, and what a search over it gives.

A node is a position that an attacker can hold (`control` of a machine, an identity's permissions, data, a place in a
network). An edge is one step, with the chance that an attacker who tries succeeds, why it is possible, and the records
that show it. An edge is `known` when records prove it, `possible` when a record that would decide is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

INTERNET: Final = "internet"
"""Key of the node where every path begins."""

BUNDLE: Final = "several:"
"""Keys that begin so are no positions: they bundle targets that an identity gets at alike."""

MOST_CERTAIN: Final = 0.999
LEAST_CERTAIN: Final = 0.001


class NodeKind(StrEnum):
    """What a position is."""

    INTERNET = "internet"
    NETWORK = "network"
    COMPUTE = "compute"
    SERVICE = "service"
    IDENTITY = "identity"
    CREDENTIAL = "credential"
    DATA = "data"
    CONTROL_PLANE = "control_plane"


class Relation(StrEnum):
    """What an attacker does to take a step."""

    REACHES = "reaches"
    EXPLOITS = "exploits"
    SIGNS_IN = "signs_in"
    INVOKES = "invokes"
    COPIES = "copies"
    RUNS_AS = "runs_as"
    ASSUMES = "assumes"
    ESCALATES = "escalates"
    READS = "reads"
    WRITES = "writes"
    CONTROLS = "controls"
    ESCAPES = "escapes"
    HOLDS = "holds"
    OPENS = "opens"


class Part(StrEnum):
    """What part an asset has in a path because of one weakness: strangers come in by it, its flaw is exploited, an
    intruder on it becomes its identity, leaves the container for its host, finds a credential in it, comes by a
    credential for it, uses it with a login that is let in (and not with the right to change whom it lets in), or
    becomes it because it trusts another identity."""

    ENTERED = "entered"
    EXPLOITED = "exploited"
    RUN_AS = "run_as"
    ESCAPED = "escaped"
    TOLD = "told"
    BY_KEY = "by_key"
    USED = "used"
    ASSUMED = "assumed"


class Node(NamedTuple):
    """A position. `value` is what it is worth by itself (0 nothing, 1 a crown jewel) and `worth` says why."""

    key: str
    kind: NodeKind
    label: str
    asset_id: str = ""
    account: str = ""
    value: float = 0.0
    worth: str = ""


class Edge(NamedTuple):
    """One step from `source` to `target` (keys of nodes).

    `chance` is the probability of success for an attacker who stands at the source; `why` is one clause made from the
    records; `asset_ids` are the assets whose configuration makes the step possible (a security group, a policy); to fix
    one of them may close the step. `records` are names or ids that the clause rests on.
    """

    source: str
    target: str
    relation: Relation
    chance: float
    why: str
    asset_ids: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True)
class AttackPath:
    """Steps from the internet to something worth having.

    `chance` is the product of the steps' chances, `value` the worth of the end, `risk` their product; `known` only if
    every step is.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    chance: float
    known: bool

    @property
    def entry(self) -> Node:
        """The first position inside."""
        return self.nodes[1] if len(self.nodes) > 1 else self.nodes[0]

    @property
    def jewel(self) -> Node:
        """Where it ends."""
        return self.nodes[-1]

    @property
    def value(self) -> float:
        """Worth of the end, 0 to 1."""
        return self.jewel.value

    @property
    def risk(self) -> float:
        """Chance times worth."""
        return self.chance * self.jewel.value

    def asset_ids(self) -> tuple[str, ...]:
        """Every asset on the path or behind one of its steps, in order, once."""
        found: dict[str, None] = {}
        for node, edge in zip(self.nodes[1:], self.edges, strict=True):
            found.update(dict.fromkeys(edge.asset_ids))
            if node.asset_id:
                found[node.asset_id] = None
        return tuple(found)


@dataclass(frozen=True, slots=True)
class ChokePoint:
    """A position or step that all paths to some jewels pass: to close it closes those paths."""

    asset_id: str
    label: str
    closes: int
    jewels: tuple[str, ...]
    worth: float


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """What whoever holds a position can go on to. `jewels` are the gravest first; `chance` is of the best one."""

    positions: int
    jewels: tuple[Node, ...]
    chance: float
    value: float


@dataclass(slots=True)
class Parts:
    """Nodes and edges as they are gathered.

    Steps with the same ends that rest on different assets are kept side by side: to close one of them is not enough.
    So are one by a flaw and one by an open door.
    `unread` says what could not be read, for the report.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str, tuple[str, ...], bool], Edge] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def add(self, node: Node) -> str:
        """Add a node; one that is there already stays unless the new one is worth more. Gives its key."""
        there = self.nodes.get(node.key)
        if there is None or node.value > there.value:
            self.nodes[node.key] = node
        return node.key

    def join(self, edge: Edge) -> None:
        """Add an edge; of two that rest on the same assets the surer stays. A step onto itself says nothing."""
        if edge.source == edge.target:
            return
        ends = place_of(edge)
        there = self.edges.get(ends)
        if there is None or _rank(edge) > _rank(there):
            self.edges[ends] = edge


def place_of(edge: Edge) -> tuple[str, str, tuple[str, ...], bool]:
    """What an edge stands for: two with the same are one step."""
    return (edge.source, edge.target, edge.asset_ids, edge.relation is Relation.EXPLOITS)


def _rank(edge: Edge) -> tuple[bool, float, str]:
    """Proved before possible, then the surer; the text decides between equals, so that order of input does not."""
    return (edge.known, edge.chance, edge.why)
