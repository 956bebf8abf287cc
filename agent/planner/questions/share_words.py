"""Words of shares: how a percentage is said, and of which things it may be by."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

PERCENT: Final = r"%|percentage points?|percentage|percents?|per cent|pct"
SHARE: Final = r"(?:(?:relative |overall |total )?(?:percentages?|percent|per cent|pct|%|shares?|proportion|fraction|ratio|part|portion|rate))"
DIM: Final = (
    r"(?:(?:aws |azure |gcp |cloud |asset |issue |business |operating |detection )?(?:accounts?|subscriptions?|projects?|regions?|"
    r"teams?|owners?|clouds?|providers?|environments?|applications?|apps?|severit(?:y|ies)|types?|categor(?:y|ies)|class(?:es)?|"
    r"rules?|checks?|namespaces?|packages?|platforms?|systems?))"
)
VERBS: Final = (
    r"(?:(?:is|are|was|were)(?! there)|has|have|had|sits?|lies?|falls?|lives?|comes?|belongs?|runs?|uses?|allows?|carr(?:y|ies)|"
    r"lacks?|contains?|holds?|affects?|concerns?|do(?:es)? not|don't|doesn't)"
)
_NUMBERS: Final = {
    w: n for n, w in enumerate("zero one two three four five six seven eight nine ten".split())
}
_PARTS: Final = {"half": 50.0, "third": 33.0, "quarter": 25.0, "majority": 50.0, "most": 50.0}
_TOP: Final = re.compile(
    r"\b(?:top|first|the|best|worst|bottom)?\s*(?P<n>\d{1,3}|" + "|".join(_NUMBERS) + r")\s*$"
)


def percent_of(said: str) -> float | None:
    """ "10 %", "half", "two thirds"."""
    if (match := re.match(r"\d+(?:\.\d+)?", said)) is not None:
        return float(match.group())
    if said.startswith(("two", "three")):
        return 66.0 if said.startswith("two") else 75.0
    return next((number for word, number in _PARTS.items() if word in said), None)


def limit_of(lead: str, things: str) -> int | None:
    """How many groups are asked for: "top 3", "the five"; of one thing one, of several all."""
    if (match := _TOP.search(lead)) is not None:
        return int(match["n"]) if match["n"].isdigit() else _NUMBERS[match["n"]]
    if re.search(r"\btop\s*$", lead):
        return 10
    return None if things.endswith("s") and not things.endswith("class") else 1
