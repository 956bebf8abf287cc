"""Questions for attack paths: where they end, and whose paths are meant (all, rows shown, names, or a list to be read first)."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from agent.planner.cells import asset_of
from agent.planner.data import ask
from agent.planner.focus import Made, row_in_focus
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Kinds
from agent.planner.reading import Intent, Reading

End = Literal["data", "administration", "secrets"]

_DATA = r"(?:the |our |any |all |some )*(?:customers?'? |sensitive |personal |regulated |confidential |classified |patient |health |card(?:holder)? |pii |phi |pci |crown )*(?:data(?! ?(?:bases?|warehouses?|stores?))|pii|phi|pci|records|jewels?)"
_ADMIN = r"(?:an? |the |our |full )*(?:admin(?:istrator|istration)?s?(?: rights| access| roles?)?|root|control of the (?:whole )?account|(?:account )?takeover)"
_SECRETS = r"(?:the |our |any )*(?:secrets?|credentials?|passwords?)"
_TO = r"(?:to|into|at|reach(?:es|ing)?|access|steal|read|exfiltrate|become|take over|get)"
_ENDS: Final[tuple[tuple[End, re.Pattern[str]], ...]] = (
    ("data", re.compile(rf"\b{_TO} {_DATA}\b", re.IGNORECASE)),
    ("administration", re.compile(rf"\b{_TO} {_ADMIN}\b", re.IGNORECASE)),
    ("secrets", re.compile(rf"\b{_TO} {_SECRETS}\b", re.IGNORECASE)),
)
_THESE: Final = re.compile(
    r"\b(?:these|those|them|they|it|this|that (?:one|machine|instance|bucket|finding|resource)|the (?:first|second|third|last) (?:one|row|finding|resource))\b",
    re.IGNORECASE,
)
_SAID: Final = re.compile(
    r"\b(?:(?:is|are|lies?|stands?) on (?:an? |any |the )?)?(?:attack|exploit|kill|lateral|escalation)?[ -]?(?:paths?|chains?|routes?)(?: (?:to|from|through|into|via|on|of|for|towards?))?\b|\bblast radius(?: of| for)?\b|\bchoke ?points?(?: (?:on|in|of|for))?\b"
    r"|\b(?:how )?(?:could|can|would|might|do|does) (?:an |the |any )?(?:attackers?|intruders?|hackers?|adversar(?:y|ies)|someone|anyone|somebody)(?: from (?:the )?(?:internet|outside))?(?: (?:could|can|go|get|move))?(?: (?:reach|get (?:to|at|into|from)|access|steal|take over|break into|pivot (?:to|from|into)|move (?:to|from|into)))?\b"
    r"|\b(?:attackers?|intruders?) (?:could|can|would|might) (?:reach|get (?:to|at|into)|access|steal)\b"
    r"|\b(?:where|what) (?:should|could|can|do|would)? ?(?:we|i|one)? ?(?:to )?(?:cut|break|interrupt|close|block)\w*(?: the)?(?: most)?\b"
    r"|\b(?:show|draw|list|give|find|display|tell|explain|what|which|is|are|there|any|me|all|the|of|have|has|having|with|that|an?|gravest|worst|our|please|from|internet|outside|leads?|lead|reach(?:es)?|through|to|on|lies?|see|how|where|most|and|do|does|in this tenant|here|possible|known|proved|proven)\b",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(
    rf"\b(?:(?:that|which|who) )?(?:have|has|having|with|on|lie on|lies on|are on|is on|can|could|that)? ?(?:an? |any |the )?(?:attack )?(?:paths?|routes?|ways?|chains?) (?:to|into|towards?) (?:{_DATA}|{_ADMIN}|{_SECRETS})\b|\b(?:(?:that|which) )?(?:are |is |lie |lies )?on (?:an? |any |the )?attack paths?\b|\b(?:(?:that|which) )?(?:can |could |may )?(?:lead|leads|get|reach|reaches)(?: to)? (?:{_DATA}|{_ADMIN}|{_SECRETS})\b",
    re.IGNORECASE,
)
_PROVED: Final = re.compile(r"\b(?:proved|proven|certain|known|sure|confirmed)\b", re.IGNORECASE)
MOST: Final = 200


class PathQuestion(BaseModel):
    """What is asked of the attack graph. With `asked` its rows are whose paths are meant; a list that comes first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reaches: End | None = None
    resources: tuple[str, ...] = ()
    finding_id: str = ""
    proved: bool = False
    asked: Asked | None = None
    message: str = ""


def path_question(
    text: str, reading: Reading, estate: Estate, before: Sequence[Made], previous: Asked | None, now: datetime
) -> PathQuestion | None:
    """The question for paths in a message; None where it asks for something else."""
    if reading.intent is not Intent.PATHS:
        return None
    end = next((name for name, pattern in _ENDS if pattern.search(text)), None)
    made = PathQuestion(reaches=end, proved=bool(_PROVED.search(text)))
    if reading.finding_ids:
        return made.model_copy(update={"finding_id": reading.finding_ids[0]})
    if _THESE.search(text) and (ids := _rows_meant(reading, before)):
        return made.model_copy(update={"resources": ids})
    if reading.asset_ids:
        return made.model_copy(update={"resources": reading.asset_ids})
    listed = _CLAUSE.sub(" ", text).strip(" ?.!,")
    if listed != text.strip(" ?.!,") and re.search(r"\w{3,}", _SAID.sub(" ", listed)):
        return _of_list(made, listed, text, reading, estate, now)
    whole = text
    for _, pattern in _ENDS:
        whole = pattern.sub(" ", whole)
    rest = " ".join(_SAID.sub(" ", whole).split()).strip(" ?.!,'")
    if len(re.sub(r"[^\w]", "", rest)) < 3:
        return made
    return _of_list(made, rest, text, reading, estate, now)


def _of_list(
    made: PathQuestion, listed: str, text: str, reading: Reading, estate: Estate, now: datetime
) -> PathQuestion:
    """The paths of what a list gives, which is read first."""
    plain = Reading(intent=Intent.LIST, text=listed)
    asked = ask(listed, estate, None, plain, now)
    if asked.outcome != "answer" or asked.form is None:
        known = estate.words.near(listed.lower().split()[-1], 3) if listed else []
        near = f" Nearest here: {', '.join(known)}." if known else ""
        message = asked.message if asked.outcome in ("no_such", "clarify") else ""
        return made.model_copy(
            update={"message": message or f"I could not tell whose paths are meant by “{listed}”.{near}"}
        )
    about_things = asked.form.entity == "asset" and asked.form.measure is None
    if not about_things or not any(isinstance(i, Kinds) or i for i in asked.form.items):
        return made
    return made.model_copy(update={"asked": asked})


def _rows_meant(reading: Reading, before: Sequence[Made]) -> tuple[str, ...]:
    if reading.ordinal is not None:
        row = row_in_focus(before, reading.ordinal)
        return (asset_of(row),) if row is not None and asset_of(row) else ()
    last = next((m for m in reversed(before) if any(asset_of(row) for row in m.rows)), None)
    if last is None:
        return _single(before)
    return tuple(dict.fromkeys(filter(None, (asset_of(row) for row in last.rows))))[:MOST]


def _single(before: Sequence[Made]) -> tuple[str, ...]:
    for item in reversed(before):
        finding = item.data.get("finding")
        if isinstance(finding, dict) and (asset_id := (finding.get("resource") or {}).get("asset_id")):
            return (str(asset_id),)
    return ()
