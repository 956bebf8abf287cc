"""Titles of checks that stand in a question without quotes: "machines with the finding Secret in a file"."""

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.tokens import quotes

_WORDS: Final = 3
_BEFORE: Final = re.compile(
    r"(?:\b(?:named|called|titled|title|name|(?:finding|issue|alert|check|rule)s?)(?: (?:is|are|of|like))?|:)\s*$"
)
_AFTER: Final = re.compile(r"\s+(?:finding|issue|alert|check)s?\b")


def with_titles(text: str, estate: Estate) -> str:
    """The text in lower case with titles of checks in quotes, where a word beside them says what they are."""
    if quotes(text):
        return text
    starts = _titles(estate)
    for word in re.finditer(r"(?<![\w-])[\w']+", text):
        for title in starts.get(word.group(0), ()):
            end = word.start() + len(title)
            if not text.startswith(title, word.start()) or text[end : end + 1].isalnum():
                continue
            if _BEFORE.search(text[: word.start()]) or _AFTER.match(text[end:]):
                return f'{text[: word.start()]}"{title}"{text[end:]}'
    return text


def _titles(estate: Estate) -> dict[str, list[str]]:
    """Titles of several words by their first one, longer ones first."""
    kept: dict[str, list[str]] | None = estate.__dict__.get("_titles_by_word")
    if kept is None:
        kept = {}
        titles = {rule.title.lower().strip() for rule in estate.words.rules}
        for title in sorted(titles, key=len, reverse=True):
            words = title.split()
            if len(words) >= _WORDS and not title.startswith("cve-"):
                kept.setdefault(words[0], []).append(title)
        estate.__dict__["_titles_by_word"] = kept
    return kept
