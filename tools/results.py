"""What a tool gives back, and who asked: the two value types that every capability shares.

A `ToolResult` is what the conversation, the command line and the chat page all render. It always says how
much there is (`total`), how much of it is here (`returned`, `truncated`) and of when it is (`as_of`), so that
nobody can mistake a page for the whole.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

ResultKind = Literal[
    "table",
    "findings",
    "finding",
    "priority",
    "summary",
    "controls",
    "report",
    "fix",
    "drift",
    "path",
    "timeline",
    "proposals",
    "page",
    "notice",
]


class Role(StrEnum):
    """Roles that come from the login; none can be claimed in chat text."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    AUDITOR = "auditor"
    ANALYST = "analyst"
    APPROVER = "approver"
    ADMIN = "admin"


class Actor(BaseModel):
    """The person behind a turn, a proposal or a decision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str = Field(min_length=1, max_length=200)
    role: Role


class QueryRecord(BaseModel):
    """A query that left us, with what it means and what it covered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    xql: str
    reading: str = ""
    dataset: str = ""
    window: str = ""
    rows: int
    total: int
    truncated: bool
    as_of: datetime


class ToolResult(BaseModel):
    """The outcome of one tool call.

    `summary` is one plain sentence (no Markdown). `columns` and `rows` are the table, if there is one. `data`
    is the payload of a view (`kind` says which) as JSON values. `citations` are the finding ids, control ids
    and query handles that an answer may cite. `handle` reads more of the same result later (`read_more`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ResultKind
    summary: str
    total: int = Field(ge=0)
    returned: int = Field(ge=0)
    truncated: bool
    as_of: datetime
    columns: tuple[str, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    queries: tuple[QueryRecord, ...] = ()
    data: dict[str, Any] = Field(default_factory=dict)
    citations: tuple[str, ...] = ()
    handle: str | None = None

    @model_validator(mode="after")
    def _counts_agree(self) -> ToolResult:
        if self.returned > self.total:
            raise ValueError("returned is larger than total")
        if not self.truncated and self.returned < self.total and self.rows:
            raise ValueError("fewer rows than the total, yet not marked truncated")
        return self


def utcnow() -> datetime:
    """The time now, in UTC, with its zone."""
    return datetime.now(UTC)
