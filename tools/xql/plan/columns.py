"""Computed columns of a plan to expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tools.xql import ast
from tools.xql.functions import Kind
from tools.xql.plan import model
from tools.xql.plan.conditions import TAGS, ConditionCompiler, names_of
from tools.xql.plan.literals import NUMERIC, json_base, literal, number_literal

_CONVERT = {"integer": ("to_integer", Kind.INT), "number": ("to_number", Kind.FLOAT)}


def inputs_of(item: model.Computed) -> Iterator[str]:
    """Columns that a computed one reads."""
    if item.json_path is not None:
        yield item.json_path.field
    if item.tag is not None:
        yield TAGS
    for name in (
        item.age_days,
        item.age_hours,
        item.until,
        item.length,
        item.lower,
        item.extract,
        item.date_part,
        item.rank,
    ):
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
    since = item.age_days if item.age_days is not None else item.age_hours
    if since is not None:
        end = ast.Call("current_time") if item.until is None else _time(item.until, kind_of(item.until))
        unit = ast.String("DAY" if item.age_days is not None else "HOUR")
        return ast.Call("timestamp_diff", (end, _time(since, kind_of(since)), unit)), Kind.INT
    if item.length is not None:
        kind = kind_of(item.length)
        name = "array_length" if kind in (Kind.ARRAY, Kind.JSON, Kind.ANY) else "len"
        return ast.Call(
            name, (_text(item.length, kind) if name == "len" else ast.Field(item.length),)
        ), Kind.INT
    if item.lower is not None:
        return ast.Call("lowercase", (_text(item.lower, kind_of(item.lower)),)), Kind.TEXT
    if item.extract is not None:
        assert item.pattern is not None
        pattern = ast.String(item.pattern, raw='"' in item.pattern)
        matches = ast.Call("regextract", (_text(item.extract, kind_of(item.extract)), pattern))
        return ast.Call("arrayindex", (matches, ast.Number("0"))), Kind.TEXT
    if item.rank is not None:
        return _rank(item, kind_of(item.rank)), Kind.INT
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


def _rank(item: model.Computed, kind: Kind) -> ast.Expr:
    """1 for the first value, 2 for the second, ..., one more than there are for any other."""
    assert item.rank is not None
    column = _text(item.rank, kind)
    args: list[ast.Expr] = []
    for number, value in enumerate(item.ranks, start=1):
        args += [ast.Compare("=", column, literal(value, wild=True)), ast.Number(str(number))]
    return ast.Call("if", (*args, ast.Number(str(len(item.ranks) + 1))))


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
