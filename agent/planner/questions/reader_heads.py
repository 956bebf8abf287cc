"""Columns that an answer shows, bins of time, distributions."""

from __future__ import annotations

from typing import Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.form import Measure, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import State

# what everything has: "number of issues with severity and status" asks for no condition
_ALWAYS: Final = frozenset(
    """severity status account region provider type category class rule issue_category finding_category
    result service""".split()
)


def as_column(state: State, mark: Mark, ref: Ref) -> bool:
    """Whether an attribute is to be shown: "name and region of ...", "with their owner"."""

    if ref.name == "asset":
        return True
    before = state.before(over=())
    possessive = before is not None and before.text.lower().split()[-1] in ("their", "its", "the")
    joined = state.before()
    shown = (
        not state.headed
        or possessive
        or (joined is not None and joined.kind in ("and", "comma") and bool(state.columns))
        or bool(state.subject and ref.name in ENTITIES[state.subject].places)
    )
    counted = state.measure is not None and state.measure.function == "count" and ref.name in _ALWAYS
    after_with = joined is not None and joined.kind == "with"
    if state.negated or not (shown or (counted and after_with)):
        return False
    if state.headed and after_with and not possessive and not counted:
        return False
    state.columns.append(ref)
    state.connector = ""
    return True


def time_bin(state: State, mark: Mark) -> None:
    span = str(mark.data)
    if span != "auto":
        state.span = span
    elif not state.span:
        state.span = "1w"
    if state.measure is None:
        state.measure = Measure(function="count")


def distribution(state: State, mark: Mark) -> None:
    """ "distribution of severities": the first groupable attribute after it."""
    from agent.planner.questions.reader import take_kind

    if (
        not state.headed
        and state.estate.type_names.get("cdn")
        and mark.text.lower().endswith("s")
        and "kind" in mark.also
        and state.next() is None
    ):
        return take_kind(state, Mark("kind", mark.start, mark.end, mark.also["kind"], mark.text))
    state.spread = not state.headed
    if state.measure is None:
        state.measure = Measure(function="count")
    return None
