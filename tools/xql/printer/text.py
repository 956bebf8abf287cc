"""Layout of the printer: width, names, quoting."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tools.xql.errors import XqlError
from tools.xql.tokens import TIME

WIDTH: Final = 100
STEP: Final = 4

_ODD_BACKSLASH = re.compile(r"(?<!\\)\\(?:\\\\)*\"")
_WORDY = re.compile(r"[\w*][\w.*]*\Z")
_NUMERIC = re.compile(r"(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE]\d+)?)\Z")
# Words of the language, and names of stages that Cortex reads as such in the place of a column.
_TAKEN = frozenset(
    "and or not in contains null true false case config fields filter table tag target transaction view".split()
)
_KEY = re.compile(r"[^\W\d]\w*\Z")
_DATASET = re.compile(r"(?:\$[^\W\d][\w.]*|[^\W\d*][\w.]*(?:[-*][\w.]*)*|\*[\w.*]*)\Z")


@lru_cache(maxsize=4096)
def name_text(name: str) -> str:
    """A column name, between backticks where the bare word would read as something else, here or in Cortex."""
    if name[:1] == "`":
        return name
    bare = _WORDY.match(name) and not name.endswith(".") and ".." not in name
    if bare and name[0].isdigit():
        bare = name.lstrip("0123456789.")[:1].isalpha() or "_" in name
        bare = bare and not TIME.match(name) and not _NUMERIC.match(name)
    lower = name.lower()
    taken = lower in _TAKEN or lower.startswith("enum.")
    return name if bare and not taken else f"`{name}`"


def quoted(value: str, raw: bool = False) -> str:
    """A text literal; raises `XqlError` where the language has no form for it."""
    if raw:
        if '"""' in value:
            raise XqlError('text with """ inside has no form in XQL; match it with a pattern instead')
        return f'"""{value}"""'
    if '"' in value:
        # a backslash keeps the literal open; one that stands there already would undo that
        if _ODD_BACKSLASH.search(value + '"'):
            raise XqlError('text with \\" inside has no plain form in XQL; use the raw form')
        value = value.replace('"', '\\"')
    return f'"{value}"'


def path_text(path: tuple[str | int, ...], suffix: str) -> str:
    """The right side of an arrow."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _KEY.match(step):
            parts.append(f".{step}" if parts else step)
        else:
            parts.append(f"[{quoted(step)}]")
    return "".join(parts) + suffix


def dataset_name(name: str) -> str:
    return name if _DATASET.match(name) else quoted(name)
