"""What the searches cost at a hub of many edges, counted in steps of work and not in seconds."""

from __future__ import annotations

from tests.tools.priority.graph.test_search import edge, graph, node
from tests.work import LINEAR, growth, work
from tools.priority.graph.model import INTERNET
from tools.priority.graph.search import AttackGraph

HALF = 5_000
"""Edges into the hub and edges out of it: ten thousand, then twenty thousand."""


def _hub(half: int) -> AttackGraph:
    sources = [f"s{n:05d}" for n in range(half)]
    jewels = [f"j{n:05d}" for n in range(half)]
    return graph(
        [node("hub"), *map(node, sources), *(node(j, 0.9) for j in jewels)],
        [
            edge(INTERNET, sources[0], 0.8),
            *(edge(s, "hub", 0.5 + n / (4 * half)) for n, s in enumerate(sources)),
            *(edge("hub", j, 0.5 + n / (4 * half)) for n, j in enumerate(jewels)),
        ],
    )


def test_a_path_for_each_asset_around_a_hub_costs_in_step_with_its_edges() -> None:
    def cost(half: int) -> int:
        hub = _hub(half)
        found: list[bool] = []
        spent = work(
            lambda: found.extend(hub.path_of(n.asset_id) is not None for n in hub.nodes if n.asset_id)
        )
        # One source is entered; through the hub it leads to every jewel.
        assert sum(found) == half + 2
        return spent

    assert growth(cost, HALF) < LINEAR


def test_choke_points_of_a_hub_cost_in_step_with_its_edges() -> None:
    def cost(half: int) -> int:
        hub = _hub(half)
        spent = work(lambda: hub.choke_points(2))
        assert {p.asset_id for p in hub.choke_points(2)} == {"hub", "s00000"}
        return spent

    assert growth(cost, HALF) < LINEAR


def test_how_far_one_gets_from_a_hub_costs_in_step_with_its_edges() -> None:
    def cost(half: int) -> int:
        hub = _hub(half)
        spent = work(lambda: hub.blast_radius("hub"))
        assert hub.blast_radius("hub").positions == half
        return spent

    assert growth(cost, HALF) < LINEAR
