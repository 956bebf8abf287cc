"""Questions about items of arrays that are read before all others, or why one of them is not answered."""

from __future__ import annotations

from datetime import datetime

from agent.planner.questions.errors import CannotSay
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Form
from agent.planner.questions.reader_all_or_none import read_all_or_none
from agent.planner.questions.reader_bindings import read_bindings


def asked_of_items(lowered: str, asked: str, estate: Estate, now: datetime) -> Form | Asked | None:
    """Questions about bindings, and about assets all or none of whose items are so."""
    from agent.planner.questions.ask import understand

    if (bound := read_bindings(lowered, estate, now, understand)) is not None:
        return bound
    try:
        return read_all_or_none(lowered, estate, now)
    except CannotSay as error:
        message = (
            f"I could not tell {error}, and without that word the opposite would be answered. "
            "Ask for those with such an item, or without one."
        )
        return Asked(outcome="clarify", question=asked, message=message)
