"""Patterns that RE2 does not have."""

from __future__ import annotations

import re
import warnings
from typing import Final

MOST: Final = 2_000

_LOOK: Final = (
    ("(?=", "lookahead"),
    ("(?!", "negative lookahead"),
    ("(?<=", "lookbehind"),
    ("(?<!", "negative lookbehind"),
    ("(?>", "atomic group"),
)
_BACK = re.compile(r"(?<!\\)(?:\\\\)*\\([1-9])")
_POSSESSIVE = re.compile(r"(?<!\\)[*+?}]\+")
_FLAGS = re.compile(r"\(\?[a-zA-Z]+\)")


def pattern_fault(pattern: str) -> tuple[str, str] | None:
    """Rule id and message where a pattern is not RE2."""
    if len(pattern) > MOST:
        return "pattern-too-long", f"the pattern has {len(pattern)} characters, at most {MOST} are accepted"
    plain = _without_classes(pattern)
    for mark, name in _LOOK:
        if mark in plain:
            return "re2-pattern", f"RE2 has no {name} ({mark}...)"
    if _BACK.search(plain):
        return "re2-pattern", "RE2 has no backreference"
    if _POSSESSIVE.search(plain):
        return "re2-pattern", "RE2 has no possessive quantifier"
    return _syntax(pattern)


def _without_classes(pattern: str) -> str:
    return re.sub(r"(?<!\\)\[\^?\]?(?:[^\]\\]|\\.)*\]", "[]", pattern)


def _syntax(pattern: str) -> tuple[str, str] | None:
    """Faults that no dialect accepts; anything else is left to the service."""
    body = _FLAGS.sub("", pattern)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            re.compile(body)
        except (re.error, OverflowError, RecursionError) as error:
            text = str(error)
            bad = (
                "unterminated",
                "unbalanced",
                "nothing to repeat",
                "missing )",
                "multiple repeat",
                "bad range",
            )
            if any(part in text for part in bad) and "[[" not in body and "(?" not in body:
                return "bad-pattern", f"the pattern cannot be read: {text}"
    return None


def late_flags(pattern: str) -> bool:
    """Flags such as (?i) that do not stand at the start."""
    found = _FLAGS.search(pattern)
    return found is not None and found.start() > 0
