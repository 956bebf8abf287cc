"""Which filter emptied a result: the query with one condition left out at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tools.xql.ast import (
    Aggregate,
    And,
    Comp,
    Dataset,
    Expr,
    Fields,
    Filter,
    Join,
    Limit,
    Query,
    Sort,
    Stage,
    View,
)
from tools.xql.printer.expressions import ExpressionPrinter

MOST: int = 8
COUNTED = "rows_found"


def relaxed(query: Query) -> Iterator[tuple[str, Query]]:
    """Pairs of what was left out, in words or XQL, and the query that counts rows without it."""
    made = 0
    for at, stage in enumerate(query.stages):
        if isinstance(stage, Filter):
            parts = stage.condition.operands if isinstance(stage.condition, And) else (stage.condition,)
            for number, part in enumerate(parts):
                if made == MOST:
                    return
                made += 1
                yield _text(part), counting(_without(query, at, parts, number))
        elif isinstance(stage, Join) and stage.type in (None, "inner"):
            if made == MOST:
                return
            made += 1
            dataset = (
                stage.query.source.names[0]
                if isinstance(stage.query.source, Dataset)
                else "the joined dataset"
            )
            loose = replace(stage, type="left")
            yield f"the join with {dataset}", counting(_with(query, at, loose))
    if query.configs and made < MOST:
        frames = [s for c in query.configs for s in c.settings if s.name == "timeframe"]
        if frames:
            yield "the time frame", counting(replace(query, configs=()))


def _text(part: Expr) -> str:
    text = ExpressionPrinter(False).flat(part) if not _has_query(part) else "the look-up in another dataset"
    return text if len(text) <= 160 else text[:157] + "..."


def _has_query(part: Expr) -> bool:
    from tools.xql.ast.walk import walk

    return any(isinstance(node, Query) for node in walk(part))


def _without(query: Query, at: int, parts: tuple[Expr, ...], number: int) -> Query:
    left = parts[:number] + parts[number + 1 :]
    if not left:
        return replace(query, stages=query.stages[:at] + query.stages[at + 1 :])
    condition: Expr = left[0] if len(left) == 1 else And(left)
    return _with(query, at, Filter(condition))


def _with(query: Query, at: int, stage: Stage) -> Query:
    return replace(query, stages=(*query.stages[:at], stage, *query.stages[at + 1 :]))


def counting(query: Query) -> Query:
    """The query as one row that counts its rows."""
    stages = list(query.stages)
    while stages and isinstance(stages[-1], Limit | View | Sort | Fields):
        stages.pop()
    if stages and isinstance(stages[-1], Comp) and not stages[-1].by:
        stages.pop()
    return replace(query, stages=(*stages, Comp((Aggregate("count", (), COUNTED),))), comments=())
