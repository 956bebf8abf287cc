"""The plain stages to SQL."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlglot import exp

from tools.xql.ast import (
    Alter,
    ArrayExpand,
    Bin,
    Dedup,
    Fields,
    Filter,
    Limit,
    Number,
    Param,
    ReplaceNull,
    Sort,
)
from tools.xql.ast import Field as FieldNode
from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.expressions import condition, value
from tools.xql.local.relation import SYSTEM, Relation
from tools.xql.local.sql import (
    Sql,
    alias,
    binary,
    both,
    case,
    cast,
    col,
    const,
    fn,
    not_null,
    num,
    ordered,
    select,
    star,
)
from tools.xql.local.timeframe import split_duration
from tools.xql.local.values import NUMERIC, SQL_TYPES, Value, array, as_kind, joined_kind, number, timestamp
from tools.xql.local.zones import from_zone, to_zone


def column(name: str, ctx: Context) -> Value:
    """A column by name, or an error that lists near names."""
    return value(FieldNode(name), ctx)


def whole(node: Number | Param, ctx: Context, what: str) -> int:
    raw = node.text if isinstance(node, Number) else ctx.shared.parameter(node.name)
    try:
        return int(raw)
    except (TypeError, ValueError) as error:
        raise XqlExecutionError(f"{what} is a whole number, not {raw!r}") from error


def filter_rows(stage: Filter, ctx: Context) -> Relation:
    where = condition(stage.condition, ctx)
    relation = ctx.relation
    inner = relation.select
    if _plain(inner):
        # still a bare reading of one table: add to its WHERE, which keeps the SQL flat
        before = inner.args.get("where")
        table = (inner.args.get("from_") or inner.args.get("from")).this
        both_hold = where if before is None else both(before.this, where)
        return replace(relation, select=select(inner.expressions, table, both_hold))
    return replace(relation, select=select([star()], relation.source(), where))


def _plain(node: Sql) -> bool:
    """A select over a table whose columns are all plain, so that a name means the same inside."""
    return (
        isinstance(node.args.get("from_") or node.args.get("from"), exp.From)
        and isinstance((node.args.get("from_") or node.args.get("from")).this, exp.Table)
        and not any(node.args.get(key) for key in ("joins", "group", "order", "limit", "distinct", "qualify"))
        and all(isinstance(item, exp.Column) for item in node.expressions)
    )


def alter(stage: Alter, ctx: Context) -> Relation:
    """Every right side reads the row as it came in."""
    columns = ctx.relation.kept()
    lifts: list[tuple[str, Sql]] = []
    ctx = replace(ctx, lifts=lifts)
    for item in stage.assignments:
        made = value(item.value, ctx)
        own = ctx.relation.find(item.name)
        sql = made.sql if made.kind is not Kind.ANY or not made.is_null else cast(made.sql, "VARCHAR")
        if own is not None and own != item.name:
            columns = {(item.name if key == own else key): held for key, held in columns.items()}
        columns[item.name] = (sql, made.kind)
    named = frozenset(item.name for item in stage.assignments)
    relation = ctx.relation
    if lifts:
        hidden = [alias(sql, name) for name, sql in lifts]
        relation = replace(relation, select=select([star(), *hidden], relation.source()))
    result = relation.projected(columns)
    return replace(result, implicit=result.implicit - named)


def fields(stage: Fields, ctx: Context) -> Relation:
    relation = ctx.relation
    if stage.exclude:
        dropped = {name for item in stage.items for name in _named(item.name, relation)}
        kept = {n: h for n, h in relation.kept().items() if n not in dropped or n.lower() in SYSTEM}
        if not kept:
            raise XqlExecutionError("fields - leaves no column; keep at least one")
        return relation.projected(kept)
    columns: dict[str, tuple[Sql, Kind]] = {}
    for item in stage.items:
        if "*" in item.name:
            for name in _named(item.name, relation):
                columns[name] = (col(name), relation.columns[name])
            continue
        found = column(item.name, ctx)
        columns[item.alias or item.name] = (_typed(found), found.kind)
    named = {item.name.lower() for item in stage.items}
    implicit = set()
    for name, kind in relation.columns.items():
        if name.lower() in SYSTEM and name.lower() not in named and name not in columns:
            columns[name] = (col(name), kind)
            implicit.add(name)
    if not columns:
        raise XqlExecutionError("no column matches the names of fields")
    return relation.projected(columns, implicit=frozenset(implicit), absent={})


def _typed(found: Value) -> Sql:
    return cast(found.sql, SQL_TYPES[found.kind]) if found.is_null else found.sql


def _named(pattern: str, relation: Relation) -> list[str]:
    if "*" not in pattern:
        own = relation.find(pattern)
        return [own] if own is not None else []
    shape = re.compile(".*".join(map(re.escape, pattern.lower().split("*"))) + r"\Z", re.S)
    return [name for name in relation.columns if shape.match(name.lower())]


def sort(stage: Sort, ctx: Context) -> Relation:
    """The order stays pending until rows are cut or given back."""
    columns = ctx.relation.kept()
    shown = [alias(sql, name) for name, (sql, _) in columns.items()]
    order = []
    for key in stage.keys:
        hidden = ctx.shared.fresh("sort")
        shown.append(alias(column(key.field, ctx).sql, hidden))
        order.append((hidden, key.direction))
    return replace(ctx.relation, select=select(shown, ctx.relation.source()), order=tuple(order))


def apply_order(node: Sql, order: tuple[tuple[str, str], ...]) -> Sql:
    if order:
        node.set("order", exp.Order(expressions=[ordered(col(name), way) for name, way in order]))
    return node


def limit(stage: Limit, ctx: Context) -> Relation:
    count = whole(stage.count, ctx, "limit")
    node = apply_order(select([star()], ctx.relation.source()), ctx.relation.order)
    node.set("limit", exp.Limit(expression=num(count)))
    return replace(ctx.relation, select=node)


def dedup(stage: Dedup, ctx: Context) -> Relation:
    keys = [column(name, ctx).sql for name in stage.fields]
    pending = ctx.relation.order
    if stage.by or pending:
        # without 'by' the first row seen stays: after a sort that is the first in its order
        order = [ordered(column(key.field, ctx).sql, key.direction) for key in stage.by] or [
            ordered(col(name), way) for name, way in pending
        ]
        rank = exp.Window(
            this=fn("row_number"), partition_by=keys, order=exp.Order(expressions=order), over="OVER"
        )
        node = select([star()], ctx.relation.source())
        node.set("qualify", exp.Qualify(this=exp.EQ(this=rank, expression=num(1))))
        return replace(ctx.relation, select=node)
    node = select([star()], ctx.relation.source())
    node.set("distinct", exp.Distinct(on=exp.Tuple(expressions=keys)))
    return replace(ctx.relation, select=node)


def arrayexpand(stage: ArrayExpand, ctx: Context) -> Relation:
    """One row per element; rows whose array is null or empty vanish."""
    items = array(column(stage.field, ctx))
    if stage.limit is not None:
        items = fn("list_slice", items, num(1), num(whole(stage.limit, ctx, "the limit of arrayexpand")))
    own = ctx.relation.find(stage.field) or stage.field
    columns = ctx.relation.kept()
    columns[own] = (fn("unnest", items), Kind.TEXT)
    return ctx.relation.projected(columns)


def replacenull(stage: ReplaceNull, ctx: Context) -> Relation:
    found, instead = column(stage.field, ctx), value(stage.value, ctx)
    kind = joined_kind([found.kind, instead.kind])
    own = ctx.relation.find(stage.field) or stage.field
    columns = ctx.relation.kept()
    columns[own] = (fn("coalesce", as_kind(found, kind), as_kind(instead, kind)), kind)
    return ctx.relation.projected(columns)


_INTERVALS = {"ms": "to_milliseconds", "s": "to_seconds", "m": "to_minutes", "h": "to_hours", "d": "to_days"}


# spans of one unit, whose buckets are those of the calendar
_CALENDAR = {
    "1s": "second",
    "1m": "minute",
    "1h": "hour",
    "1d": "day",
    "1w": "week",
    "1mo": "month",
    "1y": "year",
}


def interval(text: str) -> Sql:
    count, unit = split_duration(text)
    if count <= 0:
        raise XqlExecutionError(f"a span is more than nothing, not {text}")
    if unit in ("mo", "y"):
        return fn("to_months", num(int(count) * (12 if unit == "y" else 1)))
    if unit == "w":
        count, unit = count * 7, "d"
    exact: int | float = int(count) if count == int(count) else count
    if isinstance(exact, float):
        scale = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}[unit]
        return fn("to_milliseconds", num(int(exact * scale * 1000)))
    return fn(_INTERVALS[unit], num(exact))


def bin_column(stage: Bin, ctx: Context) -> Relation:
    found = column(stage.field, ctx)
    own = ctx.relation.find(stage.field) or stage.field
    columns = ctx.relation.kept()
    if stage.span is not None:
        text = (
            str(ctx.shared.parameter(stage.span.name)) if isinstance(stage.span, Param) else stage.span.text
        )
        when = timestamp(found)
        if stage.timezone is not None:
            when = to_zone(when, stage.timezone, ctx)
        bucket = [interval(text), when]
        if stage.timeshift is not None:
            shift = whole(stage.timeshift, ctx, "timeshift")
            origin = fn("make_timestamp", num(shift * 1_000_000))
            bucket.append(origin if stage.timezone is None else to_zone(origin, stage.timezone, ctx))
        unit = _CALENDAR.get(text.lower()) if stage.timeshift is None else None
        start = fn("date_trunc", const(unit), when) if unit else cast(fn("time_bucket", *bucket), "TIMESTAMP")
        columns[own] = (start if stage.timezone is None else from_zone(start, stage.timezone, ctx), Kind.TIME)
        return ctx.relation.projected(columns)
    assert stage.bins is not None
    count = whole(stage.bins, ctx, "bins")
    if count < 1:
        raise XqlExecutionError("bins is at least 1")
    item = number(found)
    low, high = (exp.Window(this=fn(name, item), over="OVER") for name in ("min", "max"))
    width = fn("nullif", binary("/", binary("-", high, low), num(count)), num(0))
    place = fn("least", fn("floor", binary("/", binary("-", item, low), width)), num(count - 1))
    start = fn("coalesce", binary("+", low, binary("*", place, width)), cast(item, "DOUBLE"))
    start = case([(not_null(item), start)])
    made = Value(start, Kind.FLOAT)
    columns[own] = (timestamp(made), Kind.TIME) if found.kind is Kind.TIME else (start, Kind.FLOAT)
    return ctx.relation.projected(columns)


__all__ = ["NUMERIC", "apply_order", "case", "const"]
