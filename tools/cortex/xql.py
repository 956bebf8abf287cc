"""XQL jobs: start, wait, read rows inline or from a stream. Source: Cortex platform OpenAPI, xql/*.

At most four jobs of this client are in flight; waiting is bounded and backs off; every state of a job is
dealt with: done, done in part, failed, still running, and words we don't know.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from tools.cortex import ndjson
from tools.cortex.decoding import about_capacity, count_of, pick, reply_of, rows_of
from tools.cortex.errors import BadAnswer, InvalidRequest, ParallelLimit, Timeout, XqlFailed
from tools.cortex.lookups import LookupsApi
from tools.cortex.model import as_text
from tools.cortex.transport import Transport
from tools.cortex.xql_model import Dataset, Quota, TimeFrame, XqlResults, XqlRun, number

DEFAULT_LIMIT = 10_000
INLINE_LIMIT = 1000
_DONE = frozenset({"SUCCESS", "PARTIAL_SUCCESS"})
_RUNNING = frozenset({"PENDING", "RUNNING", "IN_PROGRESS", "QUEUED"})
_FAILED = frozenset(
    {"FAIL", "FAILED", "FAILURE", "ERROR", "CANCELED", "CANCELLED", "TIMEOUT", "TIMED_OUT", "ABORTED"}
)
_UNKNOWN_LOOKS = 5
_STREAM = "xql/get_query_results_stream"
_BREATH = 200
_WAIT_FIRST_S = 0.05
_WAIT_MOST_S = 5.0


class XqlApi(LookupsApi):
    """XQL queries, quota, data sets and lookups."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self._slots = asyncio.Semaphore(transport.config.max_xql_jobs)

    async def start(
        self, query: str, *, timeframe: TimeFrame | None = None, tenants: Sequence[str] | None = None
    ) -> str:
        """Start a query and give back its id.

        Without a time frame the tenant's default (24 hours) applies.
        """
        if not query.strip():
            raise InvalidRequest("the query is empty", outcome="not_sent")
        data: dict[str, Any] = {"query": query}
        if timeframe is not None:
            data["timeframe"] = timeframe.wire()
        if tenants is not None:
            data["tenants"] = list(tenants)
        where = "xql/start_xql_query"
        reply = reply_of(await self._transport.post(where, {"request_data": data}))
        found = reply if isinstance(reply, str) else pick(reply, "query_id", "execution_id")
        if not isinstance(found, str) or not found:
            raise BadAnswer("no query id in it", where=where)
        return found

    async def results(self, query_id: str, *, limit: int = INLINE_LIMIT, pending: bool = True) -> XqlResults:
        """Look at a query. `pending` true answers at once; a limit above 1000 may answer with a stream id."""
        where = "xql/get_query_results"
        data = {"query_id": query_id, "pending_flag": pending, "limit": limit, "format": "json"}
        reply = reply_of(await self._transport.post(where, {"request_data": data}))
        status = pick(reply, "status")
        if not isinstance(status, str):
            raise BadAnswer("no status in it", where=where)
        found = pick(reply, "results")
        rows: list[dict[str, Any]] = []
        if isinstance(found, list) or pick(found, "data") is not None:
            rows = rows_of(found, "data", where=where)
        stream = pick(found, "stream_id")
        return XqlResults(
            status=status.strip().upper(),
            total=count_of(reply, "number_of_results"),
            rows=tuple(rows),
            stream_id=stream if isinstance(stream, str) and stream else None,
            cost=number(pick(reply, "query_cost_charged", "query_cost")),
            remaining_quota=number(pick(reply, "remaining_quota")),
            error=_error_text(reply),
        )

    async def stream(
        self, stream_id: str, *, compressed: bool | None = None
    ) -> AsyncGenerator[dict[str, Any]]:
        """The rows of a stream, one by one. Raises `AnswerCut` if it ends early."""
        async with aclosing(self._lines(stream_id, compressed)) as lines:
            async for line in lines:
                yield ndjson.row(line, _STREAM)

    async def _lines(self, stream_id: str, compressed: bool | None = None) -> AsyncGenerator[bytes]:
        if compressed is None:
            compressed = self._transport.config.gzip_streams
        body = {"request_data": {"stream_id": stream_id, "is_gzip_compressed": compressed}}
        most = self._transport.config.max_stream_bytes
        async with self._transport.stream(_STREAM, body) as chunks:
            async for line in ndjson.lines(chunks, where=_STREAM, most_bytes=most):
                yield line

    async def run(
        self,
        query: str,
        *,
        timeframe: TimeFrame | None = None,
        limit: int | None = None,
        timeout_s: float = 120,
        tenants: Sequence[str] | None = None,
    ) -> XqlRun:
        """Run a query to its end and give back at most `limit` rows (10 000 if not given), with the total.

        Raises `XqlFailed` with the tenant's words, `Timeout` when it has not ended after `timeout_s` seconds.
        """
        rows: list[dict[str, Any]] = []
        found = await self.run_each(
            query, rows.append, timeframe=timeframe, limit=limit, timeout_s=timeout_s, tenants=tenants
        )
        return found.model_copy(update={"rows": tuple(rows)})

    async def run_each(
        self,
        query: str,
        take: Callable[[dict[str, Any]], object],
        *,
        timeframe: TimeFrame | None = None,
        limit: int | None = None,
        timeout_s: float = 120,
        tenants: Sequence[str] | None = None,
        ahead: Callable[[dict[str, Any], int], Awaitable[object]] | None = None,
    ) -> XqlRun:
        """Like `run`, but each row is handed to `take` as it comes and none is kept.

        With `ahead` the rows are taken once they have all come, as the text that they are: before the first of them
        it is awaited with the last one and their number. When this raises, `take` may have had some of the rows.
        """
        wanted = DEFAULT_LIMIT if limit is None else limit
        if wanted < 1:
            raise InvalidRequest(
                f"a limit of {wanted} rows", advice="Ask for at least one row.", outcome="not_sent"
            )
        async with self._slots:
            clock = self._transport.clock
            deadline = clock.monotonic() + timeout_s
            as_of = datetime.fromtimestamp(clock.time(), UTC)
            query_id = await self._start_in_turn(query, timeframe, tenants, deadline)
            done = await self._wait(query_id, wanted, deadline, timeout_s)
            returned = 0
            if done.stream_id is None:
                if ahead is not None and done.rows:
                    await ahead(done.rows[:wanted][-1], len(done.rows[:wanted]))
                for row in done.rows[:wanted]:
                    take(row)
                    returned += 1
            elif ahead is None:
                async with aclosing(self.stream(done.stream_id)) as stream:
                    async for row in stream:
                        take(row)
                        returned += 1
                        if returned >= wanted:
                            break
            else:
                returned = await self._when_here(done.stream_id, take, wanted, ahead)
            total = max(done.total if done.total is not None else returned, returned)
            return XqlRun(
                rows=(), total=total, returned=returned, truncated=returned < total, as_of=as_of,
                query_id=query_id, cost=done.cost, remaining_quota=done.remaining_quota, status=done.status,
                partial=done.status != "SUCCESS",
            )  # fmt: skip

    async def _when_here(
        self,
        stream_id: str,
        take: Callable[[dict[str, Any]], object],
        wanted: int,
        ahead: Callable[[dict[str, Any], int], Awaitable[object]],
    ) -> int:
        held: list[bytes] = []
        async with aclosing(self._lines(stream_id)) as lines:
            async for line in lines:
                held.append(line)
                if len(held) >= wanted:
                    break
        if held:
            await ahead(ndjson.row(held[-1], _STREAM), len(held))
        count = len(held)
        held.reverse()
        while held:
            take(ndjson.row(held.pop(), _STREAM))
            if not len(held) % _BREATH:
                await asyncio.sleep(0)  # what was asked for ahead goes on meanwhile
        return count

    async def quota(self) -> Quota:
        """Query units used and left, and how many queries run."""
        return Quota.of(reply_of(await self._transport.post("xql/get_quota", {"request_data": {}})))

    async def datasets(self) -> tuple[Dataset, ...]:
        """The data sets of the tenant (their columns are not told; learn them from rows)."""
        where = "xql/get_datasets"
        reply = reply_of(await self._transport.post(where, {"request_data": {}}))
        found = (Dataset.of(row) for row in rows_of(reply, "data", "datasets", where=where))
        return tuple(dataset for dataset in found if dataset is not None)

    async def _start_in_turn(
        self, query: str, timeframe: TimeFrame | None, tenants: Sequence[str] | None, deadline: float
    ) -> str:
        clock = self._transport.clock
        wait_s = _WAIT_FIRST_S * 4
        while True:
            try:
                return await self.start(query, timeframe=timeframe, tenants=tenants)
            except ParallelLimit:
                # Others use the tenant's four slots too; our own never exceed them.
                if clock.monotonic() + wait_s > deadline:
                    raise
            await clock.sleep(wait_s)
            wait_s = min(wait_s * 2, _WAIT_MOST_S)

    async def _wait(self, query_id: str, limit: int, deadline: float, timeout_s: float) -> XqlResults:
        clock = self._transport.clock
        wait_s = _WAIT_FIRST_S
        unknown = 0
        while True:
            look = await self.results(query_id, limit=limit)
            if look.status in _DONE:
                return look
            if look.status in _FAILED:
                kind = about_capacity(look.error) or XqlFailed
                raise kind(look.error or f"state {look.status}", where=query_id, outcome="refused")
            if look.status not in _RUNNING:
                unknown += 1
                if unknown >= _UNKNOWN_LOOKS:
                    raise XqlFailed(
                        f"its state is {look.status}, which is neither running, done nor failed",
                        where=query_id,
                    )
            if clock.monotonic() + wait_s > deadline:
                raise Timeout(
                    f"the query is still {look.status} after {timeout_s:g} s",
                    advice="Narrow the query or its time frame, or allow it more time.",
                    where=query_id,
                )
            await clock.sleep(wait_s)
            wait_s = min(wait_s * 1.6, _WAIT_MOST_S)


def _error_text(reply: Any) -> str:
    details = pick(reply, "error_details", "error_message", "err_msg", "error")
    if isinstance(details, dict):
        inner = pick(details, "message", "err_msg", "msg", "reason", "description")
        details = inner if isinstance(inner, str) and inner else details
    return as_text(details) or ""
