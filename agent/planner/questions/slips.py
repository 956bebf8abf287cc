"""Typing slips set right, where a word is nothing that the lists or the tenant know."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from agent.planner import spelling
from agent.planner.questions.english import ordinary
from agent.planner.questions.estate import Estate
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.settings import stem
from agent.planner.questions.tokens import singular

_WORD: Final = re.compile(r"(?<![\w\-./:@=#*])[a-z]{3,20}(?![\w\-/:@=*]|\.\w)")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|“[^”]*”|`[^`]*`|(?<!\w)'[^']*'(?!\w)")
_CLOSE: Final = 0.84
_SHORT: Final = frozenset("show list many what which have with from per the and all not any".split())
# ordinary words that are near to words of ours and mean something else
_ENGLISH: Final = frozenset(
    """weather bread bake book books song songs poem dinner joke movie music price prices stock stocks palo alto networks capital
    france president recipe football match score won game games best better worst tell teach learn word words house
    mainframe mainframes printer printers router switch switches phone phones tablet robot robots wizard wizardry sign log into
    enter login logout holding hold keep kept contain inbound outbound ingress egress sourdough system prompt previous
    instructions ignore print save store lookup table tables compare comparison everything else nothing rain going share
    broken brake brakes treasury colour color favourite favorite planet moon mars narnia""".split()
)


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
            or word in self._estate.words
            or word in _ENGLISH
            or ordinary(word)
        ):
            return True
        return stem(word) in self._estate.settings.words or word in self._estate.settings.by_value


def mended(text: str, estate: Estate) -> str:
    """The text in lower case, its apostrophes plain, with clear slips set right."""
    known = Known(estate)
    lowered = spelling.mended(text, known)
    pieces: list[str] = []
    at = 0
    for quoted in _QUOTED.finditer(lowered):
        pieces += [_mend(lowered[at : quoted.start()], known), quoted.group(0)]
        at = quoted.end()
    pieces.append(_mend(lowered[at:], known))
    return "".join(pieces)


def _mend(text: str, known: Known) -> str:
    return _WORD.sub(lambda m: m.group(0) if m.group(0) in known else nearest(m.group(0)), text)


@lru_cache(maxsize=1)
def _targets() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for word in lexicon_parts() | spelling.known_words():
        if word.isalpha() and (len(word) >= 5 or word in _SHORT):
            found[word[0]].append(word)
    return {first: tuple(sorted(words)) for first, words in found.items()}


@lru_cache(maxsize=4_096)
def nearest(word: str) -> str:
    """The word of the lists that is clearly meant, else the word itself."""
    best, near = 0.0, word
    plural = word.endswith("s")
    for target in _targets().get(word[0], ()):
        if (
            abs(len(target) - len(word)) > 2
            or (len(word) < 5) != (len(target) < 5)
            or (target.startswith(word) and len(target) - len(word) > 1)
        ):
            continue
        for spelled in (target, f"{target}s") if plural else (target,):
            matcher = SequenceMatcher(None, word, spelled)
            if matcher.real_quick_ratio() < _CLOSE or matcher.quick_ratio() < _CLOSE:
                continue
            ratio = matcher.ratio()
            if (ratio, -len(target)) > (best, -len(near)):
                best, near = ratio, spelled
    return near if best >= _CLOSE else word
