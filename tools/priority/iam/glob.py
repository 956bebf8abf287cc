"""Wildcards of policy languages: `*` is any run of characters, `?` any one. No regular expressions, so a
pattern made of stars cannot make matching slow.

Two private characters stand for a literal star and question mark (AWS's `${*}` and `${?}`).
"""

from __future__ import annotations

from functools import lru_cache

STAR, MARK = "\ue000", "\ue001"
_LITERAL = str.maketrans({"*": STAR, "?": MARK})


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches. Linear in the usual case, never worse than len(pattern) * len(text)."""
    if pattern == "*":
        return True
    if STAR in pattern or MARK in pattern:
        text = text.translate(_LITERAL)
    if "?" not in pattern:
        if "*" not in pattern:
            return pattern == text
        head, *middle, tail = pattern.split("*")
        if len(head) + len(tail) > len(text) or not text.startswith(head) or not text.endswith(tail):
            return False
        at, end = len(head), len(text) - len(tail)
        for part in middle:
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True
    return _stepwise(pattern, text)


def _stepwise(pattern: str, text: str) -> bool:
    """Greedy matching that goes back to the last star only."""
    p = t = 0
    star, mark = -1, 0
    while t < len(text):
        # The star first: a text may hold a star of its own, which must not use the pattern's up.
        if p < len(pattern) and pattern[p] == "*":
            star, mark = p, t
            p += 1
        elif p < len(pattern) and (pattern[p] == "?" or pattern[p] == text[t]):
            p, t = p + 1, t + 1
        elif star >= 0:
            p, mark = star + 1, mark + 1
            t = mark
        else:
            return False
    return all(ch == "*" for ch in pattern[p:])


@lru_cache(maxsize=65536)
def literal_prefix(pattern: str) -> str:
    """The characters before the first wildcard."""
    for at, ch in enumerate(pattern):
        if ch in "*?":
            return pattern[:at]
    return pattern


def is_pattern(text: str) -> bool:
    """Whether the text holds a wildcard."""
    return "*" in text or "?" in text


def intersect(first: str, second: str) -> bool:
    """Whether some text matches both patterns."""
    if first == "*" or second == "*":
        return True
    if not is_pattern(first):
        return matches(second, first)
    if not is_pattern(second):
        return matches(first, second)
    # What stands before the first wildcards, and after the last ones, settles nearly all pairs of names.
    one, other = literal_prefix(first), literal_prefix(second)
    if not (one.startswith(other) or other.startswith(one)):
        return False
    ends, others = literal_prefix(first[::-1]), literal_prefix(second[::-1])
    if not (ends.startswith(others) or others.startswith(ends)):
        return False
    if len(one) == len(first) - 1 and len(other) == len(second) - 1 and first[-1] == second[-1] == "*":
        return True
    # What both begin and end with needs no second look; what is left of one is often a single star.
    start, end = min(len(one), len(other)), min(len(ends), len(others))
    first, second = first[start : len(first) - end], second[start : len(second) - end]
    if first == "*" or second == "*":
        return True
    width = len(second)
    # row[j]: the patterns' rests from here can meet, with `j` characters of the second used up.
    row = [False] * (width + 1)
    row[width] = True
    for j in range(width - 1, -1, -1):
        row[j] = second[j] == "*" and row[j + 1]
    for ch in reversed(first):
        new = [False] * (width + 1)
        new[width] = ch == "*" and row[width]
        for j in range(width - 1, -1, -1):
            other = second[j]
            if ch == "*" or other == "*":
                new[j] = row[j] or new[j + 1]
            else:
                new[j] = (ch == other or ch == "?" or other == "?") and row[j + 1]
        row = new
    return row[0]


def instance(pattern: str, filler: str) -> str:
    """One text that the pattern matches, with `filler` in place of each star."""
    return pattern.replace("*", filler).replace("?", filler[:1] or "x")
