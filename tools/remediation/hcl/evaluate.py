"""What an expression means, as far as it can be known without running Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tools.remediation.hcl.expr import Expr
from tools.remediation.hcl.tree import Block, Body
from tools.remediation.hcl.values import Encoded, Unknown, unquote

_INTERPOLATION = re.compile(r"(?<![$%])\$\{\s*((?:var|local)\.[\w-]+)\s*\}")
_MAX_HOPS = 8


class Scope:
    """The variables (by their defaults) and locals of one module."""

    def __init__(self, modules: Iterable[tuple[str, Body]] = ()) -> None:
        self._known: dict[str, tuple[str, Expr]] = {}
        for source, body in modules:
            for block in body.blocks:
                if block.kind == "variable" and len(block.labels) == 1:
                    default = block.body.attribute("default")
                    if default:
                        self._known[f"var.{block.labels[0]}"] = (source, default.value)
                elif block.kind == "locals":
                    for item in block.body.attributes:
                        self._known[f"local.{item.name}"] = (source, item.value)

    def look_up(self, name: str, hops: int) -> Any:
        found = self._known.get(name)
        if found is None or hops <= 0:
            return Unknown(name)
        value = evaluate(found[1], found[0], self, hops - 1)
        return Unknown(name) if is_unknown(value) else value


def evaluate(expr: Expr, source: str, scope: Scope | None = None, hops: int = _MAX_HOPS) -> Any:
    """A Python value; parts that only Terraform knows are `Unknown`, `jsonencode(x)` is `Encoded(x)`."""
    text = source[expr.start : expr.end]
    if expr.kind == "literal":
        return expr.value
    if expr.kind == "template":
        return _template(text, scope, hops)
    if expr.kind == "tuple":
        return [evaluate(item, source, scope, hops) for item in expr.items]
    if expr.kind == "object":
        return {
            key_text(key, source): evaluate(item, source, scope, hops)
            for key, item in zip(expr.keys, expr.items, strict=True)
        }
    if expr.kind == "call" and expr.name == "jsonencode" and len(expr.items) == 1:
        return Encoded(evaluate(expr.items[0], source, scope, hops))
    if expr.kind == "call" and expr.name == "toset" and len(expr.items) == 1:
        return evaluate(expr.items[0], source, scope, hops)
    if expr.kind == "reference" and scope is not None:
        value = scope.look_up(expr.name, hops)
        return Unknown(text) if isinstance(value, Unknown) else value
    return Unknown(text)


def key_text(key: Expr, source: str) -> str:
    text = source[key.start : key.end]
    if key.kind == "template":
        known = unquote(text)
        return text if known is None else known
    return text


def _template(text: str, scope: Scope | None, hops: int) -> Any:
    value = unquote(text)
    if value is not None or scope is None or text.startswith("<<"):
        return value if value is not None else Unknown(text)
    failed = False

    def one(found: re.Match[str]) -> str:
        nonlocal failed
        part = scope.look_up(found.group(1), hops)
        if isinstance(part, bool) or not isinstance(part, str | int):
            failed = True
            return ""
        return str(part)

    filled = _INTERPOLATION.sub(one, text)
    return Unknown(text) if failed or (whole := unquote(filled)) is None else whole


def is_unknown(value: Any) -> bool:
    """Whether any part of a value is unknown."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Encoded):
        return is_unknown(value.value)
    if isinstance(value, Mapping):
        return any(is_unknown(item) for item in value.values())
    return isinstance(value, list) and any(is_unknown(item) for item in value)


def attribute_value(block: Block | Body, name: str, source: str, scope: Scope | None = None) -> Any:
    """The value of an attribute, None where it is not written."""
    body = block.body if isinstance(block, Block) else block
    found = body.attribute(name)
    return None if found is None else evaluate(found.value, source, scope)
