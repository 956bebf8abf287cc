"""windowcomp to SQL windows; rows are kept."""

from __future__ import annotations

import math
from collections import Counter

from sqlglot import exp

from tools.xql.ast import Expr, Frame, Null, Number, Star, WindowComp, WindowFunction
from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.expressions import value
from tools.xql.local.relation import Relation
from tools.xql.local.sql import Sql, fn, num, ordered
from tools.xql.local.stages import column
from tools.xql.local.values import number


def windowcomp(stage: WindowComp, ctx: Context) -> Relation:
    columns = ctx.relation.kept()
    counts: Counter[str] = Counter()
    for item in stage.functions:
        counts[item.function] += 1
        columns[item.alias or f"{item.function}_{counts[item.function]}"] = _window(item, ctx)
    return ctx.relation.projected(columns)


def _window(item: WindowFunction, ctx: Context) -> tuple[Sql, Kind]:
    if item.function in ("rank", "first_value", "last_value", "lag") and not item.sort:
        raise XqlExecutionError(f"{item.function} needs an order: windowcomp {item.function}(...) sort asc f")
    if item.function in ("rank", "row_number"):
        call, kind = fn(item.function), Kind.INT
    elif item.function in ("lag", "first_value", "last_value"):
        found = value(item.args[0], ctx)
        call, kind = fn(item.function, found.sql), found.kind
    else:
        call, kind = _aggregate(item, ctx)
    order = [ordered(column(key.field, ctx).sql, key.direction) for key in item.sort]
    spec = None
    if item.frame is not None and item.function not in ("rank", "row_number", "lag"):
        spec = _spec(item.frame)
    elif item.function == "last_value":
        # without a frame the whole group is meant, not the rows up to the current one
        spec = exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="UNBOUNDED", end_side="FOLLOWING"
        )
    window = exp.Window(
        this=call,
        partition_by=[column(name, ctx).sql for name in item.by],
        order=exp.Order(expressions=order) if order else None,
        spec=spec,
        over="OVER",
    )
    return window, kind


_CALLS = {"stddev_population": "stddev_pop", "stddev_sample": "stddev_samp"}


def _aggregate(item: WindowFunction, ctx: Context) -> tuple[Sql, Kind]:
    """An aggregate that stands bare before OVER."""
    if not item.args or isinstance(item.args[0], Star):
        return fn("count", exp.Star()), Kind.INT
    found = value(item.args[0], ctx)
    if item.function == "count":
        return fn("count", found.sql), Kind.INT
    if item.function in ("min", "max"):
        return fn(item.function, found.sql), found.kind
    whole = item.function == "sum" and found.kind is Kind.INT
    return fn(_CALLS.get(item.function, item.function), number(found)), Kind.INT if whole else Kind.FLOAT


def _spec(frame: Frame) -> Sql:
    start, start_side = _bound(frame.start, "PRECEDING")
    end, end_side = _bound(frame.end, "FOLLOWING") if frame.end is not None else ("CURRENT ROW", None)
    if _place(frame.start, -math.inf) > (0 if frame.end is None else _place(frame.end, math.inf)):
        raise XqlExecutionError(
            "the window ends before it begins; write the earlier bound first: between -1 and 1"
        )
    kind = "RANGE" if frame.kind == "range" else "ROWS"
    return exp.WindowSpec(kind=kind, start=start, start_side=start_side, end=end, end_side=end_side)


def _place(node: Expr, unbounded: float) -> float:
    return float(node.text) if isinstance(node, Number) else unbounded


def _bound(node: Expr, unbounded: str) -> tuple[object, str | None]:
    if isinstance(node, Null):
        return "UNBOUNDED", unbounded
    if not isinstance(node, Number):
        raise XqlExecutionError("a bound of a window is null, 0 or a whole number")
    if not node.text.lstrip("-").isdigit():
        raise XqlExecutionError("a bound of a window is null, 0 or a whole number")
    count = int(node.text)
    if count == 0:
        return "CURRENT ROW", None
    return num(abs(count)), "PRECEDING" if count < 0 else "FOLLOWING"
