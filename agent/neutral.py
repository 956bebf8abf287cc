"""Make text harmless before it reaches a page or a terminal.

Names, tags and titles come from strangers, and so may sentences of a model that quotes them. Images, links and
HTML are turned into plain text; control and direction-changing characters are made visible.
"""

from __future__ import annotations

import re
import unicodedata

_IMAGE_OR_LINK = re.compile(r"!?\[([^\]\n]{0,500})\]\(\s*[^)\n]{0,2000}\)")
_REFERENCE = re.compile(r"^\s{0,3}\[[^\]\n]{1,200}\]:\s*\S+.*$", re.MULTILINE)
_REFERENCE_USE = re.compile(r"!?\[([^\]\n]{1,500})\]\[[^\]\n]{0,200}\]")
_URL = re.compile(
    r"(?<![`\w])(?:https?|ftp|file|javascript|data|mailto)\s*:\s*[^\s`<>\"')\]]+", re.IGNORECASE
)
_WWW = re.compile(r"(?<![`\w/.])www\.[^\s`<>\"')\]]+", re.IGNORECASE)
_FENCE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)


def visible(text: str) -> str:
    """The text with control and bidirectional characters written as `\\uXXXX` (newline and tab stay)."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char
        if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs"}
        else f"\\u{ord(char):04x}"
        for char in text
    )


def inline(text: object, width: int = 120) -> str:
    """One value as Markdown inline code on one line: nothing inside is interpreted."""
    flat = " ".join(visible(str(text)).split())
    if len(flat) > width:
        flat = flat[: width - 1] + "…"
    return f"`{flat.replace('`', 'ˋ')}`" if flat else "(empty)"


def plain(text: object, width: int = 300) -> str:
    """One value as a piece of a Markdown sentence, with every mark that Markdown reads escaped."""
    flat = " ".join(visible(str(text)).split())
    if len(flat) > width:
        flat = flat[: width - 1] + "…"
    flat = _URL.sub(lambda m: m.group(0).replace(":", "(:)", 1), flat)
    flat = _WWW.sub(lambda m: m.group(0).replace(".", "(.)", 1), flat)
    return re.sub(r"([\\`*_\[\]<>#|~!])", r"\\\1", flat)


def markdown(text: str) -> str:
    """An answer with its emphasis, lists, tables and code kept, and images, links and HTML made text."""
    parts = _FENCE.split(visible(text))
    for index in range(0, len(parts), 2):
        part = _IMAGE_OR_LINK.sub(r"\1", parts[index])
        part = _REFERENCE.sub("", part)
        part = _REFERENCE_USE.sub(r"\1", part)
        part = part.replace("<", "&lt;")
        part = _URL.sub(lambda m: f"`{m.group(0)}`", part)
        parts[index] = _WWW.sub(lambda m: f"`{m.group(0)}`", part)
    return "".join(parts)
