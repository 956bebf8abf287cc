"""Literals of a query as bound values, and text with wildcards."""

from __future__ import annotations

import re
from typing import Any, Final

from sqlglot import exp

from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.sql import Sql, num
from tools.xql.local.values import NOTHING, Value

_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}


def bound(ctx: Context, item: Any) -> Value:
    """A Python value as a literal."""
    if item is None:
        return NOTHING
    if isinstance(item, bool):
        return Value(exp.Boolean(this=item), Kind.BOOL, literal=item)
    if isinstance(item, int | float):
        return Value(num(item) if isinstance(item, int) else _double(item), _number_kind(item), literal=item)
    if isinstance(item, str):
        return Value(ctx.bind(item), Kind.TEXT, literal=item)
    if isinstance(item, list | tuple):
        return Value(ctx.bind([str(part) for part in item]), Kind.ARRAY, literal=tuple(item))
    raise XqlExecutionError(f"a parameter cannot be a {type(item).__name__}; give text, a number or a list")


def _number_kind(item: int | float) -> Kind:
    return Kind.INT if isinstance(item, int) else Kind.FLOAT


def _double(item: float) -> Sql:
    """Written with an exponent, for the engine reads a plain 2.5 as a decimal."""
    if item != item or item in (float("inf"), float("-inf")):
        raise XqlExecutionError("a number of a query is finite")
    shown = repr(item)
    return num(shown if "e" in shown else f"{shown}e0")


def unescape(text: str) -> str:
    """The escapes of a raw text, for places where it is no pattern."""
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found.group(1), found.group(0)), text, flags=re.S)


def like_pattern(text: str) -> str:
    """Text with `*` as a LIKE pattern whose escape is a backslash."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")
