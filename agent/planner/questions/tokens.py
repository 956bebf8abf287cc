"""A question as words, quoted text, numbers, dates, ids and marks, each with its place."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import Final, Literal

Kind = Literal["word", "number", "quoted", "date", "id", "mark"]
MOST_READ: Final = 5_000

_QUOTED: Final = r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|`[^`\n]{1,300}`|(?<![\w'])'[^'\n]{1,300}'(?!\w)"
_PIECES: Final = re.compile(
    rf"(?P<quoted>{_QUOTED})"
    r"|(?P<date>\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2})?z?)?(?![\w-]))"
    r"|(?P<id>cve-\d{4}-\d{3,8}|arn:[\w:/.*+=,@\-]*[\w*/]|\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.])|[0-9a-f]{8}-[0-9a-f-]{20,40})"
    r"|(?P<number>\d+(?:,\d{3})+(?![\w-])|\d+(?:\.\d+)?(?:st|nd|rd|th|k|m|%|d|h|w|gb|gib|tb|mb|kb)?(?![\w-]|\.\d|/\w))"
    r"|(?P<op>>=|<=|!=|<>|==|=|>|<|≥|≤)"
    r"|(?P<word>[@#/]?\w(?:[\w\-./:@'*+]*[\w*\-])?)"
    r"|(?P<mark>[,;?!():.&+|])",
    re.IGNORECASE,
)
# blanks go behind the unit, so that places in the text stay what they were
_SIZES: Final = re.compile(r"(?<![\w.-])(\d+(?:\.\d+)?)\s(kb|mb|gb|tb|gib)(?=\W|$)", re.IGNORECASE)
_NUMBERS: Final = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
    )
} | {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100, "dozen": 12}  # fmt: skip
_UNITS: Final = {"k": 1_000.0, "m": 1_000_000.0}
_BYTES: Final = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "gib": 2.0**30, "tb": 1e12}
_KEPT: Final = frozenset(
    "status access address aws kms sns sqs dns os https tls ssl iis rds eks ecs ebs efs vpcs less this is was has does "
    "kubernetes k8s analysis basis always redis class us ios series canvas previous various cves yes as its".split()
) - {"vpcs", "cves"}
_ODD: Final = {
    "policies": "policy",
    "indices": "index",
    "people": "person",
    "children": "child",
    "sizes": "size",
    "prizes": "prize",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One piece. `text` is in lower case, `raw` as written, `norm` without a plural ending."""

    text: str
    raw: str
    start: int
    end: int
    kind: Kind
    norm: str
    value: float | None = None
    unit: str = ""


_INSIDE: Final = re.compile(r"\"[^\"]*\"|“[^”]*”|`[^`]*`|(?<!\w)'[^']*'(?!\w)")


def quotes(text: str) -> bool:
    """Whether something is quoted: it may look like anything, and stays as it is."""
    return _INSIDE.search(text) is not None


def outside_quotes(text: str, change: Callable[[str], str]) -> str:
    """The text changed everywhere but in what is quoted."""
    pieces: list[str] = []
    at = 0
    for quoted in _INSIDE.finditer(text):
        pieces += [change(text[at : quoted.start()]), quoted.group(0)]
        at = quoted.end()
    return "".join([*pieces, change(text[at:])])


def singular(word: str) -> str:
    """A word without its plural ending, roughly."""
    if word in _ODD:
        return _ODD[word]
    if word in _KEPT or len(word) < 3 or not word.endswith("s") or word.endswith(("ss", "us", "is", "'s")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def tokenize(text: str, known: Container[str] = (), parts: Container[str] = ()) -> list[Token]:
    """The pieces of a text. `known` holds names that stay whole, `parts` the words at which others are split."""
    found: list[Token] = []
    text = _SIZES.sub(lambda m: m[1] + m[2] + " ", text)
    for match in _PIECES.finditer(text[:MOST_READ]):
        kind, raw = str(match.lastgroup), match.group(0)
        if kind == "word":
            compared = bool(found) and found[-1].text in ("=", "==", "!=", "<>")
            found += _word(raw, match.start(), known, parts, whole=compared)
        elif kind == "quoted":
            inner = raw[1:-1].strip()
            found.append(_token(inner, match.start(), match.end(), "quoted"))
        elif kind == "number":
            found.append(_number(raw, match.start()))
        elif kind == "op":
            found.append(_token(raw, match.start(), match.end(), "mark"))
        else:
            literal: Kind = "date" if kind == "date" else "id" if kind == "id" else "mark"
            found.append(_token(raw, match.start(), match.end(), literal))
    return found


def _token(raw: str, start: int, end: int, kind: Kind) -> Token:
    text = raw.lower()
    return Token(text, raw, start, end, kind, text)


def _number(raw: str, start: int) -> Token:
    match = re.match(r"([\d,]+(?:\.\d+)?)([a-z%]*)", raw.lower())
    assert match is not None
    value, unit = float(match[1].replace(",", "")), match[2]
    value *= _UNITS.get(unit, 1.0)
    kind = "" if unit in _UNITS or unit in ("st", "nd", "rd", "th") else unit
    return Token(raw.lower(), raw, start, start + len(raw), "number", raw.lower(), value, kind)


def _word(
    raw: str, start: int, known: Container[str], parts: Container[str], *, whole: bool = False
) -> list[Token]:
    trimmed = raw.rstrip(".:'") if not raw.endswith("-") else raw
    lowered = trimmed.lower()
    for ending in ("'s", "s'"):
        if lowered.endswith(ending) and lowered not in (
            "what's",
            "who's",
            "where's",
            "that's",
            "there's",
            "let's",
        ):
            trimmed = trimmed[: -len(ending)] if ending == "'s" else trimmed[:-1]
            lowered = trimmed.lower()
    if not trimmed:
        return []
    if lowered not in known and not whole:
        for sign in ("/", "-", "_"):
            pieces = lowered.split(sign)
            if len(pieces) > 1 and all(
                p and (p in known or p in parts or singular(p) in parts) for p in pieces
            ):
                return _split(trimmed, start, sign)
    value = float(_NUMBERS[lowered]) if lowered in _NUMBERS else None
    if value is not None:
        return [Token(lowered, trimmed, start, start + len(trimmed), "number", lowered, value)]
    made = _token(trimmed, start, start + len(trimmed), "word")
    return [replace(made, norm=singular(lowered))]


def _split(raw: str, start: int, sign: str) -> list[Token]:
    found: list[Token] = []
    at = start
    for piece in raw.split(sign):
        if sign == "/" and found:
            found.append(Token("/", "/", at - 1, at, "mark", "/"))
        made = _token(piece, at, at + len(piece), "word")
        value = float(_NUMBERS[made.text]) if made.text in _NUMBERS else None
        found.append(
            replace(made, norm=singular(made.text), kind="word" if value is None else "number", value=value)
        )
        at += len(piece) + 1
    return found


def in_bytes(token: Token) -> float | None:
    """The number of bytes that a size says (`10GB`)."""
    if token.value is None or token.unit not in _BYTES:
        return None
    return token.value * _BYTES[token.unit]
