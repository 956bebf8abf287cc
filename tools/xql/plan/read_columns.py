"""Computed columns and aggregates of a query, read back into a plan's."""

from __future__ import annotations

from typing import Any, Final, get_args

from tools.xql import ast
from tools.xql.plan import model
from tools.xql.plan.measures import ONE, row_key
from tools.xql.plan.read_conditions import ConditionReader
from tools.xql.plan.read_values import (
    Scope,
    UnreadableError,
    age_of,
    is_call,
    json_place,
    number_of,
    scalar_of,
    subject,
    time_of,
    unwrapped,
)

Body = dict[str, Any]
_AGGREGATES: Final = frozenset(get_args(model.AggregateName)) - {"count_rows", "percent"}
_MATH: Final = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_CONVERT: Final = {"to_integer": "integer", "to_number": "number", "to_float": "number"}


class ColumnReader:
    """Reads what `alter` makes. Raises `UnreadableError`."""

    def __init__(self, scope: Scope, conditions: ConditionReader) -> None:
        self.scope, self.conditions = scope, conditions

    def computed(self, name: str, node: ast.Expr) -> Body:
        made = self._json(node) or self._call(node)
        if made is None:
            raise UnreadableError(f"how {name} is computed")
        return {"name": name, **made}

    def _json(self, node: ast.Expr) -> Body | None:
        convert = "text"
        if isinstance(node, ast.Call) and node.name in _CONVERT and len(node.args) == 1:
            convert, inner = _CONVERT[node.name], node.args[0]
            if json_place(inner) is None:
                return None
            node = inner
        found = json_place(node)
        if found is None:
            return None
        if found[2]:
            base, path, _ = found
            return {"json_path": {"field": self.scope.name(base.name), "path": list(path)}, "array": True}
        about = subject(node, self.scope)
        assert about is not None
        return {**about, **({"convert": convert} if convert != "text" else {})}

    def _call(self, node: ast.Expr) -> Body | None:
        if isinstance(node, ast.Field):
            return {"coalesce": [self.scope.name(node.name)]}
        if isinstance(node, ast.Arithmetic):
            return self._math(_MATH[node.op], node.left, node.right)
        age = age_of(node)
        if age is not None:
            start, end, unit = age
            until = {"until": self._name(end)} if end is not None else {}
            return {f"age_{unit.lower()}s": self._name(start), **until}
        if not isinstance(node, ast.Call):
            return None
        args = node.args
        match node.name:
            case "array_length" | "len":
                return {"length": self._name(_plain(args[0]))}
            case "lowercase":
                return {"lower": self._name(_plain(args[0]))}
            case "coalesce" | "concat":
                return {node.name: [self._name(_plain(arg)) for arg in args]}
            case "format_timestamp" if len(args) == 2 and isinstance(args[0], ast.String):
                return {"date_part": self._name(time_of(args[1])), "format": args[0].value}
            case "arrayindex" if number_of(args[1]) == 0 and is_call(args[0], "regextract"):
                return self._extract(args[0])
            case "if":
                return self._if(args)
            case "add" | "subtract" | "multiply" | "divide":
                return self._math(node.name, args[0], args[1])
        return None

    def _extract(self, node: ast.Expr) -> Body:
        assert isinstance(node, ast.Call)
        text, pattern = node.args
        if not isinstance(pattern, ast.String):
            raise UnreadableError("a pattern that is no text")
        return {"extract": self._name(_plain(text)), "pattern": pattern.value}

    def _if(self, args: tuple[ast.Expr, ...]) -> Body:
        rank = self._rank(args)
        if rank is not None:
            return rank
        if len(args) not in (2, 3):
            raise UnreadableError("a choice of more than two")
        values = [scalar_of(arg, self.scope) for arg in args[1:]]
        if any(value is None for value in values):
            raise UnreadableError("a choice of other columns")
        other = {"otherwise": values[1]} if len(values) == 2 else {}
        return {"when": self.conditions.read(args[0]), "then": values[0], **other}

    def _rank(self, args: tuple[ast.Expr, ...]) -> Body | None:
        """`if(f = "a", 1, f = "b", 2, 3)`."""
        if len(args) % 2 == 0 or len(args) < 5:
            return None
        tests, numbers = args[:-1:2], [number_of(arg) for arg in (*args[1::2], args[-1])]
        if numbers != list(range(1, len(numbers) + 1)):
            return None
        columns, values = set(), []
        for test in tests:
            if not isinstance(test, ast.Compare) or test.op != "=":
                return None
            columns.add(_plain(test.left))
            value = scalar_of(test.right, self.scope)
            if not isinstance(value, str):
                return None
            values.append(value)
        column = columns.pop()
        return {"rank": self._name(column), "ranks": values} if not columns else None

    def _math(self, name: str, left: ast.Expr, right: ast.Expr) -> Body:
        return {"math": name, "left": self._side(left), "right": self._side(right)}

    def _side(self, node: ast.Expr) -> Any:
        number = number_of(node)
        if number is not None:
            return number
        return self._name(unwrapped(node, "to_number", "to_epoch", "array_length"))

    def _name(self, node: ast.Expr) -> str:
        if not isinstance(node, ast.Field):
            raise UnreadableError("a column that is computed of something computed in place")
        return self.scope.name(node.name)


def _plain(node: ast.Expr) -> ast.Expr:
    """The column of which a function reads the text."""
    if (
        isinstance(node, ast.Call)
        and node.name == "arraystring"
        and len(node.args) == 2
        and node.args[1] == ast.String(", ")
    ):
        return node.args[0]
    return unwrapped(node, "to_string")


class AggregateReader:
    """Reads what `comp` makes, with what the stage before it prepared. Raises `UnreadableError`."""

    def __init__(self, scope: Scope, conditions: ConditionReader, prepared: dict[str, ast.Expr]) -> None:
        self.scope, self.conditions, self.prepared = scope, conditions, prepared
        self.key = row_key(scope.state) if scope.state.multiplied else None

    def read(self, item: ast.Aggregate, name: str) -> Body:
        if item.function not in _AGGREGATES or len(item.args) > 1:
            raise UnreadableError(f"the aggregate {item.function}")
        arg = item.args[0] if item.args else None
        if arg is None or isinstance(arg, ast.Star):
            if item.function != "count" or (isinstance(arg, ast.Star) and arg.pattern != "*"):
                raise UnreadableError(f"{item.function} of all columns")
            return {"function": "count_rows" if self.key else "count", "name": name}
        if not isinstance(arg, ast.Field):
            raise UnreadableError("an aggregate of something computed in place")
        made = self.prepared.get(arg.name.lower())
        if made is not None:
            return {"name": name, **self._prepared(item.function, made)}
        return {"name": name, **self._of(item.function, self.scope.name(arg.name))}

    def _of(self, function: str, column: str) -> Body:
        if function == "count_distinct" and self.key is not None and column.lower() == self.key.lower():
            return {"function": "count"}
        return {"function": function, "field": column}

    def _prepared(self, function: str, node: ast.Expr) -> Body:
        where: Body = {}
        if isinstance(node, ast.Call) and node.name == "if" and len(node.args) == 2:
            where = {"where": self.conditions.read(node.args[0])}
            node = node.args[1]
            if node == ONE and function == "count":
                return {"function": "count_rows" if self.key else "count", **where}
        if isinstance(node, ast.Call) and node.name == "if" and node.args[1:] == (ONE, ast.Number("0")):
            node = node.args[0]
        node = unwrapped(node, "to_number", "to_epoch", "array_length")
        if not isinstance(node, ast.Field):
            raise UnreadableError("an aggregate of something computed in place")
        return {**self._of(function, self.scope.name(node.name)), **where}
