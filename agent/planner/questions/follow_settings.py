"""A follow-up that adds what the configuration says: "only the ones with public network access enabled"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Form, Kinds
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.setting_marks import types_of

_ONLY: Final = re.compile(
    r"^\W*(?:(?:and|now|ok|okay|please|then|but|show|list|give|me|keep|only|just|filter|narrow|down|to|for|on|of|among) )*"
    r"(?:(?:the ones?|those|these|them|ones|all of them) )?(?P<rest>(?:with|without|that|which|where|whose|having)\b.*)$"
)

Reader = Callable[[str, Estate, datetime], Form | None]


def with_settings(text: str, before: Form, estate: Estate, now: datetime, read: Reader) -> Form | None:
    """The form before with what a message says of the configuration of the same assets, if it does."""
    kinds = [i for i in before.items if isinstance(i, Kinds) and not i.negated]
    said = _ONLY.match(text)
    if said is None or before.entity != "asset" or len(kinds) != 1 or before.group or before.each is not None:
        return None
    noun = before.noun or kinds[0].label
    try:
        form = read(f"{noun} {said['rest']}", estate, now)
    except NoSuchValue:
        return None
    if form is None or form.measure is not None:
        return None
    own = [i for i in form.items if isinstance(i, Kinds)]
    told = tuple(i for i in form.items if not isinstance(i, Kinds) and i not in before.items)
    if not told or len(own) != 1 or not types_of(own, estate) <= types_of(kinds, estate):
        return None
    columns = tuple(dict.fromkeys((*before.columns, *form.columns)))
    return before.model_copy(update={"items": (*before.items, *told), "columns": columns})
