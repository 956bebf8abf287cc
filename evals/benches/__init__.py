"""Benchmarks of whole processes and of warm turns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def run(
    name: str,
    *,
    runs: int,
    records: int,
    rows: int = 1_000_000,
    sizes: Sequence[str] = ("small", "medium", "large"),
    cache: Path | None = None,
) -> dict[str, Any]:
    """Run one benchmark by name."""
    if name == "triage":
        from evals.benches.triage import bench_triage

        return bench_triage(runs, sizes, cache)
    if name == "load":
        from evals.benches.load import bench_load

        return bench_load(records, runs)
    if name == "xql":
        from evals.benches.asking import bench_asking
        from evals.benches.xql import bench_xql

        return {**bench_xql(runs, rows), **bench_asking(runs)}
    if name == "turn":
        from evals.benches.turn import bench_turn

        return bench_turn(runs)
    from evals.benches.process import bench_ask, bench_page

    return bench_ask(runs) if name == "ask" else bench_page(runs)
