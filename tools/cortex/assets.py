"""The inventory: list, one asset, raw configuration, schema. Source: Cortex platform OpenAPI, assets*."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tools.cortex.decoding import count_of, pick, reply_of, rows_of
from tools.cortex.errors import BadAnswer, InvalidRequest, NotFound
from tools.cortex.filters import InventoryFilter, InventorySort, inventory_filters
from tools.cortex.issues import check_window
from tools.cortex.model import Asset, Collected, FieldInfo
from tools.cortex.paging import DEFAULT_CAP, Page, collect, collected
from tools.cortex.records import asset_from, field_from
from tools.cortex.transport import Transport

PAGE_SIZE = 1000
Filters = InventoryFilter | Sequence[InventoryFilter] | None


class AssetsApi:
    """The asset inventory."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def search(
        self,
        filters: Filters = None,
        sort: Sequence[InventorySort] = (),
        search_from: int = 0,
        search_to: int = PAGE_SIZE,
        on_demand_fields: Sequence[str] = (),
    ) -> Collected[Asset]:
        """One page, at most 1000 wide."""
        check_window(search_from, search_to, PAGE_SIZE)
        as_of = datetime.fromtimestamp(self._transport.clock.time(), UTC)
        page = await self._page(filters, sort, search_from, search_to, on_demand_fields)
        return collected(page, search_from, search_to, as_of)

    async def search_all(
        self,
        filters: Filters = None,
        sort: Sequence[InventorySort] = (),
        cap: int = DEFAULT_CAP,
        on_demand_fields: Sequence[str] = (),
    ) -> Collected[Asset]:
        """Every matching asset up to `cap`."""

        async def fetch(search_from: int, search_to: int) -> Page[Asset]:
            return await self._page(filters, sort, search_from, search_to, on_demand_fields)

        return await collect(fetch, page_size=PAGE_SIZE, cap=cap, clock=self._transport.clock)

    async def get(self, asset_id: str) -> Asset:
        """One asset by its id. Raises `NotFound`."""
        reply = reply_of(await self._transport.get(f"assets/{_segment(asset_id)}"))
        rows = rows_of(reply, "data", where="assets")
        if not rows:
            raise NotFound(f"no asset {asset_id}", where="assets")
        return asset_from(rows[0])

    async def raw_fields(self, asset_id: str) -> dict[str, Any]:
        """What each source says of the asset; cloud configuration is under `Platform Discovery`."""
        where = "assets/raw_fields"
        reply = reply_of(await self._transport.get(f"assets/{_segment(asset_id)}/raw_fields"))
        rows = rows_of(reply, "data", where=where)
        if not rows:
            raise NotFound(f"no asset {asset_id}", where=where)
        fields = pick(rows[0], "xdm__asset__raw_fields", "xdm.asset.raw_fields")
        if fields is None:
            return {}
        if not isinstance(fields, dict):
            raise BadAnswer("raw fields that are not an object", where=where)
        return fields

    async def schema(self) -> tuple[FieldInfo, ...]:
        """The fields that assets have here."""
        body = await self._transport.get("assets/schema")
        reply = reply_of(body[0] if isinstance(body, list) and body and "reply" in body[0] else body)
        return tuple(
            field_from(row, where="assets/schema") for row in rows_of(reply, "data", where="assets/schema")
        )

    async def _page(
        self,
        filters: Filters,
        sort: Sequence[InventorySort],
        search_from: int,
        search_to: int,
        on_demand_fields: Sequence[str],
    ) -> Page[Asset]:
        data: dict[str, Any] = {"search_from": search_from, "search_to": search_to}
        tree = inventory_filters(filters)
        if tree is not None:
            data["filters"] = tree
        if sort:
            data["sort"] = [part.wire() for part in sort]
        if on_demand_fields:
            data["on_demand_fields"] = list(on_demand_fields)
        reply = reply_of(await self._transport.post("assets", {"request_data": data}))
        rows = rows_of(reply, "data", where="assets")
        metadata = pick(reply, "metadata")
        return Page(tuple(asset_from(row) for row in rows), count_of(metadata, "filter_count", "total_count"))


def _segment(asset_id: str) -> str:
    if not asset_id.strip() or len(asset_id) > 2000 or asset_id.strip() in (".", ".."):
        raise InvalidRequest(f"{asset_id!r} is not an asset id", outcome="not_sent")
    return quote(asset_id, safe="")
