"""When items of arrays were made, used or end: "access keys older than 90 days", "keys that expire next month"."""

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.element_places import Array, Field
from agent.planner.questions.form import ItemTest, Ref, Where
from agent.planner.questions.item_tests import Found, where
from agent.planner.questions.marks import Mark
from agent.planner.questions.times import When
from agent.planner.questions.tokens import Token

# what may stand between an item and the time that is said of it
_BETWEEN: Final = re.compile(
    r"\W*(?:(?:that|which|who|is|are|was|were|be|been|being|has|have|had|a|an|the|of|their|its|it|them|still|and|with|in|on|"
    r"active|inactive|enabled|disabled|created|made|issued|generated|added|uploaded|rotated|renewed|changed|last|used|dating|age|aged|date|"
    r"creation|created|not|never|n't|haven't|hasn't|weren't|wasn't|since|for|from|id|ids|only|user|managed|user-managed)\b\W*)*\Z"
)
_USED: Final = re.compile(r"\b(?:last )?used\b|\bactivity\b")
_ENDS: Final = re.compile(r"\bexpir\w*|\bends?\b|\bvalid until\b")
_NOT: Final = re.compile(r"\b(?:not|never|haven't|hasn't|weren't|wasn't|without)\b|n't\b")
_RENEWED: Final = re.compile(r"\b(?:rotated|renewed|changed)\b")
BORN: Final = frozenset(
    {
        "creat",
        "create",
        "created",
        "creation",
        "issue",
        "issued",
        "upload",
        "launch",
        "after",
        "start",
        "added",
    }
)


def read_dates(found: Found, text: str, marks: list[Mark], tokens: list[Token]) -> None:
    """Adds what times say of the items that stand right before them."""
    for mark in marks:
        when = mark.data
        if mark.kind != "time" or not isinstance(when, When) or when.way == "range":
            continue
        before = [n for n in found.named if n.arrays and n.end <= mark.start]
        if not before:
            continue
        between = text[tokens[before[-1].end - 1].end : when.start_at]
        if not _BETWEEN.match(between):
            continue
        places = tuple(w for array in found.arrays for w in _dated(array, between))
        if not places:
            continue
        negated = bool(_NOT.search(between))
        way = when.way
        if negated and _RENEWED.search(between):
            # "not rotated in the last 90 days": they have been the same since before that
            negated, way = False, "older"
        if negated and way == "older":
            negated = False
        label = f"{'not ' if negated else ''}{when.label}"
        if way != when.way:
            label = f"not since {when.label}" if not when.label.startswith("in ") else f"not {when.label}"
        ref = Ref(name=_said(places), places=places)
        found.tests.append(
            ItemTest(ref=ref, op=way, values=(when.days,), label=f"{ref.name} {label}", negated=negated)
        )
        found.used.append((tokens[before[-1].end - 1].end, when.end_at))


def _dated(array: Array, said: str) -> list[Where]:
    """The time of an item that is meant: when it was used, when it ends, else when it was made."""
    times = [f for f in array.fields if f.kind == "time" and not f.nested]
    if _USED.search(said):
        times = [f for f in times if {"used", "us"} & set(f.words)]
    elif _ENDS.search(said):
        times = [f for f in times if {"expir", "expire", "end", "before"} & set(f.words)]
    else:
        times = [f for f in times if BORN & set(f.words)] or (times if len(times) == 1 else [])
    return [where(array, f) for f in times[:1]]


def _said(places: tuple[Where, ...]) -> str:
    leaf = next(step for step in reversed(places[0].path) if step != "*")
    return Field((leaf,), "time", {}).said
