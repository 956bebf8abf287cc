"""A whole data set by XQL, page after page in the order of a key.

While the rows of one page are taken, the tenant works on the next: it is asked for as soon as the last row of the one
before is here. At most two pages are held, as the text that came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tools.cortex.xql_model import TimeFrame, XqlRun

Row = Mapping[str, Any]


class Runner(Protocol):
    """What is needed of `CortexClient.xql`."""

    async def run_each(self, query: str, take: Callable[[Row], object], **asked: Any) -> XqlRun:
        """See `XqlApi.run_each`."""


@dataclass(frozen=True, slots=True)
class Whole:
    """How a read went: rows in all, as far as is known; whether all were taken; the query of the first page."""

    total: int
    complete: bool
    as_of: datetime
    query: str


@dataclass(slots=True)
class _Page:
    run: asyncio.Task[XqlRun] | None = None
    following: _Page | None = None


def page_query(query: str, key: str, rows: int, after: Any = None) -> str:
    """The query of one page: the first, or that after the row whose key is `after`."""
    beyond = "" if after is None else f" | filter {key} > {_literal(after)}"
    return f"{query}{beyond} | sort asc {key} | limit {rows}"


async def every_row(
    xql: Runner,
    query: str,
    key: str,
    take: Callable[[Row], object],
    *,
    timeframe: TimeFrame,
    page_rows: int,
    most: int,
    timeout_s: float = 120.0,
) -> Whole:
    """Hand every row of a query that has no limit to `take`, in the order of `key`, which no two rows share.

    Not `complete` after `most` rows, or when the tenant gave a page in part only. A limit makes the tenant count no
    further than it, so only a page that is not full is known to be the last. When this raises, `take` may have had
    some of the rows.
    """
    taken, last = 0, None

    def keep(row: Row) -> None:
        nonlocal taken, last
        taken, last = taken + 1, row.get(key)
        take(row)

    def ask(after: Any, before: _Page | None) -> _Page:
        page = _Page()

        async def ahead(final: Row, count: int) -> None:
            if before is not None and before.run is not None:
                await asyncio.wait({before.run})  # so that rows come in their order
            if count >= page_rows and taken + count < most and final.get(key) is not None:
                page.following = ask(final[key], page)

        text = page_query(query, key, page_rows, after)
        page.run = asyncio.ensure_future(
            xql.run_each(text, keep, timeframe=timeframe, limit=page_rows, timeout_s=timeout_s, ahead=ahead)
        )
        return page

    page, total, as_of = ask(None, None), 0, None
    try:
        while True:
            assert page.run is not None
            run = await page.run
            total, as_of = total + run.total, as_of or run.as_of
            whole = not run.partial and not run.truncated
            full = run.returned >= page_rows
            if not whole or not full or last is None or taken >= most:
                # A full page whose rows have no key has no next one that could be asked for.
                first = page_query(query, key, page_rows)
                return Whole(max(total, taken), whole and not full, as_of, first)
            page = page.following or ask(last, None)
    finally:
        for one in (page, page.following):
            if one is not None and one.run is not None and not one.run.done():
                one.run.cancel()


def _literal(value: Any) -> str:
    """A key as XQL writes it: a number bare, a text in quotes."""
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
