"""Take the shape of the wanted answer out of a question: grouping, order, severities."""

# ruff: noqa: E501 (grammar tables: a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Any

from agent.planner import words as w
from agent.planner.estate_words import exclude
from agent.planner.negation import negated
from agent.planner.reading import Intent
from agent.planner.scan import Scanner

Slots = dict[str, Any]

_PER = (
    r"(?:per|by(?: each| every)?|for each(?: of the)?|for every|in each(?: of the)?|in every|of each|across(?: all)?(?: the)?|"
    r"group(?:ed|ing)?(?: them| it| those| these| that| findings)? (?:by|per)|broken down(?: by| per)|break(?:down| down)?(?: it| them| that| this)?(?: down)? (?:by|per)|"
    r"split(?: it| them| that)? (?:by|per|up by)|each|sorted into)"
)
_MOST = r"(?:most|highest|fewest|worst|largest|biggest)"


def take_group(scan: Scanner, slots: Slots) -> None:
    """What is counted by."""
    for pattern, group in w.GROUPS:
        if scan.take(rf"{_PER} (?:the )?(?:aws |cloud )?(?:{pattern})"):
            slots["group_by"] = group
            return
    many = r"(services?|accounts?|subscriptions?|regions?|providers?|clouds?|rules?|checks?|resources?|assets?|types?)"
    match = scan.find(
        rf"(?:top|worst|first|riskiest|most affected|biggest|noisiest)(?: (?:\d{{1,4}}|two|three|four|five|ten|twenty))? {many}(?= (?:by|with|for|of|in|on|that)\b|\W*$)"
    )
    if match is None:
        match = scan.find(
            rf"{many}(?= (?:by|ordered by|ranked by|sorted by) (?:(?:the|number|count|amount|total|of) )*(?:\w+ ){{0,2}}(?:findings|issues|problems))"
        )
    if match is None:
        match = scan.find(
            rf"{many}(?= (?:that |which )?(?:fail(?:s|ing|ed)?|trigger(?:s|ed)?)(?: the)? (?:most|more|often))"
        )
    if match is None:
        match = scan.find(
            r"(?:how many|which|what|list|show|name)(?: me)?(?: all)?(?: the| our| of the)? (services|accounts|subscriptions|regions|providers|clouds)"
            r"(?= (?:do|are|have|exist|is|in use)\b|\W*$)"
        )
    if match is not None:
        slots["group_by"] = next(g for p, g in w.GROUPS if re.fullmatch(p, match[1]))
        scan.blank(*match.span(1))
        return
    match = scan.take(
        rf"(?:which|what) (service|account|region|provider|rule|check|severity|resource|type)s? (?:is |are |has|have|had|holds?|contains?|shows?|with|carr(?:y|ies)|gets?)(?: got)?(?: the)? (?:{_MOST}|any)"
    )
    if match is None:
        match = scan.take(
            rf"(?:the )?(service|account|region|provider|rule|check|resource)s? (?:with|having) (?:the )?{_MOST}"
        )
    if match is None:
        match = scan.take(
            r"(severity|service|region|account|provider|type|rule) (?:breakdown|distribution|split|histogram|overview|counts?)"
        )
    if match is not None:
        slots["group_by"] = {"check": "rule"}.get(match[1], match[1])


def take_severities(scan: Scanner, slots: Slots, intent: Intent) -> None:
    """Severities that filter, or the one to set."""
    if intent in {Intent.SEVERITY, Intent.COMMENT}:
        for pattern, severity in w.SEVERITIES:
            if scan.take(rf"(?:to |as |at |= ?)(?:severity )?(?:{pattern})"):
                slots["new_severity"] = severity
        if "new_severity" not in slots and intent is Intent.SEVERITY:
            for pattern, severity in w.SEVERITIES:
                if scan.take(pattern):
                    slots["new_severity"] = severity
        return
    found: list[str] = []
    order = [s for _, s in w.SEVERITIES]
    for pattern, severity in w.SEVERITIES:
        if scan.take(
            rf"(?:{pattern})(?: severity)? (?:and|or) (?:above|higher|worse|up|more)|(?:at least|above|over|minimum(?: of)?) (?:{pattern})|(?:{pattern})\+"
        ):
            found += order[: order.index(severity) + 1]
            continue
        match = scan.take(rf"(?:severity )?(?:{pattern})(?:[ -](?:severity|sev))?(?: ones?)?")
        if match is None:
            continue
        if negated(scan, match):
            exclude(slots, "severities", severity)
        else:
            found.append(severity)
    slots["severities"] = tuple(dict.fromkeys(found))


def take_order(scan: Scanner) -> str | None:
    """How the rows are sorted."""
    sort = r"(?:(?:and )?(?:sort(?:ed)?|order(?:ed)?|rank(?:ed)?)(?: them| it| those| these| that)? )?"
    if scan.take(
        rf"{sort}(?:by (?:date|age|time)(?: \(?newest first\)?)?)|newest(?: first| ones?)?|latest|most recent(?:ly)?(?: (?:found|discovered|added))?|recent(?:ly)?(?: (?:found|discovered|added))?|new"
    ):
        return "newest"
    if scan.take(r"oldest(?: first| ones?)?|longest open|open (?:the )?longest"):
        return "oldest"
    if scan.take(rf"{sort}by severity|most severe(?: first)?|severest(?: first)?"):
        return "severity"
    if scan.take(
        rf"{sort}by (?:priority|score|risk)|riskiest|most (?:urgent|dangerous|risky|important|pressing|critical ones)|worst|highest(?: priority| score| risk)?|top"
    ):
        return "priority"
    return None
