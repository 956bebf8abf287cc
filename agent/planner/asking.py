"""`posture xql ask`: plain words to one query, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.planner import refuse
from agent.planner.queries import write
from agent.planner.reading import Intent, Reading
from agent.planner.scope import read_as
from agent.planner.understand import understand
from agent.planner.vocabulary import VocabularySource
from tools.results import utcnow

if TYPE_CHECKING:
    from agent.runtime import Services

_QUERIES = frozenset({Intent.LIST, Intent.COUNT, Intent.FIX_FIRST, Intent.XQL})
_ROWS = 100


async def ask_query(text: str, services: Services, previous: Reading | None = None) -> dict[str, Any]:
    """The query of a question, run. `outcome` is answer, refuse (out of scope, or a change) or no_such (a name)
    or ask (a name that two things have).

    Keys: parsed, valid, xql, errors, plan, reading, outcome, message, columns, rows, total, truncated, as_of.
    """
    words = await VocabularySource(services.findings).current()
    reading = understand(text, words, previous)
    if reading.intent is Intent.XQL:
        return await _run(reading.xql, "as written", services)
    if reading.unknown:
        return _nothing("no_such", refuse.no_such(reading.unknown[0], words))
    if reading.intent not in _QUERIES or not (reading.constrained or reading.findings):
        message = refuse.CHANGE if reading.intent is Intent.CHANGE_CLOUD else refuse.unknown(reading)
        return _nothing("refuse", message)
    if (name := refuse.unknown_entity(reading)) is not None:
        return _nothing("no_such", refuse.no_such(name, words))
    if reading.ambiguous:
        text, both = refuse.which_one(reading, words)
        return _nothing("ask", f"{text} {' / '.join(both)}")
    written = write(reading, words.rules, now=utcnow())
    if written.without_rules and not written.rules:
        return _nothing("no_such", refuse.nothing_looks(reading, written.without_rules))
    return await _run(written.xql, read_as(reading), services)


async def _run(xql: str, reading: str, services: Services) -> dict[str, Any]:
    outcome = await services.xql.run_text(xql, limit=_ROWS)
    body: dict[str, Any] = outcome.model_dump(mode="json", exclude={"warnings"})
    return {**body, "reading": reading, "outcome": "answer" if outcome.valid else "refuse"}


def _nothing(outcome: str, message: str) -> dict[str, Any]:
    return {
        "parsed": False,
        "valid": False,
        "xql": "",
        "errors": [],
        "plan": None,
        "reading": "",
        "outcome": outcome,
        "message": message,
        "columns": [],
        "rows": [],
        "total": 0,
        "truncated": False,
        "as_of": utcnow().isoformat(),
    }
