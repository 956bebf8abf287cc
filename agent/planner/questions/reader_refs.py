"""Attributes, tags and configuration in a question; owners and tags by their values."""

from __future__ import annotations

from typing import Any

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.names import (
    OWNER_KEYS,
    TEAM_KEYS,
    accounts_like,
    plain_key,
    tag_ref,
    tag_value,
)
from agent.planner.questions.reader_counts import several
from agent.planner.questions.reader_group_heads import as_group, as_head
from agent.planner.questions.reader_heads import as_column
from agent.planner.questions.reader_lacking import lacked_too
from agent.planner.questions.reader_place import place
from agent.planner.questions.reader_said import mark_at, said_of
from agent.planner.questions.reader_state import State
from agent.planner.questions.reader_there import there
from agent.planner.questions.reader_valued import adjective, valued
from agent.planner.questions.reader_values import TIMES, coming_entity, listed


def attribute(state: State, mark: Mark, name: str) -> None:
    """An attribute of the lists: a time, or something with a value, a bound, or nothing said of it."""
    if name == "bytes" and (state.subject or state.entity) in ("", "asset", "file"):
        # the unit of a size
        return None
    if name == "last_seen" and state.entity == "asset" and "used" in mark.text.lower():
        # when something was seen is not when it was used
        return state.lose(mark)
    if name in TIMES:
        following = state.next(over=("stop", "of", "not"))
        if following and following[1].kind == "time":
            return None
        if mark.text.lower() == "new" and _beside_status(state):
            return place(state, Atom(ref=Ref(name="status"), op="in", values=("new",), label="new"))
        if name == "first_seen" and mark.text.lower() in ("new", "were new", "added", "arrived"):
            state.status = state.status or "new"
        if state.compare is None and not listed(state):
            if name == "last_seen" and mark.text.lower() == "seen":
                return None
            if name == "first_seen" and mark.text.lower() not in (
                "first seen",
                "first observed",
                "creation date",
                "created date",
            ):
                return None
    if (
        name in ("user",)
        and state.entity not in ("event", "permission", "audit")
        and "kind" not in mark.also
        and (
            "operation" not in [m.get("attr") for m in state.marks]
            and coming_entity(state) != "event"
            and mark.text.lower() == "who"
        )
    ):
        return None
    if name == "asset" and not state.headed and coming_entity(state) == "":
        state.entity = "asset"
        return None
    reference(state, mark, Ref(name=name))
    return None


def _beside_status(state: State) -> bool:
    """ "new versus in progress": a status like the one beside it."""
    link = state.next()
    if link is None or link[1].kind not in ("and", "or", "comma"):
        return False
    after = state.next(link[0] + 1 - state.at)
    return after is not None and after[1].kind == "value" and after[1].data[0] == "status"


def reference(state: State, mark: Mark, ref: Ref) -> None:
    """Something that things have, and what the words after it (or before) say of it."""
    from agent.planner.questions.reader_conditions import take_weakness

    following = state.next()
    if following is not None and following[1].kind == "time" and ref.places:
        return None
    ref = _meant(state, ref)
    if mark.also.get("negated"):
        state.negated = True
    if state.groups and ref.name in ("rule", "source") and state.headed and not listed(state):
        state.compare = None
        return None
    if following is not None and valued(state, ref, following):
        return None
    if several(state, mark, ref) or as_group(state, mark, ref):
        return None
    found = said_of(state, mark, ref)
    if found is not None:
        place(state, found)
        return None
    said = state.next()
    if said is not None and said[1].kind == "value" and said[1].data[0] == ref.name:
        return None
    if adjective(state, ref):
        return place(state, Atom(ref=ref, op="true", negated=state.take_not(), label=f"with {ref.name}"))
    if as_head(state, mark, ref) or as_column(state, mark, ref):
        return None
    if ref.places and "weakness" in mark.also:
        take_weakness(state, Mark("weakness", mark.start, mark.end, mark.also["weakness"], mark.text))
        return None
    negated = state.take_not()
    before = state.before()
    wanted = before is not None and before.kind in ("with", "not", "and", "or", "comma", "empty", "stop")
    if ref.places or ref.tags:
        op: Any = "true" if ref.places else "empty"
        negated = lacked_too(state, ref, negated, before)
        label = f"{'without' if negated else 'with'} {ref.name}"
        place(state, Atom(ref=ref, op=op, negated=negated != (op == "empty"), label=label))
        return None
    if (negated or (before is not None and before.kind == "with")) and there(state, ref, negated, place):
        return None
    if wanted or mark.text.lower() in ("in", "score"):
        return None
    return None


def _meant(state: State, ref: Ref) -> Ref:
    """The attribute that a word is for what is asked about: the score of a case, the classification of a record."""
    if ref.tags and state.entity not in ("", "asset") and ref.name in ENTITIES[state.entity].places:
        return Ref(name=ref.name)
    if state.entity == "case" and ref.name == "cvss":
        return Ref(name="score")
    if state.entity in ("finding", "vulnerability") and ref.name == "status":
        return Ref(name="result")
    if state.entity == "health" and (ref.name in ("classification", "status")):
        return Ref(name="status")
    if state.entity == "permission" and ref.name == "operation":
        return ref
    if state.entity == "file" and ref.name in ("class", "category", "type"):
        return Ref(name="file_type")
    return ref


def with_word(state: State, mark: Mark) -> None:
    """ "with more than 3 ..." begins anew; the related entity before it is done."""
    if mark.text.lower() in ("own", "owns", "owning") and any(
        t.text in ("who", "whom") for t in state.tokens[max(0, mark.start - 3) : mark.start]
    ):
        return owned(state, mark)
    following = state.next()
    if state.relation is not None and following is not None and following[1].kind not in ("stop",):
        state.waiting = []
    return None


def empty_word(state: State, mark: Mark) -> None:
    """ "missing owner" says that it is not there."""
    state.negated = True


def tagged(state: State, mark: Mark) -> None:
    """ "tagged prod", "tagged with owner", "without tags"."""
    following = state.next(over=("stop", "of", "with"))
    text = mark.text.lower()
    if following is None or following[1].kind not in (
        "word",
        "quoted",
        "value",
        "kind",
        "entity",
        "tenant",
        "tag",
        "attr",
        "tagvalue",
        "stop",
        "not",
        "number",
        "weakness",
        "bin",
        "agg",
        "on",
    ):
        if state.negated or (
            text in ("tagged", "tag", "label")
            and (before := state.before()) is not None
            and before.kind in ("not", "with")
        ):
            every = tuple(sorted({k for keys in state.estate.words.tag_keys.values() for k in keys}))
            if every:
                negated = state.take_not()
                place(
                    state,
                    Atom(
                        ref=Ref(name="tags", tags=every[:150]),
                        op="empty",
                        negated=not negated,
                        label="without tags" if negated else "with tags",
                    ),
                )
        return None
    at, found = following
    word = " ".join(t.text for t in state.words(found))
    if (
        found.kind == "word"
        and word not in state.estate.words.tag_values
        and word not in state.estate.words.tag_keys
    ):
        beyond = state.next(at + 1 - state.at)
        if beyond is not None and beyond[1].kind in ("tenant", "tag"):
            state.at = at
            return None
    if found.kind in ("tenant", "tag", "not"):
        return None
    keys = state.estate.words.tag_values.get(word)
    if keys:
        state.at = at
        negated = state.take_not()
        place(state, tag_value(word, state.estate).model_copy(update={"negated": negated}))
        return None
    if found.kind in ("word", "quoted"):
        near_key = state.estate.words.tag_keys.get(word)
        state.at = at
        if near_key:
            return reference(state, found, Ref(name=word, tags=near_key))
        state.unknown.append(("tag", word))
    return None


def owned(state: State, mark: Mark) -> None:
    """ "owned by payments", "team ml": a tag of team or owner with this value."""
    if any(t.text in ("who", "whom") for t in state.tokens[: mark.start]) and mark.text.lower().startswith(
        ("own", "run", "manag", "maintain", "operat")
    ):
        state.columns += [
            ref
            for keys, name in ((OWNER_KEYS, "owner"), (TEAM_KEYS, "team"))
            if (ref := tag_ref(state.estate, keys, name)) is not None
        ]
        return
    at = state.at + 1
    while (found := mark_at(state, at)) is not None and (
        found.kind in ("stop", "owned", "of") or found.text.lower() in ("team", "squad")
    ):
        at += 1
    if found is None:
        return
    text = " ".join(t.text for t in state.words(found))
    keys = state.estate.words.tag_values.get(text, ())
    people = {plain_key(k) for k in keys} & (OWNER_KEYS | TEAM_KEYS)
    if found.kind in (
        "tenant",
        "word",
        "quoted",
        "value",
        "entity",
        "kind",
        "attr",
        "tagvalue",
        "number",
    ) and (people or (keys and found.kind != "tenant")):
        chosen = tuple(k for k in keys if plain_key(k) in OWNER_KEYS | TEAM_KEYS) or keys
        name = "owner" if all(plain_key(k) in OWNER_KEYS for k in chosen) else "team"
        state.at = at
        negated = state.take_not()
        place(
            state,
            Atom(
                ref=Ref(name=name, tags=chosen),
                op="in",
                values=(text,),
                label=f"{'not ' if negated else ''}owned by {text}",
                negated=negated,
            ),
        )
        if (after := mark_at(state, at + 1)) is not None and after.text.lower() in ("team", "squad"):
            state.at = at + 1
        return
    if found.kind in ("word", "quoted") and not (
        state.marks[at + 1 :] and state.marks[at + 1].get("attr") == "account"
    ):
        uids = accounts_like(text, state.estate)
        if uids and not mark.text.lower().startswith(("own", "team", "manag")):
            return
        state.at = at
        state.unknown.append(("team or owner", text))
        return
    if tag_ref(state.estate, TEAM_KEYS, "team") is not None and mark.text.lower() == "team":
        ref = tag_ref(state.estate, TEAM_KEYS, "team")
        assert ref is not None
        reference(state, mark, ref)
