"""What each thing has: "runtime per lambda function" as "lambda functions and their runtime"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.phrases import lexicon_table, words_of
from agent.planner.questions.tokens import singular

_EACH: Final = re.compile(
    r"^(?P<lead>\W*(?:(?:show|list|give|tell|what|which|me|us|is|are|the|please) )*)(?P<what>[\w -]{3,40}?) (?:per|of each|for each|of every|for every|on each) (?P<noun>[\w -]{3,40}?)\W*$"
)
# what is counted or measured is by each
_MEASURED: Final = re.compile(
    r"\b(?:numbers?|counts?|how|many|average|avg|mean|max\w*|min\w*|total|sum|most|top|shares?|percent\w*|median|highest|lowest|largest|oldest|newest|latest|distribution|age|by|and|with|in|of|\d+)\b"
)


_AVERAGE: Final = re.compile(
    r"^(?P<lead>\W*(?:(?:show|list|give|tell|what|what's|me|us|is|the|please) )*)(?P<f>average|avg|mean|median) (?:number|count|amount) of (?P<what>[\w -]{3,40}?) (?:per|of each|for each|in each|of every|for every|on each|each|by) (?P<noun>[\w -]{3,40}?)\W*$"
)
_HAVE: Final = re.compile(
    r"^\W*(?:(?P<on>on average|in the mean|typically),? )?how many (?P<what>[\w -]{3,40}?) (?:does|do|has|have) (?:an? |each |every |the (?:average |typical )?|our |all )?(?:average |typical )?(?P<noun>[\w -]{3,40}?)(?: have| has| contain| hold| own)?(?:,? (?P<end>on average|in the mean|typically))?\W*$"
)


def _averaged(text: str) -> str:
    """A text in lower case that asks for how many of something a thing has on average, as the average of these counts."""
    asked = _HAVE.match(text)
    if asked is not None and (asked["on"] or asked["end"]) and _is(("kind", "attr"), words_of(asked["noun"])):
        text = f"average number of {asked['what']} per {singular(asked['noun'])}"
    match = _AVERAGE.match(text)
    if match is None or not _is(("kind",), words_of(match["noun"])):
        return text
    words = words_of(match["what"])
    spans = (words[a:b] for a in range(len(words)) for b in range(a + 1, len(words) + 1))
    if any(_is(("kind", "entity"), span) for span in spans):
        return text
    return f"average number of {match['what']} of {_several(match['noun'])}"


def _several(noun: str) -> str:
    return noun if noun.endswith("s") else f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"


def of_each(text: str) -> str:
    """A text in lower case that asks for a value of each thing of a kind, as one about these things with the value."""
    text = _averaged(text)
    match = _EACH.match(text)
    if match is None or _MEASURED.search(match["what"]) or not _is(("kind",), words_of(match["noun"])):
        return text
    words = words_of(match["what"])
    spans = (words[a:b] for a in range(len(words)) for b in range(a + 1, len(words) + 1))
    if any(_is(("kind", "entity"), span) for span in spans):
        return text
    return f"{match['lead']}{_several(match['noun'])} and their {match['what']}"


def _is(kinds: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(p.words == words and p.kind in kinds for p in lexicon_table().get(words[0], ()))
