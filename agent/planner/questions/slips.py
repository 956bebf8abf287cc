"""Typing slips set right, where a word is nothing that the lists or the tenant know."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner import spelling
from agent.planner.questions.english import ordinary
from agent.planner.questions.english_spared import SPARED
from agent.planner.questions.estate import Estate
from agent.planner.questions.near_words import NearWords, listed_words
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.settings import ITEM, stem, words_as_written
from agent.planner.questions.tokens import outside_quotes, singular

_WORD: Final = re.compile(
    r"(?<![\w\-./:@=#*])(?:w/(?= )|[ur](?= )|[a-z][a-z']*(?:-[a-z]+)*)(?![\w\-/:@=*]|\.\w)"
)
_MARKS: Final = str.maketrans("’‘–—", "''--")
_LEAST: Final = 3
_LONGEST: Final = 20
_NAMES: Final = 6
_NAMED: Final = re.compile(r"\b(?:account|subscription|project|team|owner|region|named|called|tagged)\s+$")
# words that are right by themselves and wrong where they stand
_IN_PLACE: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\b(more|less|fewer|older|newer|bigger|larger|smaller|higher|lower|greater|longer|other|rather|later|earlier|younger) (?:then|thn|tan|thna|thann?)\b", r"\1 than"),
        (r"\b(is|are|was|were|turned|switched) of(?= (?:or|and|but)\b|\s*[,.;?!]|\s*$)", r"\1 off"),
        (r"(?<=\w )(?:whos|who's) (?=(?!not\b|the\b|in\b|on\b)\w+(?: \w+){0,3} (?:is|are|has|have|allows?|lets?|does|was|were)\b)", "whose "),
        (r"(?<=\w )(?:weather) (?=(?:the|it|they|we|there|all|any)\b)", "whether "),
        (r"\b(\d+) day (ago|old)\b", r"\1 days \2"),
        (r"\b(to|too) (many|much|few|old|open(?! (?:issues|cases|findings|alerts|vuln))|big|large|long)\b", r"too \2"),
    )
)  # fmt: skip


class Known:
    """The words that stay as they are."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, str):
            return False
        parts = lexicon_parts()
        if (
            word in parts
            or singular(word) in parts
            or word in listed_words()
            or word in self._estate.words
            or word in self._estate.aliases
            or word in SPARED
        ):
            return True
        return stem(word) in self._estate.settings.words or word in self._estate.settings.by_value


def mended(text: str, estate: Estate) -> str:
    """The text in lower case, its apostrophes plain, with clear slips set right."""
    lowered = text.lower().translate(_MARKS)
    known = Known(estate)
    return outside_quotes(lowered, lambda piece: _mend(piece, known, estate))


def _mend(text: str, known: Known, estate: Estate) -> str:
    text = _WORD.sub(
        lambda m: _word(m.group(0), known, estate, _NAMED.search(text[: m.start()]) is not None), text
    )
    for pattern, words in _IN_PLACE:
        text = pattern.sub(words, text)
    return text


def _word(word: str, known: Known, estate: Estate, named: bool = False) -> str:
    """The word set right; one that stands where a name does (`named`) is a slip of a name, if of anything."""
    if word in known:
        return word
    if named and word.isalpha() and not ordinary(word):
        return _names(estate).of(word) if _NAMES <= len(word) <= _LONGEST else word
    if (spelled := spelling.SPELLED.get(word)) is not None:
        return spelled
    if "-" in word:
        return _joined(word, known, estate)
    if not _LEAST <= len(word) <= _LONGEST or not word.isalpha():
        return word
    if ordinary(word):
        doubled = (word[:at] + word[at - 1] + word[at:] for at in range(2, len(word)))
        return next((w for w in doubled if w in listed_words()), word)
    near = listed_words().of(word)
    return near if near != word or len(word) < _NAMES else _names(estate).of(word)


def _joined(word: str, known: Known, estate: Estate) -> str:
    """ "intenet-facing": a part that is near to a word of the lists, beside one that is a word."""
    parts = word.split("-")
    if not any(part in listed_words() and len(part) > 3 for part in parts):
        return word
    return "-".join(
        part if part in known or len(part) < _NAMES or ordinary(part) else listed_words().of(part)
        for part in parts
    )


def _names(estate: Estate) -> NearWords:
    """The tenant's own words: keys of its configuration, tags and their values."""
    kept: NearWords | None = estate.__dict__.get("_near_words")
    if kept is None:
        found = {
            word
            for s in estate.settings.every()
            for step in s.path
            if step != ITEM
            for word in words_as_written(step)
        }
        found |= {*estate.words.tag_keys, *estate.words.tag_values}
        kept = NearWords(word for word in found if len(word) >= _NAMES)
        estate.__dict__["_near_words"] = kept
    return kept
