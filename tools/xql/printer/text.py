"""Layout of the printer: width, names, quoting."""

from __future__ import annotations

import re
from typing import Final

from tools.xql.errors import XqlError

WIDTH: Final = 100
STEP: Final = 4

_ODD_BACKSLASH = re.compile(r"(?<!\\)\\(?:\\\\)*\"")
_KEY = re.compile(r"[^\W\d]\w*\Z")
_DATASET = re.compile(r"(?:\$[^\W\d][\w.]*|[^\W\d*][\w.]*(?:[-*][\w.]*)*|\*[\w.*]*)\Z")


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
