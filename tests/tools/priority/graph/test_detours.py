"""Paths that keep clear of what the attacker holds already, against every simple walk of small graphs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from tests.tools.priority.graph.test_search import edge, graph, node, small, walks
from tools.priority.graph.model import INTERNET, Edge, Node, Relation
from tools.priority.graph.search import AttackGraph


def _through(g: AttackGraph, asset: str) -> list[str]:
    path = g.path_of(asset)
    return [n.key for n in path.nodes] if path is not None else []


def test_a_neighbour_that_only_leads_back_has_no_path() -> None:
    """An intruder on `host` has its data; the flawed neighbour behind it gives nothing more."""
    g = graph(
        [node("host"), node("net"), node("neighbour"), node("j", 1.0)],
        [
            edge(INTERNET, "host", 0.9),
            edge("host", "j", 0.9),
            edge("host", "net", 0.99),
            edge("net", "neighbour", 0.5, "flaw"),
            edge("neighbour", "net", 0.99),
            edge("net", "host", 0.5),
        ],
    )
    assert _through(g, "flaw") == []
    assert _through(g, "neighbour") == []
    assert _through(g, "host") == [INTERNET, "host", "j"]


def test_what_a_neighbour_alone_leads_to_counts() -> None:
    g = graph(
        [node("host"), node("net"), node("neighbour"), node("j", 1.0), node("k", 0.6)],
        [
            edge(INTERNET, "host", 0.9),
            edge("host", "j", 0.9),
            edge("host", "net", 0.99),
            edge("net", "neighbour", 0.5, "flaw"),
            edge("neighbour", "net", 0.99),
            edge("net", "host", 0.5),
            edge("neighbour", "k", 0.3),
        ],
    )
    assert _through(g, "flaw") == [INTERNET, "host", "net", "neighbour", "k"]
    path = g.path_of("flaw")
    assert path is not None
    assert path.risk == pytest.approx(0.9 * 0.99 * 0.5 * 0.3 * 0.6, rel=1e-3)


def test_the_way_in_may_be_another_than_the_best_one() -> None:
    """The best way to the neighbour leads over the host, but by its own poor login it leads on to that host."""
    g = graph(
        [node("host"), node("neighbour"), node("j", 1.0)],
        [
            edge(INTERNET, "host", 0.9),
            edge("host", "neighbour", 0.9),
            edge(INTERNET, "neighbour", 0.1, "login"),
            edge("neighbour", "host", 0.8, "key")._replace(relation=Relation.HOLDS),
            edge("host", "j", 0.9),
        ],
    )
    assert _through(g, "key") == [INTERNET, "neighbour", "host", "j"]
    assert _through(g, "neighbour") == [INTERNET, "neighbour", "host", "j"]


def test_an_asset_has_the_path_of_the_step_that_is_no_detour() -> None:
    """The same policy lets the host's identity call itself back and, less likely, read data."""
    g = graph(
        [node("host"), node("role"), node("j", 1.0), node("k", 0.9)],
        [
            edge(INTERNET, "host", 0.9),
            edge("host", "role", 0.9),
            edge("role", "host", 0.9, "policy"),
            edge("host", "j", 0.9),
            edge("role", "k", 0.2, "policy"),
        ],
    )
    assert _through(g, "policy") == [INTERNET, "host", "role", "k"]


def test_many_detours_of_one_asset_cost_little() -> None:
    spokes = [f"s{n:04}" for n in range(2_000)]
    g = graph(
        [node("host"), node("j", 1.0), *map(node, spokes)],
        [
            edge(INTERNET, "host", 0.9),
            edge("host", "j", 0.9),
            *(edge("host", s, 0.9) for s in spokes),
            *(edge(s, "host", 0.9, "policy") for s in spokes),
        ],
    )
    assert _through(g, "policy") == []
    assert all(_through(g, s) == [] for s in spokes)


@given(small())
@settings(max_examples=200, deadline=None)
def test_no_path_through_an_asset_is_better_than_the_best_simple_walk(
    drawn: tuple[list[Node], list[Edge]],
) -> None:
    nodes, steps = drawn
    g = graph(nodes, steps)
    worth = {n.key: n.value for n in nodes}
    everything = [w for w in walks(list(g.edges)) if worth[w[-1].target] >= 0.5]
    for step in g.edges:
        (asset,) = step.asset_ids
        path = g.path_of(asset)
        if path is None:
            continue
        assert step in path.edges
        assert len({n.key for n in path.nodes}) == len(path.nodes)
        best = max(math.prod(s.chance for s in w) * worth[w[-1].target] for w in everything if step in w)
        assert path.risk <= best * (1 + 1e-9)


@pytest.mark.parametrize(("own", "through"), [(0.9, False), (0.1, True), (0.0, True)])
def test_who_has_the_role_already_needs_no_neighbour_that_has_it_too(own: float, through: bool) -> None:
    """Two machines run as one role; the second is only reached from the first."""
    steps = [edge("host", "role", own, "profile")] if own else []
    g = graph(
        [node("host"), node("net"), node("neighbour"), node("role"), node("j", 1.0)],
        [
            edge(INTERNET, "host", 0.9),
            edge("host", "net", 0.99),
            edge("net", "neighbour", 0.5, "flaw"),
            edge("neighbour", "role", 0.9),
            edge("role", "j", 0.9),
            *steps,
        ],
    )
    wanted = [INTERNET, "host", "net", "neighbour", "role", "j"] if through else []
    assert _through(g, "flaw") == _through(g, "neighbour") == wanted
    assert _through(g, "role")[-2:] == ["role", "j"]


def test_what_the_neighbour_leads_to_besides_counts() -> None:
    g = graph(
        [node("host"), node("neighbour"), node("role"), node("j", 1.0), node("k", 0.8)],
        [
            edge(INTERNET, "host", 0.9),
            edge("host", "role", 0.9),
            edge("role", "j", 0.9),
            edge("host", "neighbour", 0.5, "flaw"),
            edge("neighbour", "role", 0.9),
            edge("neighbour", "k", 0.4),
        ],
    )
    assert _through(g, "flaw") == [INTERNET, "host", "neighbour", "k"]


def test_another_way_in_does_not_make_a_door_needless() -> None:
    """Strangers may take the role themselves; the machine's own door stays a way in all the same."""
    g = graph(
        [node("host"), node("role"), node("j", 1.0)],
        [
            edge(INTERNET, "host", 0.9, "door"),
            edge("host", "role", 0.9)._replace(relation=Relation.RUNS_AS),
            edge(INTERNET, "role", 0.9, "trust"),
            edge("role", "j", 0.9),
        ],
    )
    assert _through(g, "door") == [INTERNET, "host", "role", "j"]
    assert _through(g, "trust") == [INTERNET, "role", "j"]


def test_how_near_a_way_passes_what_has_no_path() -> None:
    g = graph(
        [node("host"), node("neighbour"), node("far"), node("j", 1.0)],
        [
            edge(INTERNET, "host", 0.9),
            edge("host", "j", 0.8),
            edge("host", "neighbour", 0.5),
            edge("neighbour", "j", 0.9, "grant"),
            edge("far", "j", 0.9),
        ],
    )
    assert g.path_of("neighbour") is None
    assert g.beside("neighbour") == pytest.approx(0.9 * 0.5 * 0.9, rel=1e-3)
    assert g.beside("grant") == g.beside("neighbour")
    assert g.beside("host") == 0.0, "it has a path"
    assert g.beside("far") == g.beside("unheard of") == 0.0


def test_an_administrator_elsewhere_does_not_take_the_way_of_an_intruder_who_is_none() -> None:
    """A leaked key of an administrator reaches every role by itself; the flawed host still has its own use of them."""
    g = graph(
        [node("bucket"), node("admin"), node("host"), node("builder"), node("deployer"), node("j", 1.0)],
        [
            edge(INTERNET, "bucket", 0.92),
            edge("bucket", "admin", 0.92, "key"),
            *(edge("admin", role, 0.97) for role in ("builder", "deployer")),
            edge(INTERNET, "host", 0.9, "flaw"),
            edge("host", "builder", 0.8),
            edge("builder", "deployer", 0.9, "policy"),
            edge("deployer", "j", 0.9),
        ],
    )
    assert _through(g, "policy") == [INTERNET, "host", "builder", "deployer", "j"]
    assert _through(g, "builder") == [INTERNET, "host", "builder", "deployer", "j"]
    assert _through(g, "deployer") == [INTERNET, "bucket", "admin", "deployer", "j"]


@pytest.mark.parametrize(
    ("inside", "relation", "through"),
    [
        (0.7, Relation.REACHES, False),
        (0.8, Relation.REACHES, True),
        (0.7, Relation.EXPLOITS, True),
        (0.7, Relation.HOLDS, True),
    ],
)
def test_a_door_that_is_open_to_the_internet_needs_nobody_inside(
    inside: float, relation: Relation, through: bool
) -> None:
    """A flawed host beside a database that asks for no login; a key to it, or a better door, is another matter."""
    g = graph(
        [node("host"), node("net"), node("j", 1.0)],
        [
            edge(INTERNET, "host", 0.9, "flaw"),
            edge("host", "net", 0.99),
            edge("net", "j", inside)._replace(relation=relation),
            edge(INTERNET, "j", 0.75),
        ],
    )
    assert _through(g, "flaw") == ([INTERNET, "host", "net", "j"] if through else [])
    assert _through(g, "j") == [INTERNET, "j"]


def test_a_door_that_is_only_possible_closes_no_other() -> None:
    g = graph(
        [node("host"), node("j", 1.0)],
        [
            edge(INTERNET, "host", 0.9, "flaw"),
            edge("host", "j", 0.7),
            edge(INTERNET, "j", 0.75, known=False),
        ],
    )
    assert _through(g, "flaw") == [INTERNET, "host", "j"]


def test_who_may_call_code_calls_it_from_anywhere() -> None:
    """A caller inside has no better chance with public code, whatever its right to call it is worth elsewhere."""
    g = graph(
        [node("role"), node("code"), node("j", 1.0)],
        [
            edge(INTERNET, "role", 0.9, "trust"),
            edge("role", "code", 0.9)._replace(relation=Relation.INVOKES),
            edge(INTERNET, "code", 0.35)._replace(relation=Relation.INVOKES),
            edge("code", "j", 0.9),
        ],
    )
    assert _through(g, "trust") == []
    assert _through(g, "code") == [INTERNET, "code", "j"]
