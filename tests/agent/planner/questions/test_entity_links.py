"""Links between what questions are about: every way is a chain, and leads back."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.entity_links import LINKS, Link, direct, reachable, way
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.plan_related import counting_join, related_rows
from tools.xql import Catalog, ast, compile_plan
from tools.xql.plan import Computed, PostureQuery, Related

NAMES = st.sampled_from(sorted(ENTITIES))


@given(NAMES, NAMES)
def test_a_way_is_a_chain_that_leads_back(here: str, there: str) -> None:
    found = way(here, there)
    if not found:
        return
    assert (found[0].here, found[-1].there) == (here, there)
    assert all(one.there == next_.here for one, next_ in itertools.pairwise(found))
    assert len(found) <= 3
    assert reachable(there, here) or here == there
    assert len(way(there, here)) == len(found)


@given(NAMES, NAMES)
def test_a_direct_link_is_the_shortest_way(here: str, there: str) -> None:
    if direct(here, there) is not None:
        assert len(way(here, there)) == 1


@pytest.mark.parametrize(
    ("here", "there", "steps"),
    [
        ("finding", "endpoint", 2),
        ("event", "issue", 2),
        ("case", "asset", 2),
        ("case", "vulnerability", 2),
        ("endpoint", "vulnerability", 2),
        ("cve", "endpoint", 2),
        ("package", "vulnerability", 1),
    ],
)
def test_ways_over_what_lies_between(here: str, there: str, steps: int) -> None:
    assert len(way(here, there)) == steps


def test_what_nothing_links() -> None:
    assert not reachable("health", "flow")
    with pytest.raises(CannotSay, match="nothing here links"):
        related_rows("health", "flow", None)
    with pytest.raises(CannotSay, match="not counted"):
        counting_join("event", "issue", None, "issues")


@given(st.sampled_from(LINKS), st.booleans(), st.booleans())
def test_every_link_compiles_in_both_directions(link: Link, back: bool, absent: bool) -> None:
    one = link.back() if back else link
    catalog = Catalog.seeded()
    catalog.learn("servicenow_cmdb_raw", [{"object_id": "x", "sys_id": "y"}])
    outer: list[Computed] = []
    made = related_rows(one.here, one.there, None, absent=absent, outer=outer)
    assert isinstance(made, Related)
    plan = PostureQuery(dataset=ENTITIES[one.here].dataset, where=made, compute=tuple(outer))
    assert isinstance(compile_plan(plan, catalog), ast.Query)
