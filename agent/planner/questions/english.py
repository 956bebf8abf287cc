"""Whether a word is ordinary English, and whether leaving it out can change what is meant."""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from agent.planner.questions import english_light, english_words

_UNDONE: Final = frozenset(
    """went gone came seen saw got gotten gave given took taken made done said told thought knew known found felt held kept left
    ran sat sent shown spoke spoken stood stuck understood wrote written wore worn brought began begun became built bought caught chose chosen
    drew drawn drove driven fell fallen flew flown forgot forgotten froze frozen grew grown hid hidden laid led lent lost met paid rose risen
    rang sang sold shook shaken shot slept spun stole stolen struck swore sworn swam swept taught tore torn threw thrown woke woken won wound
    broke broken blew blown bled bred dealt dug fed fought forbade forbidden hung heard meant rode ridden sought slid split spread stung
    swung wept withdrew withdrawn withheld overcame overcome overridden overrode undergone underwent undone men women feet teeth mice criteria
    phenomena indices matrices vertices analyses bases theses crises data""".split()
)
_LIGHT: Final = (
    english_light.ADVERBS
    | english_light.DISCOURSE
    | english_light.VERBS
    | english_light.NOUNS
    | english_light.ADJECTIVES
    | english_light.FUNCTION
)
_PLAIN: Final = english_words.VERBS | english_words.NOUNS | english_words.ADJECTIVES
# adverbs in -ly that say less than always, or whom something is open to
_RESTRICTING: Final = frozenset(
    "rarely hardly barely scarcely seldomly publicly externally internally anonymously manually automatically newly recently".split()
)


def base_forms(word: str) -> Iterator[str]:
    """A word and what it may be an inflection of, roughly."""
    yield word
    if word.endswith("'s"):
        word = word[:-2]
        yield word
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
        if word.endswith("es"):
            yield word[:-2]
        if word.endswith("ies"):
            yield word[:-3] + "y"
    for ending in ("ed", "ing", "er", "est"):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            stem = word[: -len(ending)]
            yield stem
            yield stem + "e"
            if stem.endswith("i"):
                yield stem[:-1] + "y"
            if len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]
    if len(word) > 4 and word.endswith("ly"):
        yield word[:-2]
        yield word[:-1] + "e"
        if word.endswith("ily"):
            yield word[:-3] + "y"
    for ending in ("ness", "less", "ful", "able", "ment"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            yield word[: -len(ending)]
    for beginning in ("un", "re", "non", "pre", "mis", "over", "under"):
        if len(word) > len(beginning) + 3 and word.startswith(beginning):
            yield word[len(beginning) :].removeprefix("-")


@lru_cache(maxsize=8_192)
def ordinary(word: str) -> bool:
    """Whether a word (lower case) is English and so, standing by itself, no sign of a name."""
    return harmless(word) or word in _UNDONE or any(_known(base) for base in base_forms(word))


def _known(base: str) -> bool:
    return base in _PLAIN or base in _LIGHT or any(again in _PLAIN for again in base_forms(base))


@lru_cache(maxsize=8_192)
def harmless(word: str) -> bool:
    """Whether a word restricts nothing, in any of its plain inflections: "meetings", "wondering", "quickest"."""
    if word in _RESTRICTING:
        return False
    if word in _LIGHT:
        return True
    if word.startswith(("un", "non", "mis", "over", "under")) or word.endswith(("less", "ful", "able")):
        return False
    if "-" in word and all(part and harmless(part) for part in word.split("-")):
        return True
    if word.endswith("ly") and len(word) > 4:
        return any(base in english_light.ADJECTIVES for base in base_forms(word))
    verbs_and_nouns = english_light.VERBS | english_light.NOUNS
    return any(base in verbs_and_nouns for base in base_forms(word)) or (
        word.endswith(("er", "est")) and any(base in english_light.ADJECTIVES for base in base_forms(word))
    )
