"""Marks to a logical form: the head, its conditions with the scope of not, and, or, and what is asked of it."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from agent.planner.questions import openings
from agent.planner.questions.entity_links import reachable
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Kinds, Measure, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_conditions import (
    skip,
    take_and,
    take_attr,
    take_but,
    take_comma,
    take_not_word,
    take_or,
    take_stop,
    take_tenant,
    take_time,
    take_value,
    take_weakness,
    take_word,
)
from agent.planner.questions.reader_groups import binned, by, measured
from agent.planner.questions.reader_heads import asset_shown, distribution, kind_shown
from agent.planner.questions.reader_place import RELATED
from agent.planner.questions.reader_quoted import quoted
from agent.planner.questions.reader_ranks import direction, order, rank, ranked_by, top
from agent.planner.questions.reader_refs import (
    attribute,
    empty_word,
    owned,
    reference,
    tagged,
    with_word,
)
from agent.planner.questions.reader_said import bounded
from agent.planner.questions.reader_shape import aggregate, compare, counted, custom_rule, finish, number
from agent.planner.questions.reader_state import Relation, State
from agent.planner.questions.reader_unknown import literal_id, vague
from agent.planner.questions.record_marks import Records
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.tokens import Token, singular


def read(
    marks: list[Mark],
    tokens: list[Token],
    estate: Estate,
    *,
    context: str = "",
    given: tuple[Kinds, ...] = (),
    records: Records | None = None,
) -> State:
    """What the marks say. `context` is the entity of the question before, for a follow-up that names none."""
    state = State(marks, tokens, estate, given=given)
    if records is not None:
        state.subject, state.named = records.subject, records.named
    if context:
        state.entity = context
    while (mark := state.mark()) is not None:
        if state.rule_form is False and custom_rule(state):
            continue
        _READ.get(mark.kind, take_word)(state, mark)
        state.at += 1
    finish(state)
    return state


def _entity(state: State, mark: Mark) -> None:
    name = str(mark.data)
    following = state.next()
    if (
        name == "vulnerability"
        and following
        and following[1].kind == "entity"
        and following[1].data in ("issue", "finding")
    ):
        return _category(state, "VULNERABILITY", str(following[1].data), following[0])
    before = state.before()
    if (
        name == "vulnerability"
        and "cve" in mark.text.lower()
        and (state.dims or state.group)
        and before is not None
        and (before.kind, before.data) == ("agg", "distinct")
    ):
        # "packages with at least 3 different CVEs": the same one in many places is one
        state.measure, state.agg = Measure(function="distinct", ref=Ref(name="cve")), ""
        state.group, state.dims = [*state.group, *state.dims], []
        state.having, state.compare = state.having or state.compare, None
    elif name == "vulnerability" and "cve" in mark.text.lower() and not state.headed:
        if state.agg == "distinct" or (state.measure is not None and state.measure.function == "count"):
            state.agg = "distinct"
            measured(state, Ref(name="cve"))
        elif (
            state.pending_rank
            or any(m.kind == "rank" and m.data in ("most", "fewest") for m in state.marks[state.at :])
            or (
                any(m.kind == "rank" and m.data in ("highest", "lowest") for m in state.marks)
                and any(m.get("attr") == "cvss" for m in state.marks)
            )
        ):
            state.dims.append(Ref(name="cve"))
    if (
        state.entity
        and "attr" in mark.also
        and name in ("asset", "event", "package", "vulnerability")
        and _named(state, mark)
        and not (name == "asset" and state.negated)
    ):
        return attribute(state, mark, str(mark.also["attr"]))
    if name == "asset" and state.entity == "asset" and not state.negated and state.relation is None:
        return None
    if name == "cve" and state.entity == "vulnerability" and state.relation is None:
        state.entity, state.dims = "cve", []
        return None
    if name in ("endpoint_cves",) and state.entity == "endpoint" and not state.negated:
        state.entity = name
        return None
    if name == "vulnerability" and state.entity in ("endpoint_cves", "cve"):
        if state.compare is not None:
            state.add(bounded(state, Ref(name="cves"), *state.compare))
            state.compare = None
        return None
    if (
        name == "issue"
        and state.entity in ("vulnerability", "finding")
        and mark.text.lower() not in ("issue", "issues", "alert", "alerts")
    ):
        state.negated = False
        return None
    same = name == state.entity and (state.relation is None or state.relation.entity == name)
    if same and not state.negated and state.compare is None:
        return None
    if not state.entity:
        take_head(state, mark, name)
        return None
    if state.dims and state.entity == "asset" and not state.noun and name != "asset":
        return take_head(state, mark, name)
    if name == "asset" and asset_shown(state, mark):
        return None
    if name == "asset" and state.entity != "asset":
        if state.negated and reachable(state.entity, "asset") and state.connector == "":
            return _relate(state, name)
        state.negated = False
        return None
    if name in RELATED or name in ("endpoint", "event", "file", "package") or reachable(state.entity, name):
        return _relate(state, name)
    state.lose(mark)
    return None


def _named(state: State, mark: Mark) -> bool:
    """Whether a word that is a noun too stands for an attribute here (`by cve`, `cve CVE-2024-1`)."""
    following = state.next()
    return bool(
        (following and following[1].kind in ("id", "compare", "quoted"))
        or (following and mark.data == "event" and following[1].kind == "word")
    )


def _category(state: State, category: str, entity: str, at: int) -> None:
    state.at = at
    if not state.entity:
        take_head(state, state.marks[at], entity)
    elif state.entity != entity:
        _relate(state, entity)
    name = "issue_category" if entity == "issue" else "finding_category"
    atom = Atom(ref=Ref(name=name), op="in", values=(category,), label=f"of category {category.lower()}")
    state.add(atom, to_relation=state.relation is not None and state.entity != entity)


def take_head(state: State, mark: Mark, name: str) -> None:
    state.entity = name
    last = state.words(mark)[-1]
    asked = state.plural if state.dims else last.text != last.norm or singular(last.text) != last.text
    state.noun = state.noun or " ".join(t.text for t in state.words(mark))
    state.plural = asked
    for connector, item in state.waiting:
        state.parts.append((connector, item))
    state.waiting = []
    state.head_parts = len(state.parts)
    if state.compare is not None:
        counted(state, name)
    if state.negated:
        state.negated = False
        if state.dims:
            # "accounts without issues"
            state.having = ("eq", 0)


def _relate(state: State, name: str) -> None:
    """A related entity: what was said before it and belongs to it goes along."""
    state.relation = Relation(name, state.connector, negated=state.take_not())
    state.connector = ""
    if state.compare is not None:
        state.relation.op, state.relation.count = state.compare[0], int(state.compare[1])
        state.compare = None
    if state.waiting and not state.relation.connector:
        state.relation.connector = state.waiting[0][0]
    state.relation.parts = [*state.waiting]
    state.waiting = []
    if state.pending_rank in ("most", "fewest"):
        ranked_by(state, state.relation)
        state.relation = Relation(name, "", parts=state.relation.parts)
        state.pending_rank = ""
        state.relation.count = -1
        return
    state.parts.append((state.relation.connector, state.relation))


def take_kind(state: State, mark: Mark) -> None:
    kinds: Kinds = mark.data
    coming = state.next(over=("stop", "all"))
    if mark.text.lower() == "host" and coming is not None and coming[1].kind in ("kind", "entity"):
        # "regions host databases"
        return None
    before = state.mark(-1)
    if (
        state.entity == "asset"
        and state.noun
        and before is not None
        and before.kind in ("weakness", "setting")
    ):
        return None
    unknown_kind = not state.entity and not types_of([kinds], state.estate)
    if mark.has("attr") and (state.entity == "event" or unknown_kind):
        # of namespaces themselves the tenant may have none, and its pods are in some
        return attribute(state, mark, str(mark.get("attr")))
    if state.noun and _names_place(state, mark, coming[1] if coming is not None else None, before):
        return None
    if kind_shown(state, mark, kinds):
        return None
    types = types_of([kinds], state.estate)
    state.groups = state.groups or openings.can_say(state.estate, types)
    text = " ".join(t.text for t in state.words(mark))
    if not state.entity or (state.dims and not state.noun and state.entity == "asset"):
        negated = state.take_not()
        if negated and state.dims:
            state.having, negated = ("eq", 0), False
        take_head(state, mark, "asset")
        state.add(kinds.model_copy(update={"negated": negated}))
        if not types and not negated:
            state.missing.append(text)
        return None
    if (
        state.entity == "asset"
        and not any(isinstance(i, Kinds) for _, i in state.parts)
        and not state.relation
    ):
        state.add(kinds.model_copy(update={"negated": state.take_not()}))
        state.noun = text
        return None
    if state.entity == "asset" and state.relation is None:
        last = next((i for _, i in reversed(state.parts)), None)
        if isinstance(last, Kinds) or state.connector in ("and", "or", "comma") or state.negated:
            return state.add(kinds.model_copy(update={"negated": state.take_not()}))
        if set(types) & types_of([i for _, i in state.parts if isinstance(i, Kinds)], state.estate):
            return None
        state.lose(mark)
        return None
    if state.entity == "event" or reachable(state.entity, "asset"):
        return state.add(kinds.model_copy(update={"negated": state.take_not()}))
    if state.relation is not None:
        return None
    state.lose(mark)
    return None


def _names_place(state: State, mark: Mark, coming: Mark | None, before: Mark | None) -> bool:
    """Whether a noun only says what a name is of: "in cluster gke-1", "in the storefront namespace"."""
    said = {t.norm for t in state.words(mark)}
    inside = any(t.startswith("KUBERNETES_") for _, i in state.parts if isinstance(i, Kinds) for t in i.types)
    return any(
        near is not None
        and near.kind == "tenant"
        and isinstance(near.data, Atom)
        and (
            near.data.ref.name in said & {"cluster", "namespace"}
            or (near is coming and near.data.ref.name == "name" and "cluster" in said and inside)
        )
        for near in (coming, before)
    )


def _switched_off(state: State, mark: Mark) -> None:
    """ "inactive users": no setting took it, and who is asked for does not lose it."""
    coming = state.next()
    if coming is not None and coming[1].kind == "kind":
        state.lose(mark)


_READ: Final[dict[str, Callable[[State, Mark], None]]] = {
    "entity": _entity, "kind": take_kind, "tenant": take_tenant, "value": take_value, "weakness": take_weakness, "time": take_time,
    "attr": take_attr, "tag": lambda s, m: reference(s, m, m.data), "setting": lambda s, m: reference(s, m, m.data),
    "not": take_not_word, "and": take_and, "or": take_or, "but": take_but, "comma": take_comma, "stop": take_stop, "alias": lambda s, m: take_word(s, m), "all": skip, "mark": skip,
    "with": with_word, "of": skip, "on": skip, "off": _switched_off, "after": skip, "dist": distribution,
    "agg": aggregate, "rank": rank, "top": top, "number": number, "compare": compare,
    "by": by, "order": order, "desc": direction, "asc": direction, "bin": binned,
    "empty": empty_word, "tagged": tagged, "owned": owned, "vague": vague, "quoted": quoted,
    "id": literal_id, "date": skip,
}  # fmt: skip
