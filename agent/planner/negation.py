"""Negation: does "not", "without", "except" stand before what was just read?

What counts is the text right before it, up to the next piece that was already understood: a "not" belongs to
one thing only, and it is taken with it.
"""

# ruff: noqa: E501 (grammar tables: a pattern is easier to read in one piece)

from __future__ import annotations

import re

from agent.planner.scan import Scanner

_NOT = (
    r"(?:but |and )?(?:not|no|non|never|is not|are not|isn't|aren't|wasn't|weren't|without|exclud(?:e|es|ing)|except(?:ing)?(?: for)?|"
    r"other than|apart from|aside from|outside(?: of)?|beyond|besides|ignor(?:e|ing)|minus|unlike|neither|nor|don't|doesn't|"
    r"do not|does not|did not|didn't|cannot|can't|leav(?:e|ing) out|skip(?:ping)?|omit(?:ting)?|all but|anything but|everything but)"
)
_BETWEEN = (
    r"(?: (?:in|on|from|of|for|at|the|a|an|any|our|being|be|been|tagged|as|those|ones?|that|which|who|are|is|have|has|having|"
    r"with|currently|yet|actually|really|belonging|belong|owned|by|to|allow|allowed|let|accept|expose|findings|issues|resources|"
    r"severity|region|account|service|environment|set|labell?ed|marked|located|stored|running|part))*"
)
_BEFORE = re.compile(rf"(?<![\w'\-]){_NOT}{_BETWEEN}[ (]*$")
_JOINED = re.compile(r"^[ ,]*(?:(?:and|or|nor|,)(?: (?:in|on|from|for|the|not))*)?[ ]*$")

_LACKS = (
    r"(?:no|not|non|without|lack(?:s|ing|ed)?|lack of|miss(?:es|ing)?|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|haven't|"
    r"hasn't|hadn't|cannot|can't|never|neither|nor|nobody|no one|none|disabled?|disables|disabling|absent|fail(?:s|ed|ing)? to|"
    r"forgot(?:ten)? to|need(?:s)?|should|turned off|switched off)"
)
_ABSENT = re.compile(
    rf"(?<![\w'\-]){_LACKS}(?: (?!(?:and|but|with|that|which|who|whose|or)\b)[\w'\-]+){{0,4}}[ (]*$"
)
_HAS = r"(?:with|have|has|having|had|use|uses|using|require|requires|requiring|enforce|enforces|enforcing|support|supports|enabled|turned on|got)"
_PRESENT = re.compile(rf"(?<![\w'\-]){_HAS}(?: (?!(?:and|but|that|which|who|or)\b)[\w'\-]+){{0,2}}[ (]*$")

_REACH = 120


def negated(scan: Scanner, match: re.Match[str]) -> bool:
    """Whether what a match took is excluded; the negation is taken too. "except dev and test" excludes both."""
    start = match.start()
    joined = scan.negated_to is not None and _JOINED.match(scan.rest[scan.negated_to : start]) is not None
    found = _take_before(scan, _BEFORE, start)
    if found or (joined and scan.negated_to is not None and scan.negated_to < start):
        scan.negated_to = match.end()
        return True
    return False


def before_absent(scan: Scanner, start: int) -> bool:
    """Whether the words before say that something is lacking; they are taken."""
    return _take_before(scan, _ABSENT, start)


def before_present(scan: Scanner, start: int) -> bool:
    """Whether the words before say that something is there; they are taken."""
    return _take_before(scan, _PRESENT, start)


def _take_before(scan: Scanner, pattern: re.Pattern[str], start: int) -> bool:
    near = max(0, start - _REACH)
    found = pattern.search(scan.rest[near:start])
    if found is None:
        return False
    scan.blank(near + found.start(), start)
    return True
