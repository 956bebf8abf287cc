"""The words of a dataset of records as one table: those of the lists, and the values that this tenant has."""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from agent.planner.questions.doings import forms, operation
from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.phrases import STOP, words_of
from agent.planner.questions.record_words import RECORDS, Value

# (kind of mark, data) of each phrase
Meaning = tuple[str, str | Atom]
Table = Mapping[tuple[str, ...], Meaning]

_OUTDATED: Final = "outdated|out of date|not up to date|not current|old version|older version|on an old version|not on the latest version|not the latest version|behind|not on the newest version|not updated|stale version|an old version|an outdated version|obsolete"
# words of data patterns -> what of them is meant
_DATA: Final[Mapping[str, tuple[str, str]]] = {
    "personal data|pii|personally identifiable information|personal information|privacy data|private data|personal detail": (
        "personal data", r"mail|birth|phone|passport|social security|national|driver|person|name\b|address|tax|gender|nationality",
    ),
    "card data|payment card data|pci data|cardholder data|credit card data|payment data|card detail|card number": ("card data", r"card|cvv|security code"),
    "health data|phi|medical data|patient data|health record|medical record|health information": ("health data", r"health|medical|patient|diagnos|icd|insurance|prescription"),
    "credential|password|secret": ("credentials", r"password|secret|key|token|credential"),
}  # fmt: skip
_PLAIN: Final = frozenset(
    "data user service web log image type all none unknown other name standard default".split()
)


def table_of(entity: str, estate: Estate) -> Table:
    """Phrases (words without plural endings) of an entity's records, to what they mean. Made once for an estate."""
    kept: dict[str, Table] = estate.__dict__.setdefault("_record_tables", {})
    if entity not in kept:
        made: dict[tuple[str, ...], Meaning] = {}
        for phrase, meaning in _all(entity, estate):
            made.setdefault(phrase, meaning)
        kept[entity] = made
    return kept[entity]


def rows_of(entity: str) -> frozenset[str]:
    """The nouns that mean an entity's rows, without plural endings."""
    return frozenset(" ".join(words_of(text)) for text in RECORDS[entity].rows.split("|"))


def _all(entity: str, estate: Estate) -> Iterator[tuple[tuple[str, ...], Meaning]]:
    words = RECORDS[entity]
    for value in (*words.values, *_made(entity, estate)):
        atom = atom_of(entity, value)
        for text in value.words.split("|"):
            yield words_of(text), ("tenant", atom)
    for name, texts in words.attributes.items():
        for text in texts.split("|"):
            yield words_of(text.replace("_", " ")), ("attr", name)
            yield (text,), ("attr", name)
    if entity == "event":
        for form, verb in forms().items():
            yield tuple(form.split()), ("tenant", operation(verb))
    for name in words.seen:
        for low, shown in estate.values(entity, name).items():
            phrase = words_of(re.sub(r"[_]+", " ", low))
            if (
                not phrase
                or len(phrase) > 5
                or (len(phrase) == 1 and (len(low) < 3 or low in STOP or low in _PLAIN))
            ):
                continue
            label = f"{name.replace('_', ' ')} {shown}"
            yield (
                phrase,
                ("tenant", Atom(ref=Ref(name=name), op="eq", values=(shown,), label=label, of=entity)),
            )


def atom_of(entity: str, value: Value) -> Atom:
    """The condition of a value's words."""
    return Atom(
        ref=Ref(name=value.attribute), op=value.op, values=value.values, label=value.label or value.words.split("|")[0],
        of=entity, negated=value.negated,
    )  # fmt: skip


def _made(entity: str, estate: Estate) -> Iterator[Value]:
    """Values of words that depend on what the tenant has."""
    if entity == "endpoint" and (newest := newest_version(estate)):
        label = f"with another agent version than the newest here, {newest}"
        yield Value(_OUTDATED, "agent_version", "eq", (newest,), label, negated=True)
        yield Value(
            "latest version|newest version|up to date|current version|newest agent version|latest agent version|current agent version|most recent version|most recent agent version|latest release|newest release|newest agent|latest agent",
            "agent_version",
            "eq",
            (newest,),
            f"with the newest agent version here, {newest}",
        )
    if entity == "file":
        patterns = sorted(set(estate.values("file", "pattern").values()))
        for words, (label, pattern) in _DATA.items():
            meant = tuple(p for p in patterns if re.search(pattern, p.lower()))
            if meant:
                yield Value(words, "pattern", "in", meant, f"with {label} ({', '.join(meant)})")


def newest_version(estate: Estate) -> str:
    """The highest agent version that some endpoint has."""
    seen = [v for v in estate.values("endpoint", "agent_version").values() if re.fullmatch(r"[\d.]+", v)]
    return max(seen, key=lambda v: [int(n) for n in v.split(".") if n], default="")


def attributes(entity: str) -> frozenset[str]:
    """What its rows have."""
    return frozenset(ENTITIES[entity].places)
