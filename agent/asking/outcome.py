"""What became of a question that a model was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent.asking.answers import Outcome
from agent.asking.endpoint import Usage
from tools.results import utcnow
from tools.xql.plan.model import PostureQuery
from tools.xql.service import QueryOutcome


@dataclass(frozen=True, slots=True)
class Asked:
    """The outcome of a question. For `answer`, `result` is the query that ran, with its rows.

    `reading` is told by code from the plan that ran; `model_reading` is what the model says it meant. `repairs` is how
    often the model was told what was wrong (0 to 2). `problems` are those of the last attempt, where none was usable.
    """

    outcome: Outcome
    usage: Usage
    repairs: int
    answered_by: str
    form: str
    plan: PostureQuery | None = None
    reading: str = ""
    model_reading: str = ""
    xql_reason: str = ""
    message: str = ""
    choices: tuple[str, ...] = ()
    result: QueryOutcome | None = None
    problems: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The outcome as JSON values, with the keys that `posture xql ask --json` prints."""
        body: dict[str, Any] = dict(_EMPTY)
        if self.result is not None:
            body |= self.result.model_dump(mode="json", exclude={"warnings"})
        else:
            body["as_of"] = utcnow().isoformat()
        plan = self.plan.model_dump(mode="json", exclude_defaults=True) if self.plan is not None else None
        return {
            **body,
            "outcome": self.outcome,
            "plan": plan,
            "reading": self.reading,
            "model_reading": self.model_reading,
            "xql_reason": self.xql_reason,
            "message": self.message,
            "choices": list(self.choices),
            "problems": list(self.problems),
            "answered_by": self.answered_by,
            "usage": {
                "prompt_tokens": self.usage.prompt_tokens,
                "completion_tokens": self.usage.completion_tokens,
                "estimated": self.usage.estimated,
                "repairs": self.repairs,
                "form": self.form,
            },
        }


_EMPTY: dict[str, Any] = {
    "parsed": False,
    "valid": False,
    "xql": "",
    "errors": [],
    "plan": None,
    "reading": "",
    "dataset": "",
    "window": "",
    "columns": [],
    "rows": [],
    "total": 0,
    "truncated": False,
    "as_of": None,
    "chart": None,
    "relaxations": [],
    "notes": [],
}
"""A result of no query, with the keys of one."""
