"""Going over a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from tools.xql.ast.nodes import Node

_NAMES: dict[type, tuple[str, ...]] = {}
_SKIP = frozenset({"pos", "comments", "text"})


def _names(kind: type[Node]) -> tuple[str, ...]:
    found = _NAMES.get(kind)
    if found is None:
        # a literal's own text is a plain value; nothing is lost by leaving it out
        found = tuple(f.name for f in fields(kind) if f.name not in _SKIP)
        _NAMES[kind] = found
    return found


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, in order."""
    for name in _names(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Node):
                    yield item
                elif isinstance(item, tuple):
                    yield from (part for part in item if isinstance(part, Node))


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, without recursion."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(tuple(children(current))))
