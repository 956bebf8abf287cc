"""Reading a list to its end, or to a cap that the result then admits to.

A total that the tenant gives is a hint to be checked, not the end by itself: a page that is shorter than
asked while more is announced only narrows the step, and a total that cannot be trusted is replaced by
reading until a page comes back short.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from tools.cortex.clock import Clock
from tools.cortex.model import Asset, Case, Collected, Issue, ManagementLog

T = TypeVar("T", Issue, Case, Asset, ManagementLog)

DEFAULT_CAP = 10_000
_AT_ONCE = 4


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page: its rows, and how many rows match in all if the tenant says so credibly."""

    rows: tuple[T, ...]
    matching: int | None


Fetch = Callable[[int, int], Awaitable[Page[T]]]


def collected(page: Page[T], search_from: int, search_to: int, as_of: datetime) -> Collected[T]:
    """One page as a result: truncated if more rows match than it holds."""
    returned = len(page.rows)
    total = page.matching
    if total is None:
        full = returned >= search_to - search_from
        return Collected(
            items=page.rows, total=search_from + returned, returned=returned,
            truncated=full or search_from > 0, as_of=as_of,
        )  # fmt: skip
    total = max(total, returned)
    return Collected(items=page.rows, total=total, returned=returned, truncated=returned < total, as_of=as_of)


async def collect(fetch: Fetch[T], *, page_size: int, cap: int, clock: Clock) -> Collected[T]:
    """All rows up to `cap`, each once. Pages after the first are read a few at a time."""
    as_of = datetime.fromtimestamp(clock.time(), UTC)
    cap = max(cap, 1)
    window = min(page_size, cap)
    first = await fetch(0, window)
    seen: dict[tuple[type, int | str], T] = {_key(row): row for row in first.rows}
    got = len(first.rows)
    step = got if 0 < got < window else window
    ended = got == 0 or (got < window and (first.matching is None or first.matching <= got))
    total = first.matching
    start = got
    while not ended and start < cap and (total is None or start < total):
        goal = cap if total is None else min(cap, total)
        starts = list(range(start, goal, step))[: 1 if total is None else _AT_ONCE]
        pages = await asyncio.gather(*(fetch(s, min(s + step, cap)) for s in starts))
        for begin, page in zip(starts, pages, strict=True):
            for row in page.rows:
                seen.setdefault(_key(row), row)
            asked = min(begin + step, cap) - begin
            if len(page.rows) < asked and (total is None or not page.rows):
                ended = True
            if total is not None and page.matching is not None:
                total = max(total, page.matching) if page.rows else total
        start = starts[-1] + step
    items = tuple(seen.values())[:cap]
    read_to_end = ended or (total is not None and start >= total)
    return _result(items, total, read_to_end=read_to_end, cap=cap, as_of=as_of)


def _result(
    items: tuple[T, ...], total: int | None, *, read_to_end: bool, cap: int, as_of: datetime
) -> Collected[T]:
    returned = len(items)
    known = returned if total is None else max(total, returned)
    truncated = returned < known if total is not None else not read_to_end
    return Collected(items=items, total=known, returned=returned, truncated=truncated, as_of=as_of)


def _key(row: T) -> tuple[type, int | str]:
    return type(row.id), row.id
