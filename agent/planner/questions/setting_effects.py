"""Statements and rules that allow or deny: what is said as a verb is a value of the item in the configuration."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.setting_places import Spots
from agent.planner.questions.settings import ITEM

_LEAVES: Final = frozenset({"effect", "access", "ruleaction"})
_ALLOWS: Final = re.compile(
    r"(?:\b(?:that|which|who)\s+)?\b(?:allow(?:s|ing)?|grant(?:s|ing)?|permit(?:s|ting)?)\b(?! statements?| rules?| entr)"
)
_DENIES: Final = re.compile(
    r"(?:\b(?:that|which|who)\s+)?\b(?:den(?:y|ies|ying)|forbid(?:s|ding)?)\b(?! statements?| rules?| entr)"
)
# what is done on: "s3:GetObject on *"
_ON: Final = re.compile(r"\bon (?:the )?('\*'|'arn:[^']+'|arn:\S+)")
_BEFORE: Final = re.compile(r"\b(?:an? )?(allow|deny) (statement|rule|entry)\b")
# whole action and resource of a statement
_ALL: Final = (
    (re.compile(r"(?<![\w'\":])\*:\*(?![\w'\"])|'\*':'\*'"), "action '*' and resource '*'"),
    (re.compile(r"\b(?:all|any|every) actions?\b"), "action '*'"),
    (re.compile(r"\b(?:all|any|every) resources?\b"), "resource '*'"),
)


def with_effects(text: str, spots: Spots) -> str:
    """The text with "that allows ..." as "with effect allow, with ..."; the same where no item has an effect."""
    leaf = next(
        (
            spot.setting.leaf
            for spot in spots.by_value.get("allow", ())
            if spot.setting.leaf.lower() in _LEAVES and ITEM in spot.setting.path
        ),
        None,
    )
    if leaf is None or f" {leaf.lower()} " in text:
        return text
    said = _BEFORE.sub(rf"a \2 with {leaf.lower()} \1", text)
    said = _ALLOWS.sub(f", with {leaf.lower()} allow, with", said)
    said = _DENIES.sub(f", with {leaf.lower()} deny, with", said)
    if said == text:
        return text
    said = _ON.sub(r"and resource \1", said)
    for pattern, instead in _ALL:
        said = pattern.sub(instead, said)
    return re.sub(r"\s+,", ",", said)
