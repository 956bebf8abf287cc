"""Columns that a plan names and that another dataset has: the join that brings them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.xql.catalog import Catalog
from tools.xql.plan.links import link
from tools.xql.plan.model import PostureQuery

_MOST = 4


def elsewhere(plan: PostureQuery, catalog: Catalog) -> tuple[str, ...]:
    """For each column of a linked dataset that the plan uses without joining it, the join to add."""
    own = catalog.dataset(plan.dataset)
    if own is None:
        return ()
    body = plan.model_dump(mode="json", exclude_unset=True)
    joined = {join.dataset.lower() for join in plan.joins}
    body.pop("joins", None)
    homes: dict[str, list[str]] = {}
    for text in dict.fromkeys(_texts(body)):
        if own.column(text) is not None:
            continue
        for name in catalog.names():
            info = catalog.dataset(name)
            if info is None or name in joined or link(plan.dataset.lower(), name) is None:
                continue
            if (column := info.column(text)) is not None:
                homes.setdefault(name, []).append(column.name)
                break
    return tuple(
        f"{', '.join(columns)} {'is' if len(columns) == 1 else 'are'} in {name}; add to joins: "
        f'{{"dataset": "{name}", "fields": [{", ".join(f_name(c) for c in columns)}]}}'
        for name, columns in list(homes.items())[:_MOST]
    )


def f_name(column: str) -> str:
    return f'{{"field": "{column}"}}'


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            # a value to compare with may look like a column and is none
            if key not in ("value", "values", "then", "otherwise"):
                yield from _texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
