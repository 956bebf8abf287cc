"""Literals, columns and places of a query, read back into a plan's values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tools.xql import ast
from tools.xql.catalog import Catalog
from tools.xql.errors import XqlError, XqlPlanError
from tools.xql.functions import Kind
from tools.xql.jsonpath import parse_path
from tools.xql.plan.conditions import TAGS
from tools.xql.plan.state import State

_ESCAPE: Final = re.compile(r"\\(.)", re.S)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}
_CONVERSIONS: Final = frozenset({"to_number", "to_integer", "to_float"})


class UnreadableError(XqlPlanError):
    """The text says something that no plan says."""


@dataclass(slots=True)
class Scope:
    """The columns at a point of a query: their types, and the plan's names for those that were renamed."""

    state: State
    catalog: Catalog
    shown: list[tuple[str, str]] | None = None
    read: set[str] = field(default_factory=set)

    def name(self, text: str) -> str:
        """The plan's name of a column as the query writes it."""
        own = self._name(text)
        self.read.add(own.lower())
        return own

    def _name(self, text: str) -> str:
        lowered = text.lower()
        if self.shown is not None:
            found = next((plan for plan, shown in self.shown if shown.lower() == lowered), None)
            if found is not None:
                return found
            if not lowered.startswith("_"):
                raise UnreadableError(f"{text} is no column here")
        if not self.state.has(text):
            raise UnreadableError(f"{text} is no column here")
        return text

    def known(self, text: str) -> bool:
        lowered = text.lower()
        if self.shown is not None:
            return any(shown.lower() == lowered for _, shown in self.shown)
        return self.state.known(text)

    def kind(self, text: str) -> Kind:
        return self.state.kind(self._name(text))

    def add(self, name: str, kind: Kind) -> None:
        """A new column."""
        if self.shown is not None:
            self.shown = [pair for pair in self.shown if pair[1].lower() != name.lower()]
            self.shown.append((name, name))
        self.state.make(name, kind)


def text_of(node: ast.String) -> str:
    """The text that a literal stands for."""
    if not node.raw:
        return node.value
    return _ESCAPE.sub(lambda m: _ESCAPES.get(m.group(1), m.group(1)), node.value)


def number_of(node: ast.Expr) -> int | float | None:
    """The value of a number literal, None for anything else."""
    if isinstance(node, ast.Negative):
        inner = number_of(node.operand)
        return None if inner is None else -inner
    if not isinstance(node, ast.Number):
        return None
    try:
        return int(node.text) if node.text.lstrip("-").isdigit() else float(node.text)
    except ValueError as error:
        raise UnreadableError(f"the number {node.text}") from error


def whole_of(node: ast.Expr | None) -> int:
    value = number_of(node) if node is not None else None
    if not isinstance(value, int):
        raise UnreadableError("a number that is no whole one, or a parameter")
    return value


def scalar_of(node: ast.Expr, scope: Scope) -> Any:
    """A literal's value; None where the node is a column. Bare words and `ENUM.X` are their text."""
    if isinstance(node, ast.String):
        return text_of(node)
    if isinstance(node, ast.Boolean):
        return node.value
    if isinstance(node, ast.Enum):
        return node.name
    number = number_of(node)
    if number is not None:
        # `007` is not the number 7 as it is written
        return (
            node.text
            if isinstance(node, ast.Number) and node.text != str(number) and isinstance(number, int)
            else number
        )
    if isinstance(node, ast.Field):
        if "." not in node.name and node.name.isupper() and not scope.known(node.name):
            return node.name
        return None
    if isinstance(node, ast.Param):
        raise UnreadableError(f"the parameter ${node.name}")
    return None


def is_call(node: ast.Expr, *names: str) -> bool:
    return isinstance(node, ast.Call) and node.name in names


def unwrapped(node: ast.Expr, *names: str) -> ast.Expr:
    """The argument of a one-argument conversion, or the node itself."""
    if isinstance(node, ast.Call) and node.name in names and len(node.args) == 1:
        return node.args[0]
    return node


def unnumbered(node: ast.Expr) -> ast.Expr:
    return unwrapped(node, *_CONVERSIONS)


def json_place(node: ast.Expr) -> tuple[ast.Field, tuple[str | int, ...], str] | None:
    """Column, path and what is wanted (`` scalar, `[]` items) of a reading of JSON."""
    if isinstance(node, ast.Arrow):
        base, path, suffix = node.base, node.path, node.suffix
    elif (
        isinstance(node, ast.Call)
        and node.name in ("json_extract_scalar", "json_extract_array", "json_extract_scalar_array")
        and len(node.args) == 2
        and isinstance(node.args[1], ast.String)
    ):
        base, suffix = node.args[0], "" if node.name == "json_extract_scalar" else "[]"
        try:
            path = parse_path(node.args[1].value)
        except XqlError as error:
            raise UnreadableError(str(error)) from error
    else:
        return None
    base = unwrapped(base, "to_string", "to_json_string")
    if not isinstance(base, ast.Field) or not path:
        return None
    return base, path, "[]" if suffix == "{}" else suffix


def subject(node: ast.Expr, scope: Scope) -> dict[str, Any] | None:
    """What a test or computed column is about: a column, a tag, a place in JSON."""
    if isinstance(node, ast.Field):
        return {"field": scope.name(node.name)}
    found = json_place(node)
    if found is None or found[2]:
        return None
    base, path, _ = found
    name = scope.name(base.name)
    if name.lower() == TAGS and len(path) == 1 and isinstance(path[0], str):
        return {"tag": path[0]}
    return {"json_path": {"field": name, "path": list(path)}}


def time_of(node: ast.Expr) -> ast.Expr:
    """The column of a time, whatever makes it one."""
    if isinstance(node, ast.Call) and node.name == "to_timestamp" and len(node.args) == 2:
        if not _text(node.args[1], "MILLIS"):
            raise UnreadableError("a time that is not in milliseconds")
        return unwrapped(node.args[0], "to_integer")
    return node


def _text(node: ast.Expr, *values: str) -> bool:
    return isinstance(node, ast.String) and node.value.upper() in values


def age_of(node: ast.Expr) -> tuple[ast.Expr, ast.Expr | None, str] | None:
    """`timestamp_diff(end, start, unit)` as start, end (None for now) and DAY or HOUR."""
    if not isinstance(node, ast.Call) or node.name != "timestamp_diff" or len(node.args) != 3:
        return None
    end, start, unit = node.args
    if not _text(unit, "DAY", "HOUR"):
        raise UnreadableError("an age in other units than days or hours")
    assert isinstance(unit, ast.String)
    now = is_call(end, "current_time")
    return time_of(start), None if now else time_of(end), unit.value.upper()


Reader = Callable[[ast.Expr], Any]
