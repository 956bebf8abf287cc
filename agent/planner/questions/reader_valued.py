"""Attributes with the value right after them, and switches that stand before things as adjectives."""

from __future__ import annotations

from typing import Final

from agent.planner.questions.entities import BELONGS, ENTITIES
from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_place import place
from agent.planner.questions.reader_state import State

_BEFORE: Final = ("stop", "all", "agg", "of", "tenant", "value", "not", "number", "top")


def valued(state: State, ref: Ref, following: tuple[int, Mark]) -> bool:
    """Take a value of an attribute that is a word for something else too: "identity type user"."""
    at, found = following
    before = state.before()
    entity = state.entity or state.subject or BELONGS.get(ref.name, "asset")
    if entity == "asset" or found.kind not in ("attr", "entity") or at != state.at + 1:
        return False
    if ref.name not in ENTITIES[entity].places or (before is not None and before.kind == "by"):
        return False
    seen = state.estate.values(entity, ref.name).get(found.text.lower())
    if seen is None or ref.name in ("name", "user"):
        return False
    state.at = at
    said = f"{'not ' if state.negated else ''}of {ref.name.replace('_', ' ')} {seen}"
    place(state, Atom(ref=ref, op="in", values=(seen,), label=said, negated=state.take_not()))
    return True


def adjective(state: State, ref: Ref) -> bool:
    """Whether a switch stands before the things that have it on: "privileged pods" are no groups of pods."""
    if not ref.places or any(p.kind != "bool" for p in ref.places) or state.entity:
        return False
    following, before = state.next(over=()), state.before()
    return (
        following is not None and following[1].kind == "kind" and (before is None or before.kind in _BEFORE)
    )
