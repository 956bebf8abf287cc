"""Titles of checks that stand in a question without quotes: "machines with the finding Secret in a file"."""

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.tokens import quotes, singular

_WORDS: Final = 3
_BEFORE: Final = re.compile(
    r"(?:\b(?:named|called|titled|title|name|(?:finding|issue|alert|check|rule)s?)(?: (?:is|are|of|like))?|:)\s*$"
)
_AFTER: Final = re.compile(r"\s+(?:finding|issue|alert|check)s?\b")
_FOUND: Final = re.compile(
    r"\b(?:where|on which|in which|for which) (?P<what>(?:an? |the |some |any )?[a-z][\w' -]{2,40}?) "
    r"(?:was|were|is|are|has been|have been|got) (?:found|detected|discovered|reported|seen)"
    r"(?P<in> (?:in|inside|on) (?:an? |the |its |their )?\w+)?(?=\W*$| (?:and|in|on|with|by|per)\b)"
)
_LITTLE: Final = frozenset("a an the some any in inside on its their found".split())
# "the events application"; nouns that are something else by themselves
_CALLED: Final = re.compile(r"\b(?:the |our )?(?P<v>[a-z][\w-]*) (?P<k>application|app)\b(?! services?)")
_NOUNS: Final = frozenset(
    "events event alerts cases reports files access identity data storage network audit".split()
)
_CLASSES: Final = {"personal data": "pii", "health data": "phi", "card data": "pci", "payment data": "pci"}
_FINDINGS: Final = re.compile(
    r"\b(?P<what>pii|phi|pci|personal data|health data|card data|payment data) findings\b"
)


def with_titles(text: str, estate: Estate) -> str:
    """The text in lower case with titles of checks in quotes, where a word beside them says what they are."""
    if quotes(text):
        return text
    if (named := _application(text, estate)) != text:
        return named
    if (of_data := _FINDINGS.search(text)) is not None and (
        title := _of_data(of_data["what"], estate)
    ) is not None:
        return f'{text[: of_data.start()]}findings named "{title}"{text[of_data.end() :]}'
    starts = _titles(estate)
    if (found := _FOUND.search(text)) is not None and (
        title := _one_about(found.group(0), starts)
    ) is not None:
        return f'{text[: found.start()]}with a finding named "{title}"{text[found.end() :]}'
    for word in re.finditer(r"(?<![\w-])[\w']+", text):
        for title in starts.get(word.group(0), ()):
            end = word.start() + len(title)
            if not text.startswith(title, word.start()) or text[end : end + 1].isalnum():
                continue
            if _BEFORE.search(text[: word.start()]) or _AFTER.match(text[end:]):
                return f'{text[: word.start()]}"{title}"{text[end:]}'
    return text


def _of_data(said: str, estate: Estate) -> str | None:
    """The title of the check that finds data of a class."""
    wanted = f"data_{_CLASSES.get(said, said)}_present"
    return next((rule.title.lower() for rule in estate.words.rules if rule.id == wanted and rule.title), None)


def _application(text: str, estate: Estate) -> str:
    """ "the events application": what is called so by a tag, and no record of a log."""
    match = _CALLED.search(text)
    if match is None or match["v"] not in _NOUNS:
        return text
    keys = estate.words.tag_values.get(match["v"], ())
    if not any(match["k"][:3] == key.lower()[:3] for key in keys):
        return text
    return f'{text[: match.start()]}application "{match["v"]}"{text[match.end() :]}'


def _one_about(said: str, starts: dict[str, list[str]]) -> str | None:
    """The one title that is made of these words."""
    match = _FOUND.match(said)
    assert match is not None
    words = {singular(w) for w in re.findall(r"[\w']+", f"{match['what']}{match['in'] or ''}")} - _LITTLE
    about = [
        t for titles in starts.values() for t in titles if {singular(w) for w in t.split()} - _LITTLE == words
    ]
    return about[0] if len(about) == 1 else None


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
