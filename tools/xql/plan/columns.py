"""Computed columns of a plan to expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tools.xql import ast
from tools.xql.functions import Kind
from tools.xql.plan import model
from tools.xql.plan.conditions import (
    NUMERIC,
    TAGS,
    ConditionCompiler,
    json_base,
    literal,
    names_of,
    number_literal,
)

_CONVERT = {"integer": ("to_integer", Kind.INT), "number": ("to_number", Kind.FLOAT)}


def inputs_of(item: model.Computed) -> Iterator[str]:
    """Columns that a computed one reads."""
    if item.json_path is not None:
        yield item.json_path.field
    if item.tag is not None:
        yield TAGS
    for name in (item.age_days, item.length, item.lower, item.date_part):
        if name is not None:
            yield name
    yield from item.coalesce
    yield from item.concat
    if item.when is not None:
        yield from names_of(item.when)
    for side in (item.left, item.right):
        if isinstance(side, str):
            yield side


def computed(
    item: model.Computed, kind_of: Callable[[str], Kind], conditions: ConditionCompiler
) -> tuple[ast.Expr, Kind]:
    """Expression and type of a computed column."""
    if item.json_path is not None:
        base = json_base(item.json_path.field, kind_of(item.json_path.field))
        if item.array:
            return ast.Arrow(base, item.json_path.path, "[]"), Kind.ARRAY
        return _converted(ast.Arrow(base, item.json_path.path), item)
    if item.tag is not None:
        return _converted(ast.Arrow(ast.Field(TAGS), (item.tag,)), item)
    if item.age_days is not None:
        when = _time(item.age_days, kind_of(item.age_days))
        return ast.Call("timestamp_diff", (ast.Call("current_time"), when, ast.String("DAY"))), Kind.INT
    if item.length is not None:
        kind = kind_of(item.length)
        name = "array_length" if kind in (Kind.ARRAY, Kind.JSON, Kind.ANY) else "len"
        return ast.Call(
            name, (_text(item.length, kind) if name == "len" else ast.Field(item.length),)
        ), Kind.INT
    if item.lower is not None:
        return ast.Call("lowercase", (_text(item.lower, kind_of(item.lower)),)), Kind.TEXT
    if item.date_part is not None:
        when = _time(item.date_part, kind_of(item.date_part))
        return ast.Call("format_timestamp", (ast.String(item.format.replace('"', "'")), when)), Kind.TEXT
    if item.coalesce:
        kinds = {kind_of(name) for name in item.coalesce}
        if len(kinds) == 1:
            return ast.Call("coalesce", tuple(ast.Field(name) for name in item.coalesce)), kinds.pop()
        return ast.Call("coalesce", tuple(_text(name, kind_of(name)) for name in item.coalesce)), Kind.TEXT
    if item.concat:
        return ast.Call("concat", tuple(_text(name, kind_of(name)) for name in item.concat)), Kind.TEXT
    if item.when is not None:
        return _choice(item, conditions)
    assert item.math is not None
    sides = (_side(item.left, kind_of), _side(item.right, kind_of))
    return ast.Call(item.math, sides), Kind.FLOAT


def _converted(value: ast.Expr, item: model.Computed) -> tuple[ast.Expr, Kind]:
    if item.convert == "text":
        return value, Kind.TEXT
    name, kind = _CONVERT[item.convert]
    return ast.Call(name, (value,)), kind


def _text(name: str, kind: Kind) -> ast.Expr:
    if kind is Kind.ARRAY:
        return ast.Call("arraystring", (ast.Field(name), ast.String(", ")))
    return ast.Field(name) if kind in (Kind.TEXT, Kind.ANY) else ast.Call("to_string", (ast.Field(name),))


def _time(name: str, kind: Kind) -> ast.Expr:
    if kind in (Kind.TIME, Kind.ANY):
        return ast.Field(name)
    value: ast.Expr = ast.Field(name) if kind in NUMERIC else ast.Call("to_integer", (ast.Field(name),))
    return ast.Call("to_timestamp", (value, ast.String("MILLIS")))


def _choice(item: model.Computed, conditions: ConditionCompiler) -> tuple[ast.Expr, Kind]:
    assert item.when is not None
    assert item.then is not None
    args: list[ast.Expr] = [conditions.compile(item.when), literal(item.then)]
    if item.otherwise is not None:
        args.append(literal(item.otherwise))
    kind = (
        Kind.BOOL if isinstance(item.then, bool) else Kind.TEXT if isinstance(item.then, str) else Kind.FLOAT
    )
    if (
        isinstance(item.then, int)
        and not isinstance(item.then, bool)
        and not isinstance(item.otherwise, float)
    ):
        kind = Kind.INT
    return ast.Call("if", tuple(args)), kind


def _side(side: str | float | int | None, kind_of: Callable[[str], Kind]) -> ast.Expr:
    assert side is not None
    if not isinstance(side, str):
        return number_literal(side)
    kind = kind_of(side)
    if kind in NUMERIC or kind is Kind.ANY:
        return ast.Field(side)
    if kind is Kind.TIME:
        return ast.Call("to_epoch", (ast.Field(side),))
    if kind is Kind.ARRAY:
        return ast.Call("array_length", (ast.Field(side),))
    return ast.Call("to_number", (ast.Field(side),))
