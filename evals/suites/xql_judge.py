"""What is right and wrong about a reply of the XQL suite: outcome, rows, reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from evals.suites.xql_asking import Reply
from evals.suites.xql_cases import Case, Reading
from evals.suites.xql_gold import Rows
from evals.suites.xql_match import fault


class Judged(BaseModel):
    """How one case came out. A flag is None where it does not apply; `faults` says what was wrong.

    valid: the reply's query is valid, where it has one (a query that was rightly refused does not count). rows: an
    answer was due and its rows are right. outcome: the outcome is one of those expected and says what it must (the
    missing name, both readings). reading: the stated reading has the words it must have, where rows were given.
    """

    id: str
    shape: str
    profile: str
    expected: tuple[str, ...]
    question: str
    got: str
    xql: str
    valid: bool | None
    rows: bool | None
    outcome: bool
    reading: bool | None
    to_query: float | None
    to_rows: float
    prompt_tokens: int
    answer_tokens: int
    faults: list[str]

    @property
    def right(self) -> bool:
        return self.outcome and self.rows is not False


def judge(case: Case, golds: Sequence[Rows], reply: Reply, valid_query: bool) -> Judged:
    """Judge the reply to the last turn of a case. `valid_query`: whether the query in it is valid."""
    faults: list[str] = []
    wrong = _outcome_fault(case, reply)
    if wrong:
        faults.append(wrong)
    rows = _rows_right(case, golds, reply, faults)
    reading = None
    if case.reading is not None and reply.outcome == "answer":
        lacking = reading_fault(case.reading, str(reply.body.get("reading") or ""))
        reading = lacking is None
        if lacking:
            faults.append(lacking)
    declined = reply.outcome != "answer" and reply.outcome in case.expect.outcome
    valid = valid_query if reply.xql and not declined else None
    if valid is False:
        faults.append("the query is not valid")
    prompt, answer = reply.tokens
    return Judged(
        id=case.id,
        shape=case.shape,
        profile=case.profile,
        expected=case.expect.outcome,
        question=" / ".join(case.turns),
        got=reply.outcome,
        xql=reply.xql,
        valid=valid,
        rows=rows,
        outcome=wrong is None,
        reading=reading,
        to_query=reply.to_query,
        to_rows=reply.to_rows,
        prompt_tokens=prompt,
        answer_tokens=answer,
        faults=faults,
    )


def _rows_right(case: Case, golds: Sequence[Rows], reply: Reply, faults: list[str]) -> bool | None:
    """None where no answer is due, or where another outcome is as good and was given."""
    if "answer" not in case.expect.outcome or (
        reply.outcome != "answer" and reply.outcome in case.expect.outcome
    ):
        return None
    if reply.outcome != "answer":
        return False
    wrong = fault(case.expect, golds, reply.rows)
    if wrong:
        faults.append(f"rows: {wrong}")
    return wrong is None


def _outcome_fault(case: Case, reply: Reply) -> str | None:
    expected = " or ".join(case.expect.outcome)
    message = _text(reply.body.get("message"))
    if reply.error:
        return f"error instead of {expected}: {reply.error}"
    if reply.outcome not in case.expect.outcome:
        return f"{reply.outcome or 'nothing'} instead of {expected}: {message[:160]}"
    if reply.outcome == "answer":
        return None
    if reply.rows:
        return f"{reply.outcome}, yet {len(reply.rows)} rows came with it"
    if not message.strip():
        return f"{reply.outcome} without a word why"
    if reply.outcome == "no_such":
        unsaid = [name for name in case.expect.names if name.casefold() not in message.casefold()]
        return f"the message does not name {', '.join(unsaid)}" if unsaid else None
    if reply.outcome == "clarify" and case.expect.choices:
        return choices_fault(case.expect.choices, reply.body.get("choices") or ())
    return None


def choices_fault(wanted: Sequence[Sequence[str]], choices: Sequence[Any]) -> str | None:
    """What the offered choices lack. Each wanted reading (one of its words) needs a choice of its own."""
    texts = [_text(choice).casefold() for choice in choices]
    if len(texts) < 2:
        return f"{len(texts)} choices to ask about"
    fits = [[n for n, text in enumerate(texts) if any(w.casefold() in text for w in ways)] for ways in wanted]
    if _assignable(fits, frozenset()):
        return None
    return f"no choices for both readings: {' / '.join(texts)[:200]}"


def _assignable(fits: Sequence[Sequence[int]], taken: frozenset[int]) -> bool:
    if not fits:
        return True
    return any(_assignable(fits[1:], taken | {n}) for n in fits[0] if n not in taken)


def reading_fault(rule: Reading, reading: str) -> str | None:
    """What the stated reading lacks or should not say."""
    told = reading.casefold()
    lacking = [words for words in rule.must if not any(w.casefold() in told for w in words.split("|"))]
    said = [words for words in rule.must_not if any(w.casefold() in told for w in words.split("|"))]
    faults = [*(f"does not say {words}" for words in lacking), *(f"says {words}" for words in said)]
    return f"reading {reading[:160]!r}: {', '.join(faults)}" if faults else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
