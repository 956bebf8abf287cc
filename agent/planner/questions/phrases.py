"""The word lists as one table, looked up by first word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from agent.planner.questions import lexicon, lexicon_values, lexicon_words
from agent.planner.questions.form import Kinds
from agent.planner.questions.tokens import singular


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words (without plural endings), the kind of mark that they make, and what it holds."""

    words: tuple[str, ...]
    kind: str
    data: Any = None


Table = Mapping[str, tuple[Phrase, ...]]


def words_of(text: str) -> tuple[str, ...]:
    return tuple(singular(word) for word in text.lower().replace("-", " ").split())


def _spread(kind: str, text: str, data: Any = None) -> Iterator[Phrase]:
    for spelling in text.split("|"):
        if spelling.strip():
            yield Phrase(words_of(spelling), kind, data)


def kinds_of(text: str) -> Kinds:
    """`c=Storage Bucket;t=S3_BUCKET;k=Data` as categories, types, classes."""
    parts = dict(part.split("=", 1) for part in text.split(";"))
    return Kinds(
        types=tuple(parts["t"].split(",")) if "t" in parts else (),
        categories=tuple(parts["c"].split(",")) if "c" in parts else (),
        classes=tuple(parts["k"].split(",")) if "k" in parts else (),
    )


def _all() -> Iterator[Phrase]:
    for name, text in lexicon.ENTITY_WORDS.items():
        yield from _spread("entity", text, name)
    for text, spec in lexicon.KINDS:
        yield from _spread(
            "kind", text, kinds_of(spec).model_copy(update={"label": _plural(text.split("|")[0])})
        )
    for name, text in lexicon.ATTRIBUTES.items():
        yield from _spread("attr", text, name)
    for name, values, text in lexicon_values.VALUES:
        yield from _spread("value", text, (name, tuple(values.split(","))))
    w = lexicon_words
    for table, kind in (
        (w.COMPARE, "compare"), (w.AFTER, "after"), (w.AGGREGATES, "agg"), (w.RANK, "rank"), (w.BINS, "bin"),
    ):  # fmt: skip
        for name, text in table.items():
            yield from _spread(kind, text, name)
    for text, kind in (
        (w.NOT, "not"), (w.AND, "and"), (w.OR, "or"), (w.BUT, "but"), (w.BY, "by"), (w.ORDER, "order"),
        (w.DESC, "desc"), (w.ASC, "asc"), (w.TOP, "top"), (w.WITH, "with"), (w.OF, "of"), (w.TAGGED, "tagged"),
        (w.OWNED, "owned"), (w.EMPTY, "empty"), (w.ON, "on"), (w.OFF, "off"), (w.DIST, "dist"), (w.ALL_OF, "all"),
    ):  # fmt: skip
        yield from _spread(kind, text)
    for word, readings in w.VAGUE.items():
        yield from _spread("vague", word, readings)


@cache
def value_words(name: str) -> frozenset[str]:
    """Every word that stands for a value of a column, and the values themselves."""
    said = [(values, text) for column, values, text in lexicon_values.VALUES if column == name]
    return frozenset(w.lower() for values, text in said for w in (*text.split("|"), *values.split(",")))


def values_of_words(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The columns, with their values, that words in lower case stand for."""
    return [
        (column, tuple(values.split(",")))
        for column, values, said in lexicon_values.VALUES
        if text in said.split("|") and values not in ("", "*")
    ]


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeo":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch")) else "s")


def table_of(phrases: Iterable[Phrase]) -> dict[str, tuple[Phrase, ...]]:
    """Phrases by their first word, longest first."""
    found: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        found[phrase.words[0]].append(phrase)
    return {word: tuple(sorted(some, key=lambda p: -len(p.words))) for word, some in found.items()}


@lru_cache(maxsize=1)
def lexicon_table() -> Table:
    return table_of(_all())


@lru_cache(maxsize=1)
def lexicon_parts() -> frozenset[str]:
    """Every single word of the lists, and the words without content."""
    own = {word for phrases in lexicon_table().values() for phrase in phrases for word in phrase.words}
    return frozenset(own | lexicon_words.STOP)


STOP: Final = lexicon_words.STOP
