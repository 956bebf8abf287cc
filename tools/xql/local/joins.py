"""The join stage: alias scope, types, conflict strategies."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from tools.xql.ast import Join
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.expressions import condition
from tools.xql.local.relation import Relation
from tools.xql.local.sql import alias, col, select

_FIRST_SUFFIX = 10


def join(stage: Join, right: Relation, ctx: Context) -> Relation:
    """Columns of the left, then new ones of the right; where both have one, the strategy says whose stays."""
    left = ctx.relation
    scope = replace(ctx, joined=right, alias=stage.alias)
    on = condition(stage.condition, scope)
    kinds: dict[str, Kind] = {}
    shown: dict[str, object] = {}
    strategy = stage.conflict or "right"
    suffix = _FIRST_SUFFIX
    for name, kind in left.columns.items():
        other = right.find(name)
        if other is not None and strategy == "right":
            kinds[name], shown[name] = right.columns[other], col(other, "r")
        else:
            kinds[name], shown[name] = kind, col(name, "l")
    for name, kind in right.columns.items():
        own = left.find(name)
        if own is None:
            kinds[name], shown[name] = kind, col(name, "r")
        elif strategy == "both":
            extra = f"{name}_joined_{suffix}"
            suffix += 1
            kinds[extra], shown[extra] = kind, col(name, "r")
    side = {"left": "LEFT", "right": "RIGHT"}.get(stage.type or "inner")
    node = select([alias(sql, name) for name, sql in shown.items()], left.source("l"))
    node.append("joins", exp.Join(this=right.source("r"), side=side, kind=None if side else "INNER", on=on))
    absent = {key: kind for key, kind in {**right.absent, **left.absent}.items() if key not in _keys(kinds)}
    implicit = frozenset(name for name in left.implicit if right.find(name) is None)
    return Relation(node, kinds, absent, implicit=implicit)


def _keys(kinds: dict[str, Kind]) -> set[str]:
    return {name.lower() for name in kinds}
