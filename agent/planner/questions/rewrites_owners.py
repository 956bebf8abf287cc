"""Things that nobody owns or looks after: assets without an owner, issues and cases that are unassigned."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

_NOBODY: Final = r"(?:nobody|no ?one|noone|no[ -]one at all|no (?:person|team)(?! (?:tag|is tagged)))"
_SOMEBODY: Final = (
    r"(?:anyone|anybody|any ?one|someone|one|an? (?:person|team|human)|any (?:team|person|human))"
)
_OWNS: Final = r"(?:own(?:s|ed|ing)?|(?:is |are |seems (?:to be )?|feels )?(?:the )?(?:responsible|accountable|in charge)(?: (?:for|of))?|claims|claimed|maintains?|maintaining|looks? (?:into|after)|looking (?:into|after)|cares? (?:about|for)|caring (?:about|for)|takes? care of|taking care of)"
_UNOWNED: Final = re.compile(
    rf"\b(?:(?:that|which|who) )?(?:{_NOBODY} (?:is )?{_OWNS}|(?:(?:do(?:es)?(?: not|n't)|did(?: not|n't)) have|(?:have|has|with) (?:no|not)|without) {_SOMEBODY} (?:(?:that|who|which|to) )?{_OWNS})(?: (?:them|it|these|this))?(?![\w-])"
)
_RECORD: Final = re.compile(
    r"\b(?:issues?|alerts?|cases?|incidents?|findings?|tickets?|vulnerabilit(?:y|ies)|vulns?|cves?)(?: (?:are there|do we have))?[\s,]*$"
)


def of_owners(text: str) -> str:
    """A text in lower case with such idioms in plainer words; what is quoted stays."""
    if '"' in text or "`" in text or re.search(r"(?<!\w)'[^']+'(?!\w)", text):
        return text
    return _UNOWNED.sub(_said, text)


def _said(match: re.Match[str]) -> str:
    record = _RECORD.search(match.string[: match.start()]) is not None
    return "that are unassigned" if record else "without owner"
