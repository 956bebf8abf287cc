"""How far a word for what is lacking reaches: "without owner or team" is without either."""

from __future__ import annotations

from typing import Final

from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import State

# of these one is enough: "missing owner or team tags"
_NO_MATTER: Final = frozenset({"matter", "matters", "care", "mind"})
_ONE_OF: Final = frozenset({"missing", "lacking", "lack", "lacks", "miss", "misses"})


def lacked_too(state: State, ref: Ref, negated: bool, before: Mark | None) -> bool:
    """Whether a tag or setting of which nothing is said is lacking like the one named just before it."""
    if negated:
        state.lacks = _said(state)
        return True
    last = state.parts[-1][1] if state.parts else None
    joined = before is not None and before.kind in ("and", "or", "comma")
    if not state.lacks or not joined or state.connector not in ("and", "or", "comma"):
        state.lacks = ""
        return False
    alike = isinstance(last, Atom) and bool(last.ref.tags) == bool(ref.tags) and last.op in ("empty", "true")
    if not alike or not isinstance(last, Atom) or last.negated == (last.op == "empty"):
        state.lacks = ""
        return False
    if state.connector == "or" and state.lacks not in _ONE_OF:
        state.connector = "and"
    return True


def _said(state: State) -> str:
    """The word that said so."""
    for mark in reversed(state.marks[: state.at]):
        if mark.kind in ("not", "empty"):
            return mark.text.lower()
    return "without"


def dangling(state: State) -> str:
    """A word for what is not so that nothing has taken: without it the opposite would be answered."""
    if not state.negated:
        return ""
    for at in range(len(state.marks) - 1, -1, -1):
        if state.marks[at].kind == "not":
            after = state.marks[at + 1].text.lower() if at + 1 < len(state.marks) else ""
            return "" if after in _NO_MATTER else state.marks[at].text
    return ""
