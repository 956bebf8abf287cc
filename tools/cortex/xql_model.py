"""Values of the XQL endpoints: time frames, results, quota, data sets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, model_validator

from tools.cortex.decoding import count_of, pick
from tools.cortex.model import to_millis

# Rows are JSON already and may be many: they are handed on as they are.
Rows = Annotated[tuple[dict[str, Any], ...], SkipValidation]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class TimeFrame(_Value):
    """Either from and to (epoch ms), or a length back from now (`relative_ms`)."""

    from_ms: int | None = None
    to_ms: int | None = None
    relative_ms: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_form(self) -> TimeFrame:
        both = self.from_ms is not None and self.to_ms is not None
        if (self.relative_ms is not None) == (self.from_ms is not None or self.to_ms is not None):
            raise ValueError("give either from_ms and to_ms, or relative_ms")
        if self.relative_ms is None and not both:
            raise ValueError("from_ms and to_ms go together")
        if both and self.from_ms >= self.to_ms:  # type: ignore[operator]
            raise ValueError("from_ms must lie before to_ms")
        return self

    def wire(self) -> dict[str, int]:
        """As it goes over the wire."""
        if self.relative_ms is not None:
            return {"relativeTime": self.relative_ms}
        return {"from": self.from_ms or 0, "to": self.to_ms or 0}


class XqlResults(_Value):
    """One look at a query: its state and, when it is done, its rows or the stream that has them."""

    status: str
    total: int | None = None
    rows: Rows = ()
    stream_id: str | None = None
    cost: float | None = None
    remaining_quota: float | None = None
    error: str = ""


class XqlRun(_Value):
    """A query that ran to its end.

    `partial` means that the tenant itself says that not all of it was covered.
    """

    rows: Rows
    total: int
    returned: int
    truncated: bool
    as_of: datetime
    query_id: str
    cost: float | None = None
    remaining_quota: float | None = None
    status: str = "SUCCESS"
    partial: bool = False


class Quota(_Value):
    """The tenant's query units and running queries."""

    license_quota: float | None = None
    additional_purchased_quota: float | None = None
    used_quota: float | None = None
    eval_quota: float | None = None
    daily_used_quota: float | None = None
    total_daily_running_queries: int | None = None
    total_daily_concurrent_rejected_queries: int | None = None
    current_concurrent_active_queries_count: int | None = None
    max_daily_concurrent_active_query_count: int | None = None

    @classmethod
    def of(cls, reply: Any) -> Quota:
        """From the reply of get_quota; what is missing or no number stays unknown."""
        values: dict[str, Any] = {}
        for name in cls.model_fields:
            value = (
                count_of(reply, name) if name.endswith(("queries", "count")) else number(pick(reply, name))
            )
            values[name] = value
        return cls.model_validate(values)


class Dataset(_Value):
    """A data set of the tenant."""

    name: str
    type: str | None = None
    last_updated: int | None = None
    total_events: int | None = None
    default_query_target: bool | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Dataset | None:
        """From a row in the documented (snake case) or the live (title case) spelling; `None` without a
        name.
        """
        plain = {str(key).strip().lower().replace(" ", "_"): value for key, value in row.items()}
        name = plain.get("dataset_name") or plain.get("name")
        if not isinstance(name, str):
            return None
        default = plain.get("default_query_target")
        return cls(
            name=name,
            type=str(plain["type"]) if plain.get("type") is not None else None,
            last_updated=to_millis(plain.get("last_updated")),
            total_events=count_of(plain, "total_events"),
            default_query_target=default.strip().upper() == "TRUE" if isinstance(default, str) else default,
        )


class LookupChange(_Value):
    """What a write to a lookup data set did."""

    added: int = 0
    updated: int = 0
    skipped: int = 0
    deleted: int = 0


def number(value: Any) -> float | None:
    """A number, also from its text; the costs of several tenants (a map) are added up."""
    if isinstance(value, Mapping):
        parts = [number(v) for v in value.values()]
        return sum(p for p in parts if p is not None) if parts else None
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (ValueError, TypeError, OverflowError):
        return None
