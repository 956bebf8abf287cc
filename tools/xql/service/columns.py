"""The columns that a query names, its window, its dataset and its chart, read off the tree."""

from __future__ import annotations

from typing import Any

from tools.xql.ast import Between, Comp, Dataset, Duration, Expr, Fields, Query, String, WindowComp
from tools.xql.catalog import Catalog
from tools.xql.checker.scope import SYSTEM
from tools.xql.printer.expressions import ExpressionPrinter


def named_system(query: Query) -> set[str]:
    """System columns that the query asks for itself."""
    named: set[str] = set()
    for stage in query.stages:
        if isinstance(stage, Fields) and not stage.exclude:
            named |= {(item.alias or item.name).lower() for item in stage.items}
        elif isinstance(stage, Comp):
            named |= {name.lower() for name in stage.by}
            named |= {(item.alias or "").lower() for item in stage.aggregates}
        elif isinstance(stage, WindowComp):
            named |= {(item.alias or "").lower() for item in stage.functions}
    return named.intersection(SYSTEM)


def output_columns(query: Query, rows: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
    """Columns of the rows in order, without system columns that nobody named."""
    seen: dict[str, None] = {}
    for row in rows[:100]:
        seen.update(dict.fromkeys(row))
    projected = any(isinstance(stage, Fields) and not stage.exclude for stage in query.stages)
    wanted = named_system(query)
    if not rows:
        return _named_outputs(query)
    return tuple(
        name for name in seen if not projected or name.lower() not in SYSTEM or name.lower() in wanted
    )


def _named_outputs(query: Query) -> tuple[str, ...]:
    for stage in reversed(query.stages):
        if isinstance(stage, Fields) and not stage.exclude:
            return tuple(item.alias or item.name for item in stage.items if "*" not in item.name)
        if isinstance(stage, Comp):
            made = (item.alias or f"{item.function}_1" for item in stage.aggregates)
            return (*stage.by, *made)
    return ()


def dataset_of(query: Query) -> str:
    return ", ".join(query.source.names) if isinstance(query.source, Dataset) else "xdr_data"


def only_state(query: Query, catalog: Catalog) -> bool:
    """Whether all that the query reads first are datasets of current rows."""
    if not isinstance(query.source, Dataset) or not query.source.names:
        return False
    known = [catalog.dataset(name) for name in query.source.names]
    return all(item is not None and item.state for item in known)


def window_of(query: Query, catalog: Catalog) -> str:
    """The time that is read, in words."""
    for config in query.configs:
        for setting in config.settings:
            if setting.name != "timeframe":
                continue
            if isinstance(setting.value, Between):
                start, end = _end(setting.value.start), _end(setting.value.end)
                return (
                    "all rows as they stand" if (start, end) == ("begin", "now") else f"from {start} to {end}"
                )
            if isinstance(setting.value, Duration):
                return f"the last {setting.value.text}"
            return "as given"
    return "all rows as they stand" if only_state(query, catalog) else "the last 24 hours"


def _end(node: Expr) -> str:
    return node.value if isinstance(node, String) else ExpressionPrinter(False).flat(node)
