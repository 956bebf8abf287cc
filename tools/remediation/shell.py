"""Command lines that can be pasted: every value from outside is quoted so that a shell reads it as one
word."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

_SAFE = re.compile(r"[A-Za-z0-9_@%+=:,./-]+\Z")


def word(value: Any) -> str:
    """One shell word (POSIX single quotes; `$'...'` where a character would not show)."""
    text = json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else str(value)
    if _SAFE.match(text) and not text.startswith(("-", "~", "=")):
        return text
    if all(unicodedata.category(char)[0] not in "CZ" or char == " " for char in text):
        return "'" + text.replace("'", "'\"'\"'") + "'"
    return "$'" + "".join(_visible(char) for char in text) + "'"


def _visible(char: str) -> str:
    if char in "\\'":
        return "\\" + char
    if char == " " or unicodedata.category(char)[0] not in "CZ":
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def aws(service: str, operation: str, region: str = "", **arguments: Any) -> str:
    """`aws service operation --argument value ...`; an argument that is True is a bare switch, None is left
    out."""
    parts = ["aws", service, operation]
    for name, value in arguments.items():
        option = "--" + name.replace("_", "-")
        if value is None or value is False:
            continue
        parts.append(option if value is True else f"{option} {word(value)}")
    if region:
        parts.append(f"--region {word(region)}")
    return " ".join(parts)
