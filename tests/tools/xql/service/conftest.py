"""A service over the small estate."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tests.tools.xql.conftest import NOW
from tools.xql import Catalog, XqlService, local, parse


class Api:
    """A tenant that is the local execution."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.sent: list[tuple[str, Any]] = []

    async def run(
        self, query: str, *, timeframe: Any = None, limit: int | None = None, timeout_s: float = 120
    ) -> Any:
        self.sent.append((query, timeframe))
        result = local.run(self.database.cursor(), parse(query), now=NOW, max_rows=1_000_000)
        rows = tuple(result.records())
        shown = rows[: limit or 10_000]
        return SimpleNamespace(
            rows=shown,
            total=len(rows),
            truncated=len(shown) < len(rows),
            as_of=datetime(2026, 11, 25, tzinfo=UTC),
        )

    async def datasets(self) -> Any:
        tables = self.database.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        return tuple(SimpleNamespace(name=name) for (name,) in tables)


@pytest.fixture
def api(database: Any) -> Api:
    return Api(database)


@pytest.fixture
def service(api: Api) -> XqlService:
    return XqlService(SimpleNamespace(xql=api), Catalog.seeded())
