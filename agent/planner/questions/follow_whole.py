"""A follow-up that is a question of its own, and one that only goes on with the words of the question before."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agent import neutral
from agent.planner.questions.form import Asked, Form, Item, Kinds
from agent.planner.questions.reader_state import State

_REFERS: Final = re.compile(
    r"\b(?:them|those|these|they|their|its|the ones?|ones|it|same|the (?:rest|others?)|(?<!are )(?<!is )there|that list|of that|again|instead|too|as well)\b"
    r"|^\W*(?:(?:ok|okay|now|so|then|please|and|but|also|just|only)\W+)*(?:in|on|at|to|by|from|with|without|of|for|under|attached|that|whose|where|only|just|exclude|excluding|except|not|sort|sorted|order|group|split|break|filter|narrow|restrict|limit|and|or|but|also|now|what about|how about|oldest|newest|largest|biggest|smallest|top|first|last|bottom|names?|per|drop|remove|include|add|plus|minus|ignore|keep|show only|which (?:are|is|have|has|do|does|allow|listen|use|run|lack)|who (?:has|have|are|is|do|does|lacks?))\b",
)
_ASKS: Final = re.compile(
    r"^\W*(?:which|what|who|how|list|show|give|count|number|when|where|why|is|are|do|does|did|top|find|get|tell|name|any)\b"
)
_JOINS: Final = re.compile(
    r"^\W*(?:(?:ok|okay|now|so|then|please|and|but|also|just|only)\W+)*(?:the ones |those |ones |these )?"
)
# what a question is about by itself
_OWN: Final = ("entity", "kind", "id", "quoted")
_MOST: Final = 8
_LONGEST: Final = 300


def of_its_own(state: State, text: str) -> bool:
    """Whether a message in a conversation asks for something by its own noun, and refers to nothing before it."""
    return bool(state.noun or state.dims) and _REFERS.search(text) is None


def own_noun_first(state: State) -> bool:
    """Whether a message begins with a thing: "ec2 instances without ..." goes on from nothing."""
    return bool(state.marks) and state.marks[0].kind in ("kind", "entity")


def gone_on(state: State, text: str, previous: Asked | None, read: Callable[[str], Asked]) -> Asked | None:
    """The question before with a few more words, where the two together say all that it said, and more."""
    if previous is None or previous.form is None or not previous.whole or len(text.split()) > _MOST:
        return None
    before = previous.form
    low = text.lower()
    if (
        own_noun_first(state)
        or _ASKS.match(low)
        or before.each is not None
        or before.sides
        or before.limit is not None
    ):
        return None
    rest = _JOINS.sub("", low, count=1).strip(" ?.!")
    whole = f"{previous.whole.strip(' ?.!')} {rest}"
    if not rest or len(whole) > _LONGEST:
        return None
    made = read(whole)
    form = made.form
    if made.outcome != "answer" or form is None or form.entity != before.entity:
        return None
    same = (form.measure, form.group, form.span) == (before.measure, before.group, before.span)
    # a setting may narrow the kind to the types that have it
    told, now = _conditions(before), _conditions(form)
    more = now > told and _kinds(form) == _kinds(before) and "not used" not in made.reading
    return made.model_copy(update={"whole": whole}) if same and more else None


def _conditions(form: Form) -> set[Item]:
    return {i for i in form.items if not isinstance(i, Kinds)}


def _kinds(form: Form) -> int:
    return sum(isinstance(i, Kinds) for i in form.items)


def after_nothing(state: State, text: str, previous: Asked | None) -> Asked | None:
    """A question back where a message goes on from one that was not answered, and names nothing itself."""
    if previous is None or previous.form is not None or state.noun or state.dims:
        return None
    if not previous.question or _REFERS.search(text) is None or any(m.kind in _OWN for m in state.marks):
        return None
    rest = text.strip(" ?.!")
    choices = (f"{previous.question.strip(' ?.!')} {rest}", f"assets {rest}", f"open issues {rest}")
    return Asked(
        outcome="clarify",
        message="The question before has no answer that this could go on from. "
        f"Do you mean {', or '.join(map(neutral.inline, choices))}?",
        choices=choices,
    )


def unsure(made: Asked, text: str, previous: Asked | None) -> Asked | None:
    """A question back where a message goes on from the one before, and was read as if it did not."""
    if made.outcome != "answer" or previous is None or previous.form is None or _REFERS.search(text) is None:
        return None
    items = previous.form.items
    if not items or (made.form is not None and set(items) & set(made.form.items)):
        return None
    asked = made.question
    whole = f"{previous.whole.strip(' ?.!')} {asked}" if previous.whole else f"{previous.reading}: {asked}"
    return Asked(
        outcome="clarify",
        question=asked,
        message="I could not tell how this goes on from the question before, so I looked nothing up. "
        f"Ask it in one: {neutral.inline(whole)}, or ask {neutral.inline(asked)} by itself.",
        choices=(whole, asked),
    )


__all__ = ["after_nothing", "gone_on", "of_its_own", "unsure"]
