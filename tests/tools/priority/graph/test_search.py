"""Paths, choke points and blast radius against brute force over small graphs."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.priority.graph.model import INTERNET, Edge, Node, NodeKind, Part, Parts, Relation
from tools.priority.graph.search import AttackGraph


def node(key: str, value: float = 0.0, asset: str | None = None) -> Node:
    return Node(key, NodeKind.COMPUTE, key, key if asset is None else asset, "1", value)


def edge(a: str, b: str, chance: float = 0.5, *assets: str, known: bool = True) -> Edge:
    return Edge(a, b, Relation.REACHES, chance, f"{a} to {b}", tuple(assets), (), known)


def graph(nodes: list[Node], edges: list[Edge]) -> AttackGraph:
    parts = Parts()
    for item in nodes:
        parts.add(item)
    for step in edges:
        parts.join(step)
    return AttackGraph(parts)


def test_the_best_path_is_the_most_likely_one_not_the_shortest() -> None:
    g = graph(
        [node("a"), node("b"), node("j", 1.0)],
        [edge(INTERNET, "j", 0.1), edge(INTERNET, "a", 0.9), edge("a", "b", 0.9), edge("b", "j", 0.9)],
    )
    (path,) = g.paths()
    assert [n.key for n in path.nodes] == [INTERNET, "a", "b", "j"]
    assert path.chance == pytest.approx(0.729)
    assert path.risk == pytest.approx(0.729)
    assert path.entry.key == "a"


def test_a_proved_path_comes_before_a_possible_one_of_the_same_risk() -> None:
    g = graph(
        [node("a"), node("j", 1.0)],
        [edge(INTERNET, "a", 0.5), edge("a", "j", 0.5, "p1"), edge("a", "j", 0.5, "p2", known=False)],
    )
    path = g.path_of("a")
    assert path is not None
    assert path.known
    other = g.path_of("p2")
    assert other is not None
    assert not other.known
    assert g.path_of("p2", known_only=True) is None


def test_an_asset_that_is_only_behind_a_step_has_the_path_over_that_step() -> None:
    g = graph([node("vm"), node("j", 0.9)], [edge(INTERNET, "vm", 0.4, "sg"), edge("vm", "j", 0.8, "policy")])
    for asset in ("sg", "policy", "vm", "j"):
        path = g.path_of(asset)
        assert path is not None
        assert path.asset_ids() == ("sg", "vm", "policy", "j")
    assert g.path_of("nothing") is None


def test_a_dead_end_and_an_unreachable_jewel_have_no_path() -> None:
    g = graph([node("a"), node("dead"), node("j", 1.0)], [edge(INTERNET, "dead", 0.9), edge("a", "j", 0.9)])
    assert g.path_of("dead") is None
    assert g.path_of("j") is None
    assert g.paths() == []
    assert g.choke_points() == []


def test_a_way_to_what_anyone_may_take_needs_nobodys_rights() -> None:
    g = graph(
        [node("vm"), node("open", 1.0), node("safe", 0.5)],
        [
            edge(INTERNET, "open", 0.95, "policy"),
            edge(INTERNET, "vm", 0.9),
            edge("vm", "open", 0.95, "grant"),
            edge("vm", "safe", 0.5),
        ],
    )
    path = g.path_of("vm")
    assert path is not None
    assert path.jewel.key == "safe"
    assert g.path_of("grant") is None
    policy = g.path_of("policy")
    assert policy is not None
    assert [n.key for n in policy.nodes] == [INTERNET, "open"]


def test_a_door_that_is_perhaps_open_does_not_hide_a_proved_one() -> None:
    g = graph(
        [node("vm"), node("j", 1.0)],
        [edge(INTERNET, "j", 0.95, known=False), edge(INTERNET, "vm", 0.9), edge("vm", "j", 0.95)],
    )
    path = g.path_of("vm")
    assert path is not None
    assert path.jewel.key == "j"


def test_two_doors_are_no_choke_point_but_what_both_need_is() -> None:
    g = graph(
        [node("vm"), node("j", 1.0), node("k", 1.0)],
        [
            edge(INTERNET, "vm", 0.4, "sg1", "address"),
            edge(INTERNET, "vm", 0.5, "sg2", "address"),
            edge("vm", "j", 0.8, "policy"),
            edge("vm", "k", 0.8, "policy"),
        ],
    )
    closes = {point.asset_id: point.closes for point in g.choke_points()}
    assert closes["vm"] == closes["policy"] == closes["address"] == 2
    assert "sg1" not in closes
    assert "sg2" not in closes
    assert closes["j"] == 1


def test_the_blast_radius_counts_what_lies_beyond() -> None:
    g = graph(
        [node("a"), node("b"), node("j", 1.0), node("k", 0.6)],
        [edge("a", "b", 0.5), edge("b", "j", 0.5), edge("a", "k", 0.2), edge("j", "a", 0.5)],
    )
    blast = g.blast_radius("a")
    assert (blast.positions, [n.key for n in blast.jewels]) == (3, ["j", "k"])
    assert blast.chance == pytest.approx(0.25)
    assert g.blast_radius("k").positions == 0
    assert g.blast_radius("unheard of").jewels == ()


def test_circles_and_self_trust_do_no_harm() -> None:
    g = graph(
        [node("a"), node("b"), node("j", 1.0)],
        [
            edge(INTERNET, "a", 1.0),
            edge("a", "a", 1.0),
            edge("a", "b", 1.0),
            edge("b", "a", 1.0),
            edge("b", "j", 1.0),
        ],
    )
    path = g.path_of("b")
    assert path is not None
    assert [n.key for n in path.nodes] == [INTERNET, "a", "b", "j"]


def test_a_path_over_a_given_step_has_no_circle() -> None:
    # The step b->a is only reached by way of a itself.
    g = graph(
        [node("a"), node("b"), node("j", 1.0)],
        [
            edge(INTERNET, "a", 0.9),
            edge("a", "b", 0.9),
            edge("b", "a", 0.9, "back"),
            edge("a", "j", 0.9),
        ],
    )
    path = g.path_of("back")
    assert path is None or len({n.key for n in path.nodes}) == len(path.nodes)


KEYS = ["a", "b", "c", "d", "e"]


@st.composite
def small(draw: st.DrawFn) -> tuple[list[Node], list[Edge]]:
    values = draw(st.lists(st.sampled_from([0.0, 0.0, 0.6, 1.0]), min_size=5, max_size=5))
    pairs = [(a, b) for a in [INTERNET, *KEYS] for b in KEYS if a != b]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=14))
    chances = draw(st.lists(st.floats(0.05, 0.95), min_size=len(chosen), max_size=len(chosen)))
    known = draw(st.lists(st.booleans(), min_size=len(chosen), max_size=len(chosen)))
    steps = [
        edge(a, b, c, f"{a}{b}{i}", known=k)
        for i, ((a, b), c, k) in enumerate(zip(chosen, chances, known, strict=True))
    ]
    return [node(k, v) for k, v in zip(KEYS, values, strict=True)], steps


def walks(steps: list[Edge]) -> list[list[Edge]]:
    """Every simple walk from the internet."""
    found: list[list[Edge]] = []
    waiting: list[tuple[str, list[Edge], set[str]]] = [(INTERNET, [], {INTERNET})]
    while waiting:
        at, path, seen = waiting.pop()
        for step in steps:
            if step.source == at and step.target not in seen:
                longer = [*path, step]
                found.append(longer)
                waiting.append((step.target, longer, seen | {step.target}))
    return found


@given(small())
@settings(max_examples=150, deadline=None)
def test_paths_agree_with_trying_every_walk(drawn: tuple[list[Node], list[Edge]]) -> None:
    nodes, steps = drawn
    g = graph(nodes, steps)
    kept = list(g.edges)
    worth = {n.key: n.value for n in nodes}
    everything = walks(kept)
    for path in g.paths():
        best = max(math.prod(s.chance for s in w) for w in everything if w[-1].target == path.jewel.key)
        assert path.chance == pytest.approx(best, rel=1e-6)
    reached = {w[-1].target for w in everything if worth[w[-1].target] >= 0.5}
    assert {p.jewel.key for p in g.paths()} == reached


@given(small())
@settings(max_examples=150, deadline=None)
def test_closing_a_choke_point_closes_what_it_says(drawn: tuple[list[Node], list[Edge]]) -> None:
    nodes, steps = drawn
    g = graph(nodes, steps)
    worth = {n.key: n.value for n in nodes}

    def jewels(edges: list[Edge]) -> set[str]:
        return {w[-1].target for w in walks(edges) if worth[w[-1].target] >= 0.5}

    before = jewels(list(g.edges))
    told = {point.asset_id: point.closes for point in g.choke_points(1_000)}
    for asset in {a for e in g.edges for a in e.asset_ids} | set(worth):
        left = [e for e in g.edges if asset not in e.asset_ids and e.source != asset and e.target != asset]
        assert told.get(asset, 0) == len(before - jewels(left)), asset


@given(small(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_input_changes_nothing(
    drawn: tuple[list[Node], list[Edge]], chaos: random.Random
) -> None:
    nodes, steps = drawn
    shuffled = list(steps)
    chaos.shuffle(shuffled)
    first, second = graph(nodes, steps), graph(nodes[::-1], shuffled)
    assert first.paths() == second.paths()
    assert first.choke_points() == second.choke_points()
    for key in KEYS:
        assert first.path_of(key) == second.path_of(key)


def test_a_hub_of_many_edges_is_searched_in_one_pass() -> None:
    parts: Any = Parts()
    for i in range(20_000):
        parts.add(node(f"n{i:05}", 1.0 if i % 500 == 0 else 0.0))
        parts.join(edge(INTERNET, "hub", 0.5, f"sg{i}")) if i < 2_000 else None
        parts.join(edge("hub", f"n{i:05}", 0.5, f"r{i}"))
    parts.add(node("hub"))
    g = AttackGraph(parts)
    assert len(g.paths(1_000)) == 40
    assert g.choke_points(1)[0].closes == 40
    assert all(g.path_of(f"sg{i}") is not None for i in itertools.islice(range(2_000), 0, 2_000, 100))


def test_a_path_by_its_part_is_the_gravest_in_which_the_asset_has_that_part() -> None:
    nodes = [node("vm"), node("pod"), node("host"), node("j", 1.0), node("k", 0.9)]
    exploit = Edge(INTERNET, "vm", Relation.EXPLOITS, 0.9, "a flaw", ("sg",), ())
    runs = Edge("vm", "j", Relation.RUNS_AS, 0.5, "its role", (), ())
    out = Edge("pod", "host", Relation.ESCAPES, 0.9, "privileged", (), ())
    g = graph(
        nodes,
        [edge(INTERNET, "vm", 0.3, "sg"), exploit, runs, edge("vm", "pod", 0.9), out, edge("host", "k", 0.5)],
    )
    assert len(g.edges) == 6, "a door and a flaw over the same records stay side by side"
    exploited, entered = g.path_by("vm", Part.EXPLOITED), g.path_by("sg", Part.ENTERED)
    assert exploited is not None
    assert exploited.edges[0].relation is Relation.EXPLOITS
    assert entered is not None
    assert entered.chance == exploited.chance
    assert g.path_by("j", Part.ENTERED) is None
    escaped, run_as = g.path_by("pod", Part.ESCAPED), g.path_by("vm", Part.RUN_AS)
    assert escaped is not None
    assert [n.key for n in escaped.nodes] == [INTERNET, "vm", "pod", "host", "k"]
    assert run_as is not None
    assert [n.key for n in run_as.nodes] == [INTERNET, "vm", "j"]
    assert g.path_by("host", Part.ESCAPED) is None


def test_who_commands_is_told_by_the_surest_step() -> None:
    plane = Node("admin:1", NodeKind.CONTROL_PLANE, "administrator of 1", "", "1", 1.0)
    g = graph(
        [node("user"), node("app"), plane],
        [
            edge("user", "admin:1", 0.9, known=False),
            edge("user", "admin:1", 0.5, "role"),
            edge("app", "user", 0.9),
        ],
    )
    assert g.commands["user"].known
    assert "app" not in g.commands


def test_code_commands_what_the_identity_that_it_has_commands() -> None:
    plane = Node("admin:1", NodeKind.CONTROL_PLANE, "administrator of 1", "", "1", 1.0)
    runs = [
        Edge(a, "role", Relation.RUNS_AS, 0.9, "runs as", (), (), k)
        for a, k in (("vm", True), ("pod", False))
    ]
    g = graph([node("vm"), node("pod"), node("role"), plane], [*runs, edge("role", "admin:1", 0.5, "policy")])
    assert [e.target for e in g.commanded("vm")] == ["admin:1"]
    assert g.commanded("pod") == [], "a record that would say so is missing"
    assert [e.source for e in g.commanded("policy")] == ["role"]


@pytest.mark.parametrize(("deed", "used"), [(Relation.READS, True), (Relation.CONTROLS, False)])
def test_what_is_done_to_a_bundle_is_done_to_each_in_it(deed: Relation, used: bool) -> None:
    hub = Node("several:x", NodeKind.DATA, "2 vaults")
    g = graph(
        [node("who"), hub, node("a", 0.7), node("b", 0.7)],
        [
            edge(INTERNET, "who", 0.5),
            Edge("who", "several:x", deed, 0.9, "may", (), ()),
            *(Edge("several:x", k, Relation.READS, 0.99, "one of 2", (), ()) for k in "ab"),
        ],
    )
    assert all((g.path_by(k, Part.USED) is not None) is used for k in "ab")
