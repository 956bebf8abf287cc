"""What a turn tells its host while it runs: the chat page and the command line both consume these.

A turn is an async iterator of events. It ends with exactly one `TurnEnded`, whatever happens in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from tools.results import QueryRecord, ToolResult


class Profile(StrEnum):
    """Who the answer is written for; chosen on the page, never by the model."""

    ENGINEER = "engineer"
    AUDITOR = "auditor"
    ANALYST = "analyst"


@dataclass(frozen=True)
class StepStarted:
    """A tool call begins. `args` are validated arguments, safe to show."""

    step_id: str
    name: str
    args: dict[str, Any]


@dataclass(frozen=True)
class StepFinished:
    """A tool call ended; `result` is None when it failed, and `error` then says what to do."""

    step_id: str
    name: str
    ok: bool
    summary: str
    result: ToolResult | None = None
    error: str | None = None


@dataclass(frozen=True)
class AnswerDelta:
    """A piece of the answer as it is written. The final text may differ (grounding drops sentences)."""

    text: str


@dataclass(frozen=True)
class Suggestion:
    """A follow-up that works as typed."""

    label: str
    text: str


@dataclass(frozen=True)
class Grounding:
    """How many ids, numbers and names of the answer were checked, and the sentences that were dropped."""

    checked: int = 0
    dropped: tuple[str, ...] = ()
    rewritten: bool = False


@dataclass(frozen=True)
class ToolCallRecord:
    """One tool call of the turn, for the record."""

    name: str
    args: dict[str, Any]
    ok: bool
    summary: str


@dataclass(frozen=True)
class TurnEnded:
    """The turn's outcome.

    `answer` is Markdown that code has neutralised (no images, no outside links, no HTML). `proposals` are ids
    that wait for a person; the host shows each as an approval card that trusted code renders.
    """

    thread: str
    answer: str
    outcome: Literal["answered", "waiting", "failed"]
    citations: tuple[str, ...] = ()
    tool_calls: tuple[ToolCallRecord, ...] = ()
    queries: tuple[QueryRecord, ...] = ()
    proposals: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    grounding: Grounding = field(default_factory=Grounding)
    notices: tuple[str, ...] = ()


Event = StepStarted | StepFinished | AnswerDelta | TurnEnded
