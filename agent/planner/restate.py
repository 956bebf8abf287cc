"""Messages in the words that the question planner reads: idioms of the chat, said the plain way."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

_START: Final = r"^\W*(?:(?:please|now|and|then|so|can you|could you|tell me|show me)\W+)*"
_SEVERITY: Final = r"(?:critical|high|medium|low)(?:[ -]severity)?"
_GROUP: Final = re.compile(
    rf"{_START}(?:group|split|break|cluster|bucket)\s+(?:(?:it|them|those|these|that|this)\s+)?(?:down\s+|up\s+)?(?=by\b|per\b)",
    re.IGNORECASE,
)
_GROUP_OF: Final = re.compile(
    rf"{_START}(?:group|split)\s+(?=(?:the\s+|all\s+|our\s+)?\w+(?:\s+\w+){{0,5}}\s+(?:by|per)\b)",
    re.IGNORECASE,
)
_ALWAYS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # "group" is no group of users where it is what to do
    (_GROUP, ""),
    (_GROUP_OF, ""),
    (
        re.compile(
            rf"{_START}what(?:'s| is| are|s)(?: all)? (?:wrong|broken|insecure|amiss|bad|failing) (with|in|on|for|at)\b",
            re.IGNORECASE,
        ),
        r"findings \1",
    ),
    (
        re.compile(
            rf"{_START}what(?: all)? (?:needs?|has|have) (?:fixing|attention|work|to be (?:fixed|done)) (with|in|on|for|at)\b",
            re.IGNORECASE,
        ),
        r"findings \1",
    ),
    (
        re.compile(
            r"(?<!internet )(?<!internet-)(?<!publicly )(?<!over)\bexposed\b(?! (?:to|on|by|in|at|from|port|ports|over|through|via|secrets?|credentials?|keys?|passwords?))",
            re.IGNORECASE,
        ),
        "exposed to the internet",
    ),
    (
        re.compile(
            r"\b(?:that |which |who )?(?:can|could|may) be (?:reached|accessed) (?=(?:on|via|over|through) (?:port )?\d)",
            re.IGNORECASE,
        ),
        "open ",
    ),
    (re.compile(r"\bunmanaged by\b", re.IGNORECASE), "not managed by"),
    (
        re.compile(
            r"\b(?:with|having|that have|carrying) (?:the |a )?tag ([\w:-]+)\s*(?:=|:|of|\s)\s*([\w.@-]+)",
            re.IGNORECASE,
        ),
        r"with \1=\2",
    ),
)
_FIRST: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (
        re.compile(
            r"\b(which|what|how many) (?:people|persons)\b(?= (?:can|could|may|have|who|that|with|without)\b)",
            re.IGNORECASE,
        ),
        r"\1 users",
    ),
    (
        re.compile(
            rf"\b({_SEVERITY}(?:(?:,| and| or|/) {_SEVERITY})*)[ -]?(?:severity )?(?:stuff|ones|things|items)\b",
            re.IGNORECASE,
        ),
        r"\1 findings",
    ),
)
_FOLLOWING: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (
        re.compile(
            r"^\W*(?:the same |same )?(?:without|regardless of|ignoring|drop|forget|ignore) the (region|account|severity|provider)(?: filter| restriction)?\W*$",
            re.IGNORECASE,
        ),
        r"in all \1s",
    ),
    (
        re.compile(
            rf"{_START}(?:which|what) (service|account|region|provider|type|severity|rule)s? (?:has|have|is|are) (?:the )?(?:most|worst|highest)(?: of (?:them|these|those))?\W*$",
            re.IGNORECASE,
        ),
        r"by \1",
    ),
)
_ABOUT: Final = re.compile(
    rf"{_START}(?:tell me (?:more |everything |all )?about|what do (?:we|you) know about|what about|(?:details|information|info) (?:on|about|for|of)|(?:show|open|describe|list|display)(?: me)?|what did the (?:last |latest )?(?:scan|scanner) (?:find|say|report) (?:on|about|for)|is (?:there )?anything wrong (?:with|on|in)|what(?:'s| is|s) (?:up|wrong|going on) with|how(?:'s| is) (?=\S+ doing))\s+(?:the |our )?(?:(?:bucket|database|db|instance|machine|user|role|function|resource|asset|queue|key) )?(?=\S+\W*$)",
    re.IGNORECASE,
)


def restated(text: str, *, follows: bool = False, names_one: bool = False) -> str:
    """The words as the question planner reads them.

    `follows`: something was asked before that this may refine. `names_one`: the message names a resource; one that
    asks for nothing else is asked about for what is wrong with it.
    """
    said = _ABOUT.sub("findings of ", text) if names_one else text
    for pattern, plain in (*_ALWAYS, *(_FOLLOWING if follows else _FIRST)):
        said = pattern.sub(plain, said)
    return said
