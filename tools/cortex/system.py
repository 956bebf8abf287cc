"""Health of the tenant and its management audit log.

Source: Cortex platform OpenAPI, healthcheck, audits/*.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tools.cortex.decoding import count_of, pick, reply_of, rows_of
from tools.cortex.errors import BadAnswer, NotFound
from tools.cortex.filters import Filter, Sort
from tools.cortex.issues import PAGE_SIZE, check_window
from tools.cortex.model import Collected, ManagementLog
from tools.cortex.paging import DEFAULT_CAP, Page, collect, collected
from tools.cortex.records import log_from
from tools.cortex.transport import Transport


class SystemApi:
    """The tenant itself."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def healthcheck(self) -> str:
        """The tenant's own word on its state; `available` when all is well."""
        try:
            body = await self._transport.get("healthcheck")
        except NotFound:
            body = await self._transport.get("health_check/")
        status = pick(reply_of(body), "status")
        if not isinstance(status, str):
            raise BadAnswer("no status in it", where="healthcheck")
        return status

    async def tenant_info(self) -> dict[str, Any]:
        """Licence counters and expiry dates, as the tenant gives them."""
        reply = reply_of(await self._transport.post("system/get_tenant_info", {"request_data": {}}))
        if not isinstance(reply, dict):
            raise BadAnswer("no tenant information in it", where="system/get_tenant_info")
        return reply


class AuditApi:
    """The management audit log."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def search(
        self,
        filters: Sequence[Filter] = (),
        sort: Sort | None = None,
        search_from: int = 0,
        search_to: int = PAGE_SIZE,
    ) -> Collected[ManagementLog]:
        """One page, at most 100 wide. Filter fields: email, type, sub_type, result, timestamp."""
        check_window(search_from, search_to, PAGE_SIZE)
        as_of = datetime.fromtimestamp(self._transport.clock.time(), UTC)
        return collected(
            await self._page(filters, sort, search_from, search_to), search_from, search_to, as_of
        )

    async def search_all(
        self, filters: Sequence[Filter] = (), sort: Sort | None = None, cap: int = DEFAULT_CAP
    ) -> Collected[ManagementLog]:
        """Every matching row up to `cap`."""

        async def fetch(search_from: int, search_to: int) -> Page[ManagementLog]:
            return await self._page(filters, sort, search_from, search_to)

        return await collect(fetch, page_size=PAGE_SIZE, cap=cap, clock=self._transport.clock)

    async def _page(
        self, filters: Sequence[Filter], sort: Sort | None, search_from: int, search_to: int
    ) -> Page[ManagementLog]:
        data: dict[str, Any] = {"search_from": search_from, "search_to": search_to}
        if filters:
            data["filters"] = [f.wire() for f in filters]
        if sort is not None:
            data["sort"] = sort.wire()
        where = "audits/management_logs"
        reply = reply_of(await self._transport.post(where, {"request_data": data}))
        rows = rows_of(reply, "data", where=where)
        return Page(tuple(log_from(row) for row in rows), count_of(reply, "total_count"))
