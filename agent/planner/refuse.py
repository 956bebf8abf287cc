"""What the planner says when it does not call a tool: help, refusals, questions back, unknown names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent import neutral
from agent.planner.focus import Made
from agent.planner.questions.form import Asked
from agent.planner.reading import Reading
from agent.planner.vocabulary import Vocabulary
from agent.planner.words import FRAMEWORK_TITLES

STARTERS = (
    "Which buckets are public?",
    "Show the ten findings to fix first",
    "HIPAA gap report",
)
HELP = (
    "I answer questions about cloud security posture from the findings and assets of this tenant.\n\n"
    "- **Questions**: which buckets are public, how many critical findings per service, what is open to the internet "
    "on port 22, which IAM users lack MFA; then narrow it: only the ones in one region, which of them are tagged PII.\n"
    "- **Priority**: which findings to fix first, and why one is ranked where it is.\n"
    "- **Fixes**: a Terraform draft that is checked layer by layer.\n"
    "- **Write-back**: a comment or a new severity, which a person approves on a card.\n"
    "- **Compliance**: controls by words, and a HIPAA gap report with evidence.\n\n"
    "I change nothing by myself, and I can't change cloud resources at all."
)
CHANGE = (
    "I don't change cloud resources. I can draft the fix as Terraform, check it, and propose a comment or a severity "
    "for a person to approve. Name the finding or the resource, and I draft it."
)
_OUT_OF_SCOPE = (
    "That is outside what I know: cloud posture, findings, controls and fixes of this tenant. Ask, for example, "
    "which buckets are public, or what to fix first."
)
_KIND = (
    r"(?:account|region|subscription|project|team|service|bucket|instance|machine|server|user|role|policy|database|db|"
    r"function|lambda|cluster|queue|topic|table|secret|key|volume|repository|group|resource|asset|environment|owner|tag)"
)
_MADE_UP = re.compile(r"(?=.*[a-z])(?:.*\d.*|.*[_/.@:].*|[a-z]+-[a-z]+-.*)")


def approve(before: Sequence[Made]) -> str:
    """Chat text never approves."""
    waiting = [p["id"] for m in before for p in m.data.get("waiting", [])]
    if waiting:
        which = ", ".join(dict.fromkeys(waiting[-3:]))
        return (
            f"I can't take an approval from a message. Decide on the card of {which}: it shows the exact effect, and its "
            "buttons know who you are. Nothing has been written."
        )
    return (
        "There is nothing here to approve, and a message is never an approval: decisions are made on the card of a "
        "proposal. Ask for a comment or a new severity on a finding to make one."
    )


def framework(name: str) -> str:
    title = FRAMEWORK_TITLES.get(name, name)
    return f"A gap report for {title} is not in this version. The HIPAA Security Rule is; shall I report on that?"


def unknown(reading: Reading) -> str:
    """Out of scope, or words that nothing here knows."""
    if reading.near:
        names = ", ".join(neutral.inline(n) for n in dict.fromkeys(reading.near))
        return f"{_OUT_OF_SCOPE} Names here that look alike: {names}."
    return _OUT_OF_SCOPE


def unknown_entity(reading: Reading) -> str | None:
    """A word that stands where a name belongs, or looks like one, and that nothing in the tenant is called."""
    if reading.unknown:
        return reading.unknown[0]
    text = reading.text.lower()
    for word in reading.left_over:
        if _MADE_UP.fullmatch(word):
            return word
        name = re.escape(word)
        if re.search(
            rf"\b(?:in|on|for|at|of|from|named|called)\s+(?:the\s+|our\s+)?(?:{_KIND}s?\s+)?{name}\b", text
        ):
            return word
        if re.search(rf"\b{_KIND}\s+(?:named\s+|called\s+)?[\"'`]?{name}\b", text) and not reading.rules:
            return word
    return None


def no_such(word: str, words: Vocabulary) -> str:
    near = words.near(word)
    tail = f" Nearest: {', '.join(neutral.inline(n) for n in near)}." if near else ""
    return (
        f"Nothing in this tenant is called {neutral.inline(word)}: it is no account, region, service, tag value or "
        f"resource name here.{tail} I looked nothing up, because an empty answer would look like a safe one."
    )


def said(asked: Asked) -> str:
    """Why nothing was asked; a colon after "data" would be taken for the beginning of an address."""
    return asked.message.replace("data: ", "data; ")


_NAMED = re.compile(r"`([^`]+)`")


def choices_of(asked: Asked) -> tuple[str, ...]:
    """What may be sent instead: whole questions as they are, names in the place of the one that is not there."""
    if asked.outcome != "no_such":
        return asked.choices
    named = _NAMED.search(asked.message)
    if named is None:
        return ()
    said = re.compile(re.escape(named[1]), re.IGNORECASE)
    if said.search(asked.question) is None:
        return ()
    return tuple(said.sub(lambda _, name=name: name, asked.question, count=1) for name in asked.choices)  # type: ignore[misc]
