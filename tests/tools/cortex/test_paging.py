"""Reading lists to their end, whatever the tenant says of their length."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.cortex.conftest import FakeClock
from tools.cortex.model import Issue
from tools.cortex.paging import Page, collect, collected
from tools.results import utcnow


class Tenant:
    """Rows with ids 0 to n-1; at most `cut` per page; tells its total or not."""

    def __init__(self, n: int, cut: int, tells: bool) -> None:
        self.n, self.cut, self.tells = n, cut, tells
        self.asked: list[tuple[int, int]] = []

    async def __call__(self, start: int, end: int) -> Page[Issue]:
        self.asked.append((start, end))
        rows = tuple(Issue(id=i) for i in range(start, min(end, start + self.cut, self.n)))
        return Page(rows, self.n if self.tells else None)


@settings(max_examples=200, deadline=None)
@given(n=st.integers(0, 350), page=st.integers(1, 60), cap=st.integers(1, 400), cut=st.integers(1, 80))
async def test_with_a_total_every_row_comes_once(n: int, page: int, cap: int, cut: int) -> None:
    tenant = Tenant(n, cut, True)
    found = await collect(tenant, page_size=page, cap=cap, clock=FakeClock())
    assert [i.id for i in found.items] == list(range(min(n, cap)))
    assert (found.total, found.returned, found.truncated) == (n, min(n, cap), n > cap)
    assert all(0 < end - start <= page for start, end in tenant.asked)


@settings(max_examples=200, deadline=None)
@given(n=st.integers(0, 350), page=st.integers(1, 60), cap=st.integers(1, 400))
async def test_without_a_total_it_reads_until_a_short_page(n: int, page: int, cap: int) -> None:
    tenant = Tenant(n, 10**6, False)
    found = await collect(tenant, page_size=page, cap=cap, clock=FakeClock())
    assert [i.id for i in found.items] == list(range(min(n, cap)))
    assert found.returned == min(n, cap)
    if n > cap:
        assert found.truncated
    if n < cap:
        assert (found.total, found.truncated) == (n, False)


async def test_rows_that_shift_between_pages_are_not_doubled() -> None:
    async def shifting(start: int, end: int) -> Page[Issue]:
        back = 0 if start == 0 else 1  # a new row came in at the front after the first page
        rows = [Issue(id=i - back) for i in range(start, min(end, 12))]
        return Page(tuple(rows), 12)

    found = await collect(shifting, page_size=5, cap=100, clock=FakeClock())
    ids = [i.id for i in found.items]
    assert len(ids) == len(set(ids))
    assert found.truncated  # one row is missing, and that is said


async def test_a_tenant_that_announces_more_than_it_gives_ends() -> None:
    async def empty(start: int, end: int) -> Page[Issue]:
        return Page((), 1000)

    found = await collect(empty, page_size=100, cap=10_000, clock=FakeClock())
    assert (found.returned, found.total, found.truncated) == (0, 1000, True)


async def test_ids_of_different_types_are_different() -> None:
    async def both(start: int, end: int) -> Page[Issue]:
        return Page((Issue(id=1), Issue(id="1")), 2)

    assert (await collect(both, page_size=10, cap=10, clock=FakeClock())).returned == 2


@pytest.mark.parametrize(
    ("rows", "matching", "window", "expected"),
    [
        (3, 3, (0, 100), (3, False)),
        (3, 50, (0, 3), (50, True)),
        (3, None, (0, 100), (3, False)),
        (3, None, (0, 3), (3, True)),
        (0, 5, (0, 5), (5, True)),
    ],
)
def test_one_page(
    rows: int, matching: int | None, window: tuple[int, int], expected: tuple[int, bool]
) -> None:
    page = Page(tuple(Issue(id=i) for i in range(rows)), matching)
    found = collected(page, *window, utcnow())
    assert (found.total, found.truncated) == expected
