"""Marks to a logical form: the head, its conditions with the scope of not, and, or, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from agent.planner.questions import openings
from agent.planner.questions import reader_refs as refs
from agent.planner.questions import reader_shape as shape
from agent.planner.questions.entities import BELONGS, ENTITIES
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Item, Kinds, Ref, Weakness
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import Relation, State, key_of
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.times import When
from agent.planner.questions.tokens import Token, singular
from agent.planner.questions.weaknesses import Found, resolve

RELATED: Final = ("issue", "vulnerability", "finding", "case", "cve")


def read(
    marks: list[Mark], tokens: list[Token], estate: Estate, *, context: str = "", given: tuple[Kinds, ...] = ()
) -> State:
    """What the marks say. `context` is the entity of the question before, for a follow-up that names none."""
    state = State(marks, tokens, estate, given=given)
    if context:
        state.entity = context
    while (mark := state.mark()) is not None:
        if state.rule_form is False and shape.custom_rule(state):
            continue
        _READ.get(mark.kind, _word)(state, mark)
        state.at += 1
    shape.finish(state)
    return state


# --- nouns ---


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
    if name == "vulnerability" and "cve" in mark.text.lower() and not state.headed:
        if state.agg == "distinct" or (state.measure is not None and state.measure.function == "count"):
            state.agg = "distinct"
            shape.measured(state, Ref(name="cve"))
        elif state.pending_rank or any(
            m.kind == "rank" and m.data in ("most", "fewest") for m in state.marks[state.at :]
        ):
            state.dims.append(Ref(name="cve"))
    if (
        state.entity
        and "attr" in mark.also
        and name in ("asset", "event", "package", "vulnerability")
        and _named(state, mark)
    ):
        return refs.attribute(state, mark, str(mark.also["attr"]))
    if name == "asset" and state.entity == "asset" and not state.negated and state.relation is None:
        return None
    if name == "cve" and state.entity == "vulnerability" and state.relation is None:
        state.entity, state.dims = "cve", []
        return None
    if name in ("endpoint_cves",) and state.entity == "endpoint":
        state.entity = name
        return None
    if name == "vulnerability" and state.entity in ("endpoint_cves", "cve"):
        if state.compare is not None:
            state.add(refs._bound(state, Ref(name="cves"), *state.compare))
            state.compare = None
        return None
    if (
        name == "issue"
        and state.entity in ("vulnerability", "finding")
        and mark.text.lower() not in ("issue", "issues", "alert", "alerts")
    ):
        state.negated = False
        return None
    if name == state.entity and (state.relation is None or state.relation.entity == name):
        if not state.negated and state.compare is None:
            return None
    if not state.entity:
        _head(state, mark, name)
        return None
    if state.dims and state.entity == "asset" and not state.noun and name != "asset":
        return _head(state, mark, name)
    if name == "asset" and state.entity != "asset":
        state.negated = False
        return None
    if name in RELATED or name in ("endpoint", "event", "file", "package"):
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
        _head(state, state.marks[at], entity)
    elif state.entity != entity:
        _relate(state, entity)
    name = "issue_category" if entity == "issue" else "finding_category"
    atom = Atom(ref=Ref(name=name), op="in", values=(category,), label=f"of category {category.lower()}")
    state.add(atom, to_relation=state.relation is not None and state.entity != entity)


def _head(state: State, mark: Mark, name: str) -> None:
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
        shape.counted(state, name)
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
        shape.ranked_by(state, state.relation)
        state.relation = Relation(name, "", parts=state.relation.parts)
        state.pending_rank = ""
        state.relation.count = -1
        return
    state.parts.append((state.relation.connector, state.relation))


def _kind(state: State, mark: Mark) -> None:
    kinds: Kinds = mark.data
    before = state.mark(-1)
    if (
        state.entity == "asset"
        and state.noun
        and before is not None
        and before.kind in ("weakness", "setting")
    ):
        return None
    if state.entity == "event" and mark.has("attr"):
        return refs.attribute(state, mark, str(mark.get("attr")))
    types = types_of([kinds], state.estate)
    state.groups = state.groups or openings.can_say(state.estate, types)
    text = " ".join(t.text for t in state.words(mark))
    if not state.entity or (state.dims and not state.noun and state.entity == "asset"):
        negated = state.take_not()
        if negated and state.dims:
            state.having, negated = ("eq", 0), False
        _head(state, mark, "asset")
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
    if state.entity in ("issue", "finding", "vulnerability", "file", "package", "event"):
        return state.add(kinds.model_copy(update={"negated": state.take_not()}))
    if state.relation is not None:
        return None
    state.lose(mark)
    return None


# --- conditions ---


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
        belongs = BELONGS.get(item.ref.name, "")
        if belongs and item.ref.name not in own and state.entity:
            return _to(state, item, belongs)
        if belongs and not state.entity:
            state.add(item, to_relation=True)
            return None
        if (
            item.ref.name in ("first_seen", "last_seen", "modified", "resolved", "name")
            and state.relation is not None
        ):
            return state.add(item, to_relation=True)
    if isinstance(item, Weakness) and state.entity == "":
        state.add(item)
        return None
    state.add(item)
    return None


def _other_coming(state: State) -> bool:
    """Whether another related noun than the one being read comes next: "and critical vulnerabilities"."""
    for mark in state.marks[state.at + 1 :]:
        if mark.kind == "entity":
            return state.relation is not None and mark.data in RELATED and mark.data != state.relation.entity
        if mark.kind not in ("value", "stop", "all", "or"):
            return False
    return False


def _to(state: State, item: Atom, entity: str) -> None:
    if state.relation is not None and _other_coming(state):
        state.waiting.append((state.connector if not state.waiting else "and", item))
        return None
    if state.relation is not None and item.ref.name in ENTITIES[state.relation.entity].places:
        return state.add(item, to_relation=True)
    state.add(item, to_relation=True) if state.relation is None else _fresh(state, item, entity)
    return None


def _fresh(state: State, item: Atom, entity: str) -> None:
    state.relation = Relation(entity, state.connector)
    state.parts.append((state.connector, state.relation))
    state.connector = ""
    state.add(item, to_relation=True)


def _tenant(state: State, mark: Mark) -> None:
    following = state.next(over=())
    if (
        following is not None
        and following[1].get("attr") == "account"
        and isinstance(mark.data, Atom)
        and mark.data.ref.name != "account"
    ):
        return refs.unknown_word(state, mark, place)
    if mark.has("alias") and _as_account(state, mark):
        return None
    found = mark.data if isinstance(mark.data, list) else [mark.data]
    for item in found:
        text = " ".join(t.text for t in state.words(mark))
        if isinstance(item, Atom) and item.ref.name == "account" and text in state.estate.words.twofold:
            before = state.before()
            after = state.next()
            said = [m for m in (before, after[1] if after else None) if m is not None]
            if any(m.get("attr") == "account" for m in said):
                pass
            elif any(m.kind in ("tagged", "owned", "tag") for m in said):
                item = Atom(
                    ref=Ref(name="tag", tags=state.estate.words.tag_values[text]),
                    op="in",
                    values=(text,),
                    label=f"tagged {text}",
                )
            else:
                state.twofold.append(text)
        negated = _negation(state, key_of(item))
        place(state, item.model_copy(update={"negated": item.negated != negated}) if negated else item)


def _as_account(state: State, mark: Mark) -> bool:
    """A word that is an account's short name: that account, or a question back where it has another meaning too."""
    before, after = state.before(), state.next(over=())
    said = [m for m in (before, after[1] if after else None) if m is not None]
    if any(
        m.kind in ("tagged", "owned", "tag")
        or m.text.lower() in ("environment", "environments", "team", "stage")
        for m in said
    ):
        return False
    named = any(m.get("attr") == "account" for m in said)
    if not named and (
        before is None
        or before.kind not in ("of", "not")
        or before.text.lower()
        not in ("in", "from", "for", "at", "outside", "inside", "within", "outside of", "not", "except")
    ):
        return False
    if not named and (
        mark.kind in ("tenant", "value", "attr")
        or mark.has("tagvalue")
        or mark.text.lower() in ("data", "shared", "security", "network")
    ):
        state.twofold.append(mark.text.lower())
        return True
    place(state, mark.get("alias").model_copy(update={"negated": state.take_not()}))
    if named and after is not None and after[1].get("attr") == "account":
        state.at = after[0]
    return True


def _of_coming(state: State, name: str) -> bool:
    """Whether a not is about related things that come next: "without any high or critical issues"."""
    if (
        state.entity not in ("asset", "")
        or (state.entity == "" and not state.dims)
        or BELONGS.get(name) is None
    ):
        return False
    for mark in state.marks[state.at + 1 :]:
        if mark.kind == "entity":
            return mark.data in RELATED
        if mark.kind not in (
            "value",
            "stop",
            "all",
            "and",
            "or",
            "comma",
            "number",
            "compare",
            "after",
            "weakness",
        ):
            return False
    return False


def _negation(state: State, key: str) -> bool:
    """Whether a not stands before, or reaches here: "not in a or b", "neither a nor b"."""
    if state.negated and _of_coming(state, key):
        return False
    if state.negated:
        state.negated = False
        state.negated_ref = key
        return True
    if state.negated_ref and state.connector in ("or", "comma", "and") and key == state.negated_ref:
        return True
    state.negated_ref = ""
    return False


def _value(state: State, mark: Mark) -> None:
    name, values = mark.data
    name, values = refs.fitting(state, mark, name, values)
    if name == "severity":
        values = refs.severities(state, values)
    if name == "assignee":
        item = Atom(
            ref=Ref(name=name),
            op="empty",
            negated=(values == ("*",)) != state.take_not(),
            label="assigned" if values == ("*",) else "assigned to nobody",
        )
        place(state, item)
        return
    if name == "status" and values == ("all",):
        state.status = "all"
        return
    op = "true" if values in (("true",), ("false",)) else "contains" if name in ("platform", "os") else "in"
    label = refs.value_label(name, values)
    negated = _negation(state, name)
    item = Atom(
        ref=Ref(name=name), op=op, values=() if op == "true" else values, label=label,
        negated=negated != (values == ("false",)),
    )  # fmt: skip
    place(state, item)


def _weakness(state: State, mark: Mark) -> None:
    found: Found = mark.data
    kinds = [i for _, i in state.parts if isinstance(i, Kinds) and not i.negated]
    if not kinds:
        following = [m.data for m in state.marks[state.at :] if m.kind == "kind"]
        kinds = following[:1] or list(state.given)
    types = types_of(kinds, state.estate)
    if openings.can_say(state.estate, types) and _opened(state, mark, found, kinds):
        return
    item = resolve(found, state.estate, types, refs.nouns_of(kinds, state.estate))
    if item is None and types:
        state.missing.append(f"!{found.name}:{found.port or ''}")
        return
    if item is None:
        state.missing.append(f"!{found.name}:{found.port or ''}")
        return
    if state.negated_ref.startswith("weakness") and state.connector == "or" and not item.negated:
        item = item.model_copy(update={"negated": True})
    elif state.negated:
        state.negated = False
        item = item.model_copy(update={"negated": not item.negated})
        state.negated_ref = "weakness"
    else:
        state.negated_ref = "weakness" if item.negated and "neither" in mark.text.lower() else ""
    place(state, item)


def _opened(state: State, mark: Mark, found: Found, kinds: list[Kinds]) -> bool:
    """A port or range of security groups that their rules in the configuration tell better than checks do."""
    ranged = any(m.kind == "id" and "." in m.text for m in state.marks)
    words = {t.text for m in state.marks for t in state.words(m)}
    if found.name == "public" and (
        "0.0.0.0/0" in mark.text or words & {"inbound", "ingress", "rule", "rules"}
    ):
        state.groups = True
        return refs.opened(state, ranges=("0.0.0.0/0",), negated=found.negated)
    if found.name == "port" and (
        ranged or resolve(found, state.estate, frozenset(), refs.nouns_of(kinds, state.estate)) is None
    ):
        state.groups = True
        wide = any(w in mark.text.lower() for w in ("internet", "0.0.0.0/0", "world", "anywhere", "public"))
        return refs.opened(
            state,
            port=found.port,
            ranges=("0.0.0.0/0",) if wide and not ranged else (),
            negated=found.negated,
        )
    return False


def _time(state: State, mark: Mark) -> None:
    when: When = mark.data
    refs.timed(state, when, place)


def _attr(state: State, mark: Mark) -> None:
    refs.attribute(state, mark, str(mark.data))


# --- words that join ---


def _not(state: State, mark: Mark) -> None:
    state.negated = not state.negated if mark.text.lower() in ("not", "n't") else True
    if mark.text.lower().startswith(("and", "or")):
        state.connector = "and"


def _and(state: State, mark: Mark) -> None:
    state.connector = "and"


def _or(state: State, mark: Mark) -> None:
    if mark.text.lower() in ("either", "alternatively"):
        return
    state.connector = "or"


def _but(state: State, mark: Mark) -> None:
    state.connector = "and"
    state.negated_ref = ""


def _comma(state: State, mark: Mark) -> None:
    if not state.connector:
        state.connector = "comma"


def _skip(state: State, mark: Mark) -> None:
    return None


def _stop(state: State, mark: Mark) -> None:
    if mark.has("alias"):
        _as_account(state, mark)


def _word(state: State, mark: Mark) -> None:
    if mark.has("alias") and _as_account(state, mark):
        return
    refs.unknown_word(state, mark, place)


_READ: Final[dict[str, Callable[[State, Mark], None]]] = {
    "entity": _entity, "kind": _kind, "tenant": _tenant, "value": _value, "weakness": _weakness, "time": _time,
    "attr": _attr, "tag": lambda s, m: refs.reference(s, m, m.data), "setting": lambda s, m: refs.reference(s, m, m.data),
    "not": _not, "and": _and, "or": _or, "but": _but, "comma": _comma, "stop": _stop, "alias": lambda s, m: _word(s, m), "all": _skip, "mark": _skip,
    "with": refs.with_word, "of": _skip, "on": _skip, "off": _skip, "after": _skip, "dist": shape.distribution,
    "agg": shape.aggregate, "rank": shape.rank, "top": shape.top, "number": shape.number, "compare": shape.compare,
    "by": shape.by, "order": shape.order, "desc": shape.direction, "asc": shape.direction, "bin": shape.time_bin,
    "empty": refs.empty_word, "tagged": refs.tagged, "owned": refs.owned, "vague": refs.vague, "quoted": refs.quoted,
    "id": refs.literal_id, "date": _skip,
}  # fmt: skip
