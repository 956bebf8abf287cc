"""A plan that is read from any query gives the rows of that query."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tools.xql.conftest import NOW
from tests.tools.xql.plan.mutants import mutated
from tests.tools.xql.plan.plans import CATALOG, TABLES, Planner
from tests.tools.xql.strategies import grown, seeds
from tools.xql import XqlError, ast, check, compile_plan, format_query, local, parse
from tools.xql.plan.read import plan_of

_JSON = (
    None,
    '{"a":[{"b.c":7}],"a.b":"x","p q":{"r":[{"ranges":[{"cidr":"0.0.0.0/0"},{"cidr":"x"}]}]},'
    '"a b":{"list":[{"from":22},{"from":443}]},"b.c":"AWS","env":"x"}',
    '{"env":"100","a":{"b.c":"100"}}',
    "broken",
)
_TIMES = (None, NOW, NOW - timedelta(hours=5), NOW - timedelta(days=40), NOW - timedelta(days=300))
_CELLS: dict[str, tuple[Any, ...]] = {
    "VARCHAR[]": (None, [], ["k1"], ["k1", "k2"], ["x", "k3"]),
    "TIMESTAMP": _TIMES,
    "BIGINT": (None, 0, 7, 100),
    "DOUBLE": (None, 0.5, 7.0, 100.0),
    "BOOLEAN": (None, True, False),
}


def cell(r: random.Random, column: str, kind: str) -> Any:
    if kind != "VARCHAR":
        return r.choice(_CELLS[kind])
    if column.endswith(("fields", "tags")):
        return r.choice(_JSON)
    if column.endswith(("id", "name")):
        return r.choice(("k1", "k2", "k3", "k4", None))
    return r.choice(("x", "AWS", "100", "a*b", "", None, "10.0.0.1", "Resolved", "CRITICAL"))


@pytest.fixture(scope="module")
def estate() -> Iterator[Any]:
    """Nine rows of each dataset, so that conditions, links and expansions hold for some and not for others."""
    r = random.Random(5)
    connection = duckdb.connect()
    for name, columns in TABLES.items():
        body = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        connection.execute(f'CREATE TABLE "{name}" ({body})')
        for _ in range(9):
            cells = [cell(r, column, kind) for column, kind in columns.items()]
            connection.execute(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(cells))})', cells)
    yield connection
    connection.close()


def rows(estate: Any, query: ast.Query) -> list[str]:
    result = local.run(estate.cursor(), query, tables=TABLES, now=NOW)
    keep = sorted((name.lower(), n) for n, name in enumerate(result.columns) if name[:1] != "_")
    cells = (tuple(_rounded(row[n]) for _, n in keep) for row in result.rows)
    return sorted(map(repr, cells))


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def comparable(query: ast.Query, limit: int, found: int) -> bool:
    """Whether the language says which rows come back, and in which columns."""
    if any(isinstance(stage, ast.Dedup | ast.WindowComp) for stage in query.stages) or found >= limit:
        return False
    return any(isinstance(stage, ast.Fields | ast.Comp) for stage in query.stages)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**40))
@example(seed=45508)  # an object stands where a text is compared
def test_a_plan_read_from_a_query_gives_its_rows(estate: Any, seed: int) -> None:
    query = mutated(compile_plan(Planner(seed).plan(), CATALOG), random.Random(seed))
    text = format_query(query)
    if not check(text, CATALOG).valid:
        return
    plan = plan_of(parse(text), CATALOG)
    if plan is None:
        return
    again = compile_plan(plan, CATALOG)
    assert check(format_query(again), CATALOG).valid
    try:
        wanted = rows(estate, query)
    except XqlError:
        return
    if comparable(query, plan.limit, len(wanted)):
        assert rows(estate, again) == wanted, (text, format_query(again))


@settings(max_examples=300, deadline=None)
@given(seed=seeds)
def test_any_tree_is_read_or_not_but_never_breaks(seed: int) -> None:
    plan = plan_of(grown(seed), CATALOG)
    assert plan is None or compile_plan(plan, CATALOG)
