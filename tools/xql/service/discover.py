"""What the tenant has that the seeded catalog does not: its own datasets, and columns of its own in known ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tools.cortex.errors import CortexError
from tools.cortex.xql_model import TimeFrame
from tools.xql.ast import Dataset, Query
from tools.xql.ast.walk import walk
from tools.xql.catalog import Catalog
from tools.xql.checker import CheckReport
from tools.xql.checker.scope import SYSTEM
from tools.xql.functions import Kind
from tools.xql.service.model import Client

_LACKING: Final = frozenset({"unknown-dataset", "unknown-field"})
_SAMPLE: Final = 200
_MOST_DATASETS: Final = 8


def everything() -> TimeFrame:
    """All time, so that no row is left out for its age."""
    return TimeFrame(from_ms=0, to_ms=int(datetime.now(UTC).timestamp() * 1000) + 1)


def lacking(report: CheckReport) -> tuple[str, ...]:
    """The datasets that a refused query reads, where the catalog's gaps are a reason of the refusal."""
    if report.valid or not report.parsed or not any(error.rule in _LACKING for error in report.errors):
        return ()
    return dataset_names(report.query)


def dataset_names(query: Query) -> tuple[str, ...]:
    """Every dataset that a query names, joins and unions included; patterns and presets left out."""
    named = (name for node in walk(query) if isinstance(node, Dataset) for name in node.names)
    return tuple(dict.fromkeys(n for n in named if "*" not in n and not n.startswith("$")))[:_MOST_DATASETS]


async def learn_from_tenant(client: Client, catalog: Catalog, names: tuple[str, ...]) -> bool:
    """Read a few rows of each dataset that the tenant has, and learn its columns. Whether anything was learned.

    A dataset without a time of its rows holds current ones: the default window is not for it.
    """
    try:
        there = {dataset.name.lower() for dataset in await client.xql.datasets()}
    except CortexError:
        return False
    learned = False
    for name in names:
        if name.lower() not in there:
            continue
        try:
            run = await client.xql.run(
                f"dataset = {name} | limit {_SAMPLE}", timeframe=everything(), limit=_SAMPLE
            )
        except CortexError:
            continue
        columns = {key: Kind.ANY for row in run.rows for key in row if key.lower() not in SYSTEM}
        timed = any(row.get("_time") is not None for row in run.rows)
        catalog.add(name, columns, state=not timed)
        catalog.learn(name, run.rows)
        learned = True
    return learned
