"""Quoted text: a name or a part of one, the title of a check, a value of a tag or column."""

from __future__ import annotations

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.phrases import values_of_words
from agent.planner.questions.reader_place import place
from agent.planner.questions.reader_state import State
from agent.planner.questions.reader_unknown import unknown_word


def quoted(state: State, mark: Mark) -> None:
    """Quoted text: a name, or a part of one."""
    text = state.words(mark)[0].raw
    following = state.next(over=("stop", "of"))
    negated = state.take_not()
    named = following is not None and following[1].get("attr") in ("name", "description")
    if named and following is not None:
        ref = str(following[1].get("attr"))
        state.at = following[0]
        place(
            state,
            Atom(
                ref=Ref(name=ref),
                op="contains",
                values=(text,),
                label=f"{ref} containing {text}",
                negated=negated,
            ),
        )
        return None
    last = state.parts[-1][1] if state.parts and state.connector else None
    if (
        isinstance(last, Atom)
        and last.ref.name in ("name", "description")
        and last.op in ("contains", "starts", "ends")
    ):
        # "name contains 'sync' or 'runner'"
        again = {
            "values": (text,),
            "label": last.label.replace(str(last.values[0]), text),
            "negated": last.negated,
        }
        place(state, last.model_copy(update=again))
        return None
    if (titled := _titled(state, text)) is not None:
        return place(state, titled.model_copy(update={"negated": negated}))
    if (told := _of_words(state, text)) is not None:
        return place(state, told.model_copy(update={"negated": negated}))
    keys = state.estate.words.tag_values.get(text.lower(), ())
    asked = following[1].get("tag") if following is not None else None
    if isinstance(asked, Ref) and following is not None and set(keys) & set(asked.tags):
        # "the 'hr' application tag"
        state.at = following[0]
        atom = Atom(ref=asked, op="in", values=(text.lower(),), label=f"{asked.name} {text}", negated=negated)
        return place(state, atom)
    unknown_word(state, mark, place, negated=negated)
    return None


def _of_words(state: State, text: str) -> Atom | None:
    """Quoted words that stand for a value of a column: the reason "risk accepted"."""
    for name, values in values_of_words(text.lower()):
        if name in ENTITIES[state.entity or "asset"].places and name != "status":
            return Atom(ref=Ref(name=name), op="in", values=values, label=f"{name} {text}")
    return None


def _titled(state: State, text: str) -> Atom | None:
    """Quoted text that is the title of what checks report: issues of that name."""
    low = text.lower()
    if low in state.estate.words.names or not any(
        rule.title.lower() == low for rule in state.estate.words.rules
    ):
        return None
    of = state.entity if state.entity in ("issue", "finding", "case") else "issue"
    return Atom(ref=Ref(name="name"), op="eq", values=(text,), label=f"named {text}", of=of)
