"""What becomes of a logical form: its plan and reading, or why there is none; and notes on what was not used."""

from __future__ import annotations

from datetime import datetime

from agent import neutral
from agent.planner.questions import outcomes
from agent.planner.questions.absent import none_of_kind
from agent.planner.questions.births import born
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Form
from agent.planner.questions.newest import with_newest
from agent.planner.questions.reading import reading_of
from agent.planner.questions.record_nouns import without_rows
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.to_plan import to_plan


def planned(form: Form, asked: str, estate: Estate, now: datetime) -> Asked:
    """The plan and reading of a form."""
    form = born(with_newest(form, estate, asked), estate, asked.lower())
    if form.entity == "vulnerability" and not estate.vulnerabilities_in:
        return outcomes.no_vulnerabilities(asked)
    if (lacking := without_rows(form.entity, estate)) is not None:
        return Asked(outcome="no_such", question=asked, form=form, message=lacking)
    if (absent := none_of_kind(form, estate)) is not None:
        return absent.model_copy(update={"question": asked, "form": form})
    try:
        plan = to_plan(form, estate, now)
    except CannotSay as error:
        return Asked(
            outcome="refuse",
            question=asked,
            form=form,
            message=f"I can't say that as a query of this tenant's data: {error}.",
        )
    except ValueError as error:
        first = str(error).splitlines()[0]
        return Asked(
            outcome="refuse",
            question=asked,
            form=form,
            message=f"I understood the words, yet not as one query ({first}). Ask for one thing at a time.",
        )
    return Asked(outcome="answer", question=asked, form=form, plan=plan, reading=reading_of(form, estate))


def noted(made: Asked, unused: tuple[str, ...], aside: tuple[str, ...]) -> Asked:
    """An answer whose reading owns up to words that were not used."""
    notes = [f"not used: {', '.join(neutral.inline(word) for word in unused)}"] if unused else []
    notes += [f"left aside: {'; '.join(neutral.inline(part) for part in aside)}"] if aside else []
    if not notes or not made.reading:
        return made
    return made.model_copy(update={"reading": "; ".join([made.reading, *notes])})


def no_value(error: NoSuchValue, asked: str) -> Asked:
    near = f" Seen: {', '.join(map(neutral.inline, error.near))}." if error.near else ""
    said = f"Nothing that you ask about has {neutral.inline(error.name)} as its {error.kind}"
    return Asked(outcome="no_such", question=asked, message=f"{said}, so I looked nothing up.{near}")
