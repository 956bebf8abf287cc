"""Bounds on how many different values a group has: "CVEs on at least four teams", "in all three clouds"."""

from __future__ import annotations

from agent.planner.questions.form import Measure, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import State
from agent.planner.questions.reader_values import GROUPABLE

# what of rows that repeat is counted by: a vulnerability stands once for each asset, its CVE does not
_GROUPS = {"vulnerability": "cve"}


def several(state: State, mark: Mark, ref: Ref) -> bool:
    """Take "more than 3 <teams>" as a bound on the different values that each group has."""
    if state.compare is None or state.having is not None or not (ref.tags or ref.name in GROUPABLE):
        return False
    if not _plural(state, mark):
        return False
    head = _GROUPS.get(state.entity, "")
    said = [t.text for m in state.marks[: state.at] for t in state.words(m)]
    if not state.dims and not state.group and not (head and any(t.startswith("cve") for t in said)):
        return False
    group = state.dims[0] if state.dims else state.group[0] if state.group else Ref(name=head)
    if group == ref:
        return False
    if not state.dims and not state.group:
        state.group = [group]
    state.measure = Measure(function="distinct", ref=ref)
    state.agg = ""
    state.having, state.compare = state.compare, None
    return True


def every(state: State, mark: Mark) -> bool:
    """Take "all three" before what has values: at least so many different ones."""
    before = state.before(over=())
    following = state.next()
    if before is None or before.text.lower() not in ("all", "all the", "all of the", "the") or following is None:
        return False
    value = state.words(mark)[0].value
    found = following[1]
    if value is None or value != int(value) or value < 2:
        return False
    if not (found.has("tag") or found.get("attr") in GROUPABLE) or state.entity not in _GROUPS:
        return False
    state.compare = ("gte", value)
    return True


def _plural(state: State, mark: Mark) -> bool:
    last = state.words(mark)[-1]
    return last.text != last.norm
