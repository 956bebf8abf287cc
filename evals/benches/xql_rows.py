"""Local rows against SQL by hand, in a process of its own, so that its peak of memory is that of the queries.

`python -m evals.benches.xql_rows fill FILE ROWS` makes the tables, `... measure FILE RUNS` runs the shapes and
prints one JSON object. The engine gets `MEMORY` and `THREADS`, and spills beside the file.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from evals.benches.xql_shapes import SHAPES, fill
from evals.results import median

NOW: Final = datetime(2026, 11, 25)
MEMORY: Final = "2500MB"
THREADS: Final = 2


def _connect(file: Path) -> Any:
    import duckdb

    return duckdb.connect(str(file), config={"memory_limit": MEMORY, "threads": THREADS})


def measure(file: Path, runs: int) -> dict[str, dict[str, float]]:
    """Milliseconds of both sides and their ratio per shape. Raises `AssertionError` where the rows differ in number."""
    from tools.xql import local, parse

    connection = _connect(file)
    tables = local.discover(connection)
    by_shape: dict[str, dict[str, float]] = {}
    for shape in SHAPES:
        compiled = local.compile_sql(parse(shape.xql), tables, now=NOW)
        cursor = connection.cursor()
        counts = (
            len(rows_of(cursor, compiled.sql, compiled.parameters)),
            len(rows_of(connection, shape.sql)),
        )
        assert counts[0] == counts[1], f"{shape.name}: {counts[0]} rows, by hand {counts[1]}"
        ours, by_hand = paired(
            partial(rows_of, cursor, compiled.sql, compiled.parameters),
            partial(rows_of, connection, shape.sql),
            runs,
        )
        by_shape[shape.name] = {
            "ours_ms": round(1000 * ours, 2),
            "by_hand_ms": round(1000 * by_hand, 2),
            "ratio": round(ours / by_hand, 3),
        }
    connection.close()
    return by_shape


def rows_of(connection: Any, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = connection.execute(sql, list(parameters)).fetchall()
    return found


def paired(one: Callable[[], Any], other: Callable[[], Any], runs: int) -> tuple[float, float]:
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


def main(task: str, file: str, number: str) -> None:
    if task == "fill":
        connection = _connect(Path(file))
        fill(connection, int(number))
        connection.close()
    else:
        sys.stdout.write(json.dumps(measure(Path(file), int(number))))


if __name__ == "__main__":
    main(*sys.argv[1:])
