"""Lookup data sets: make, add, read, remove. Source: Cortex platform OpenAPI, xql/lookups/*, xql/add_dataset.

The tenant does not allow concurrent edits of lookups, so writes of this client take turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from tools.cortex.decoding import count_of, pick, reply_of, rows_of
from tools.cortex.errors import InvalidRequest
from tools.cortex.transport import Transport
from tools.cortex.xql_model import LookupChange, XqlRun

COLUMN_TYPES = Literal["text", "number", "bool", "datetime"]
READ_LIMIT = 10_000
_TIMEOUT_S = 180.0


class LookupsApi:
    """Lookup data sets (part of the XQL api object)."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._turn = asyncio.Lock()

    async def add_dataset(self, name: str, columns: Mapping[str, COLUMN_TYPES]) -> str:
        """Make a lookup data set; gives back its name as the tenant stores it."""
        data = {"dataset_name": name, "dataset_type": "lookup", "dataset_schema": dict(columns)}
        reply = reply_of(await self._transport.post("xql/add_dataset", {"request_data": data}, write=True))
        stored = pick(reply, "dataset_name")
        return stored if isinstance(stored, str) else name

    async def delete_dataset(self, name: str, *, force: bool = False) -> None:
        """Delete a data set."""
        data = {"dataset_name": name, "force": force}
        root = self._transport.config.prefix.removesuffix("/v1") + "/v2"
        await self._transport.post("xql/delete_dataset", {"request_data": data}, write=True, root=root)

    async def lookups_add(
        self, name: str, rows: Sequence[Mapping[str, Any]], key_fields: Sequence[str] = ()
    ) -> LookupChange:
        """Add rows; a row whose key fields match an existing one replaces it."""
        missing = sorted({key for key in key_fields for row in rows if key not in row})
        if missing or not rows:
            detail = f"a row lacks its key field {missing[0]}" if missing else "there are no rows to add"
            raise InvalidRequest(detail, outcome="not_sent", write=True)
        data: dict[str, Any] = {"dataset_name": name, "data": [dict(row) for row in rows]}
        if key_fields:
            data["key_fields"] = list(key_fields)
        return await self._change("xql/lookups/add_data", data)

    async def lookups_get(
        self, name: str, filters: Sequence[Mapping[str, Any]] = (), limit: int = READ_LIMIT
    ) -> XqlRun:
        """Rows that match any of `filters` (all fields of one must match); at most 10 000."""
        data: dict[str, Any] = {"dataset_name": name, "limit": max(1, min(limit, READ_LIMIT))}
        if filters:
            data["filters"] = [dict(part) for part in filters]
        where = "xql/lookups/get_data"
        as_of = datetime.fromtimestamp(self._transport.clock.time(), UTC)
        body = await self._transport.post(where, {"request_data": data}, timeout_s=_TIMEOUT_S)
        reply = reply_of(body)
        rows = tuple(rows_of(reply, "data", where=where))
        total = max(count_of(reply, "filter_count") or 0, len(rows))
        return XqlRun(
            rows=rows, total=total, returned=len(rows), truncated=len(rows) < total, as_of=as_of, query_id=""
        )

    async def lookups_remove(self, name: str, filters: Sequence[Mapping[str, Any]]) -> LookupChange:
        """Remove the rows that match any of `filters`; without a filter nothing is removed."""
        if not filters or not all(filters):
            raise InvalidRequest("a removal without a filter", outcome="not_sent", write=True)
        return await self._change(
            "xql/lookups/remove_data", {"dataset_name": name, "filters": [dict(part) for part in filters]}
        )

    async def _change(self, path: str, data: Mapping[str, Any]) -> LookupChange:
        async with self._turn:
            body = await self._transport.post(path, {"request_data": data}, write=True, timeout_s=_TIMEOUT_S)
        reply = reply_of(body)
        return LookupChange(
            added=count_of(reply, "added") or 0,
            updated=count_of(reply, "updated") or 0,
            skipped=count_of(reply, "skipped") or 0,
            deleted=count_of(reply, "deleted") or 0,
        )
