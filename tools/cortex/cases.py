"""Cases: search, one by id, update. Source: Cortex platform OpenAPI, case/*."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tools.cortex.decoding import reply_of, rows_of
from tools.cortex.errors import NotFound
from tools.cortex.filters import Filter, Sort, is_in
from tools.cortex.issues import PAGE_SIZE, check_window, issue_number, matching
from tools.cortex.model import Case, Collected, Id
from tools.cortex.paging import DEFAULT_CAP, Page, collect, collected
from tools.cortex.records import case_from
from tools.cortex.transport import Transport
from tools.cortex.writes import CaseUpdate


class CasesApi:
    """Cases of the platform generation."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def search(
        self,
        filters: Sequence[Filter] = (),
        sort: Sort | None = None,
        search_from: int = 0,
        search_to: int = PAGE_SIZE,
    ) -> Collected[Case]:
        """One page, at most 100 wide."""
        check_window(search_from, search_to, PAGE_SIZE)
        as_of = datetime.fromtimestamp(self._transport.clock.time(), UTC)
        return collected(
            await self._page(filters, sort, search_from, search_to), search_from, search_to, as_of
        )

    async def search_all(
        self, filters: Sequence[Filter] = (), sort: Sort | None = None, cap: int = DEFAULT_CAP
    ) -> Collected[Case]:
        """Every matching case up to `cap`, by id unless another order is asked for."""
        order = sort or self._steady_order()

        async def fetch(search_from: int, search_to: int) -> Page[Case]:
            return await self._page(filters, order, search_from, search_to)

        return await collect(fetch, page_size=PAGE_SIZE, cap=cap, clock=self._transport.clock)

    async def get(self, case_id: Id) -> Case:
        """One case by its id. Raises `NotFound`."""
        number = case_number(case_id)
        result = await self.search([is_in("case_id", [number])])
        for case in result.items:
            if str(case.id) == str(number):
                return case
        raise NotFound(f"no case {number}", where="case/search")

    async def update(self, case_id: Id, update: CaseUpdate) -> None:
        """Change one case. Returns when the tenant has confirmed; a failure says `safe_to_retry`."""
        body = {"request_data": {"update_data": update.wire()}}
        await self._transport.post(f"case/update/{case_number(case_id)}", body, write=True)

    async def artifacts(self, case_id: Id) -> tuple[dict[str, Any], ...]:
        """Network and file artifacts of one case, as the tenant gives them."""
        where = f"case/artifacts/{case_number(case_id)}"
        reply = reply_of(await self._transport.get(where))
        return tuple(rows_of(reply, "DATA", where=where))

    def _steady_order(self) -> Sort:
        return Sort(field="case_id", keyword="asc")

    async def _page(
        self, filters: Sequence[Filter], sort: Sort | None, search_from: int, search_to: int
    ) -> Page[Case]:
        data: dict[str, Any] = {
            "filters": [f.wire() for f in filters],
            "search_from": search_from,
            "search_to": search_to,
        }
        if sort is not None:
            data["sort"] = sort.wire()
        reply = reply_of(await self._transport.post("case/search", {"request_data": data}))
        rows = rows_of(reply, "DATA", "cases", where="case/search")
        return Page(
            tuple(case_from(row) for row in rows), matching(reply, len(rows), search_to - search_from)
        )


def case_number(case_id: Id) -> int:
    """The case's number, also from its War Room form `CASE-<n>`."""
    return issue_number(case_id.removeprefix("CASE-") if isinstance(case_id, str) else case_id)
