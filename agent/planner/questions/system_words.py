"""Versions of operating systems as people say them: "windows 2008 or 2016", "debian 11", "RHEL 8"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.tokens import Token

_ALIASES: Final = {"rhel": "red", "redhat": "red", "win": "windows", "al2": "amazon"}
_BETWEEN: Final = frozenset({"or", "and", ",", "/", "&"})
_VERSION: Final = re.compile(r"\d+(?:\.\d+)*\Z")
_WORDS: Final = re.compile(r"[a-z]+\d*|\d+(?:\.\d+)*")


def systems(tokens: list[Token], at: int, estate: Estate) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Where a system with one version or more ends that begins here, and the names that assets have for it."""
    families: dict[str, list[tuple[str, list[str]]]] = estate.__dict__.setdefault("_systems", {})
    if not families:
        families[""] = []
        for low, shown in estate.values("asset", "os").items():
            words = _WORDS.findall(low)
            if words:
                families.setdefault(words[0], []).append((shown, words))
    first = _ALIASES.get(tokens[at].text, tokens[at].text)
    family = families.get(first, [])
    if not family:
        return
    known = {word for _, words in family for word in words} | {"server", "linux", "version", "lts"}
    said: list[str] = []
    versions: list[str] = []
    end = at + 1
    for n in range(at + 1, min(at + 12, len(tokens))):
        text = tokens[n].text
        if _VERSION.match(text):
            versions.append(text)
            end = n + 1
        elif all(word in known for word in _WORDS.findall(text)) and _WORDS.findall(text):
            said += _WORDS.findall(text)
            end = n + 1 if versions else end
        elif not (versions and text in _BETWEEN):
            break
    names = tuple(
        shown
        for shown, words in family
        if any(word == v or word.startswith(f"{v}.") for v in versions for word in words)
    )
    if names:
        yield end, names
