"""How much a resource matters: data class, environment and tier, from tags. A name alone stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from tools.findings.model import AssetRecord
from tools.priority.facts import Fact, absent, known, unknown
from tools.priority.reading import plain, shown
from tools.priority.vocabulary import vocabulary

_SPLIT = re.compile(r"[^a-z0-9]+")

# What is not tagged is taken for a little worse than harmless, and never for as bad as what is known to be
# bad.
DATA_LOW, DATA_HIGH = -0.5, 1.0


def data_fact(asset: AssetRecord, tags: Mapping[str, str], holds_data: bool, at: datetime) -> Fact:
    """What kind of data the resource holds, by its tags."""
    best: tuple[float, str, str] | None = None
    for key, value in tags.items():
        if plain(key) not in vocabulary().data_keys:
            continue
        for grade, label in _data_words(value):
            if best is None or grade > best[0]:
                best = (grade, label, f"{key}={value}")
    if best is not None:
        grade, label, tag = best
        return known("data class", label, grade, f"tag {shown(tag)}", shown(asset.name), at=at)
    if not holds_data:
        return absent("data class", "holds no data itself", "asset type", at=at)
    hint = _words(asset.name) & vocabulary().data_hints
    if hint:
        value = f"not tagged; only its name hints at {sorted(hint)[0]}"
        return unknown("data class", value, 0.4, DATA_LOW, DATA_HIGH, "name", shown(asset.name), at=at)
    return unknown("data class", "not tagged", 0.2, DATA_LOW, DATA_HIGH, "tags", at=at)


def _data_words(value: str) -> Iterable[tuple[float, str]]:
    whole = _SPLIT.sub("", value.lower())
    table = vocabulary().data_words
    for word in (whole, *_words(value)):
        if word in table:
            yield table[word]


def environment_fact(asset: AssetRecord, tags: Mapping[str, str], at: datetime) -> Fact:
    """Production or not, and the business tier, by tags; the higher of both counts."""
    words_of = vocabulary()
    stages: list[tuple[float, str]] = []
    tiers: list[tuple[float, str]] = []
    for key, value in tags.items():
        name, word = plain(key), _SPLIT.sub("", value.lower())
        if name in words_of.environment_keys:
            options = [o for o in (word, *sorted(_words(value))) if o in words_of.environment_words]
            stages += [(words_of.environment_words[o], f"{key}={value}") for o in options[:1]]
        elif name in words_of.tier_keys and word in words_of.tier_words:
            tiers.append((words_of.tier_words[word], f"{key}={value}"))
    # A critical tier outweighs the stage; a low tier says less than the stage does.
    best = max(stages, default=None)
    top = max(tiers, default=None)
    if top is not None and (best is None or top[0] > max(best[0], 0.0)):
        best = top
    if best is not None:
        grade, tag = best
        value = shown(tag.partition("=")[2])
        return known("environment", value, grade, f"tag {shown(tag)}", shown(asset.name), at=at)
    words = _words(asset.name)
    if words & vocabulary().production_hints:
        return unknown("environment", "not tagged; its name says production", 0.5, -1.0, 1.0, "name", at=at)
    if words & vocabulary().test_hints:
        return unknown("environment", "not tagged; its name says test", -0.4, -1.0, 1.0, "name", at=at)
    return unknown("environment", "not tagged", 0.25, -1.0, 1.0, "tags", at=at)


def inherited(own: Fact, others: Iterable[tuple[AssetRecord, Fact]]) -> Fact:
    """The own fact, or, where no tag of its own decides, the gravest known one of what it belongs to."""
    if own.state == "known":
        return own
    best, holder = own, None
    for asset, fact in others:
        if fact.state == "known" and (holder is None or fact.grade > best.grade):
            best, holder = fact, asset
    if holder is None:
        return own
    source = f"{best.source} of {shown(holder.name)}"
    return known(own.name, best.value, best.grade, source, shown(holder.name), at=best.observed_at)


def _words(text: str) -> set[str]:
    return {word for word in _SPLIT.split(text.lower()) if word}
