"""One order of words for questions about the first of each group: "per team the 3 oldest issues" as "the 3 oldest issues in each team"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|single)"
_GROUP: Final = r"(?:(?:aws|azure|gcp|cloud|google|file|asset|resource|kubernetes|business|owning)\s+)?(?:extension\s+)?(?:account|subscription|project|team|region|cloud provider|cloud|provider|severity|severity level|owner|application|app|environment|category|type|class|namespace|service|business unit|file category|file type)(?:s|ies)?(?:\s+(?:category|type|account))?"
_FRONT: Final = re.compile(
    rf"^\W*(?P<lead>(?:please|pls|kindly|hey|hi|now|and|ok|also)\W+)*(?P<by>for (?:each|every)(?: of (?:the|our))?|in (?:each|every)(?: of (?:the|our))?|per|within (?:each|every)|by|of each|on each)\s+(?P<group>{_GROUP})\s*[,:]?\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_RANK: Final = re.compile(
    r"\b(?:most|fewest|least|top|oldest|newest|latest|highest|lowest|largest|biggest|smallest|worst|earliest|longest|first|last|commonest|riskiest|best)\b",
    re.IGNORECASE,
)
_ASKS: Final = re.compile(
    r"^(?:please |pls |kindly |can you |could you )*(?:(?:i|we) (?:would like|want|need|require|wish)(?: to (?:see|have|know|get))?|give (?:me|us)|show(?: me| us)?|list(?: me)?|tell (?:me|us)|what(?:'s| is| are|s)?|which(?: is| are)?|who(?:'s| is)?|name|find(?: me)?|get(?: me)?)\s+",
    re.IGNORECASE,
)
_VERBS: Final = r"(?:raise|raises|have|has|had|cause|causes|carry|carries|produce|produces|trigger|triggers|bring|brings|get|gets|own|owns|see|sees|hold|holds|with|show|shows|fire|fires)"
_MOST_OF: Final = re.compile(
    rf"^(?:the\s+)?(?P<n>{_NUMBER})?\s*(?P<what>[\w\s-]+?)\s+(?:(?:that|which|who)\s+)?{_VERBS}\s+(?:the\s+)?(?P<way>most|fewest|highest number of|largest number of|greatest number of)\s+(?P<of>[\w\s-]+?)(?P<tail>\s+(?:in|for|on|of|per) (?:each|every)\b.*)?\W*$",
    re.IGNORECASE,
)
_ON_MOST: Final = re.compile(
    rf"^(?:the\s+)?(?P<n>{_NUMBER})?\s*(?P<what>[\w\s-]+?)\s+(?:(?:that|which)\s+(?:are|is|sit|sits|appear|appears|occur|occurs)|(?:found|seen|present|detected))\s+on\s+(?:the\s+)?most\s+(?:of\s+(?:its|their|the)\s+)?(?P<of>[\w\s-]+?)(?P<tail>\s+(?:in|for|per) (?:each|every)\b.*)?\W*$",
    re.IGNORECASE,
)
_COMMON: Final = re.compile(
    rf"(?P<the>\bthe\s+)?(?P<n>\b{_NUMBER}\s+)?\b(?:most\s+(?P<way>common(?:ly used)?|frequent(?:ly used)?|used|widespread|prevalent|popular|often used)|(?P<com>commonest))\s+(?P<what>[\w\s-]+?)(?P<tail>\s+(?:in|for|per|of|on|within)\s+(?:each|every)\s+.*)$",
    re.IGNORECASE,
)
_WORST: Final = re.compile(
    rf"^(?P<n>{_NUMBER}\s+)?worst\s+(?P<what>[\w\s-]+?)\s+(?P<tail>(?:per|in each|for each|by)\s+{_GROUP})\s+by\s+(?P<of>[\w\s-]+?)(?:\s+count)?\W*$",
    re.IGNORECASE,
)
_SINGLE: Final = re.compile(r"\b(?:the\s+)?single\s+(?=\w*(?:est|most|worst|latest)\b)", re.IGNORECASE)


_CLOUD: Final = re.compile(
    r"\b(?P<what>(?P<kind>service accounts|users|roles|polic(?:y|ies)|instances|vms|virtual machines|machines|servers|buckets|storage accounts|databases|functions|clusters|volumes|disks|snapshots|keys|firewall rules|key vaults|subscriptions|projects))"
    r" (?:in|on|of|from) (?:our |the )?(?P<cloud>aws|azure|gcp|google cloud)(?= (?:with|without|that|which|whose|where|having|lacking)\b)"
)
_BEFORE_NOUN: Final = re.compile(
    r"(?:^|\b(?:which|what|list|show|all|our|the|any|of|for|and|many|me|every|each|find|get|give|count|are|do|there|no|please)\W+)$"
)


def _clouds_first(text: str) -> str:
    """ "service accounts in gcp with ..." as "gcp service accounts with ..."."""
    match = _CLOUD.search(text)
    if match is None or _BEFORE_NOUN.search(text[: match.start()]) is None:
        return text
    return f"{text[: match.start()]}{match['cloud']} {match['what']}{text[match.end() :]}"


def ordered(text: str) -> str:
    """A question (lower case) about the first of each group in the order of words that the reader knows."""
    text = _clouds_first(text.strip())
    front = _FRONT.match(text)
    if front is not None and _RANK.search(front["rest"]):
        rest = _ASKS.sub("", front["rest"]).rstrip(" ?.!")
        group = re.sub(r"^(?:file )?extension category", "file category", front["group"], flags=re.IGNORECASE)
        text = f"{rest} in each {group}"
    if (worst := _WORST.match(text)) is not None:
        group = re.sub(r"^(?:per|in each|for each|by)\s+", "", worst["tail"])
        return f"the {(worst['n'] or '1').strip()} {_counted(worst['what'])} having the highest number of {_counted(worst['of'])} in each {group}"
    if not re.search(r"\b(?:in|for|on|of|per|within) (?:each|every)\b", text):
        return text
    text = _SINGLE.sub("1 ", text)
    asked = _ASKS.sub("", text)
    for pattern in (_MOST_OF, _ON_MOST):
        if (match := pattern.match(asked)) is not None:
            top = "bottom" if "few" in (match.groupdict().get("way") or "") else "top"
            if top == "top":
                return (
                    f"top {match['n'] or '1'} {match['what']} by number of {match['of']}{match['tail'] or ''}"
                )
    if (match := _COMMON.search(asked)) is not None and match.start() <= 4:
        number = (match["n"] or "1").strip()
        of = " of assets" if re.search(r"\b(?:cve|vulnerabilit|vuln)", match["what"], re.IGNORECASE) else ""
        return f"top {number} {_counted(match['what'])} by number{of}{match['tail']}"
    return text


def _counted(text: str) -> str:
    words = text.split()
    if words and words[-1] in (
        "operation",
        "action",
        "event",
        "package",
        "user",
        "image",
        "engine",
        "runtime",
        "issue",
        "finding",
        "vulnerability",
        "alert",
        "asset",
        "cve",
        "rule",
        "check",
        "type",
        "machine",
        "bucket",
    ):
        words[-1] = {"vulnerability": "vulnerabilities"}.get(words[-1], f"{words[-1]}s")
    return " ".join(words)
