"""Values of plans as literals of the language."""

from __future__ import annotations

import re
from typing import Final

from tools.xql import ast
from tools.xql.functions import Kind
from tools.xql.plan import model

NUMERIC: Final = frozenset({Kind.INT, Kind.FLOAT, Kind.NUMBER})


def text_literal(value: str) -> ast.String:
    """Exactly this text, with no wildcards: in the plain form where that can hold it, else escaped and raw."""
    if '"' not in value and "*" not in value:
        return ast.String(value)
    return ast.String(value.replace("\\", "\\\\").replace('"', '\\"'), raw=True)


def pattern_literal(value: str) -> ast.String:
    """Text in which `*` is a wildcard, or the exact text where the plain form cannot hold it."""
    return ast.String(value) if '"' not in value else text_literal(value)


def number_literal(value: float) -> ast.Number:
    text = repr(value)
    if "e" in text or "E" in text:
        text = format(value, ".10f").rstrip("0").rstrip(".")
    return ast.Number(text)


def literal(value: model.Scalar, *, wild: bool = False) -> ast.Expr:
    if isinstance(value, bool):
        return ast.Boolean(value)
    if isinstance(value, int | float):
        return number_literal(value)
    return pattern_literal(value) if wild else text_literal(value)


def json_base(name: str, kind: Kind) -> ast.Expr:
    """A column to read JSON from; of a number or time the text, which holds none."""
    column = ast.Field(name)
    return ast.Call("to_string", (column,)) if kind in NUMERIC or kind in (Kind.TIME, Kind.BOOL) else column


def texted(value: model.Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number_literal(value).text


def is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,18}(?:\.\d{1,9})?", text) is not None
