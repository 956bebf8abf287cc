"""What a model answers to a question: an outcome, and for an answer the plan. Read from whatever form it came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.xql.plan.model import PostureQuery
from tools.xql.wire import Fault, InvalidPlanError, as_plan

Outcome = Literal["answer", "clarify", "refuse", "no_such"]
OUTCOMES = ("answer", "clarify", "refuse", "no_such")
_LONGEST = 2_000
_MOST_CHOICES = 6
_PLAN_KEYS = frozenset(PostureQuery.model_fields)


class ModelAnswer(BaseModel):
    """The form that a model fills in. Its JSON schema is what endpoints are given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome = Field(description="answer, clarify, refuse or no_such.")
    reading: str = Field(default="", description="For answer: what the plan asks, in one line.")
    plan: PostureQuery | None = Field(default=None, description="For answer: the query.")
    xql: str | None = Field(default=None, description="For answer: XQL text, only where no plan can say it.")
    xql_reason: str = Field(default="", description="With xql: what the plan cannot say.")
    message: str = Field(
        default="", description="For the other outcomes: one or two sentences to the person."
    )
    choices: tuple[str, ...] = Field(
        default=(), description="For clarify: the readings; for no_such: near names."
    )


class UnusableAnswerError(Exception):
    """What came is no answer; `faults` says why, for the model to mend."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def read_answer(given: Mapping[str, Any]) -> ModelAnswer:
    """The answer in a JSON object. Raises `UnusableAnswerError` with the faults by place.

    A bare plan counts as an answer; blanks count as not given.
    """
    raw = {str(key): value for key, value in given.items() if value is not None and value not in ("", [], {})}
    if "outcome" not in raw and "dataset" in raw and raw.keys() <= _PLAN_KEYS:
        raw = {"outcome": "answer", "plan": raw}
    outcome = str(raw.get("outcome", "answer" if "plan" in raw or "xql" in raw else "")).strip().lower()
    if outcome not in OUTCOMES:
        raise UnusableAnswerError(Fault("outcome", "is missing or unknown", OUTCOMES))
    unknown = [key for key in raw if key not in ModelAnswer.model_fields]
    if unknown:
        keys = ", ".join(ModelAnswer.model_fields)
        raise UnusableAnswerError(
            *(Fault(key, f"there is no such key; the keys are {keys}") for key in unknown[:4])
        )
    if outcome != "answer":
        return ModelAnswer(
            outcome=outcome, message=_text(raw.get("message")), choices=_choices(raw.get("choices"))
        )
    return _query(raw)


def _query(raw: Mapping[str, Any]) -> ModelAnswer:
    plan: PostureQuery | None = None
    if "plan" in raw:
        try:
            plan = as_plan(raw["plan"])
        except InvalidPlanError as error:
            raise UnusableAnswerError(*(_inside("plan", fault) for fault in error.faults)) from None
    xql = raw.get("xql") if plan is None else None
    if plan is None and not isinstance(xql, str):
        raise UnusableAnswerError(Fault("plan", "is missing: outcome answer needs the plan of the query"))
    reason = _text(raw.get("xql_reason"))
    if xql is not None and not reason:
        raise UnusableAnswerError(
            Fault("xql_reason", "is missing: give a plan, or with xql say what the plan cannot say")
        )
    return ModelAnswer(
        outcome="answer", reading=_text(raw.get("reading")), plan=plan, xql=xql, xql_reason=reason
    )


def _inside(key: str, fault: Fault) -> Fault:
    return fault if fault.place == key else Fault(f"{key}.{fault.place}", fault.message, fault.suggestions)


def _text(value: Any) -> str:
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else ""


def _choices(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return ()
    return tuple(text for item in value[:_MOST_CHOICES] if (text := _text(item)))
