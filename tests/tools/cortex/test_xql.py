"""XQL jobs: states, waiting, streams, slots, quota."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.tools.cortex.conftest import FakeClock, Script, make_client
from tools.cortex import errors
from tools.cortex.client import CortexClient
from tools.cortex.xql_model import TimeFrame

ROWS = [{"n": i, "big": 2**63 + i} for i in range(3)]


def done(rows: Any = ROWS, **fields: Any) -> dict[str, Any]:
    return {
        "reply": {
            "status": "SUCCESS", "number_of_results": len(rows), "query_cost_charged": {"1": 0.25, "2": "0.5"},
            "remaining_quota": 4.5, "results": {"data": rows},
        } | fields
    }  # fmt: skip


def state(status: str, **fields: Any) -> dict[str, Any]:
    return {"reply": {"status": status} | fields}


STARTED = {"reply": "abc_1_inv"}


async def test_run(client: CortexClient, script: Script, clock: FakeClock) -> None:
    script.say(STARTED, state("PENDING"), state("pending"), state("RUNNING"), done(number_of_results=50))
    run = await client.xql.run("dataset = issues", timeframe=TimeFrame(from_ms=1, to_ms=2), limit=3)
    assert run.rows == tuple(ROWS)
    assert (run.total, run.returned, run.truncated, run.partial) == (50, 3, True, False)
    assert (run.query_id, run.cost, run.remaining_quota) == ("abc_1_inv", 0.75, 4.5)
    assert script.body(0) == {
        "request_data": {"query": "dataset = issues", "timeframe": {"from": 1, "to": 2}}
    }
    assert script.body(1) == {
        "request_data": {"query_id": "abc_1_inv", "pending_flag": True, "limit": 3, "format": "json"}
    }
    assert clock.slept == sorted(clock.slept)
    assert len(clock.slept) == 3


async def test_documented_spelling_of_the_cost(client: CortexClient, script: Script) -> None:
    script.say(STARTED, done(query_cost_charged=None, query_cost={"1": 0.1}))
    script_run = await client.xql.run("q", timeframe=TimeFrame(relative_ms=86_400_000))
    assert script.body(0)["request_data"]["timeframe"] == {"relativeTime": 86_400_000}
    assert script_run.cost == 0.1


async def test_waiting_ends(client: CortexClient, script: Script, clock: FakeClock) -> None:
    script.by(lambda r: STARTED if r.url.path.endswith("start_xql_query") else state("PENDING"))
    with pytest.raises(errors.Timeout) as caught:
        await client.xql.run("q", timeout_s=60)
    assert "PENDING" in caught.value.detail
    assert sum(clock.slept) <= 60
    assert max(clock.slept) <= 5
    assert len(script.requests) < 40


@pytest.mark.parametrize("status", ["FAIL", "fail", "FAILED", "CANCELED", "TIMEOUT"])
@pytest.mark.parametrize(
    ("details", "says"),
    [
        ("unknown field", "unknown field"),
        ({"message": "unknown field"}, "unknown field"),
        ({"code": 5}, '"code": 5'),
        (None, "state"),
    ],
)
async def test_failure_is_failure(
    client: CortexClient, script: Script, status: str, details: Any, says: str
) -> None:
    script.say(STARTED, state(status, error_details=details, results={"data": ROWS}))
    with pytest.raises(errors.XqlFailed) as caught:
        await client.xql.run("q")
    assert says in caught.value.detail


async def test_a_failure_for_want_of_quota_is_told_apart(client: CortexClient, script: Script) -> None:
    script.say(STARTED, state("FAIL", error_details="XQL quota was exceeded"))
    with pytest.raises(errors.QuotaExceeded):
        await client.xql.run("q")


async def test_partial_success_is_marked(client: CortexClient, script: Script) -> None:
    script.say(STARTED, done(status="PARTIAL_SUCCESS"))
    run = await client.xql.run("q")
    assert run.partial
    assert run.status == "PARTIAL_SUCCESS"


async def test_a_state_nobody_knows_is_neither_success_nor_endless(
    client: CortexClient, script: Script
) -> None:
    script.by(lambda r: STARTED if r.url.path.endswith("start_xql_query") else done(status="ARCHIVED"))
    with pytest.raises(errors.XqlFailed, match="ARCHIVED"):
        await client.xql.run("q")
    assert len(script.requests) <= 8


@pytest.mark.parametrize(
    "answer",
    [
        {"reply": {}},
        {"reply": []},
        {"reply": {"status": 5}},
        {"reply": {"status": "SUCCESS", "results": {"data": "x"}}},
    ],
)
async def test_answers_of_a_wrong_shape(client: CortexClient, script: Script, answer: Any) -> None:
    script.say(STARTED, {"reply": answer})
    with pytest.raises(errors.BadAnswer):
        await client.xql.run("q")


@pytest.mark.parametrize("answer", [{"reply": ""}, {"reply": None}, {"reply": {"x": 1}}, {"reply": 5}])
async def test_no_id_no_query(client: CortexClient, script: Script, answer: Any) -> None:
    script.say(answer)
    with pytest.raises(errors.BadAnswer):
        await client.xql.run("q")


def streamed(content: bytes, **headers: str) -> Callable[[httpx.Request], Any]:
    def answer(request: httpx.Request) -> Any:
        if request.url.path.endswith("start_xql_query"):
            return STARTED
        if request.url.path.endswith("results_stream"):
            return httpx.Response(200, content=content, headers=headers)
        return {"reply": {"status": "SUCCESS", "number_of_results": 3, "results": {"stream_id": "s1"}}}

    return answer


LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (LINES, {}),
        (LINES.rstrip(), {}),
        (b"\n" + LINES.replace(b"\n", b"\r\n\n"), {}),
        (gzip.compress(LINES), {}),
        (gzip.compress(LINES[:30]) + gzip.compress(LINES[30:]), {}),
        (gzip.compress(LINES), {"content-encoding": "gzip"}),
    ],
)
async def test_streams(client: CortexClient, script: Script, content: bytes, headers: dict[str, str]) -> None:
    script.by(streamed(content, **headers))
    run = await client.xql.run("q", limit=5000)
    assert run.rows == tuple(ROWS)
    assert (run.total, run.truncated) == (3, False)
    assert script.body() == {"request_data": {"stream_id": "s1", "is_gzip_compressed": True}}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (LINES[:-5], errors.AnswerCut),
        (gzip.compress(LINES)[:-9], errors.AnswerCut),
        (b"\x1f\x8b\x08garbage", errors.BadAnswer),
        (b"<html>\n", errors.BadAnswer),
        (b"[1]\n", errors.BadAnswer),
        (b'{"reply": {"err_code": 500, "err_msg": "gone"}}\n', errors.Unavailable),
    ],
)
async def test_broken_streams(
    client: CortexClient, script: Script, content: bytes, kind: type[errors.CortexError]
) -> None:
    script.by(streamed(content))
    with pytest.raises(kind):
        await client.xql.run("q", limit=5000)


async def test_a_stream_that_stops_short_is_truncated(client: CortexClient, script: Script) -> None:
    script.by(streamed(LINES[: LINES.index(b"\n") + 1]))
    run = await client.xql.run("q", limit=5000)
    assert (run.total, run.returned, run.truncated) == (3, 1, True)


@pytest.mark.parametrize("limit", [2, 5000])
@pytest.mark.parametrize("in_stream", [True, False])
async def test_whoever_looks_ahead_sees_the_last_row_before_the_first(
    client: CortexClient, script: Script, limit: int, in_stream: bool
) -> None:
    def inline(request: httpx.Request) -> Any:
        if request.url.path.endswith("start_xql_query"):
            return STARTED
        return {"reply": {"status": "SUCCESS", "number_of_results": 3, "results": {"data": ROWS}}}

    script.by(streamed(LINES) if in_stream else inline)
    seen: list[Any] = []

    async def ahead(last: dict[str, Any], count: int) -> None:
        seen.append((last, count))

    run = await client.xql.run_each("q", seen.append, limit=limit, ahead=ahead)
    whole = ROWS[:limit]
    assert seen == [(whole[-1], len(whole)), *whole]
    assert (run.returned, run.truncated) == (len(whole), len(whole) < 3)


@pytest.mark.parametrize("content", [LINES[:-5], b"<html>\n", b'{"a": 1}\n[1]\n{"a": 2}\n'])
async def test_broken_streams_break_for_whoever_looks_ahead(
    client: CortexClient, script: Script, content: bytes
) -> None:
    script.by(streamed(content))

    async def ahead(*_: Any) -> None:
        pass

    with pytest.raises(errors.CortexError):
        await client.xql.run_each("q", lambda _: None, limit=5000, ahead=ahead)


async def test_streams_are_bounded(script: Script, clock: FakeClock) -> None:
    bomb = gzip.compress(b'{"a": "' + b"x" * 3_000_000 + b'"}\n')
    client = make_client(script.by(streamed(bomb)), clock, max_stream_bytes=1_000_000)
    with pytest.raises(errors.AnswerTooLarge):
        await client.xql.run("q", limit=5000)


async def test_slots_taken_by_others_are_waited_for(
    client: CortexClient, script: Script, clock: FakeClock
) -> None:
    busy = {
        "reply": {"err_code": 500, "err_msg": "error", "err_extra": {"err_msg": "parallel running queries"}}
    }
    script.say(httpx.Response(400, json=busy), httpx.Response(500, json=busy), STARTED, done())
    assert (await client.xql.run("q")).total == 3
    assert len(clock.slept) == 2
    script.by(lambda _: httpx.Response(400, json=busy))
    with pytest.raises(errors.ParallelLimit):
        await client.xql.run("q", timeout_s=10)


async def test_at_most_four_at_once_also_when_some_fail(client: CortexClient, script: Script) -> None:
    running = 0
    most = 0

    def answer(request: httpx.Request) -> Any:
        nonlocal running, most
        if request.url.path.endswith("start_xql_query"):
            running += 1
            most = max(most, running)
            return {"reply": f"id-{running}"}
        running -= 1
        return done() if len(script.requests) % 3 else state("FAIL")

    script.by(answer)
    results = await asyncio.gather(*(client.xql.run(f"q{i}") for i in range(20)), return_exceptions=True)
    assert most <= 4
    assert all(isinstance(r, errors.XqlFailed) or not isinstance(r, BaseException) for r in results)
    assert any(isinstance(r, errors.XqlFailed) for r in results)


@pytest.mark.parametrize("query", ["", "  \n"])
async def test_nothing_to_run(client: CortexClient, script: Script, query: str) -> None:
    with pytest.raises(errors.InvalidRequest):
        await client.xql.run(query)
    with pytest.raises(errors.InvalidRequest):
        await client.xql.run("q", limit=0)
    assert script.requests == []


@pytest.mark.parametrize(
    "values",
    [{}, {"from_ms": 1}, {"from_ms": 2, "to_ms": 1}, {"relative_ms": 0}, {"relative_ms": 1, "to_ms": 5}],
)
def test_time_frames_have_one_form(values: dict[str, int]) -> None:
    with pytest.raises(ValueError):
        TimeFrame(**values)


async def test_quota_and_datasets_in_both_spellings(client: CortexClient, script: Script) -> None:
    script.say(
        {"reply": {"license_quota": 5, "used_quota": 0.07, "current_concurrent_active_queries_count": 2}}
    )
    quota = await client.xql.quota()
    assert (quota.license_quota, quota.used_quota, quota.current_concurrent_active_queries_count) == (
        5,
        0.07,
        2,
    )
    script.say(
        {
            "reply": [
                {
                    "Dataset Name": "issues",
                    "Type": "System",
                    "Total Events": 9,
                    "Default Query Target": "TRUE",
                },
                {"dataset_name": "x", "type": "Lookup", "last_updated": 5, "default_query_target": False},
                {"surprise": 1},
            ]
        }
    )
    first, second = await client.xql.datasets()
    assert (first.name, first.total_events, first.default_query_target) == ("issues", 9, True)
    assert (second.name, second.last_updated, second.default_query_target) == ("x", 5, False)


async def test_lookups(client: CortexClient, script: Script) -> None:
    script.say({"added": 1, "updated": 2, "skipped": 3}, {"reply": {"deleted": 4}})
    change = await client.xql.lookups_add("scores", [{"id": "a"}], ["id"])
    assert (change.added, change.updated, change.skipped) == (1, 2, 3)
    assert (await client.xql.lookups_remove("scores", [{"id": "a"}])).deleted == 4
    await_nothing = len(script.requests)
    for rows, keys in (([], []), ([{"x": 1}], ["id"])):
        with pytest.raises(errors.InvalidRequest) as caught:
            await client.xql.lookups_add("scores", rows, keys)
        assert caught.value.safe_to_retry
    nothing: list[list[dict[str, Any]]] = [[], [{}]]
    for filters in nothing:
        with pytest.raises(errors.InvalidRequest):
            await client.xql.lookups_remove("scores", filters)
    assert len(script.requests) == await_nothing
    script.say({"data": [{"id": "a"}], "filter_count": 12, "total_count": 20})
    found = await client.xql.lookups_get("scores", limit=1)
    assert (found.total, found.returned, found.truncated) == (12, 1, True)
    script.say(httpx.Response(200, json={"dataset_name": "scores"}), httpx.Response(200))
    assert await client.xql.add_dataset("scores", {"id": "text"}) == "scores"
    await client.xql.delete_dataset("scores", force=True)
    assert script.paths[-1] == "/public_api/v2/xql/delete_dataset"
