"""Decodes one JSON value out of a longer text, strictly; tells a cut value from a wrong one."""

from __future__ import annotations

import json
from collections.abc import Callable
from json.decoder import JSONDecodeError
from typing import Any

from tools.tenant.loading_text import Window


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"it holds {name}, which JSON does not have")


DECODE: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode
"""The value at a position, and where it ends."""


def may_be_cut(error: JSONDecodeError, window: Window) -> bool:
    """Whether more text could make a value whole: the error is where the text ends, in a word or string."""
    rest = window.text[error.pos : error.pos + 16].strip()
    if error.msg.startswith("Unterminated string") or error.pos >= len(window.text.rstrip()):
        return True
    if error.pos < len(window.text) - 16:
        return False
    words = ("true", "false", "null", "NaN", "Infinity", "-Infinity", "-")
    return any(word.startswith(rest) for word in words) or rest.startswith("\\") or "escape" in error.msg


def skip_space(text: str, at: int) -> int:
    """The position of the next character that is no white space."""
    while text[at : at + 1] in {" ", "\t", "\n", "\r"}:
        at += 1
    return at


MAX_DEPTH = 100
"""Levels of brackets that a record may have: what is deeper, others that read it later could not take."""


def too_deep(value: Any) -> bool:
    """Whether a JSON value has more than `MAX_DEPTH` levels."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        children = (c for item in level for c in (item.values() if isinstance(item, dict) else item))
        level = [child for child in children if isinstance(child, (dict, list))]
        if not level:
            return False
    return True


def called(value: Any) -> str:
    """What a JSON value is, in words."""
    kinds = {bool: "true or false", str: "a text", list: "a list", type(None): "null"}
    return kinds.get(type(value), "a number")
