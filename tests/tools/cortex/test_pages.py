"""Whole data sets page by page: in order, to the end, one page ahead and never more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tools.cortex import CortexError, TimeFrame, XqlRun
from tools.cortex.pages import Whole, every_row, page_query

NOW = datetime(2026, 11, 25, tzinfo=UTC)
FRAME = TimeFrame(from_ms=0, to_ms=1)


class Tenant:
    """Rows with the numbers 0 to `size`; tells what was going on at each event."""

    def __init__(self, size: int, *, warns: bool = True, fails_at: int | None = None) -> None:
        self.size = size
        self.warns = warns
        self.fails_at = fails_at
        self.log: list[str] = []
        self.ended: list[str] = []

    async def run_each(self, query: str, take: Any, *, limit: int, ahead: Any, **_: Any) -> XqlRun:
        start = int(query.partition(" > ")[2].partition(" ")[0] or -1) + 1
        self.log.append(f"asked {start}")
        try:
            await asyncio.sleep(0)
            if start == self.fails_at:
                raise CortexError("gone")
            rows = [{"id": n} for n in range(start, min(start + limit, self.size))]
            if self.warns and rows:
                await ahead(rows[-1], len(rows))
            for row in rows:
                take(row)
                await asyncio.sleep(0)
            self.log.append(f"taken {start}")
        finally:
            self.ended.append(f"{start}")
        return XqlRun(rows=(), total=len(rows), returned=len(rows), truncated=False, as_of=NOW, query_id="q")


async def read(tenant: Tenant, rows: list[Mapping[str, Any]], most: int = 100) -> Whole:
    return await every_row(
        tenant, "dataset = issues", "id", rows.append, timeframe=FRAME, page_rows=3, most=most
    )


@pytest.mark.parametrize("warns", [True, False])
@pytest.mark.parametrize("size", [0, 1, 3, 4, 9, 10])
async def test_all_rows_come_once_and_in_order(size: int, warns: bool) -> None:
    rows: list[Mapping[str, Any]] = []
    found = await read(Tenant(size, warns=warns), rows)
    assert [row["id"] for row in rows] == list(range(size))
    assert (found.total, found.complete, found.as_of) == (size, True, NOW)
    assert found.query == "dataset = issues | sort asc id | limit 3"


async def test_the_next_page_is_asked_for_before_the_rows_of_this_one_are_taken() -> None:
    tenant = Tenant(8)
    await read(tenant, [])
    assert tenant.log == ["asked 0", "asked 3", "taken 0", "asked 6", "taken 3", "taken 6"]


async def test_what_is_more_than_may_be_read_is_not_asked_for() -> None:
    tenant, rows = Tenant(100), list[Mapping[str, Any]]()
    found = await read(tenant, rows, most=6)
    assert (len(rows), found.complete) == (6, False)
    assert [line for line in tenant.log if line.startswith("asked")] == ["asked 0", "asked 3"]


async def test_a_failure_ends_the_read_and_nothing_runs_on() -> None:
    tenant = Tenant(100, fails_at=6)
    with pytest.raises(CortexError, match="gone"):
        await read(tenant, [])
    await asyncio.sleep(0)
    assert sorted(tenant.ended) == ["0", "3", "6"]
    assert len(asyncio.all_tasks()) == 1


async def test_whoever_stops_waiting_stops_the_pages() -> None:
    tenant = Tenant(10_000)
    reading = asyncio.create_task(read(tenant, [], most=10_000))
    for _ in range(20):
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1
    assert len(tenant.log) < 40


def test_keys_are_written_as_xql_writes_them() -> None:
    assert page_query("q", "id", 5, 7) == "q | filter id > 7 | sort asc id | limit 5"
    assert page_query("q", "id", 5, 'a"b\\') == 'q | filter id > "a\\"b\\\\" | sort asc id | limit 5'
