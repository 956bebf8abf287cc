"""The word that a mistyped one is meant to be: one slip of the keys in a short word, two in a long one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from agent.planner import spelling
from agent.planner.questions import english_light, english_words
from agent.planner.questions.phrases import lexicon_parts

_LONG: Final = 8
_LEAST: Final = 4
_VOWELS: Final = frozenset("aeiouy")
# of two words as near as each other the one that comes more often in questions
_OFTEN: Final = frozenset(
    """show list many what which with have from than then their there where when that this open close high
    issue issues account accounts case cases user users role roles owner owned access public region
    every everybody count each""".split()
)


class NearWords:
    """Words to correct to, found by what is left of them without one letter."""

    def __init__(self, words: Iterable[str], more: Iterable[str] = ()) -> None:
        self._rank = {w: 2 for w in more if w.isalpha()} | {w: 1 for w in words if w.isalpha()}
        self._rank |= {w: 0 for w in _OFTEN if w in self._rank}
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._rank:
            for part in _parts(word):
                found[part].append(word)
        self._found = {part: tuple(words) for part, words in found.items()}

    def __contains__(self, word: object) -> bool:
        return word in self._rank

    def of(self, word: str) -> str:
        """The word that is clearly meant, or the word itself."""
        if word in self._rank:
            return word
        options = [
            (rank, target) for target in self._near(word) if (rank := self._slip(word, target)) is not None
        ]
        if not options and word.endswith("s") and len(word) > _LONG:
            single = self.of(word[:-1])
            return f"{single}s" if single != word[:-1] else word
        return min(options)[1] if options else word

    def _near(self, word: str) -> set[str]:
        parts = set(_parts(word))
        if len(word) >= _LONG:
            parts |= {again for part in tuple(parts) for again in _parts(part)}
        return {target for part in parts for target in self._found.get(part, ())}

    def _slip(self, word: str, target: str) -> tuple[int, ...] | None:
        """How far apart two words are, the likelier slip first; None where that is no slip."""
        most = 2 if min(len(word), len(target)) >= _LONG else 1
        far = distance(word, target)
        if far > most or (target.startswith(word) and len(target) - len(word) > 1):
            return None
        swapped = sorted(word) == sorted(target)
        lost = len(target) > len(word)
        changed = len(target) == len(word) and not swapped
        first = word[0] == target[0] or (swapped and word[:2] == target[1::-1])
        if not first and not (far == 1 and len(word) >= _LONG):
            return None
        if len(word) < _LEAST and not (swapped or (lost and self._rank[target] == 0)):
            return None
        if len(word) == _LEAST and not (swapped or (lost and self._rank[target] < 2)):
            return None
        if changed and (len(word) < 6 or (len(word) == 6 and not _vowels_only(word, target))):
            return None
        if far == 2 and self._rank[target] == 2:
            return None
        return far, self._rank[target], 0 if swapped else 1 if lost else 2 if changed else 3, -len(target)


def _vowels_only(word: str, target: str) -> bool:
    return all(a == b or {a, b} <= _VOWELS for a, b in zip(word, target, strict=True))


def _parts(word: str) -> Iterator[str]:
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def distance(one: str, other: str) -> int:
    """Letters added, lost, changed, or swapped with the next, from one word to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


@lru_cache(maxsize=1)
def listed_words() -> NearWords:
    """The words of the lists, as they are said and with plural endings, and ordinary English behind them."""
    lists = lexicon_parts() | spelling.known_words() | english_light.FUNCTION
    plain = english_words.VERBS | english_words.NOUNS | english_words.ADJECTIVES
    light = english_light.VERBS | english_light.NOUNS | english_light.ADJECTIVES | english_light.ADVERBS
    own = {word for word in lists if len(word) > 2} | _OFTEN
    return NearWords([*own, *_inflected(own)], (word for word in plain | light if len(word) > 3))


def _inflected(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if len(word) > 3 and word.isalpha():
            yield f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in _VOWELS else f"{word}s"
            if word in english_words.VERBS | english_light.VERBS:
                stem = word.removesuffix("e")
                yield from (f"{stem}ed", f"{stem}ing")
