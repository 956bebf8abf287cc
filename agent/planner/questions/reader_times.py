"""Times in a question, and the attribute that they are about."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from typing import Any, Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.form import Atom, Kinds, Ref, Where
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import Put, State
from agent.planner.questions.reader_values import TIMES
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.times import When


def timed(state: State, when: When, put: Put) -> None:
    """A time: of the attribute just named, of a setting that holds ages or dates, or the usual one."""

    entity = (
        state.relation.entity if state.relation is not None and state.relation.count >= 0 else state.entity
    )
    before = state.before(over=("stop", "of", "not", "with", "compare"))
    after = state.next(over=("stop",))
    name = ""
    for mark in (before, after[1] if after else None):
        if mark is not None and mark.get("attr") in TIMES:
            name = str(mark.get("attr"))
    if before is not None and before.kind == "setting":
        aged = _aged(state, before.data, when)
        if aged is not None:
            put(state, aged)
            return
    log = ENTITIES[entity].log if entity else False
    if log:
        name = "time"
    if not name:
        status = next(
            (m for m in (before, after[1] if after else None) if m is not None and m.kind == "value"), None
        )
        if status is not None and status.data[1] == ("closed",) and entity == "issue":
            name = (
                "resolved" if state.estate.has_column("issues", "xdm.issue.resolution_time") else "modified"
            )
    closed = [
        p
        for _, p in state.parts
        if isinstance(p, Atom) and p.ref.name == "status" and p.values == ("closed",)
    ]
    if not name and entity == "issue" and closed:
        name = "resolved" if state.estate.has_column("issues", "xdm.issue.resolution_time") else "modified"
    negated = state.take_not()
    if negated and when.way == "older" and _lasting(state, when):
        # "not seen for 7 days" is seen more than 7 days ago
        negated = False
    # when an asset was changed is not when it was seen: only configuration tells, or nothing does
    if entity and name and name not in ENTITIES[entity].places and (entity, name) != ("asset", "modified"):
        name = ENTITIES[entity].time
    if negated and name == "last_seen" and when.way in ("within", "range") and when.start is not None:
        pass
    if entity in ("", "asset") and (own := _own_time(state, before)) is not None:
        put(state, _of_own(own, when, negated))
        return
    ref = Ref(name=name or "any_time")
    shown = ENTITIES[entity].time if entity and not name and not log else name
    verb = {
        "last_seen": "last seen ",
        "modified": "changed ",
        "resolved": "resolved ",
        "time": "",
        "classified": "classified ",
    }.get(shown, "first seen ")
    put(
        state,
        Atom(
            ref=ref, op=when.way, values=(when.days,) if when.way != "range" else (), start=when.start, end=when.end,
            label=f"{'not ' if negated else ''}{verb}{when.label}", negated=negated,
        ),
    )  # fmt: skip


_OWN: Final = (
    (
        re.compile(r"\b(?:created|creation|made)\b"),
        "created",
        frozenset(
            {"createdate", "creationdate", "createtime", "creationtimestamp", "createddate", "datecreated"}
        ),
    ),
    (
        re.compile(r"\b(?:changed|modified|updated|rotated|changing|edited)\b"),
        "changed",
        frozenset({"lastchangeddate", "lastmodified", "lastmodifieddate", "lastrotateddate", "updatetime"}),
    ),
)


def _own_time(state: State, before: Mark | None) -> Ref | None:
    """The date in the configuration that "created" or "changed" is about, where every type asked for has one."""
    from agent.planner.questions.weaknesses import where_of

    if before is None or before.get("attr") not in ("first_seen", "modified"):
        return None
    types = types_of([p for _, p in state.parts if isinstance(p, Kinds) and not p.negated], state.estate)
    for pattern, name, leaves in _OWN:
        if not types or not pattern.search(before.text.lower()):
            continue
        found: dict[str, Where] = {}
        for setting in state.estate.settings.of(types):
            plain = setting.leaf.lower().replace("_", "")
            if plain in leaves and setting.kind == "time" and len(setting.path) == 1:
                found.setdefault(setting.type_id, where_of(setting))
        if found and (name == "changed" or set(found) == set(types)):
            return Ref(name=name, places=tuple(found.values()))
    return None


def _of_own(ref: Ref, when: When, negated: bool) -> Atom:
    return Atom(
        ref=ref, op=when.way, values=(when.days,) if when.way != "range" else (), start=when.start, end=when.end,
        label=f"{'not ' if negated else ''}{ref.name} {when.label}", negated=negated,
    )  # fmt: skip


def _lasting(state: State, when: When) -> bool:
    """Whether a time is how long something has been so: "for 7 days", "for more than 10 days"."""
    said = [t.text for t in state.tokens if when.start_at <= t.start < when.end_at]
    before = [t.text for t in state.tokens if t.end <= when.start_at][-3:]
    return (
        said[:1] in (["for"], ["in"])
        or before[-1:] == ["in"]
        or "for" in before
        or "since" in (*before, *said[:1])
    )


def _aged(state: State, ref: Ref, when: When) -> Atom | None:

    ages = tuple(p for p in ref.places if p.kind == "number")
    negated = state.take_not()
    if ages and when.days:
        said = " ".join(t.text for t in state.tokens if when.start_at <= t.start < when.end_at)
        below = any(w in said for w in ("less", "fewer", "under", "below", "newer", "younger", "below"))
        op: Any = (
            ("gte" if "at least" in said or "or more" in said else "gt")
            if when.way == "older"
            else ("lt" if below else "lte")
        )
        return Atom(
            ref=Ref(name=ref.name, places=ages),
            op=op,
            values=(when.days,),
            label=f"{ref.name} {when.label.replace('more than', 'older than').replace(' ago', '')}",
            negated=negated,
        )
    dates = _dates(state, ref)
    if dates:
        return Atom(
            ref=Ref(name=ref.name, places=dates), op=when.way, values=(when.days,) if when.days else (), start=when.start,
            end=when.end, label=f"{ref.name} {when.label}", negated=negated,
        )  # fmt: skip
    return None


def _dates(state: State, ref: Ref) -> tuple[Any, ...]:
    from agent.planner.questions.weaknesses import where_of

    found = [p for p in ref.places if p.kind == "time"]
    for place in ref.places:
        if place.kind in ("array", "object"):
            inside = [
                s
                for s in state.estate.settings.by_type.get(place.type_id, ())
                if s.path[: len(place.path)] == place.path and s.kind == "time" and "creat" in s.leaf.lower()
            ]
            found += [where_of(s) for s in inside[:1]]
    return tuple(found)
