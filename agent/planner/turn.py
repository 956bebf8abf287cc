"""What one message of a conversation asks: what is wanted, and for data the question as a plan.

It is kept with the answer (without the plan, which is made anew), so that the next message can refine it, also after a
restart.
"""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from langchain_core.messages import AIMessage, AnyMessage
from pydantic import ValidationError

from agent.planner.attack import PathQuestion, path_question
from agent.planner.data import ask, told_by_checks
from agent.planner.focus import Made
from agent.planner.intents import sure
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Form
from agent.planner.questions.planned import planned
from agent.planner.reading import Intent, Reading
from agent.planner.searchable import as_search
from agent.planner.understand import understand

DATA: Final = frozenset({Intent.LIST, Intent.COUNT, Intent.UNKNOWN})
_NEVER: Final = frozenset({Intent.HELP, Intent.XQL, Intent.PENDING, Intent.PATHS, Intent.FIX_FIRST})
_RANKED: Final = re.compile(
    r"\b(?:(?:that|which) )?(?:(?:we|i|you|one|should|must|can|shall|would|need|needs|have|to|be) )*(?:fix(?:ed)?|patch(?:ed)?|tackled?|addressed|address|remediated?|handled?|do|start with|look at|work on|deal with|act on) first\b|\bto fix\b(?: first)?"
    r"|\b(?:most|more) (?:urgent|dangerous|important|pressing|risky|severe risks?)(?: first)?\b|\b(?:riskiest|gravest|scariest|worst|biggest)\b(?: first)?|\b(?:in order )?by (?:action )?(?:priority|score|risk)(?: score)?\b|\b(?:ranked|sorted|ordered|prioriti[sz]ed?)(?: (?:highest|by priority|by risk))?\b|\b(?:highest|top) (?:priority|risk)\b|\bpriority\b",
    re.IGNORECASE,
)
_ASKS: Final = re.compile(
    r"^\W*(?:(?:please|show|list|give|tell|me|us|what|which|where|who|is|are|do|does|can|could|you|i|we|the|our|my|in order)\b\W*)+",
    re.IGNORECASE,
)
_KEPT: Final = "asked"


@dataclass(frozen=True)
class Turn:
    """What a message wants. `asked` is set for data, `paths` for attack paths."""

    reading: Reading
    asked: Asked | None = None
    paths: PathQuestion | None = None

    @property
    def is_data(self) -> bool:
        return self.asked is not None and self.reading.intent in DATA

    def kept(self) -> dict[str, Any]:
        """As JSON, for the message."""
        body: dict[str, Any] = {"reading": self.reading.model_dump(mode="json", exclude_defaults=True)}
        if self.asked is not None:
            body[_KEPT] = _without_plan(self.asked)
        if self.paths is not None:
            asked = self.paths.asked
            body["paths"] = self.paths.model_dump(mode="json", exclude_defaults=True, exclude={"asked"})
            body["paths_of"] = _without_plan(asked) if asked is not None else None
        return body

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Turn | None:
        """From a message; None where it holds none, or one of another version."""
        if not kept.get("reading"):
            return None
        try:
            reading = Reading.model_validate(kept["reading"])
            asked = Asked.model_validate(kept[_KEPT]) if kept.get(_KEPT) else None
            paths = PathQuestion.model_validate(kept["paths"]) if kept.get("paths") is not None else None
            if paths is not None and kept.get("paths_of"):
                paths = paths.model_copy(update={"asked": Asked.model_validate(kept["paths_of"])})
        except ValidationError:
            return None
        return cls(reading, asked, paths)


def _without_plan(asked: Asked) -> dict[str, Any]:
    return asked.model_dump(mode="json", exclude_none=True, exclude={"plan"})


def turn_of(messages: Sequence[AnyMessage]) -> Turn | None:
    """The turn that these messages belong to."""
    for message in reversed(messages):
        if isinstance(message, AIMessage) and (turn := Turn.of(message.additional_kwargs)) is not None:
            return turn
    return None


def asked_before(messages: Sequence[AnyMessage]) -> Asked | None:
    """The last question for data that was answered; what came between (a finding, a fix) does not end it."""
    for message in reversed(messages):
        if not isinstance(message, AIMessage):
            continue
        turn = Turn.of(message.additional_kwargs)
        if turn is not None and turn.asked is not None and turn.asked.form is not None:
            return turn.asked
        if turn is not None and turn.paths is not None and turn.paths.asked is not None:
            return turn.paths.asked
    return None


def new_turn(
    text: str, estate: Estate, messages: Sequence[AnyMessage], before: Sequence[Made], now: datetime
) -> Turn:
    """Read a message."""
    reading = understand(text, estate.words, now=now)
    previous = asked_before(messages)
    if reading.intent is Intent.FIX_FIRST:
        return _ranked(text, reading, estate, previous, now)
    if reading.intent is Intent.PATHS:
        return Turn(reading, paths=path_question(text, reading, estate, before, previous, now))
    if reading.intent in DATA:
        return Turn(reading, ask(text, estate, previous, reading, now))
    if reading.intent not in _NEVER and not sure(reading.intent, text):
        asked = ask(text, estate, previous, reading, now)
        if asked.outcome == "answer":
            return Turn(reading.model_copy(update={"intent": Intent.LIST}), asked)
    if reading.intent is Intent.APPROVE and not sure(reading.intent, text):
        return Turn(
            reading.model_copy(update={"intent": Intent.UNKNOWN}), ask(text, estate, previous, reading, now)
        )
    return Turn(reading)


def _ranked(text: str, reading: Reading, estate: Estate, previous: Asked | None, now: datetime) -> Turn:
    """What to fix first: the question without the words that rank, where the ranked search can say the rest of it."""
    rest = _ASKS.sub("", " ".join(_RANKED.sub(" ", text).split()))
    tries = (rest, f"findings {rest}") if rest else ()
    found = (ask(words, estate, previous, reading, now) for words in tries)
    asked = next((one for one in found if one.outcome == "answer" and one.form is not None), None)
    if asked is not None and asked.form is not None:
        form = asked.form
        if form.rank is not None and form.group == () and form.measure is None:
            form = form.model_copy(update={"rank": None})
        if form.entity == "asset" and form.measure is None and not form.group and not form.columns:
            # what to fix first among buckets is a finding on a bucket
            again = planned(form.model_copy(update={"entity": "issue", "status": "open"}), text, estate, now)
            if again.outcome == "answer":
                asked = told_by_checks(again, estate, now)
                form = asked.form or form
        if as_search(form, estate, now) is not None:
            return Turn(reading, asked.model_copy(update={"form": form, "question": text}))
        if form.measure is not None or form.group or form.entity not in ("issue", "finding"):
            whole = ask(text, estate, previous, reading, now)
            if whole.outcome == "answer":
                return Turn(reading.model_copy(update={"intent": Intent.LIST}), whole)
    if reading.constrained:
        return Turn(reading)
    form = Form(entity="issue", status="open", noun="issues")
    return Turn(reading, Asked(outcome="answer", question=text, form=form, reading="Open findings"))
