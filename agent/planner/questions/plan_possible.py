"""Conditions that no asset can satisfy at once: of two kinds, or a setting of another kind than the one asked for."""

from __future__ import annotations

from functools import reduce

from agent.planner.questions.errors import CannotSay
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Item, Kinds
from agent.planner.questions.setting_marks import types_of


def possible(items: tuple[Item, ...], estate: Estate) -> None:
    """Raise `CannotSay` where these conditions on one asset exclude each other: no rows would look like safety."""
    kinds = [i for i in items if isinstance(i, Kinds) and not i.negated]
    told = [(kind, types) for kind in kinds if (types := types_of([kind], estate))]
    if not told:
        return
    types = reduce(frozenset.intersection, (t for _, t in told))
    if not types:
        names = " and ".join(dict.fromkeys(kind.label or "others" for kind, _ in told))
        raise CannotSay(f"nothing is at once one of {names}")
    for item in items:
        if (
            isinstance(item, Atom)
            and item.ref.places
            and not any(w.type_id in types for w in item.ref.places)
        ):
            raise CannotSay(f"{told[0][0].label or 'these assets'} have no {item.ref.name}")
