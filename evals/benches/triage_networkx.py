"""The graph work of a triage done with networkx: what our searches are measured against, on the same edges."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import networkx as nx  # type: ignore[import-untyped]

from tools.priority.graph.model import INTERNET, Parts
from tools.priority.graph.search import AttackGraph


def same_work(graph: AttackGraph, search: Callable[[AttackGraph], None]) -> dict[str, Any]:
    """Seconds of our `search` and of networkx for building, distances from both ends, and dominators.

    Ours starts from a graph that has searched nothing yet. `agrees` says whether both found the same distances
    (within 1e-9) and reach the same positions.
    """
    parts = Parts()
    for node in graph.nodes:
        parts.add(node)
    for edge in graph.edges:
        parts.join(edge)
    fresh = AttackGraph(parts)
    started = time.perf_counter()
    search(fresh)
    ours = time.perf_counter() - started
    started = time.perf_counter()
    found = [_searched(fresh, known_only) for known_only in (True, False)]
    theirs = time.perf_counter() - started
    return {
        "ours_s": round(ours, 3),
        "networkx_s": round(theirs, 3),
        "ratio": round(theirs / ours, 2) if ours else None,
        "agrees": all(found),
    }


def _searched(graph: AttackGraph, known_only: bool) -> bool:
    mine = graph.known if known_only else graph.likely
    steps, size, start = mine.steps, len(graph.nodes), graph.place[INTERNET]
    net = nx.MultiDiGraph()
    net.add_nodes_from(range(size))
    net.add_weighted_edges_from((a, b, cost) for a, b, cost, _ in steps)
    forward = nx.single_source_dijkstra_path_length(net, start)
    back = nx.MultiDiGraph()
    back.add_nodes_from(range(size + 1))
    back.add_weighted_edges_from((b, a, cost) for a, b, cost, _ in steps)
    back.add_weighted_edges_from((size, at, cost) for at, cost in mine.ends.items())
    backward = nx.single_source_dijkstra_path_length(back, size)
    backward.pop(size)
    if not known_only:
        # Each pair of ends is a position of its own there too: a step can be the choke point.
        split = nx.DiGraph()
        split.add_node(start)
        for order, (a, b) in enumerate(mine.pairs):
            split.add_edge(a, size + order)
            split.add_edge(size + order, b)
        nx.immediate_dominators(split, start)
    return _same(forward, mine.forward) and _same(backward, mine.backward)


def _same(one: Any, other: Any) -> bool:
    return one.keys() == other.keys() and all(abs(one[at] - other[at]) < 1e-9 for at in one)
