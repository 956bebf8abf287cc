"""What the planner says when it does not call a tool: help, refusals, questions back, unknown names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent import neutral
from agent.planner.concepts import BY_NAME
from agent.planner.focus import Made
from agent.planner.reading import ConceptUse, Reading
from agent.planner.scope import noun_label
from agent.planner.vocabulary import Vocabulary
from agent.planner.words import FRAMEWORK_TITLES
from tools.findings import UNCLASSIFIED, kind_title

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


def nothing_looks(reading: Reading, missing: Sequence[ConceptUse]) -> str:
    """No rule of the tenant reports on what was asked, so nothing can be said about it."""
    what = " and ".join(
        f"port {use.port} being open"
        if use.name == "port"
        else f"whether resources {BY_NAME[use.name].label}"
        for use in missing
    )
    return (
        f"**Unknown: no check in this tenant's data looks at {what} for {noun_label(reading)}.** That is not the same as "
        "safe. Load a scan that covers it, or ask about something else."
    )


def not_understood(reading: Reading, words: Vocabulary) -> str:
    """A kind of resource with a word that nothing here knows: listing all of the kind would be no answer to it."""
    unknown_words = ", ".join(neutral.inline(w) for w in reading.left_over[:3])
    kinds = {r.kind for r in words.rules if r.nouns & set(reading.nouns) and r.failing}
    known = sorted({kind_title(k).rpartition(": ")[2] for k in kinds if k != UNCLASSIFIED})[:6]
    about = f" What checks of {noun_label(reading)} found here: {'; '.join(known)}." if known else ""
    near = (
        f" Names that look alike: {', '.join(neutral.inline(n) for n in reading.near[:3])}."
        if reading.near
        else ""
    )
    return (
        f"**Not understood: {unknown_words}.** No check, tag or name here says that about {noun_label(reading)}, so I "
        f"looked nothing up.{about}{near}"
    )


def which_one(reading: Reading, words: Vocabulary) -> tuple[str, tuple[str, ...]]:
    """A name that two things have: ask which is meant, with both questions ready to send."""
    name = reading.ambiguous[0]
    keys = " or ".join(neutral.inline(k) for k in words.tag_values.get(name, ()))
    said = re.compile(
        rf"(?:\b(?:in|of|for|on|from|by)\s+(?:the\s+|our\s+)?)?\b{re.escape(name)}\b", re.IGNORECASE
    )
    both = tuple(
        said.sub(lambda _, meant=meant: f"{meant} {name}", reading.text, count=1)  # type: ignore[misc]
        for meant in ("in account", "tagged")
    )
    text = (
        f"Two readings fit: **the account {neutral.inline(name)}** or **what is tagged {neutral.inline(name)}** ({keys}). "
        "They are not the same resources. Which one?"
    )
    return text, both
