"""Cleaning of text that comes from elsewhere, before it is shown in a message, and looking at what it
starts with.
"""

from __future__ import annotations

import unicodedata

# Letters and symbols that draw nothing: Hangul fillers and the blank Braille pattern.
_BLANK_DRAWN = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def printable(text: object, *, limit: int) -> str:
    """One line of `text`: control and format characters gone, white space single, at most `limit`
    characters.
    """
    kept = "".join(
        " " if c.isspace() else c for c in str(text) if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def first_visible(text: str) -> str:
    """The first character that a person sees, in its plain form (`！` gives `!`), or an empty text."""
    for character in text:
        if character in _BLANK_DRAWN or unicodedata.category(character)[0] in "ZCM":
            continue
        return unicodedata.normalize("NFKC", character)[:1]
    return ""
