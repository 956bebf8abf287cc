"""A data question of the chat: what it asks as a plan, with its weaknesses told by the tenant's checks."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from agent.planner.checked import by_checks, only_passed
from agent.planner.idioms import form_of, understood
from agent.planner.questions.ask import plan_question, planned
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Form
from agent.planner.questions.reading import reading_of
from agent.planner.reading import Reading
from agent.planner.vocabulary import looks_like_region

_GROUP: Final = re.compile(
    r"^\W*(?:(?:please|now|and|then|can you|could you)\W+)*(?:group|split|break|cluster|bucket)\s+(?:(?:it|them|those|these|that|this)\s+)?(?:down\s+|up\s+)?(?=by\b|per\b)",
    re.IGNORECASE,
)
_GROUP_OF: Final = re.compile(
    r"^\W*(?:(?:please|now|and|then|can you|could you)\W+)*(?:group|split)\s+(?=(?:the\s+|all\s+|our\s+)?\w+(?:\s+\w+){0,5}\s+(?:by|per)\b)",
    re.IGNORECASE,
)


def ask(text: str, estate: Estate, previous: Asked | None, reading: Reading, now: datetime) -> Asked:
    """What a message asks of the data; or why nothing can be asked. Never raises for any text."""
    asked = plan_question(restated(text), estate, previous, now)
    if asked.outcome != "answer" and (form := _other(reading, estate, asked)) is not None:
        other = planned(form, text, estate, now)
        asked = other if other.outcome == "answer" else asked
    if asked.outcome != "answer" or asked.form is None:
        return asked.model_copy(update={"question": text})
    return told_by_checks(asked.model_copy(update={"question": text}), estate, now)


def told_by_checks(asked: Asked, estate: Estate, now: datetime) -> Asked:
    """The same question over what checks reported; it stays as it is where no plan says that."""
    assert asked.form is not None
    form = by_checks(asked.form, estate, asked.question)
    whole = only_passed(form, estate)
    if whole == asked.form:
        return asked
    made = planned(whole, asked.question, estate, now)
    if made.plan is None:
        return asked
    note = ", as a check that passed shows" if whole != form else ""
    return asked.model_copy(
        update={"form": form, "plan": made.plan, "reading": reading_of(form, estate) + note}
    )


def restated(text: str) -> str:
    """The words without "group" as a verb, which would be read as a group of users."""
    return _GROUP_OF.sub("", _GROUP.sub("", text))


def _other(reading: Reading, estate: Estate, asked: Asked) -> Form | None:
    """The form by the older reader, where it understood all. A region that the tenant has nothing in is empty, not unknown."""
    if not understood(reading):
        return None
    if asked.outcome == "clarify":
        return None
    if asked.outcome == "no_such" and any(
        region not in estate.words.regions and not looks_like_region(region) for region in reading.regions
    ):
        return None
    return form_of(reading, estate)
