"""What a run gives back, and what the service asks of a client."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from tools.xql.checker.model import Diagnostic
from tools.xql.errors import XqlInvalidError
from tools.xql.plan.model import PostureQuery


class Run(Protocol):
    """What the client gives back of a query."""

    @property
    def rows(self) -> Sequence[dict[str, Any]]: ...
    @property
    def total(self) -> int: ...
    @property
    def truncated(self) -> bool: ...
    @property
    def as_of(self) -> datetime: ...


class Named(Protocol):
    """A dataset of the tenant."""

    @property
    def name(self) -> str: ...


class XqlApi(Protocol):
    """The part of a client that runs queries and tells which datasets there are."""

    async def run(
        self, query: str, *, timeframe: Any = None, limit: int | None = None, timeout_s: float = 120
    ) -> Run: ...

    async def datasets(self) -> Sequence[Named]: ...


class Client(Protocol):
    """A client of the tenant."""

    @property
    def xql(self) -> XqlApi: ...


class Relaxation(BaseModel):
    """How many there would be without one condition, told in words (of a query that no plan says, in XQL)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    without: str
    total: int


class QueryOutcome(BaseModel):
    """A query that was checked and, if valid, run.

    `plan` is the question as a plan, also read back from a query text where a plan can say it. `columns` are those
    that the query names (system columns that came along are left out). `window` says which time was read. `chart`:
    `{type: line|bar|pie, x: column, y: [columns], title[, series: column]}` where a picture serves. When nothing was
    found, `relaxations` count what there is without one condition, and `notes` say what is not there at all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    parsed: bool
    valid: bool
    xql: str
    errors: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    plan: PostureQuery | None = None
    reading: str = ""
    dataset: str = ""
    window: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    total: int = 0
    truncated: bool = False
    as_of: datetime | None = None
    chart: dict[str, Any] | None = None
    relaxations: tuple[Relaxation, ...] = ()
    notes: tuple[str, ...] = ()
    query: SkipValidation[Any] = Field(default=None, exclude=True, repr=False)

    def raise_if_invalid(self) -> None:
        """Raise `XqlInvalidError` where the checker refused the query."""
        if self.valid:
            return
        told = "; ".join(f"line {e.line}, column {e.column}: {e.message}" for e in self.errors[:5])
        fixes = [fix for e in self.errors[:5] for fix in e.suggestions[:2]]
        raise XqlInvalidError(told + (f". Try: {'; '.join(fixes)}" if fixes else ""), self.errors)
