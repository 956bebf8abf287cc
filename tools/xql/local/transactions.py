"""The transaction stage: events grouped by fields and time."""

from __future__ import annotations

from sqlglot import exp

from tools.xql.ast import Param, Transaction
from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.expressions import condition
from tools.xql.local.relation import Relation
from tools.xql.local.sql import Sql, alias, binary, case, col, const, fn, num, select, star, subquery
from tools.xql.local.stages import column, interval, whole
from tools.xql.local.values import Value, text

_DEFAULT_SPAN = "1d"
_DEFAULT_EVENTS = 100
_MOST_FIELDS = 50


def transaction(stage: Transaction, ctx: Context) -> Relation:
    """One row per transaction: the fields, all other columns as arrays of text, and the measures of the group."""
    relation = ctx.relation
    if len(relation.columns) > _MOST_FIELDS:
        raise XqlExecutionError(
            f"transaction takes at most {_MOST_FIELDS} fields; add a fields stage before it"
        )
    when = relation.find("_time")
    if when is None:
        raise XqlExecutionError("transaction needs the column _time")
    keys = [(name, column(name, ctx)) for name in stage.fields]
    partition = [item.sql for _, item in keys]
    group = _group(stage, ctx, partition, when)
    inner = select([star(), alias(group, "__group")], relation.source())
    shown: list[Sql] = [alias(item.sql, name) for name, item in keys]
    kinds: dict[str, Kind] = {name: item.kind for name, item in keys}
    taken = {(relation.find(name) or name) for name in stage.fields}
    most = whole(stage.maxevents, ctx, "maxevents") if stage.maxevents is not None else _DEFAULT_EVENTS
    order = exp.Order(expressions=[exp.Ordered(this=col(when))])
    for name, kind in relation.columns.items():
        if name in taken:
            continue
        listed = fn("list", exp.Order(this=text(Value(col(name), kind)), expressions=order.expressions))
        shown.append(alias(fn("list_slice", listed, num(1), num(most)), name))
        kinds[name] = Kind.ARRAY
    start, end = fn("min", col(when)), fn("max", col(when))
    extra: list[tuple[str, Sql, Kind]] = [
        ("_start_time", start, Kind.TIME),
        ("_end_time", end, Kind.TIME),
        ("_duration", fn("date_sub", const("second"), start, end), Kind.INT),
        ("_num_of_rows", fn("count", exp.Star()), Kind.INT),
        ("_transaction_id", fn("md5", fn("concat_ws", const("|"), *partition, col("__group"))), Kind.TEXT),
    ]
    shown += [alias(sql, name) for name, sql, _ in extra]
    kinds.update({name: kind for name, _, kind in extra})
    node = select(shown, subquery(inner, "q"))
    node.set("group", exp.Group(expressions=[*partition, col("__group")]))
    if stage.endswith is not None and not stage.allowunclosed:
        node.set("having", exp.Having(this=fn("bool_or", condition(stage.endswith, ctx))))
    return Relation(node, kinds)


def _group(stage: Transaction, ctx: Context, partition: list[Sql], when: str) -> Sql:
    """A number or time that is the same for all events of one transaction."""
    if stage.startswith is None and stage.endswith is None:
        span = stage.span
        if isinstance(span, Param):
            text_of = str(ctx.shared.parameter(span.name))
        else:
            text_of = span.text if span is not None else _DEFAULT_SPAN
        bucket = [interval(text_of), col(when)]
        if stage.timeshift is not None:
            bucket.append(fn("make_timestamp", num(whole(stage.timeshift, ctx, "timeshift") * 1_000_000)))
        return fn("time_bucket", *bucket)
    order = exp.Order(expressions=[exp.Ordered(this=col(when))])
    if stage.startswith is not None:
        begins = case([(condition(stage.startswith, ctx), num(1))], num(0))
        return exp.Window(this=fn("sum", begins), partition_by=partition, order=order, over="OVER")
    assert stage.endswith is not None
    ends = case([(condition(stage.endswith, ctx), num(1))], num(0))
    spec = exp.WindowSpec(
        kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=num(1), end_side="PRECEDING"
    )
    before = exp.Window(this=fn("sum", ends), partition_by=partition, order=order, spec=spec, over="OVER")
    return fn("coalesce", before, num(0))


__all__ = ["binary", "transaction"]
