"""Runs one XQL query on the store: parse, compile to SQL, read. Blocking; runs in a worker thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from tools.tenant.database import TenantDatabase


class QueryError(Exception):
    """A query that the language, the compiler or the store refuses; the text is for the person who wrote
    it.
    """


@dataclass(frozen=True)
class Answer:
    """Rows of a query (at most as many as asked for) and how many it has in all."""

    rows: Sequence[Mapping[str, Any]]
    total: int


@dataclass(frozen=True)
class Question:
    """A query with its time window (naive UTC; `explicit` if it was asked for) and its bounds."""

    text: str
    start: datetime
    end: datetime
    explicit: bool
    most: int
    timeout_s: float = 120


Runner = Callable[["TenantDatabase", "duckdb.DuckDBPyConnection", Question], Answer]
