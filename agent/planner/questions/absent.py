"""What is said of kinds and values that this tenant has none of, with those that are there."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent import neutral
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Form, Kinds
from agent.planner.questions.reader_state import State
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.settings import Setting, key_words, stem, words_as_written

_SHAPED: Final = re.compile(r"(?P<start>[a-z][a-z._-]*?)[.-]?(?P<rest>\d[\w.-]*)\Z")
_MOST_SHOWN: Final = 6


def none_of_kind(form: Form, estate: Estate) -> Asked | None:
    """What is said where no resource of the kind is in the inventory, and more than their number is asked."""
    kinds = [i for i in form.items if isinstance(i, Kinds) and not i.negated]
    counted = form.measure is not None and len(form.items) == 1 and not form.group
    if form.entity != "asset" or counted or not estate.types or len(kinds) != 1 or types_of(kinds, estate):
        return None
    noun = neutral.inline(kinds[0].label or form.noun or "resources of this kind")
    return Asked(
        outcome="no_such",
        message=f"This tenant's inventory has no {noun}, so I looked nothing up: an empty answer would look like a safe one.",
    )


def no_value(state: State, name: str, text: str, estate: Estate) -> Asked | None:
    """A value like those of a setting, or beside its name, that none has: which ones there are is said."""
    kinds = [p for _, p in state.parts if isinstance(p, Kinds) and not p.negated]
    shape = _SHAPED.match(name.lower())
    if not kinds or shape is None:
        return None
    said = {stem(word) for word in re.findall(r"[a-z]+", text.lower())}
    start = shape["start"]
    best: tuple[int, Setting] | None = None
    for setting in estate.settings.of(types_of(kinds, estate)):
        if (
            setting.kind != "text"
            or not 0 < len(setting.values) <= 60
            or setting.leaf.lower() in ("name", "id")
        ):
            continue
        alike = any((m := _SHAPED.match(v)) is not None and m["start"] == start for v in setting.values)
        near = len(start) <= 3 and all(_SHAPED.match(v) for v in setting.values)
        named = bool(set(key_words(setting.leaf)[-1:]) & said)
        score = 3 * alike + 2 * named + near
        if (alike or (named and near)) and (best is None or score > best[0]):
            best = (score, setting)
    if best is None:
        return None
    setting = best[1]
    noun = kinds[0].label or "resources"
    seen = sorted(setting.values.values())[:_MOST_SHOWN]
    more = " and others" if len(setting.values) > _MOST_SHOWN else ""
    return Asked(
        outcome="no_such",
        message=f"None of the {neutral.inline(noun)} has {neutral.inline(name)} as its {' '.join(words_as_written(setting.leaf))}, so I "
        f"looked nothing up. Seen: {', '.join(map(neutral.inline, seen))}{more}.",
    )
