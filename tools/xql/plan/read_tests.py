"""Single tests of a query, read back into a plan's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from tools.xql import ast
from tools.xql.functions import Kind
from tools.xql.plan.literals import NUMERIC
from tools.xql.plan.read_values import (
    Scope,
    UnreadableError,
    age_of,
    is_call,
    scalar_of,
    subject,
    time_of,
    unnumbered,
    unwrapped,
)
from tools.xql.plan.times import epoch_ms

_ORDER: Final = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_FLIP: Final = {"=": "=", "!=": "!=", ">": "<", "<": ">", ">=": "<=", "<=": ">="}
Body = dict[str, Any]


class TestReader:
    """Reads comparisons of a column, tag or place in JSON. Raises `UnreadableError`."""

    __test__ = False

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def positive(self, node: ast.Expr) -> Body:
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.InList):
            return self._in(node)
        if isinstance(node, ast.Call) and node.name == "incidr" and len(node.args) == 2:
            return self._cidr(node.args[0], node.args[1])
        if isinstance(node, ast.Call) and node.name == "array_any" and len(node.args) == 2:
            return self._any_item(node.args[0], node.args[1])
        if isinstance(node, ast.Field):
            return {"field": self.scope.name(node.name), "op": "eq", "value": True}
        raise UnreadableError("a condition that is no comparison")

    def _about(self, node: ast.Expr) -> Body:
        found = subject(node, self.scope)
        if found is None:
            raise UnreadableError("a condition on something that is computed in place")
        return found

    def _cidr(self, left: ast.Expr, right: ast.Expr) -> Body:
        if not isinstance(right, ast.String):
            raise UnreadableError("address ranges that are no text")
        return {**self._about(unwrapped(left, "to_string")), "op": "in_cidr", "value": right.value}

    def _any_item(self, left: ast.Expr, inner: ast.Expr) -> Body:
        about = self._about(left)
        if "field" not in about:
            raise UnreadableError("a condition on the items of an array in JSON")
        test = _ItemReader(self.scope, about["field"]).positive(inner)
        if "none" in test or test.get("field") != about["field"] or "other" in test:
            raise UnreadableError("a condition on the items of an array that is no single test")
        return test

    def _in(self, node: ast.InList) -> Body:
        left = unwrapped(node.left, "to_string")
        about = self._about(left)
        literals = [item for item in node.items if not isinstance(item, ast.Null)]
        values = [self._value(item) for item in literals]
        nulls = len(literals) < len(node.items)
        kind = self._kind(about)
        if nulls and values == [""] and kind not in (*NUMERIC, Kind.TIME, Kind.BOOL, Kind.ARRAY):
            return {**about, "op": "not_empty" if node.negated else "is_empty"}
        if kind is Kind.JSON and left is node.left:
            values = _as_booleans(values)
        test = {**about, "op": "in", "values": values}
        if not nulls:
            return test
        if node.negated:
            some = [{**test, "op": "not_in"}] if values else []
            return {"all": [*some, {**about, "op": "not_null"}]}
        return {"any": [*([test] if values else []), {**about, "op": "is_null"}]}

    def _value(self, node: ast.Expr) -> Any:
        value = scalar_of(node, self.scope)
        if value is None:
            raise UnreadableError("a list that holds more than values")
        if isinstance(node, ast.String) and node.raw and "*" in value and '"' not in value:
            raise UnreadableError("a literal * in a comparison")
        return value

    def _kind(self, about: Body) -> Kind:
        return self.scope.state.kind(about["field"]) if "field" in about else Kind.TEXT

    def _compare(self, node: ast.Compare, *, whole: bool = False) -> Body:
        left, op, right = node.left, node.op, node.right
        if op in _FLIP and scalar_of(left, self.scope) is not None and scalar_of(right, self.scope) is None:
            left, op, right = right, _FLIP[op], left
        if isinstance(right, ast.Null):
            return {**self._about(left), "op": "is_null" if op == "=" else "not_null"}
        if op in ("incidr", "incidr6"):
            if op == "incidr6":
                raise UnreadableError("a range of IPv6 addresses")
            return self._cidr(left, right)
        if op == "~=":
            if not isinstance(right, ast.String):
                raise UnreadableError("a pattern that is no text")
            return {**self._about(unwrapped(left, "to_string")), "op": "matches", "value": right.value}
        value = scalar_of(right, self.scope)
        if value is None:
            return self._columns(left, op, right)
        if op in ("=", "contains"):
            return self._equal(left, op, right, value, whole=whole)
        if op not in _ORDER:
            raise UnreadableError(f"the comparison {op}")
        if isinstance(value, str):
            if isinstance(right, ast.Enum | ast.Field):
                raise UnreadableError("an order of named values")
            about = self._about(unwrapped(left, "to_string"))
            if op in ("<", ">=") and left is unwrapped(left, "to_string") and self._kind(about) is Kind.TIME:
                return {**about, "op": "before" if op == "<" else "after", "value": value}
            return {**about, "op": _ORDER[op], "value": value}
        return self._ordered(left, op, value)

    def _equal(self, left: ast.Expr, op: str, right: ast.Expr, value: Any, *, whole: bool) -> Body:
        bare = unwrapped(left, "to_string")
        if not isinstance(value, str):
            bare = unnumbered(bare)
        if isinstance(left, ast.Call) and left.name == "lowercase" and value == str(value).lower():
            bare = left.args[0]
        about = self._about(bare)
        raw = isinstance(right, ast.String) and right.raw
        if op == "contains":
            if not isinstance(value, str):
                value = str(value)
            if "*" in value and not raw:
                return {**about, "op": "eq", "value": f"*{value}*"}
            return {**about, "op": "contains", "value": value}
        if isinstance(value, str) and raw and "*" in value and '"' not in value:
            raise UnreadableError("a literal * in a comparison")
        if isinstance(right, ast.Enum | ast.Field) and isinstance(value, str) and "_" in value:
            return {**about, "op": "in", "values": [value, value.replace("_", " ")]}
        if self._kind(about) is Kind.JSON and left is bare:
            (value,) = _as_booleans([value])
        core = value.rstrip("*") if isinstance(value, str) and not raw else "*"
        if not whole and isinstance(value, str) and value == f"{core}*" and "*" not in core:
            return {**about, "op": "starts_with", "value": core}
        core = value.lstrip("*") if isinstance(value, str) and not raw else "*"
        if not whole and isinstance(value, str) and value == f"*{core}" and "*" not in core:
            return {**about, "op": "ends_with", "value": core}
        return {**about, "op": "eq", "value": value}

    def _ordered(self, left: ast.Expr, op: str, value: Any) -> Body:
        if is_call(left, "array_length") and op == ">" and value == 0:
            return {**self._about(unwrapped(left, "array_length")), "op": "not_empty"}
        age = age_of(left)
        if age is not None:
            start, end, unit = age
            if end is not None or not isinstance(value, int):
                raise UnreadableError("a comparison of a time between two columns")
            count = value - 1 if op in (">=", "<") else value
            word = "older_than" if op in (">", ">=") else "within"
            return {**self._about(start), "op": f"{word}_{unit.lower()}s", "value": count}
        if isinstance(left, ast.Call) and left.name == "to_epoch":
            if len(left.args) < 2 or left.args[1] not in (ast.String("MILLIS"), ast.String("millis")):
                raise UnreadableError("an epoch in seconds")
            about = self._about(time_of(left.args[0]))
            moment = _moment(value) if op in ("<", ">=") else None
            if moment is not None:
                return {**about, "op": "before" if op == "<" else "after", "value": moment}
            return {**about, "op": _ORDER[op], "value": value}
        return {**self._about(unnumbered(left)), "op": _ORDER[op], "value": value}

    def _columns(self, left: ast.Expr, op: str, right: ast.Expr) -> Body:
        bare = [_column_of(side) for side in (left, right)]
        about = subject(bare[0], self.scope)
        other = bare[1]
        if about is None or not isinstance(other, ast.Field):
            raise UnreadableError("a comparison of two things that are computed in place")
        words = {"=": "eq", "contains": "contains", **_ORDER}
        if op not in words:
            raise UnreadableError(f"the comparison {op} of two columns")
        return {**about, "op": words[op], "other": self.scope.name(other.name)}


class _ItemReader(TestReader):
    """Reads a condition on `"@element"` as one on the array itself."""

    def __init__(self, scope: Scope, array: str) -> None:
        super().__init__(scope)
        self.array = array

    def _about(self, node: ast.Expr) -> Body:
        if isinstance(node, ast.String) and node.value == "@element":
            return {"field": self.array}
        raise UnreadableError("a condition on a part of the items of an array")

    def _kind(self, about: Body) -> Kind:
        return Kind.TEXT

    def _compare(self, node: ast.Compare, *, whole: bool = False) -> Body:
        value = scalar_of(node.right, self.scope)
        bare = unnumbered(unwrapped(node.left, "to_string"))
        if value is None or not (isinstance(bare, ast.String) and bare.value == "@element"):
            raise UnreadableError("a condition on the items of an array that is no comparison with a value")
        if node.op == "~=" and isinstance(node.right, ast.String):
            return {"field": self.array, "op": "matches", "value": node.right.value}
        if node.op in ("=", "contains"):
            return self._equal(node.left, node.op, node.right, value, whole=whole)
        if node.op in _ORDER:
            return {"field": self.array, "op": _ORDER[node.op], "value": value}
        raise UnreadableError(f"the comparison {node.op} of the items of an array")


def _column_of(node: ast.Expr) -> ast.Expr:
    if isinstance(node, ast.Call) and node.name == "to_epoch":
        return node.args[0]
    return unwrapped(unnumbered(node), "to_string")


def _as_booleans(values: list[Any]) -> list[Any]:
    """Of a JSON column, `true` and `false` are compared as they are; any other text through to_string."""
    return [value == "true" for value in values] if all(v in ("true", "false") for v in values) else values


def _moment(milliseconds: int | float) -> str | None:
    """An ISO time of an epoch, where it says exactly that."""
    if not isinstance(milliseconds, int):
        return None
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
        text = moment.isoformat() if milliseconds % 86_400_000 else moment.date().isoformat()
        return text if epoch_ms(text) == milliseconds else None
    except (ValueError, OverflowError, OSError):
        return None
