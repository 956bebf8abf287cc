"""What XQL costs here, as ratios within one run: checking against parsing SQL, local rows against SQL by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from evals.benches.xql_shapes import SHAPES, fill
from evals.results import median

_NOW = datetime(2026, 11, 25)


def bench_xql(runs: int, rows: int = 1_000_000) -> dict[str, Any]:
    """Ratios per shape and their medians. Raises `AssertionError` where both sides give different rows."""
    import duckdb
    import sqlglot

    from tools.xql import Catalog, check, local, parse

    connection = duckdb.connect()
    fill(connection, rows)
    tables = local.discover(connection)
    catalog = Catalog.seeded()
    by_shape: dict[str, dict[str, float]] = {}
    for shape in SHAPES:
        compiled = local.compile_sql(parse(shape.xql), tables, now=_NOW)
        cursor = connection.cursor()
        ours = _rows(cursor, compiled.sql, list(compiled.parameters))
        theirs = _rows(connection, shape.sql, [])
        assert len(ours) == len(theirs), f"{shape.name}: {len(ours)} rows, by hand {len(theirs)}"
        a, b = _paired(
            partial(_rows, cursor, compiled.sql, list(compiled.parameters)),
            partial(_rows, connection, shape.sql, []),
            runs,
        )
        by_shape[shape.name] = {
            "ours_ms": round(1000 * a, 2),
            "by_hand_ms": round(1000 * b, 2),
            "ratio": round(a / b, 3),
        }
    sqls = [local.compile_sql(parse(s.xql), tables, now=_NOW).sql for s in SHAPES]
    checking, parsing_sql = _paired(
        lambda: [check(s.xql, catalog) for s in SHAPES],
        lambda: [sqlglot.parse_one(sql, read="duckdb") for sql in sqls],
        max(runs, 5),
    )
    connection.close()
    return {
        "bench": "xql",
        "rows": rows,
        "shapes": len(SHAPES),
        "local_over_by_hand_median": round(median([s["ratio"] for s in by_shape.values()]), 3),
        "check_over_sqlglot_parse": round(checking / parsing_sql, 3),
        "check_ms_per_query": round(1000 * checking / len(SHAPES), 3),
        "by_shape": by_shape,
    }


def _rows(connection: Any, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = connection.execute(sql, parameters).fetchall()
    return found


def _paired(one: Callable[[], Any], other: Callable[[], Any], runs: int) -> tuple[float, float]:
    """Medians of two pieces of work done in turn, so that a machine that drifts drifts for both."""
    a: list[float] = []
    b: list[float] = []
    for index in range(runs + 1):
        for work, times in ((one, a), (other, b)):
            started = time.perf_counter()
            work()
            if index:
                times.append(time.perf_counter() - started)
    return median(a), median(b)
