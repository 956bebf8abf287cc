"""Deeply nested statements written flat: sub-queries that other sub-queries read become named steps before them.

The engine and its parser bound how deep a statement nests, not how many named steps it has.
"""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

from tools.xql.local.sql import ident

DEEP: Final = 16


def flatten(root: Any) -> None:
    """Turn the sub-queries after FROM and JOIN into common table expressions where they nest deeper than `DEEP`."""
    order, depth = _inner_first(root)
    if depth <= DEEP:
        return
    steps: list[Any] = []
    seen: set[int] = set()
    for node in order:
        if not isinstance(node, exp.From | exp.Join) or id(node) in seen:
            continue
        seen.add(id(node))
        inner = node.this
        if not isinstance(inner, exp.Subquery):
            continue
        name = f"__step{len(steps) + 1}"
        named = exp.TableAlias(this=ident(name))
        steps.append(exp.CTE(this=inner.this, alias=named, materialized=False))
        node.set("this", exp.Table(this=ident(name), alias=inner.args.get("alias")))
    if steps:
        root.set("with_" if "with_" in exp.Select.arg_types else "with", exp.With(expressions=steps))


def _inner_first(root: Any) -> tuple[list[Any], int]:
    """All nodes, children before parents, and how many sub-queries lie within each other at most."""
    order: list[Any] = []
    depths: dict[int, int] = {}
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if id(node) in depths:
            continue
        children = [child for child in node.iter_expressions() if isinstance(child, exp.Expression)]
        if not ready:
            stack.append((node, True))
            stack.extend((child, False) for child in children if id(child) not in depths)
            continue
        below = max((depths[id(child)] for child in children), default=0)
        depths[id(node)] = below + isinstance(node, exp.Subquery)
        order.append(node)
    return order, depths[id(root)]
