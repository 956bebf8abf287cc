"""`posture xql ask`: plain words to one query, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from agent.planner.questions.ask import plan_question
from agent.planner.questions.estate import EstateSource
from agent.planner.questions.form import Asked
from agent.planner.questions.looked import looked
from tools.results import utcnow
from tools.xql import XqlService
from tools.xql.errors import XqlPlanError

if TYPE_CHECKING:
    from agent.asking import Endpoint
    from agent.runtime import Services

_ROWS = 100
_KEPT = "question_estate"
_XQL = re.compile(
    r"\s*(?:(?:run|execute|xql)\b\s*:?\s*)?(?:`{1,3}(?:xql)?\s*)?(?P<query>(?:config\b.*\|\s*)?(?:dataset|datamodel|preset|cold_dataset)\s*(?:=|in\b|dataset).*?)\s*`{0,3}\s*\Z",
    re.IGNORECASE | re.DOTALL,
)


async def ask_query(
    text: str,
    services: Services,
    previous: Asked | Mapping[str, Any] | None = None,
    model: Endpoint | None = None,
) -> dict[str, Any]:
    """The query of a question, run. `outcome` is answer, clarify (two readings), refuse (out of scope, or a change)
    or no_such (a name, or nothing that looks at it). `previous` is what was asked before, or its result.

    Keys: parsed, valid, xql, errors, plan, reading, outcome, message, choices, columns, rows, total, truncated, as_of,
    and `asked`, which a follow-up needs. With a `model` it reads the question, with this planner behind it; then there
    are `usage` and `answered_by` too.
    """
    if (written := _XQL.match(text)) is not None:
        outcome = await services.xql.run_text(written["query"], limit=_ROWS)
        body: dict[str, Any] = outcome.model_dump(mode="json", exclude={"warnings"})
        return {
            **body,
            "reading": body.get("reading") or "as written",
            "outcome": "answer" if outcome.valid else "refuse",
            "message": "" if outcome.valid else "; ".join(e.message for e in outcome.errors[:3]),
            "choices": [],
            "asked": None,
        }
    if model is not None:
        from agent.asking.entry import ask_or

        known = previous if isinstance(previous, Mapping) else None
        return await ask_or(text, services, model, known, lambda: ask_query(text, services, previous))
    estate = await looked(estate_of(services), text)
    asked = plan_question(text, estate, before(previous), utcnow())
    if asked.plan is None:
        return _nothing(asked)
    try:
        outcome = await services.xql.run_plan(asked.plan, limit=_ROWS)
    except XqlPlanError as error:
        unsaid = f"I understood the question, yet this tenant's data has no such query: {error}."
        return _nothing(Asked(outcome="refuse", question=asked.question, form=asked.form, message=unsaid))
    body = outcome.model_dump(mode="json", exclude={"warnings"})
    return {
        **body,
        "reading": asked.reading,
        "outcome": "answer" if outcome.valid else "refuse",
        "message": "" if outcome.valid else "; ".join(e.message for e in outcome.errors[:3]),
        "choices": [],
        "asked": asked.model_dump(mode="json"),
    }


def estate_of(services: Services) -> EstateSource:
    """The words of a tenant, gathered once for its services."""
    kept = vars(services)
    if _KEPT not in kept:
        kept[_KEPT] = EstateSource(services.findings, XqlService(services.client, services.catalog))
    found: EstateSource = kept[_KEPT]
    return found


def before(previous: Asked | Mapping[str, Any] | None) -> Asked | None:
    """What was asked before, out of its result too; None where there is nothing to refine."""
    if previous is None or isinstance(previous, Asked):
        return previous
    try:
        return Asked.model_validate(previous["asked"]) if previous.get("asked") else None
    except ValidationError:
        return None


def _nothing(asked: Asked) -> dict[str, Any]:
    return {
        "parsed": False,
        "valid": False,
        "xql": "",
        "errors": [],
        "plan": None,
        "reading": "",
        "outcome": asked.outcome,
        "message": asked.message,
        "choices": list(asked.choices),
        "columns": [],
        "rows": [],
        "total": 0,
        "truncated": False,
        "as_of": utcnow().isoformat(),
        "asked": asked.model_dump(mode="json"),
    }
