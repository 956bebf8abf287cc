"""Whether an attribute is what an answer is by or what is asked for: "distribution of severities", "which accounts have ..."."""

# ruff: noqa: E501 (a line of words is easier to read in one piece)

from __future__ import annotations

from agent.planner.questions.entities import BELONGS
from agent.planner.questions.form import Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_groups import measured
from agent.planner.questions.reader_ranks import ranked_ref
from agent.planner.questions.reader_state import State
from agent.planner.questions.reader_values import GROUPABLE
from agent.planner.questions.tokens import singular


def as_group(state: State, mark: Mark, ref: Ref) -> bool:
    """A reference before "distribution", or the one that a measure waits for."""

    if state.spread and not state.headed and (ref.name in GROUPABLE or ref.tags or ref.places):
        state.group.append(ref)
        state.spread = False
        return True
    following = state.next(over=())
    if following is not None and following[1].kind == "dist":
        state.group.append(ref)
        state.at = following[0]
        return True
    return (ref.name not in ("asset",) and measured(state, ref)) or ranked_ref(state, ref)


def as_head(state: State, mark: Mark, ref: Ref) -> bool:
    """Whether a groupable attribute is what is asked for: "which accounts have ...", "top 5 rules by ..."."""
    from agent.planner.questions.reader import take_head

    before_ = state.before()
    if (
        ref.name == "rule"
        and not state.headed
        and before_ is not None
        and before_.kind == "value"
        and before_.data[0] in ("result", "operation_status")
    ):
        take_head(state, mark, "finding")
        return True
    if (
        state.subject
        and state.entity in ("", state.subject)
        and state.pending_rank == "top"
        and not (state.dims or state.group)
        and ref.name in GROUPABLE
        and before_ is not None
        and before_.kind in ("top", "number")
    ):
        # "flow logs: top destination ports"
        state.dims.append(ref)
        return True
    if state.headed or not (ref.tags or ref.places or ref.name in GROUPABLE):
        if state.dims and not state.entity and not state.parts and state.connector in ("and", "comma"):
            state.dims.append(ref)
            state.connector = ""
            return True
        return False
    before = state.before(
        over=(
            "stop",
            "all",
            "agg",
            "with",
            "rank",
            "top",
            "number",
            "comma",
            "of",
            "tenant",
            "value",
            "compare",
        )
    )
    first = before is None or before.kind in ("by",)
    if not first:
        return False
    texts = {t.text for m in state.marks[: state.at] for t in state.words(m)}
    following = state.next(over=("stop",)) if state.next() else None
    columns = (
        following is not None
        and (following[1].kind in ("and", "comma") or following[1].text.lower() in ("of", "for", "on"))
        and not (texts & {"which", "many", "top", "number", "distinct", "different"})
    )
    if columns and _noun_ahead(state):
        return False
    state.dims.append(ref)
    state.dim_at = mark.start
    if state.measure is not None and state.measure.function == "count":
        state.agg = "distinct"
    last = state.words(mark)[-1]
    state.plural = singular(last.text) != last.text
    if ref.tags or ref.places:
        state.entity = "asset"
    elif ref.name in BELONGS and not any(m.kind in ("entity", "kind") for m in state.marks[state.at + 1 :]):
        state.entity = BELONGS[ref.name]
    elif not any(m.kind in ("entity", "kind") for m in state.marks[state.at + 1 :]):
        state.entity = "asset"
    if state.negated:
        state.negated = False
    return True


def _noun_ahead(state: State) -> bool:
    return any(m.kind in ("entity", "kind") for m in state.marks[state.at + 1 :])
