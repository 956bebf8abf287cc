"""What is lacking where some types of asset show it by items and others by a setting."""

from __future__ import annotations

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Each
from agent.planner.questions.item_tests import Found
from agent.planner.questions.marks import Mark
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.weaknesses import resolve


def lacking_otherwise(each: Each, found: Found, marks: list[Mark], estate: Estate) -> bool:
    """Whether other types show by a setting what these show by items: an MFA device, and that MFA is registered."""
    types = types_of([found.kinds], estate) if found.kinds is not None else frozenset[str]()
    if not types - {w.type_id for w in each.arrays}:
        return False
    for mark in marks:
        if mark.kind == "weakness" and any(mark.start <= n.start < mark.end for n in found.named):
            made = resolve(mark.data, estate, types, ())
            shown = (
                {w.type_id for atom in made.setting for w in atom.ref.places} if made is not None else set()
            )
            return bool(shown - {w.type_id for w in each.arrays})
    return False
