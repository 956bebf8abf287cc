"""Agents asked for in their newest version: the configuration says whether they are, where it knows."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Item, Kinds, Ref, Weakness, Where
from agent.planner.questions.setting_marks import types_of

_NEWEST: Final = re.compile(
    r"\b(?:latest|newest|current|up[ -]to[ -]date|most recent|recent)\b(?:\W+\w+){0,4}?\W+(?:ssm|systems manager|session manager)\b"
    r"|\b(?:ssm|systems manager|session manager) agents?\b(?:\W+\w+){0,6}?\W+(?:latest|newest|up[ -]to[ -]date|outdated|out of date|old|behind)\b"
    r"|\b(?:outdated|old|stale|out[ -]of[ -]date)\W+(?:ssm|systems manager)\b",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    r"\b(?:outdated|out[ -]of[ -]date|old|stale|behind|not (?:the |at |on )*(?:latest|newest|current|up[ -]to[ -]date))\b",
    re.IGNORECASE,
)
_UNSAID: Final = "no record says which version is the newest"
_NEWEST_KEY: Final = re.compile(r"is_?latest_?version", re.IGNORECASE)
_VERSION_KEY: Final = re.compile(r"agent_?version", re.IGNORECASE)


def with_newest(form: Form, estate: Estate, text: str) -> Form:
    """The form with "the latest SSM agent" as the newest version of it, instead of any."""
    if _NEWEST.search(text) is None:
        return form
    kinds = [i for i in form.items if isinstance(i, Kinds) and not i.negated]
    return _with_newest(form, kinds, estate, behind=_BEHIND.search(text) is not None)


def _with_newest(form: Form, kinds: list[Kinds], estate: Estate, *, behind: bool) -> Form:
    """The SSM agent, asked for in its newest version: the configuration says whether it is, for AWS machines."""
    types = types_of(kinds, estate)
    places = [s for t in sorted(types) for s in estate.settings.by_type.get(t, ())]
    newest = tuple(
        Where(type_id=s.type_id, path=s.path, kind=s.kind) for s in places if _NEWEST_KEY.fullmatch(s.leaf)
    )
    if not newest:
        # no record says which version is: that is said, not dropped
        return form.model_copy(update={"items": tuple(map(_unsaid, form.items))})
    versions = tuple(
        Where(type_id=s.type_id, path=s.path, kind=s.kind) for s in places if _VERSION_KEY.fullmatch(s.leaf)
    )
    items = tuple((_behind if behind else _newest)(item, newest) for item in form.items)
    if items == form.items:
        return form
    shown = Ref(name="agent version", places=versions)
    columns = (*form.columns, shown) if versions and form.measure is None else form.columns
    return form.model_copy(update={"items": items, "columns": columns})


def _unsaid(item: Item) -> Item:
    if not isinstance(item, Weakness) or item.name != "no_ssm" or _UNSAID in item.label:
        return item
    return item.model_copy(update={"label": f"{item.label} ({_UNSAID})"})


def _newest(item: Item, places: tuple[Where, ...]) -> Item:
    if not isinstance(item, Weakness) or item.name != "no_ssm":
        return item
    label = f"whose SSM agent is {'the newest' if item.negated else 'missing or not the newest'}"
    atom = Atom(ref=Ref(name="latest version", places=places), op="true", negated=True, label=label)
    return Weakness(name="old_ssm", setting=(atom,), label=label, negated=item.negated)


def _behind(item: Item, places: tuple[Where, ...]) -> Item:
    """An agent that is there and not the newest; what says of itself that none is there stays."""
    if not isinstance(item, Weakness) or item.name != "no_ssm" or not item.negated:
        return _newest(item, places)
    label = "whose SSM agent is not the newest"
    atom = Atom(ref=Ref(name="latest version", places=places), op="in", values=("false",), label=label)
    return Weakness(name="old_ssm", setting=(atom,), label=label)
