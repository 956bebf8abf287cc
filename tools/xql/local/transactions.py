"""The transaction stage: events grouped by fields and time."""

from __future__ import annotations

from sqlglot import exp

from tools.xql.ast import Expr, Param, Transaction
from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.expressions import condition
from tools.xql.local.relation import Relation
from tools.xql.local.sql import Sql, alias, binary, both, case, col, const, fn, num, select, star, subquery
from tools.xql.local.stages import column, interval, whole
from tools.xql.local.values import Value, text
from tools.xql.local.zones import to_zone

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
    inner = _events(stage, ctx, partition, when)
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


def _events(stage: Transaction, ctx: Context, partition: list[Sql], when: str) -> Sql:
    """Rows that belong to a transaction, with `__group`: the same for all events of one."""
    rows = ctx.relation.source()
    if stage.startswith is None and stage.endswith is None:
        return select([star(), alias(_bucket(stage, ctx, when), "__group")], rows)
    if stage.startswith is None:
        ended = _count_of(stage.endswith, ctx, partition, when, before=True)
        return select([star(), alias(ended, "__group")], rows)
    begun = _count_of(stage.startswith, ctx, partition, when, before=False)
    marked = select([star(), alias(begun, "__group")], rows)
    inside = binary(">", col("__group"), num(0))
    if stage.endswith is None:
        return select([star()], subquery(marked, "q"), inside)
    # what follows the end, up to the next start, belongs to no transaction
    over = _count_of(stage.endswith, ctx, [*partition, col("__group")], when, before=True)
    closed = select([star(), alias(over, "__over")], subquery(marked, "q"))
    return select([star()], subquery(closed, "q"), both(inside, binary("=", col("__over"), num(0))))


def _count_of(node: Expr | None, ctx: Context, partition: list[Sql], when: str, *, before: bool) -> Sql:
    """How many events satisfied the condition so far; with `before`, the event itself not counted."""
    assert node is not None
    order = exp.Order(expressions=[exp.Ordered(this=col(when))])
    hits = fn("sum", case([(condition(node, ctx), num(1))], num(0)))
    end, side = (num(1), "PRECEDING") if before else ("CURRENT ROW", None)
    spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=end, end_side=side)
    counted = exp.Window(this=hits, partition_by=partition, order=order, spec=spec, over="OVER")
    return fn("coalesce", counted, num(0))


def _bucket(stage: Transaction, ctx: Context, when: str) -> Sql:
    """The start of the span that the event lies in."""
    span = stage.span
    if isinstance(span, Param):
        text_of = str(ctx.shared.parameter(span.name))
    else:
        text_of = span.text if span is not None else _DEFAULT_SPAN
    zone = stage.timezone
    parts = [interval(text_of), col(when) if zone is None else to_zone(col(when), zone, ctx)]
    if stage.timeshift is not None:
        origin = fn("make_timestamp", num(whole(stage.timeshift, ctx, "timeshift") * 1_000_000))
        parts.append(origin if zone is None else to_zone(origin, zone, ctx))
    return fn("time_bucket", *parts)
