"""Where a condition belongs: to what is asked for, or to something related."""

from __future__ import annotations

from typing import Final

from agent.planner.questions.entities import BELONGS, ENTITIES
from agent.planner.questions.entity_links import reachable
from agent.planner.questions.form import Atom, Item, Weakness
from agent.planner.questions.reader_state import Relation, State

RELATED: Final = ("issue", "vulnerability", "finding", "case", "cve", "endpoint", "file", "cmdb")


def place(state: State, item: Item) -> None:
    """Put a condition where it belongs: to what is asked for, or to a related entity."""

    if (
        isinstance(item, Atom)
        and item.of
        and item.of != state.entity
        and item.of in ENTITIES
        and item.of != "asset"
    ):
        return _to(state, item, item.of)
    if isinstance(item, Atom) and not item.ref.tags and not item.ref.places:
        own = ENTITIES[state.entity].places if state.entity else {}
        if state.entity and (coming := _of_coming_noun(state, item)):
            return _to(state, item, coming)
        if item.ref.name not in own and (named := _of_named(state, item)):
            return _to(state, item, named)
        belongs = BELONGS.get(item.ref.name, "")
        if belongs and item.ref.name not in own and state.entity:
            return _to(state, item, belongs)
        if belongs and not state.entity:
            state.add(item, to_relation=True)
            return None
        if (
            item.ref.name in ("first_seen", "last_seen", "modified", "resolved", "name")
            or (item.ref.name == "any_time" and _right_after(state))
        ) and state.relation is not None:
            return state.add(item, to_relation=True)
    if isinstance(item, Weakness) and state.entity == "":
        state.add(item)
        return None
    state.add(item)
    return None


def _right_after(state: State) -> bool:
    """Whether a related noun has just been said: "with issues older than 60 days"."""
    before = state.before(over=("stop", "of", "compare", "attr"))
    if (
        before is not None
        and before.kind in ("word", "id")
        and state.relation is not None
        and state.relation.parts
    ):
        # "with a vulnerability in openssl older than 30 days"
        return True
    return (
        before is not None
        and before.kind == "entity"
        and state.relation is not None
        and before.data == state.relation.entity
    )


def _of_coming_noun(state: State, item: Atom) -> str:
    """The related noun that a value stands before: "cases with 2 critical issues"."""
    if state.relation is not None or state.mark() is None:
        return ""
    for mark in state.marks[state.at + 1 :]:
        if mark.kind == "entity":
            name = str(mark.data)
            fits = name != state.entity and name != "asset" and reachable(state.entity, name)
            return name if fits and item.ref.name in ENTITIES[name].places else ""
        if mark.kind not in ("value", "or", "and", "comma"):
            return ""
    return ""


def _of_named(state: State, item: Atom) -> str:
    """The records that the question names and that alone have an attribute."""
    if item.ref.name in ("any_time", "name"):
        return ""
    return next((e for e in state.named if e != state.entity and item.ref.name in ENTITIES[e].places), "")


def _other_coming(state: State) -> bool:
    """Whether another related noun than the one being read comes next: "and critical vulnerabilities"."""

    for mark in state.marks[state.at + 1 :]:
        if mark.kind == "entity":
            return state.relation is not None and mark.data in RELATED and mark.data != state.relation.entity
        if mark.kind not in ("value", "stop", "all", "or"):
            return False
    return False


def _again_coming(state: State) -> bool:
    """Whether the related noun comes once more: "with medium issues but without high issues"."""
    for mark in state.marks[state.at + 1 :]:
        if mark.kind == "entity":
            return state.relation is not None and mark.data == state.relation.entity
        if mark.kind not in ("value", "stop", "all", "or", "and", "comma"):
            return False
    return False


def _to(state: State, item: Atom, entity: str) -> None:
    if state.relation is not None and (_other_coming(state) or (state.negated and _again_coming(state))):
        state.waiting.append((state.connector if not state.waiting else "and", item))
        return None
    if state.relation is not None and item.ref.name in ENTITIES[state.relation.entity].places:
        return state.add(item, to_relation=True)
    state.add(item, to_relation=True) if state.relation is None else fresh(state, item, entity)
    return None


def fresh(state: State, item: Atom, entity: str) -> None:
    """A condition on another row of a related entity."""
    state.relation = Relation(entity, state.connector)
    state.parts.append((state.connector, state.relation))
    state.connector = ""
    state.add(item, to_relation=True)
