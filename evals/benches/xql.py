"""What XQL costs here, as ratios within one run: checking against parsing SQL, local rows against SQL by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from evals.benches.xql_rows import MEMORY, NOW, paired
from evals.benches.xql_shapes import SHAPES, fill
from evals.results import median


def bench_xql(runs: int, rows: int = 1_000_000) -> dict[str, Any]:
    """Ratios per shape, their median and the peak of memory, over `rows` assets and as many issues.

    The rows lie in a file of their own (about 0.2 GB for each million) that is gone afterwards. Raises
    `RuntimeError` where a side fails or both give different rows.
    """
    checking, parsing_sql = _checking(max(runs, 5))
    with tempfile.TemporaryDirectory(prefix="posture-bench-") as folder:
        file = str(Path(folder) / "rows.duckdb")
        _child("fill", file, str(rows))
        output, peak = _child("measure", file, str(runs))
        on_disk = sum(item.stat().st_size for item in Path(folder).iterdir())
    by_shape: dict[str, dict[str, float]] = json.loads(output)
    return {
        "bench": "xql",
        "rows": rows,
        "shapes": len(SHAPES),
        "local_over_by_hand_median": round(median([s["ratio"] for s in by_shape.values()]), 3),
        "peak_memory_mb": round(peak / 1e6),
        "memory_limit_of_the_engine": MEMORY,
        "file_mb": round(on_disk / 1e6),
        "check_over_sqlglot_parse": round(checking / parsing_sql, 3),
        "check_ms_per_query": round(1000 * checking / len(SHAPES), 3),
        "by_shape": by_shape,
    }


def _checking(runs: int) -> tuple[float, float]:
    """Seconds to parse and check all shapes, and for sqlglot to parse the SQL that they compile to."""
    import duckdb
    import sqlglot

    from tools.xql import Catalog, check, local, parse

    connection = duckdb.connect()
    fill(connection, 1)
    tables = local.discover(connection)
    connection.close()
    catalog = Catalog.seeded()
    sqls = [local.compile_sql(parse(shape.xql), tables, now=NOW).sql for shape in SHAPES]
    return paired(
        lambda: [check(shape.xql, catalog) for shape in SHAPES],
        lambda: [sqlglot.parse_one(sql, read="duckdb") for sql in sqls],
        runs,
    )


def _child(*arguments: str) -> tuple[str, int]:
    """What the process printed and its peak of memory in bytes."""
    command = [sys.executable, "-m", "evals.benches.xql_rows", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        output, said = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"the bench could not {arguments[0]}: {said.strip().splitlines()[-1:]}")
    return output, usage.ru_maxrss * 1024
