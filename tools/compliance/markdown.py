"""Puts text into Markdown so that it stays text.

Findings carry text written by anybody. Whatever comes from them is shown as code, or with every character
that Markdown or HTML could act on taken out of action: no link, image, heading, table cell or tag can come
out of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&:^$=\"'/@])")
_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}):(?=//)")
_WWW = re.compile(r"(?i)\bwww(?=\.)")


def visible(text: str, limit: int = 160) -> str:
    """One line in which control, bidirectional and invisible characters show as `U+XXXX`; cut at `limit`."""
    line = "".join(_shown(letter) for letter in text)
    line = " ".join(line.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _shown(letter: str) -> str:
    if letter in "\t\n\r ":
        return " "
    category = unicodedata.category(letter)
    if category.startswith("C"):
        return f"U+{ord(letter):04X}"
    return " " if category in ("Zl", "Zp", "Zs") else letter


def code(text: str, limit: int = 160) -> str:
    """Untrusted text as inline code, exact but for `visible`; a pipe is escaped so that table cells hold."""
    line = visible(text, limit) or "(empty)"
    fence = "`" * (max((len(run) for run in re.findall(r"`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    # In a table a pipe ends the cell even inside code, and only there is its backslash taken away again.
    return f"{fence}{pad}{line}{pad}{fence}".replace("|", "\\|")


def plain(text: str, limit: int = 400) -> str:
    """Untrusted text as prose: every special character escaped, web addresses taken apart."""
    line = _WWW.sub("www[dot]", _SCHEME.sub(r"\1[:]", visible(text, limit))).replace("@", "[at]")
    return _SPECIAL.sub(r"\\\1", line)


def plural(noun: str, count: int) -> str:
    """An English noun for a count of things."""
    if count == 1:
        return noun
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table whose cells are Markdown already."""
    lines = [f"| {' | '.join(columns)} |", f"|{'|'.join(' --- ' for _ in columns)}|"]
    lines.extend(f"| {' | '.join(row)} |" for row in rows)
    return lines
