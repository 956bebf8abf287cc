"""JSON functions. Keys are case-sensitive whatever the query's case setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tools.xql.ast import Expr
from tools.xql.errors import XqlError, XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.jsonpath import parse_path
from tools.xql.local.calls import Handler, literal_text
from tools.xql.local.context import Context
from tools.xql.local.expressions import extract, value
from tools.xql.local.sql import fn
from tools.xql.local.values import Value, guarded, json, text


def _extract(want: str) -> Handler:
    def handler(args: Sequence[Expr], ctx: Context) -> Value:
        path = literal_text(args[1], ctx, "a JSON path")
        try:
            steps = parse_path(path)
        except XqlError as error:
            raise XqlExecutionError(str(error)) from error
        return extract(value(args[0], replace(ctx, lifts=None)), steps, want, ctx)

    return handler


def _to_json(args: Sequence[Expr], ctx: Context) -> Value:
    """The JSON text of an array or object; text that is JSON stays as it is."""
    item = value(args[0], ctx)
    if item.kind is Kind.TEXT:
        plain = fn("coalesce", fn("try", _parsed(item)), fn("to_json", item.sql))
        return Value(plain, Kind.JSON)
    return Value(item.sql if item.kind is Kind.JSON else fn("to_json", item.sql), Kind.JSON)


def _parsed(item: Value) -> object:
    from tools.xql.local.sql import const

    return fn("json_extract", item.sql, const("$"))


def _typed(item: Value) -> object:
    """A value inside an object: numbers, booleans and JSON as such, all else as text."""
    if item.kind in (Kind.INT, Kind.FLOAT, Kind.BOOL, Kind.JSON, Kind.ARRAY):
        return item.sql
    return text(item)


def _create(args: Sequence[Expr], ctx: Context) -> Value:
    parts: list[object] = []
    for number, arg in enumerate(args):
        item = value(arg, ctx)
        parts.append(_typed(item) if number % 2 else text(item))
    return Value(fn("json_object", *parts), Kind.JSON)


def _merge(args: Sequence[Expr], ctx: Context) -> Value:
    items = [value(arg, ctx) for arg in args]
    merged = fn("json_merge_patch", *(json(item) for item in items))
    safe = all(item.kind is Kind.JSON for item in items)
    return Value(merged if safe else guarded(Value(merged, Kind.TEXT), merged), Kind.JSON)


HANDLERS: dict[str, Handler] = {
    "json_extract_scalar": _extract("scalar"),
    "json_extract": _extract("json"),
    "json_path_extract": _extract("json"),
    "json_extract_array": _extract("jsons"),
    "json_extract_scalar_array": _extract("scalars"),
    "to_json_string": _to_json,
    "object_create": _create,
    "object_merge": _merge,
}
