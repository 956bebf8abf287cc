"""xql/*: start, results, stream, quota, data sets. Source: Cortex platform OpenAPI."""

from __future__ import annotations

import asyncio
import csv
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tools.tenant.server.answers import ApiError, bad, reply
from tools.tenant.server.context import Context
from tools.tenant.server.filtering import moment
from tools.tenant.server.jobs import Job
from tools.tenant.server.queries import Question
from tools.tenant.server.requests import choice, only, request_data, text, whole
from tools.tenant.server.spool import INLINE

_DEFAULT_BACK = timedelta(hours=24)
_LONGEST_QUERY = 100_000
_PATIENCE_S = 0.2  # how long a look that asks for the present state waits for a query that is about to end
REVISION = "x-posture-revision"
_SYSTEM = frozenset(
    {
        "issues",
        "findings",
        "asset_inventory",
        "issue_to_asset",
        "cases",
        "case_to_issue",
        "management_auditing",
    }
)


async def start(context: Context, request: Request) -> Response:
    """POST xql/start_xql_query: the id of the job."""
    data = request_data(await context.body(request))
    only(data, ("query", "timeframe", "tenants"))
    query = text(data.get("query"), "query")
    if len(query) > _LONGEST_QUERY:
        raise bad(f"is longer than {_LONGEST_QUERY} characters", "query")
    tenants = data.get("tenants")
    if tenants is not None and (not isinstance(tenants, list) or tenants):
        raise bad("this tenant has no child tenants", "tenants")
    begin, end = _window(data.get("timeframe"))
    limits = context.config
    asked = Question(
        query, begin, end, data.get("timeframe") is not None, limits.xql_max_rows, limits.xql_timeout_s
    )
    return reply(context.jobs.start(asked).id)


def _window(timeframe: Any) -> tuple[datetime, datetime]:
    now = datetime.now(UTC).replace(tzinfo=None)
    if timeframe is None:
        return now - _DEFAULT_BACK, now
    if not isinstance(timeframe, dict):
        raise bad("must be an object", "timeframe")
    if set(timeframe) == {"relativeTime"}:
        back = whole(timeframe["relativeTime"], "timeframe.relativeTime")
        if back <= 0:
            raise bad("must be positive", "timeframe.relativeTime")
        try:
            return now - timedelta(milliseconds=back), now
        except OverflowError:
            return datetime(1, 1, 1), now
    if set(timeframe) != {"from", "to"}:
        raise bad("has either from and to, or relativeTime", "timeframe")
    begin = moment(whole(timeframe["from"], "timeframe.from"), "timeframe.from")
    end = moment(whole(timeframe["to"], "timeframe.to"), "timeframe.to")
    if begin >= end:
        raise bad("from must lie before to", "timeframe")
    return begin, end


async def results(context: Context, request: Request) -> Response:
    """POST xql/get_query_results: the state, and rows inline up to 1000, else a stream id."""
    data = request_data(await context.body(request))
    only(data, ("query_id", "pending_flag", "limit", "format"))
    job = context.jobs.get(text(data.get("query_id"), "query_id"))
    pending = data.get("pending_flag", True)
    if not isinstance(pending, bool):
        raise bad("must be true or false", "pending_flag")
    limit = None if data.get("limit") is None else whole(data["limit"], "limit")
    if limit is not None and limit < 1:
        raise bad("must be positive", "limit")
    form = choice(data.get("format", "json"), "format", ("json", "csv"))
    try:
        async with asyncio.timeout(_PATIENCE_S if pending else context.config.xql_timeout_s + 5):
            await job.done.wait()
    except TimeoutError:
        pass
    answer = reply(_state(context, job, limit, form))
    answer.headers[REVISION] = job.revision
    return answer


def _state(context: Context, job: Job, limit: int | None, form: str) -> dict[str, Any]:
    live = context.config.spelling == "live"
    state: dict[str, Any] = {"status": job.status}
    if not job.done.is_set():
        return state
    state["query_cost_charged" if live else "query_cost"] = {"local": job.cost}
    state["remaining_quota"] = context.jobs.remaining
    if live:
        state["remaining_yearly_quota"] = context.jobs.remaining * 365
    if job.rows is None:
        return state | {"number_of_results": 0, "error_details": job.error}
    count = len(job.rows) if limit is None else min(limit, len(job.rows))
    state["number_of_results"] = job.total
    if count > INLINE:
        return state | {"results": {"stream_id": f"{job.id}_{count}"}}
    rows = job.rows.head(count)
    return state | {"results": {"data": rows if form == "json" else _csv(rows)}}


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows(dict(row) for row in rows)
    return out.getvalue()


async def stream(context: Context, request: Request) -> Response:
    """POST xql/get_query_results_stream: one row per line, gzipped if asked for."""
    data = request_data(await context.body(request))
    only(data, ("stream_id", "is_gzip_compressed"))
    name = text(data.get("stream_id"), "stream_id")
    packed = data.get("is_gzip_compressed", False)
    if not isinstance(packed, bool):
        raise bad("must be true or false", "is_gzip_compressed")
    job_id, _, count = name.rpartition("_")
    job = context.jobs.get(job_id) if count.isascii() and count.isdigit() else None
    if job is None or job.rows is None:
        raise ApiError(400, "There is no such stream", name[:100])
    lines = job.rows.lines(int(count))
    return StreamingResponse(
        _gzipped(lines) if packed else lines,
        media_type="application/gzip" if packed else "application/x-ndjson",
        headers={REVISION: job.revision},
    )


def _gzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)  # it is read on this machine
    for piece in pieces:
        packed = packer.compress(piece)
        if packed:
            yield packed
    yield packer.flush()


async def quota(context: Context, request: Request) -> Response:
    """POST xql/get_quota."""
    only(request_data(await context.body(request)), ())
    counters = context.jobs.quota()
    if context.config.spelling == "documented":
        del counters["daily_used_quota"]
    return reply(counters)


async def datasets(context: Context, request: Request) -> Response:
    """POST xql/get_datasets."""
    only(request_data(await context.body(request)), ())

    def read() -> list[dict[str, Any]]:
        lookups = set(context.database.lookups())
        return [_dataset(context, name, n, name in lookups) for name, n in context.database.counts().items()]

    return reply(await context.run(read))


def _dataset(context: Context, name: str, rows: int, lookup: bool) -> dict[str, Any]:
    kind = "Lookup" if lookup else "System" if name in _SYSTEM else "Raw"
    values = {
        "dataset_name": name,
        "type": kind,
        "log_update_type": "State" if name in _SYSTEM and name != "management_auditing" else "Logs",
        "total_events": rows,
        "total_days_stored": 0,
        "default_query_target": False,
    }
    if context.config.spelling == "documented":
        return values
    live = {key.replace("_", " ").title(): value for key, value in values.items()}
    return live | {"Default Query Target": "FALSE"}
