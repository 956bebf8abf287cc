"""comp and top: aggregates to SQL."""

from __future__ import annotations

from collections import Counter

from sqlglot import exp

from tools.xql.ast import Aggregate, Comp, Expr, Field, Star, Top
from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.expressions import value
from tools.xql.local.relation import Relation
from tools.xql.local.sql import (
    Sql,
    alias,
    binary,
    cast,
    col,
    const,
    fn,
    lambda_,
    not_null,
    num,
    select,
    star,
    subquery,
)
from tools.xql.local.stages import _named, column, whole
from tools.xql.local.values import NUMERIC, SQL_TYPES, Value, number, text

LIST_MOST = 100


def comp(stage: Comp, ctx: Context) -> Relation:
    """One row per group; without by one row in all. Only by fields and results remain."""
    columns: dict[str, tuple[Sql, Kind]] = {}
    keys: list[Sql] = []
    for name in stage.by:
        found = column(name, ctx)
        columns[name] = (found.sql, found.kind)
        if not found.is_null:
            keys.append(found.sql)
    counts: Counter[str] = Counter()
    hidden: list[Sql] = []
    for item in stage.aggregates:
        if item.args and isinstance(item.args[0], Star):
            for name in _named(item.args[0].pattern, ctx.relation):
                if name not in stage.by:
                    columns[name] = aggregate(item.function, (Field(name),), ctx)
            continue
        counts[item.function] += 1
        weighted = item.function == "approx_top" and len(item.args) > 2
        made = (
            _heaviest(item.args, keys, hidden, ctx) if weighted else aggregate(item.function, item.args, ctx)
        )
        columns[output_name(item, counts[item.function])] = made
    if stage.addrawdata:
        columns[stage.raw_alias or "raw_data"] = (_raw(ctx.relation), Kind.ARRAY)
    source = ctx.relation.source()
    if hidden:
        source = subquery(select([star(), *hidden], source), "q")
    node = select([alias(sql, name) for name, (sql, _) in columns.items()], source)
    if keys:
        node.set("group", exp.Group(expressions=keys))
    elif stage.by:
        node.set("having", exp.Having(this=binary(">", fn("count", exp.Star()), num(0))))
    return Relation(node, {name: kind for name, (_, kind) in columns.items()})


def output_name(item: Aggregate, number_of: int) -> str:
    """The alias, or `<function>_<n>`."""
    return item.alias if item.alias not in (None, "*") else f"{item.function}_{number_of}"


def _filtered(call: Sql, sql: Sql) -> Sql:
    return exp.Filter(this=call, expression=exp.Where(this=not_null(sql)))


def aggregate(function: str, args: tuple[Expr, ...], ctx: Context) -> tuple[Sql, Kind]:
    """SQL and type of one aggregate; nulls are skipped."""
    if not args:
        return fn("count", exp.Star()), Kind.INT
    item = value(args[0], ctx)
    sql = item.sql
    if function == "count":
        return fn("count", sql), Kind.INT
    if function == "count_distinct":
        return exp.Count(this=exp.Distinct(expressions=[sql])), Kind.INT
    if function == "approx_count":
        return fn("approx_count_distinct", sql), Kind.INT
    if function == "sum":
        whole_number = item.kind in (Kind.INT, Kind.BOOL)
        total = fn("sum", number(item))
        return (cast(total, "BIGINT"), Kind.INT) if whole_number else (total, Kind.FLOAT)
    if function in ("min", "max"):
        return fn(function, text(item) if item.kind is Kind.JSON else sql), item.kind
    if function in ("avg", "median"):
        return fn(function, number(item)), Kind.FLOAT
    if function in _SPREAD:
        return fn(_SPREAD[function], number(item)), Kind.FLOAT
    if function == "values":
        plain = text(item)
        listed = _filtered(fn("list", exp.Distinct(expressions=[plain])), plain)
        return fn("list_sort", fn("coalesce", listed, cast(fn("list_value"), "VARCHAR[]"))), Kind.ARRAY
    if function == "list":
        plain = text(item)
        return fn("list_slice", _filtered(fn("list", plain), plain), num(1), num(LIST_MOST)), Kind.ARRAY
    if function in ("first", "earliest", "last", "latest"):
        return _by_time("arg_min" if function in ("first", "earliest") else "arg_max", item, function, ctx)
    if function == "approx_quantiles":
        return _quantiles(item, args, ctx), Kind.ARRAY
    if function == "approx_top":
        return _most_frequent(item, args, ctx), Kind.ARRAY
    raise XqlExecutionError(f"the aggregate {function} cannot be run on the local tenant")


_SPREAD = {"var": "var_samp", "stddev_population": "stddev_pop", "stddev_sample": "stddev_samp"}


def _by_time(call: str, item: Value, function: str, ctx: Context) -> tuple[Sql, Kind]:
    when = ctx.relation.value("_time")
    if when is None or when.is_null:
        raise XqlExecutionError(
            f"{function} needs the column _time, which is not here; keep it or use min or max"
        )
    return fn(call, item.sql, when.sql), item.kind


def _quantiles(item: Value, args: tuple[Expr, ...], ctx: Context) -> Sql:
    count = value(args[1], ctx).literal
    if not isinstance(count, int) or not 1 <= count <= 1000:
        raise XqlExecutionError("the number of quantiles is a whole number from 1 to 1000")
    steps = fn("list_value", *(num(part / count) for part in range(count + 1)))
    return cast(fn("quantile_disc", number(item), steps), "VARCHAR[]")


def _most_frequent(item: Value, args: tuple[Expr, ...], ctx: Context) -> Sql:
    """JSON texts {value, count}, the most frequent first."""
    count = _how_many(args, ctx)
    pairs = fn("map_entries", fn("histogram", text(item)))
    turned = fn("list_transform", pairs, lambda_("p", _struct("p", "value", "key", negative=True)))
    top_pairs = fn("list_slice", fn("list_sort", turned), num(1), num(count))
    return _as_texts(top_pairs, "count")


def _how_many(args: tuple[Expr, ...], ctx: Context) -> int:
    count = value(args[1], ctx).literal
    if not isinstance(count, int) or count < 1:
        raise XqlExecutionError("approx_top needs a whole number of values")
    return count


def _as_texts(pairs: Sql, measure: str) -> Sql:
    shown = fn("json_object", const("value"), _part("q", "k"), const(measure), exp.Neg(this=_part("q", "c")))
    return fn("list_transform", pairs, lambda_("q", cast(shown, "VARCHAR")))


def _heaviest(args: tuple[Expr, ...], keys: list[Sql], hidden: list[Sql], ctx: Context) -> tuple[Sql, Kind]:
    """JSON texts {value, sum}, the heaviest first: each row learns the weight of its value in its group."""
    count = _how_many(args, ctx)
    item, weight = text(value(args[0], ctx)), value(args[2], ctx)
    total = exp.Window(this=fn("sum", number(weight)), partition_by=[*keys, item], over="OVER")
    name = ctx.shared.fresh("weight")
    hidden.append(alias(fn("coalesce", cast(total, SQL_TYPES[_whole_or_not(weight)]), num(0)), name))
    pair = _pair(exp.Neg(this=col(name)), item)
    listed = _filtered(fn("list", exp.Distinct(expressions=[pair])), item)
    empty = fn("coalesce", listed, fn("list_value"))
    return _as_texts(fn("list_slice", fn("list_sort", empty), num(1), num(count)), "sum"), Kind.ARRAY


def _whole_or_not(item: Value) -> Kind:
    return Kind.INT if item.kind in (Kind.INT, Kind.BOOL) else Kind.FLOAT


def _part(name: str, key: str) -> Sql:
    return fn("struct_extract", col(name), const(key))


def _struct(name: str, first: str, second: str, *, negative: bool) -> Sql:
    lead = exp.Neg(this=cast(_part(name, first), "BIGINT")) if negative else _part(name, first)
    return _pair(lead, _part(name, second))


def _pair(measure: Sql, held: Sql) -> Sql:
    pairs = [("c", measure), ("k", held)]
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=exp.Identifier(this=k), expression=v) for k, v in pairs]
    )


def _raw(relation: Relation) -> Sql:
    """Up to 100 events as JSON, at most 50 fields each."""
    parts: list[Sql] = []
    for name in list(relation.columns)[:50]:
        parts += [const(name), col(name)]
    return fn("list_slice", fn("list", cast(fn("json_object", *parts), "VARCHAR")), num(1), num(LIST_MOST))


def top(stage: Top, ctx: Context) -> Relation:
    """The most frequent values with count and share, per group if `by` is given."""
    count = whole(stage.count, ctx, "top") if stage.count is not None else 10
    found = column(stage.field, ctx)
    names = [*stage.aliases, *("top_count", "top_percent")[len(stage.aliases) :]]
    groups = [(name, column(name, ctx)) for name in stage.by]
    shown = [alias(item.sql, name) for name, item in groups] + [alias(found.sql, stage.field)]
    rows = fn("count", exp.Star())
    partition = [item.sql for _, item in groups]
    total = exp.Window(this=fn("sum", rows), partition_by=partition, over="OVER")
    share = binary("/", binary("*", rows, num("100.0")), total)
    node = select([*shown, alias(rows, names[0]), alias(share, names[1])], ctx.relation.source())
    node.set("group", exp.Group(expressions=[*partition, found.sql]))
    order = exp.Order(expressions=[exp.Ordered(this=rows, desc=True), exp.Ordered(this=found.sql)])
    rank = exp.Window(this=fn("row_number"), partition_by=partition, order=order, over="OVER")
    node.set("qualify", exp.Qualify(this=exp.LTE(this=rank, expression=num(count))))
    kinds = {name: item.kind for name, item in groups} | {stage.field: found.kind}
    return Relation(node, {**kinds, names[0]: Kind.INT, names[1]: Kind.FLOAT})


__all__ = ["NUMERIC", "aggregate", "comp", "top"]
