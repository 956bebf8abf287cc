"""The bench of local execution at a small size: both sides give the same number of rows, every figure is there."""

from __future__ import annotations

from evals.benches.xql import bench_xql
from evals.benches.xql_shapes import SHAPES
from tools.xql import Catalog, check


def test_every_shape_is_valid_and_measured() -> None:
    """At least twelve shapes, all of which the checker accepts: an early refusal would be a cheap check."""
    catalog = Catalog.seeded()
    assert [shape.name for shape in SHAPES if check(shape.xql, catalog).errors] == []
    body = bench_xql(1, rows=2_000)
    assert body["rows"] == 2_000
    assert len(body["by_shape"]) == len(SHAPES) >= 12
    assert body["local_over_by_hand_median"] > 0
    assert 20 < body["peak_memory_mb"] < 4_000
