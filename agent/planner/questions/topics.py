"""What issues and findings are about: "an issue about versioning", "logging issues". A topic is the rules that look at it.

Said of a resource, the same words would be a setting: a bucket with an issue about versioning has an issue of such a rule.
"""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.concepts import find_rules
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Kinds, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.setting_marks import types_of

_RECORDS: Final = r"(?:issues?|findings?|alerts?|misconfigurations?|problems?)"
_ABOUT: Final = re.compile(
    rf"\b(?P<what>{_RECORDS}|(?<=but )none|(?<=and )none) (?:(?:that (?:is|are)|which (?:is|are)) )?(?:about|regarding|concerning|related to|relating to|to do with|having to do with) (?:the |a |an |their |its |missing |weak |no |lack of )*(?P<topic>(?!aws\b|azure\b|gcp\b)[a-z][\w-]*(?: (?!(?:on|in|of|for|with|without|and|or|but|that|which|who|by|per|than|from|older|newer|since|last|is|are|at)\b)[a-z][\w-]*){{0,2}})"
)
_BEFORE: Final = re.compile(
    rf"\b(?P<topic>encryption|versioning|logging|access[ -]log(?:ging)?|public access|mfa|backup|access keys?|imds(?:v1|v2)?|tls|key rotation|rotation|patch(?:ing)?|flow logs?|deletion protection|public ip(?: address)?) (?P<what>{_RECORDS})\b"
)
_NAME: Final = "topic{}of"
_NAMED: Final = re.compile(r"^topic(\d)of$")
_TOPICS: Final = 3
_MOST: Final = 60


def without_topics(text: str, estate: Estate) -> tuple[str, tuple[Atom, ...]]:
    """The text with a word for each topic, and what these words stand for."""
    found: list[Atom] = []

    def named(match: re.Match[str]) -> str:
        atom = _topic(match["topic"], estate)
        if atom is None or len(found) >= _TOPICS:
            return match[0]
        found.append(atom)
        what = "no issues" if match["what"] == "none" else match["what"]
        return f"{what} {_NAME.format(len(found) - 1)}"

    for pattern in (_ABOUT, _BEFORE):
        text = pattern.sub(named, text)
    return text, tuple(found)


def with_topics(marks: list[Mark], topics: tuple[Atom, ...], estate: Estate) -> None:
    """Give the words for topics their meaning: of the rules those that look at what is asked about."""
    if not topics:
        return
    kinds = [m.data for m in marks if m.kind == "kind" and isinstance(m.data, Kinds)]
    types = types_of(kinds, estate)
    by_id = {rule.id: rule for rule in estate.words.rules}
    for mark in marks:
        match = _NAMED.match(mark.text.lower())
        if match is None or int(match[1]) >= len(topics):
            continue
        atom = topics[int(match[1])]
        near = tuple(
            v for v in atom.values if not types or not by_id[str(v)].types or by_id[str(v)].types & types
        )
        mark.kind, mark.data, mark.also = (
            "tenant",
            atom.model_copy(update={"values": near or atom.values}),
            {},
        )


def _topic(words: str, estate: Estate) -> Atom | None:
    said = [word for word in words.split() if len(word) > 1]
    found, unknown = find_rules(said, estate.words.rules)
    if "versioning" in said:
        # versions that are kept, and not those of protocols
        found = [rule for rule in found if "versioning" in rule.id]
    if not found or unknown or len(found) > _MOST:
        return None
    return Atom(
        ref=Ref(name="rule"),
        op="in",
        values=tuple(rule.id for rule in found),
        label=f"that are about {words}",
    )
