"""Values of configuration among the words of a question: t3.micro, python3.8, a network by its id."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from agent.planner.questions import openings
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.phrases import STOP
from agent.planner.questions.settings import Setting, key_words
from agent.planner.questions.tokens import Token
from agent.planner.questions.weaknesses import where_of

_VALUE_KEYS_NOT: Final = frozenset(
    {"name", "id", "arn", "region", "description", "key", "path", "sid", "effect", "action", "resource"}
)


_ID: Final = re.compile(r"([a-z]{1,8})-[0-9a-f]{4,20}\Z")


_STATES: Final = frozenset(
    {"running", "stopped", "terminated", "available", "stopping", "paused", "deallocated"}
)


_STOPPED: Final = ("stopped", "deallocated", "terminated", "suspended")


def best_places(settings: list[Setting]) -> list[Setting]:
    """For each type, the places with a value, the least deep ones, not inside each other."""
    by_type: dict[str, list[Setting]] = defaultdict(list)
    for setting in settings:
        by_type[setting.type_id].append(setting)
    best: list[Setting] = []
    for some in by_type.values():
        if any(not s.many for s in some):
            some = [s for s in some if not s.many]
        some = [
            s
            for s in some
            if not any(o is not s and o.path[: len(s.path)] == s.path and s.kind == "object" for o in some)
        ]
        least = min(len(s.path) for s in some)
        best += [s for s in some if len(s.path) <= least + 1][:4]
    return best


def value_at(
    marks: list[Mark], at: int, tokens: list[Token], estate: Estate, scope: frozenset[str], scoped: bool
) -> tuple[Mark, int] | None:
    mark = marks[at]
    named = (
        mark.kind == "tenant"
        and isinstance(mark.data, Atom)
        and mark.data.ref.name in ("name", "strong_id")
        and scoped
    )
    if (
        not (named and _ID.match(tokens[mark.start].text))
        and mark.kind not in ("word", "id", "number", "quoted", "stop", "on")
    ) or mark.end - mark.start != 1:
        return None
    token = tokens[mark.start]
    if mark.kind == "number" and not re.search(r"[a-z]", token.text):
        versions = (
            [s for s in estate.settings.of_value(token.text, scope) if "version" in key_words(s.leaf)]
            if "." in token.text and scoped
            else []
        )
        before = next((m for m in reversed(marks[:at]) if m.kind != "stop"), None)
        if not versions or (
            before is not None and (before.kind in ("attr", "setting", "compare") or "version" in before.text)
        ):
            return None
        found = Atom(
            ref=Ref(name="version", places=tuple(where_of(s) for s in versions)),
            op="starts",
            values=(token.text,),
            label=f"version {token.text}",
        )
        return Mark("tenant", mark.start, mark.end, found, token.raw), 1
    if mark.kind in ("stop", "on") and token.text not in _STATES:
        return None
    if token.text in STOP and token.text not in _STATES:
        return None
    if mark.kind == "word" and not scoped and not re.search(r"\d", token.text):
        return None
    following = marks[at + 1] if at + 1 < len(marks) else None
    if mark.kind == "quoted" and any(m.get("attr") == "name" for m in marks):
        return None
    if (
        token.text == "running"
        and following is not None
        and following.kind
        not in ("kind", "entity", "of", "with", "and", "or", "comma", "mark", "by", "not", "but")
    ):
        return None
    if mark.kind == "id" and openings.can_say(estate, scope) and scoped:
        return None
    if token.text in _STATES and (host := estate.values("asset", "state")) and token.text in host:
        return Mark(
            "tenant",
            mark.start,
            mark.end,
            Atom(ref=Ref(name="state"), op="in", values=_states(token.text, host), label=token.text),
            token.raw,
        ), 1
    version = tokens[mark.start + 1] if mark.start + 1 < len(tokens) else None
    places = [s for s in estate.settings.of_value(token.text, scope) if _speaks(s)]
    values: tuple[str, ...] = (token.text,)
    op = "eq"
    if not places and scoped and token.kind == "word" and token.norm != token.text:
        # "who are guests": each of them is a guest
        places = [
            s for s in estate.settings.of_value(token.norm, scope) if _speaks(s) and len(s.values) <= 12
        ]
        values = (token.norm,)
    if not places and mark.kind != "quoted":
        places, op = _beginning(token.text, estate, scope)
        values = (token.text,)
    if not places and (coded := _ID.match(token.text)):
        places = [
            s
            for s in estate.settings.of(scope)
            if any(v.startswith(coded[1] + "-") and _ID.match(v) for v in list(s.values)[:3])
        ]
        places = [s for s in places if _speaks(s)]
        op = "eq"
    if not places:
        return None
    size = 1
    found = Atom(
        ref=Ref(name=places[0].leaf, places=tuple(where_of(s) for s in best_places(places))),
        op="eq" if op == "eq" else "starts",
        values=values,
        label=f"{places[0].leaf.replace('_', ' ')} {token.raw}",
    )
    if (
        version is not None
        and version.kind == "number"
        and not version.unit
        and at + 1 < len(marks)
        and marks[at + 1].kind == "number"
    ):
        versions = [
            s
            for s in estate.settings.of({p.type_id for p in places})
            if "version" in key_words(s.leaf) and len(s.path) <= 2
        ]
        if versions:
            second = Atom(
                ref=Ref(name="version", places=tuple(where_of(s) for s in versions)),
                op="starts",
                values=(version.text,),
                label=f"version {version.text}",
            )
            return Mark("tenant", mark.start, mark.end + 1, [found, second], f"{token.raw} {version.raw}"), 2
    return Mark("tenant", mark.start, mark.end, found, token.raw), size


def _states(said: str, seen: Mapping[str, str]) -> tuple[str, ...]:
    """A state as each cloud calls it: a machine that is stopped is deallocated in Azure and TERMINATED in GCP."""
    return tuple(seen[s] for s in _STOPPED if s in seen) if said == "stopped" else (said,)


def _speaks(setting: Setting) -> bool:
    return setting.leaf.lower() not in _VALUE_KEYS_NOT and setting.kind != "bool"


def _beginning(text: str, estate: Estate, scope: frozenset[str]) -> tuple[list[Setting], str]:
    """Places whose values begin with a word, as `python` begins python3.9, or `t3` t3.micro."""
    if len(text) < 2:
        return [], ""
    found = [
        s
        for s in estate.settings.of(scope)
        if _speaks(s)
        and len(s.values) <= 100
        and not s.many
        and any(
            v.startswith(text) and re.match(r"[\d.:_\-]", v[len(text) : len(text) + 1] or "x")
            for v in s.values
        )
    ]
    return found, "starts"
