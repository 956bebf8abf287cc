"""Rows of several relations, columns united by name."""

from __future__ import annotations

from functools import reduce

from sqlglot import exp

from tools.xql.functions import Kind
from tools.xql.local.context import Shared
from tools.xql.local.relation import Relation
from tools.xql.local.sql import alias, cast, col, select
from tools.xql.local.values import NOTHING, SQL_TYPES, Value, as_kind, joined_kind


def union_all(parts: list[Relation], shared: Shared) -> Relation:
    """Missing columns become null; where types differ, text."""
    if len(parts) == 1:
        return parts[0]
    kinds: dict[str, Kind] = {}
    spelling: dict[str, str] = {}
    for part in parts:
        for name, kind in part.columns.items():
            own = spelling.setdefault(name.lower(), name)
            kinds[own] = joined_kind([kinds[own], kind]) if own in kinds else kind
    selects = []
    for part in parts:
        shown = []
        for name, kind in kinds.items():
            found = part.find(name)
            if found is None:
                shown.append(alias(cast(NOTHING.sql, SQL_TYPES[kind]), name))
            else:
                shown.append(alias(as_kind(Value(col(found), part.columns[found]), kind), name))
        selects.append(select(shown, part.source()))
    whole = reduce(lambda a, b: exp.Union(this=a, expression=b, distinct=False), selects)
    absent = {k: v for part in parts for k, v in part.absent.items() if k not in spelling}
    implicit = frozenset(
        name for name in kinds if all(name in p.implicit or p.find(name) is None for p in parts)
    )
    return Relation(select([exp.Star()], exp.Subquery(this=whole)), kinds, absent, implicit=implicit)
