"""The one that only the asker knows: "our main account" names none, so it is asked for."""

from __future__ import annotations

import re
from typing import Final

from agent import neutral
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked

_MOST: Final = 4
_SINGLED: Final = re.compile(
    r"\b(?:the|our|my|your|their)\s+(?P<how>main|primary|principal|chief|usual|favou?rite|core|central|"
    r"most important)\s+"
    r"(?:(?:aws|azure|gcp|google|cloud|amazon)\s+)*(?P<what>account|subscription|project|region|cluster|team)\b(?!s)",
    re.IGNORECASE,
)


def singled(text: str, asked: str, estate: Estate) -> Asked | None:
    """A question back where one account, region, cluster or team is meant that nothing here tells from the others."""
    found = _SINGLED.search(text)
    if found is None:
        return None
    how, what = found["how"].lower(), found["what"].lower()
    names = _names(what, estate)
    if any(how in re.split(r"[^a-z0-9]+", name.lower()) for name in names):
        return None
    word = "account" if what in ("subscription", "project") else what
    choices = tuple(
        _SINGLED.sub(lambda _, name=name: f"{word} {name}", asked, count=1)  # type: ignore[misc]
        for name in names[:_MOST]
    )
    some = f" There are {', '.join(map(neutral.inline, names[:_MOST]))}." if names else ""
    return Asked(
        outcome="clarify",
        message=f"Nothing in this tenant says which {what} is the {neutral.inline(how)} one.{some} "
        "Which one do you mean?",
        choices=choices,
    )


def _names(what: str, estate: Estate) -> list[str]:
    if what in ("account", "subscription", "project"):
        return sorted({str(name) for name in estate.account_names.values()} or estate.words.accounts)
    if what == "region":
        return sorted(estate.words.regions)
    return []
