"""Which kinds of identity a question about permissions is of: IAM users, roles, service accounts."""

from __future__ import annotations

from agent.planner.questions.form import Atom, Kinds, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import State
from agent.planner.questions.setting_marks import types_of


def kinds_of(marks: list[Mark]) -> list[Kinds]:
    """The kinds that marks name, before their words get the meanings that they have in records."""
    return [mark.data for mark in marks if mark.kind == "kind" and isinstance(mark.data, Kinds)]


def narrowed(state: State, kinds: list[Kinds]) -> State:
    """The state with the kinds of those who hold the permissions; as it is where any may, or where one is named."""
    if any(isinstance(part, Atom) and part.ref.name == "user" for _, part in state.parts):
        return state
    seen = state.estate.values("permission", "type")
    for kind in kinds:
        types = types_of([kind], state.estate)
        held = tuple(sorted(shown for shown in seen.values() if shown in types))
        if held and len(held) < len(seen):
            told = Atom(ref=Ref(name="type"), op="in", values=held, label=f"of {kind.label}", of="permission")
            state.parts.append(("and", told))
            break
    return state
