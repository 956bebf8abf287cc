"""Reports of the checker, and what it enforces."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SkipValidation


class CheckPolicy(BaseModel):
    """Bounds that a query must keep. `default_limit` is added where a query has none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow_writes: bool = False
    default_limit: int = Field(default=1_000, ge=1, le=1_000_000)
    max_limit: int = Field(default=1_000_000, ge=1, le=1_000_000)
    add_limit: bool = True
    max_timeframe_days: int = Field(default=400, ge=1)
    max_joins: int = Field(default=10, ge=0)
    max_datasets: int = Field(default=20, ge=1)
    max_runtime_minutes: int = Field(default=60, ge=1)


class Diagnostic(BaseModel):
    """One finding about a query; line and column count from 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    line: int
    column: int
    message: str
    suggestions: tuple[str, ...] = ()


class CheckReport(BaseModel):
    """`parsed`: the text is the language. `valid`: catalog and policy agree too. `xql`: the text to send."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parsed: bool
    valid: bool
    xql: str
    errors: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    # an `ast.Query`; pydantic does not look into it
    query: SkipValidation[Any] = Field(default=None, exclude=True, repr=False)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return self.model_dump(mode="json")
