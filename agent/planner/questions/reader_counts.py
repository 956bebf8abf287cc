"""Bounds on how many different values a group has: "CVEs on at least four teams", "in all three clouds"."""

from __future__ import annotations

from typing import Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.entity_links import direct
from agent.planner.questions.form import Atom, Measure, Rank, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import State
from agent.planner.questions.reader_values import GROUPABLE

SUMS: Final = frozenset({"bytes", "packets", "received", "size", "records", "found_records"})
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
    if (
        before is None
        or before.text.lower() not in ("all", "all the", "all of the", "the")
        or following is None
    ):
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


def summed(state: State, mark: Mark) -> bool:
    """ "top 5 talkers by bytes": groups of records are ranked by the sum of a number that they have."""
    name = str(mark.get("attr"))
    entity = state.subject or state.entity
    if name not in SUMS or not state.dims or entity in ("", "asset") or name not in ENTITIES[entity].places:
        return False
    state.measure = Measure(function="sum", ref=Ref(name=name))
    state.rank = Rank(descending=state.pending_rank not in ("fewest", "lowest"))
    state.pending_rank = ""
    return True


def counts_of(state: State, name: str) -> bool:
    """Whether things are counted for each of another entity: "issues per case"."""
    return (
        bool(state.entity)
        and name != state.entity
        and bool(ENTITIES[name].key)
        and direct(name, state.entity) is not None
        and not state.group
    )


def numbers(state: State, made: Atom, at: int) -> tuple[Atom, int]:
    """ "port 22, 80 or 443": all of them."""
    values = [made.values[0]]
    while True:
        if at + 2 >= len(state.marks):
            break
        link, more = state.marks[at + 1], state.marks[at + 2]
        if link.kind not in ("or", "comma", "and") or more.kind != "number":
            break
        values.append(state.words(more)[0].value or 0.0)
        at += 2
    if len(values) == 1:
        return made, at
    shown = " or ".join(f"{v:g}" if isinstance(v, float) else v for v in values)
    return made.model_copy(
        update={"op": "in", "values": tuple(values), "label": f"{made.ref.name} {shown}"}
    ), at
