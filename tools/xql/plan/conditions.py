"""Conditions of a plan to expressions. Negation goes down to the tests, so that a missing value counts as "not"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tools.xql import ast
from tools.xql.errors import XqlPlanError
from tools.xql.functions import Kind
from tools.xql.plan import model
from tools.xql.plan.literals import (
    NUMERIC,
    is_number,
    json_base,
    literal,
    number_literal,
    text_literal,
    texted,
)
from tools.xql.plan.model_conditions import ONLY_WHERE
from tools.xql.plan.model_values import AGE_OPS
from tools.xql.plan.times import epoch_ms

_OPPOSITE: Final = {
    "eq": "ne",
    "in": "not_in",
    "contains": "not_contains",
    "is_null": "not_null",
    "is_empty": "not_empty",
    "in_cidr": "not_in_cidr",
}
OPPOSITE: Final = {**_OPPOSITE, **{value: key for key, value in _OPPOSITE.items()}}
_SYMBOL: Final = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
NULL: Final = ast.Null()
TAGS: Final = "xdm.asset.tags"
ELEMENT: Final = ast.String("@element")

Kinds = Mapping[str, Kind]


def both(parts: list[ast.Expr]) -> ast.Expr:
    return parts[0] if len(parts) == 1 else ast.And(tuple(parts))


def either(parts: list[ast.Expr]) -> ast.Expr:
    return parts[0] if len(parts) == 1 else ast.Or(tuple(parts))


def names_of(condition: model.Condition) -> Iterator[str]:
    """Columns of the row that a condition reads."""
    if isinstance(condition, model.All):
        for item in condition.all:
            yield from names_of(item)
    elif isinstance(condition, model.AnyOf):
        for item in condition.any:
            yield from names_of(item)
    elif isinstance(condition, model.Not):
        yield from names_of(condition.none)
    elif isinstance(condition, model.Related):
        if condition.field is not None:
            yield condition.field
    else:
        yield _subject(condition)
        if condition.other is not None:
            yield condition.other


def _subject(test: model.Test) -> str:
    """The column that a test reads."""
    if test.field is not None:
        return test.field
    return test.json_path.field if test.json_path is not None else TAGS


class ConditionCompiler:
    """Compiles conditions for rows whose columns have the given types."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = {name.lower(): kind for name, kind in kinds.items()}

    def related(self, condition: model.Related, negated: bool) -> ast.Expr:
        raise XqlPlanError(ONLY_WHERE)

    def compile(self, condition: model.Condition, *, negated: bool = False) -> ast.Expr:
        if isinstance(condition, model.All | model.AnyOf):
            items = condition.all if isinstance(condition, model.All) else condition.any
            parts = [self.compile(item, negated=negated) for item in items]
            return both(parts) if isinstance(condition, model.All) != negated else either(parts)
        if isinstance(condition, model.Not):
            return self.compile(condition.none, negated=not negated)
        if isinstance(condition, model.Related):
            return self.related(condition, negated)
        return self.test(condition, negated)

    def test(self, test: model.Test, negated: bool) -> ast.Expr:
        subject, kind = self.subject(test)
        op: str = test.op
        if negated:
            if op in OPPOSITE:
                op = OPPOSITE[op]
            else:
                positive = self.typed(test.op, test, subject, kind)
                return either([ast.Not(positive), self._null(subject)])
        return self.typed(op, test, subject, kind)

    def subject(self, test: model.Test) -> tuple[ast.Expr, Kind]:
        if test.field is not None:
            return ast.Field(test.field), self.kinds.get(test.field.lower(), Kind.ANY)
        if test.tag is not None:
            return ast.Arrow(ast.Field(TAGS), (test.tag,)), Kind.TEXT
        assert test.json_path is not None
        field = test.json_path.field
        return ast.Arrow(
            json_base(field, self.kinds.get(field.lower(), Kind.ANY)), test.json_path.path
        ), Kind.TEXT

    def _null(self, subject: ast.Expr) -> ast.Expr:
        return ast.Compare("=", subject, NULL)

    def typed(self, op: str, test: model.Test, subject: ast.Expr, kind: Kind) -> ast.Expr:
        if op == "is_null":
            return self._null(subject)
        if op == "not_null":
            return ast.Compare("!=", subject, NULL)
        if op in ("is_empty", "not_empty"):
            return self._empty(subject, kind, op == "is_empty")
        if test.other is not None:
            return self._columns(op, test.other, subject, kind)
        if op in AGE_OPS or op in ("before", "after"):
            return self._time(op, test, subject, kind)
        if kind is Kind.ARRAY:
            return self._array(op, test, subject)
        return self._plain(op, test, subject, kind)

    def _empty(self, subject: ast.Expr, kind: Kind, empty: bool) -> ast.Expr:
        if kind is Kind.ARRAY:
            size = ast.Call("array_length", (subject,))
            if empty:
                return ast.Or((self._null(subject), ast.Compare("=", size, ast.Number("0"))))
            return ast.Compare(">", size, ast.Number("0"))
        if kind in NUMERIC or kind in (Kind.TIME, Kind.BOOL):
            return ast.Compare("=" if empty else "!=", subject, NULL)
        return ast.InList(subject, (NULL, ast.String("")), negated=not empty)

    def _time(self, op: str, test: model.Test, subject: ast.Expr, kind: Kind) -> ast.Expr:
        when = subject
        if kind not in (Kind.TIME, Kind.ANY):
            if kind not in NUMERIC:
                subject = ast.Call("to_integer", (subject,))
            when = ast.Call("to_timestamp", (subject, ast.String("MILLIS")))
        if op in AGE_OPS:
            symbol, unit = AGE_OPS[op]
            age = ast.Call("timestamp_diff", (ast.Call("current_time"), when, ast.String(unit)))
            return ast.Compare(symbol, age, literal(_given(test)))
        epoch = ast.Call("to_epoch", (when, ast.String("MILLIS")))
        return ast.Compare("<" if op == "before" else ">=", epoch, ast.Number(str(epoch_ms(str(test.value)))))

    def _columns(self, op: str, other: str, subject: ast.Expr, kind: Kind) -> ast.Expr:
        """Two columns of one row. `ne` and `not_contains` also hold where either has no value."""
        right: ast.Expr = ast.Field(other)
        kinds = {kind, self.kinds.get(other.lower(), Kind.ANY)}
        if Kind.ARRAY in kinds:
            raise XqlPlanError(f"an array is compared with {other}; name the array in expand first")
        sides = (subject, kind), (right, self.kinds.get(other.lower(), Kind.ANY))
        if op in ("contains", "not_contains"):
            left, right = (_as_text(*side) for side in sides)
        elif op in _SYMBOL and not kinds <= {Kind.TIME, Kind.ANY}:
            left, right = (_as_number(*side) for side in sides)
        elif op in _SYMBOL or len(kinds - {Kind.ANY}) < 2 or kinds <= NUMERIC:
            left = subject
        else:
            left, right = (_as_text(*side) for side in sides)
        positive = OPPOSITE[op] if op in ("ne", "not_contains") else op
        if positive == op:
            return ast.Compare(_SYMBOL.get(op, "=" if op == "eq" else op), left, right)
        without = ast.Compare("!=" if op == "ne" else "not contains", left, right)
        return ast.Or((without, self._null(subject), self._null(ast.Field(other))))

    def _array(self, op: str, test: model.Test, subject: ast.Expr) -> ast.Expr:
        """Any element satisfies the test; the negated forms say that none does."""
        positive = OPPOSITE[op] if op in ("ne", "not_in", "not_contains", "not_in_cidr") else op
        inner = self._plain(positive, test, ELEMENT, Kind.TEXT)
        found = ast.Call("array_any", (subject, inner))
        if positive == op:
            return found
        return ast.Or((ast.Not(found), self._null(subject)))

    def _plain(self, op: str, test: model.Test, subject: ast.Expr, kind: Kind) -> ast.Expr:
        if op in ("in", "not_in"):
            left, items = self._sides(subject, kind, test.values)
            held = ast.InList(left, items, negated=op == "not_in")
            return held if op == "in" else ast.Or((held, self._null(subject)))
        value = _given(test)
        if op in ("in_cidr", "not_in_cidr"):
            if kind in NUMERIC or kind in (Kind.TIME, Kind.BOOL, Kind.JSON):
                subject = ast.Call("to_string", (subject,))
            held_in = ast.Call("incidr", (subject, ast.String(str(value))))
            return held_in if op == "in_cidr" else ast.Or((ast.Not(held_in), self._null(subject)))
        if op in ("eq", "ne"):
            left, (right,) = self._sides(subject, kind, (value,))
            if op == "eq":
                return ast.Compare("=", left, right)
            return ast.Or((ast.Compare("!=", left, right), self._null(subject)))
        if op in _SYMBOL:
            return self._ordered(_SYMBOL[op], subject, kind, value)
        if kind not in (Kind.TEXT, Kind.ANY):
            subject = ast.Call("to_string", (subject,))
        text = str(value)
        if op == "contains":
            return ast.Compare("contains", subject, text_literal(text))
        if op == "not_contains":
            without = ast.Compare("not contains", subject, text_literal(text))
            return ast.Or((without, self._null(subject)))
        if op == "matches":
            return ast.Compare("~=", subject, ast.String(text, raw='"' in text))
        return self._affix(op, subject, text)

    def _affix(self, op: str, subject: ast.Expr, text: str) -> ast.Expr:
        if '"' not in text and "*" not in text:
            return ast.Compare("=", subject, ast.String(f"{text}*" if op == "starts_with" else f"*{text}"))
        escaped = re.escape(text).replace('"', "\\x22")
        shape = f"(?i)^{escaped}" if op == "starts_with" else f"(?i){escaped}$"
        return ast.Compare("~=", subject, ast.String(shape))

    def _sides(
        self, subject: ast.Expr, kind: Kind, values: tuple[model.Scalar, ...]
    ) -> tuple[ast.Expr, tuple[ast.Expr, ...]]:
        """Subject and values in one type: the column's own where all values fit it, else text."""
        if kind in NUMERIC:
            fits = all(not isinstance(v, bool) and (not isinstance(v, str) or is_number(v)) for v in values)
        elif kind in (Kind.BOOL, Kind.JSON):
            fits = all(isinstance(v, bool) for v in values)
        else:
            fits = kind is not Kind.TIME
        if fits:
            return subject, tuple(self.value(v, kind, wild=True) for v in values)
        return ast.Call("to_string", (subject,)), tuple(literal(texted(v), wild=True) for v in values)

    def value(self, value: model.Scalar, kind: Kind, *, wild: bool) -> ast.Expr:
        if kind is Kind.BOOL and isinstance(value, bool):
            return ast.Boolean(value)
        if kind in NUMERIC:
            if isinstance(value, str) and is_number(value):
                return ast.Number(value)
            if not isinstance(value, str | bool):
                return number_literal(value)
        if kind is Kind.ANY and isinstance(value, int | float) and not isinstance(value, bool):
            return number_literal(value)
        return literal(texted(value), wild=wild)

    def _ordered(self, symbol: str, subject: ast.Expr, kind: Kind, value: model.Scalar) -> ast.Expr:
        if isinstance(value, str):
            if kind in NUMERIC or kind in (Kind.TIME, Kind.BOOL, Kind.JSON):
                subject = ast.Call("to_string", (subject,))
            return ast.Compare(symbol, subject, text_literal(value))
        if kind is Kind.TIME:
            subject = ast.Call("to_epoch", (subject, ast.String("MILLIS")))
        elif kind not in NUMERIC:
            subject = ast.Call("to_number", (subject,))
        return ast.Compare(symbol, subject, number_literal(value))


def _as_text(node: ast.Expr, kind: Kind) -> ast.Expr:
    return node if kind in (Kind.TEXT, Kind.ANY) else ast.Call("to_string", (node,))


def _as_number(node: ast.Expr, kind: Kind) -> ast.Expr:
    if kind in NUMERIC:
        return node
    return (
        ast.Call("to_epoch", (node, ast.String("MILLIS")))
        if kind is Kind.TIME
        else ast.Call("to_number", (node,))
    )


def _given(test: model.Test) -> model.Scalar:
    assert test.value is not None
    return test.value
