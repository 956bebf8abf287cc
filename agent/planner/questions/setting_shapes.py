"""Numbers of what has a configuration: "..., per vpc", "the share of ... that ...": the condition is read as that of a list."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from agent.planner.questions.build import build
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Form, Kinds, Measure, Ref
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.setting_other import Understand
from agent.planner.questions.setting_reader import read_settings

_SHARE: Final = re.compile(
    r"^\W*(?:(?:what(?:'s| is| was)?|which|show(?: me)?|give me|tell me|calculate|please|i need|the|a|how (?:big|large|high) is) )*(?:percentage|percent|share|proportion|fraction|ratio|part) of (?:all |the |our |these |those )*(?P<rest>.+)$"
)
_PER: Final = re.compile(
    r"^(?P<rest>.+?),?\s+(?:(?:and )?(?:grouped|split|broken down|counted|count|summed up) )?(?:per|by|for each|for every|in each)\s+(?P<by>[\w-]+(?: [\w-]+){0,2})\W*$"
)


def read_shaped(text: str, estate: Estate, now: datetime, understand: Understand) -> Form | None:
    """The form of a number of what has some configuration, by a group or as a share; None where it is no such question."""
    rest = text.strip(" ?.!")
    grouped = _PER.match(rest)
    rest = grouped["rest"] if grouped is not None else rest
    share = _SHARE.match(rest)
    if share is None and grouped is None:
        return None
    try:
        form = read_settings(share["rest"] if share is not None else rest, estate, now, understand)
    except NoSuchValue:
        return None
    if form is None or form.rule_form or form.each is not None:
        return None
    by = _groups(grouped["by"], form, estate, now, understand) if grouped is not None else ()
    if by is None:
        return None
    kinds = tuple(item for item in form.items if isinstance(item, Kinds))
    told = tuple(item for item in form.items if not isinstance(item, Kinds))
    if share is not None and not told:
        return None
    measure = Measure(function="percent", part=told) if share is not None else Measure(function="count")
    items = kinds if share is not None else form.items
    return form.model_copy(update={"items": items, "measure": measure, "group": by, "columns": ()})


def _groups(
    by: str, form: Form, estate: Estate, now: datetime, understand: Understand
) -> tuple[Ref, ...] | None:
    """What these assets are counted by."""
    state = understand(f"{form.noun} per {by}", estate, now)
    if state.left or state.unknown or state.missing or state.twofold or not state.group:
        return None
    made = build(state)
    others = any(not isinstance(item, Kinds) for item in made.items)
    return None if others or not made.group else made.group
