"""Array functions. Positions count from 0; an array may be a real one or JSON text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from tools.xql.ast import Expr
from tools.xql.functions import Kind
from tools.xql.local.calls import Handler
from tools.xql.local.context import Context
from tools.xql.local.expressions import condition, value
from tools.xql.local.sql import Sql, binary, case, cast, col, const, fn, lambda_, num
from tools.xql.local.values import Value, array, integer, text


def _array(node: Expr, ctx: Context) -> Sql:
    return array(value(node, ctx))


def _index(args: Sequence[Expr], ctx: Context) -> Value:
    position = value(args[1], ctx)
    if isinstance(position.literal, int):
        at: Sql = num(position.literal + 1 if position.literal >= 0 else position.literal)
    else:
        whole = integer(position)
        at = case([(binary(">=", whole, num(0)), binary("+", whole, num(1)))], whole)
    return Value(fn("list_extract", _array(args[0], ctx), at), Kind.TEXT)


def _length(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(fn("len", _array(args[0], ctx)), Kind.INT)


def _inner(ctx: Context) -> tuple[str, Context]:
    name = ctx.shared.fresh("e")
    return name, replace(ctx, element=Value(col(name), Kind.TEXT))


def _map(args: Sequence[Expr], ctx: Context) -> Value:
    name, inner = _inner(ctx)
    body = text(value(args[1], inner))
    return Value(fn("list_transform", _array(args[0], ctx), lambda_(name, body)), Kind.ARRAY)


def _filtered(args: Sequence[Expr], ctx: Context, *, negate: bool = False) -> Sql:
    name, inner = _inner(ctx)
    test = fn("coalesce", condition(args[1], inner), exp.false())
    if negate:
        test = exp.Not(this=test)
    return fn("list_filter", _array(args[0], ctx), lambda_(name, test))


def _filter(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(_filtered(args, ctx), Kind.ARRAY)


def _any(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(binary(">", fn("len", _filtered(args, ctx)), num(0)), Kind.BOOL)


def _all(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(binary("=", fn("len", _filtered(args, ctx, negate=True)), num(0)), Kind.BOOL)


def _indexof(args: Sequence[Expr], ctx: Context) -> Value:
    """Position of the first element for which the condition holds; null where none does."""
    name, inner = _inner(ctx)
    tests = fn(
        "list_transform",
        _array(args[0], ctx),
        lambda_(name, fn("coalesce", condition(args[1], inner), exp.false())),
    )
    place = fn("nullif", fn("coalesce", fn("list_position", tests, exp.true()), num(0)), num(0))
    return Value(binary("-", place, num(1)), Kind.INT)


def _string(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(fn("array_to_string", _array(args[0], ctx), text(value(args[1], ctx))), Kind.TEXT)


def _create(args: Sequence[Expr], ctx: Context) -> Value:
    made = fn("list_value", *(text(value(arg, ctx)) for arg in args))
    return Value(made if args else cast(made, "VARCHAR[]"), Kind.ARRAY)


def _concat(args: Sequence[Expr], ctx: Context) -> Value:
    joined = _array(args[0], ctx)
    for arg in args[1:]:
        joined = fn("list_concat", joined, _array(arg, ctx))
    return Value(joined, Kind.ARRAY)


def _distinct(args: Sequence[Expr], ctx: Context) -> Value:
    """In the order of first appearance."""
    items = _array(args[0], ctx)
    name = ctx.shared.fresh("e")
    index = ctx.shared.fresh("i")
    first = binary("=", fn("list_position", items, col(name)), col(index))
    body = exp.Lambda(this=first, expressions=[_id(name), _id(index)])
    return Value(fn("list_filter", items, body), Kind.ARRAY)


def _id(name: str) -> Sql:
    return exp.Identifier(this=name, quoted=True)


def _merge(args: Sequence[Expr], ctx: Context) -> Value:
    """An array of JSON-array texts as one array."""
    name = ctx.shared.fresh("e")
    inner = array(Value(col(name), Kind.TEXT))
    parts = fn(
        "list_transform",
        _array(args[0], ctx),
        lambda_(name, fn("coalesce", inner, fn("list_value", col(name)))),
    )
    return Value(fn("flatten", parts), Kind.ARRAY)


def _range(args: Sequence[Expr], ctx: Context) -> Value:
    """A slice; the end is exclusive."""
    start, end = integer(value(args[1], ctx)), integer(value(args[2], ctx))
    return Value(fn("list_slice", _array(args[0], ctx), binary("+", start, num(1)), end), Kind.ARRAY)


HANDLERS: dict[str, Handler] = {
    "arrayindex": _index,
    "array_length": _length,
    "arraymap": _map,
    "arrayfilter": _filter,
    "array_any": _any,
    "array_all": _all,
    "arrayindexof": _indexof,
    "arraystring": _string,
    "arraycreate": _create,
    "arrayconcat": _concat,
    "arraydistinct": _distinct,
    "arraymerge": _merge,
    "arrayrange": _range,
}

__all__ = ["HANDLERS", "const"]
