"""Ranking by words: BM25 over the enriched entries, with the weight of each field."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.compliance.model import CatalogEntry

_WORD = re.compile(r"[a-z0-9]+")
_K1 = 1.2
_B = 0.5
_FIELDS = {"title": 3, "synonyms": 2, "summary": 2, "cloud": 2, "evidence": 1}
_STOP = frozenset(
    """
    a about again all also an and any are as at be been before best but by can could did do does down
    each every for from get go had has have how i if in into is it its just last let like me more most
    my no not of off on one only or other our out over own per should so some still such than that the
    their them then there these they this to too up us use used want was we were what when where which
    who whom whose why will with would you your
    """.split()
)
_ENDINGS = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ies",
    "ied",
    "ions",
    "ion",
    "ers",
    "er",
    "ed",
    "es",
    "ly",
    "s",
)


def _words(text: str) -> list[str]:
    """The words of a text that carry meaning."""
    return [word for word in _WORD.findall(text.casefold()) if word not in _STOP and len(word) > 1]


def _stem(word: str) -> str:
    if word.isdigit() or len(word) < 5:
        return word.removesuffix("s") if len(word) == 4 and not word.endswith("ss") else word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word.removesuffix("e")


@dataclass(frozen=True)
class WordScore:
    """How well an entry fits by words, and the words of the query that it has."""

    score: float
    shared: tuple[str, ...]


class WordIndex:
    """BM25 over a fixed set of entries. Building it takes milliseconds, so it is never stored."""

    def __init__(self, entries: Iterable[CatalogEntry]) -> None:
        self._terms: dict[str, Counter[str]] = {entry.id: _weighted(entry) for entry in entries}
        spread: Counter[str] = Counter()
        for terms in self._terms.values():
            spread.update(terms.keys())
        count = max(len(self._terms), 1)
        self._idf = {term: math.log(1 + (count - n + 0.5) / (n + 0.5)) for term, n in spread.items()}
        self._length = {name: sum(terms.values()) for name, terms in self._terms.items()}
        self._average = sum(self._length.values()) / count or 1.0

    def rank(self, text: str) -> Mapping[str, WordScore]:
        """Every entry that shares a word with the text, by id."""
        asked = {_stem(word): word for word in reversed(_words(text))}
        found: dict[str, WordScore] = {}
        for name, terms in self._terms.items():
            shared = [term for term in asked if term in terms]
            if not shared:
                continue
            norm = _K1 * (1 - _B + _B * self._length[name] / self._average)
            score = sum(self._idf[t] * terms[t] * (_K1 + 1) / (terms[t] + norm) for t in shared)
            found[name] = WordScore(score, tuple(asked[t] for t in reversed(shared)))
        return found


def _weighted(entry: CatalogEntry) -> Counter[str]:
    terms: Counter[str] = Counter()
    for name, weight in _FIELDS.items():
        value = getattr(entry, name)
        for word in _words(value if isinstance(value, str) else " ".join(value)):
            terms[_stem(word)] += weight
    return terms
