"""XQL jobs of the local tenant, through the client."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from tests.tools.tenant.server.conftest import connected, fill, issue
from tools.cortex.client import CortexClient
from tools.cortex.config import RetryPolicy
from tools.cortex.errors import InvalidRequest, ParallelLimit, QuotaExceeded, XqlFailed
from tools.cortex.xql_model import TimeFrame
from tools.tenant.database import TenantDatabase
from tools.tenant.server.queries import Answer, QueryError, Question


async def test_a_query_runs_on_the_store(reader: CortexClient) -> None:
    run = await reader.xql.run(
        'dataset = issues | filter xdm.issue.severity = "HIGH" | fields xdm.issue.id', limit=10
    )
    assert [row["xdm.issue.id"] for row in run.rows] == [101]
    assert (run.total, run.returned, run.truncated, run.partial) == (1, 1, False, False)
    assert run.cost is not None


async def test_times_are_epoch_milliseconds(reader: CortexClient) -> None:
    run = await reader.xql.run("dataset = issues | fields _time | limit 1")
    assert run.rows[0]["_time"] > 1_700_000_000_000


async def test_a_wrong_query_fails_with_the_reason(reader: CortexClient) -> None:
    with pytest.raises(XqlFailed) as caught:
        await reader.xql.run("dataset = issues | wher a = 1")
    assert "line 1" in caught.value.detail


async def test_more_than_1000_rows_come_as_a_stream(client: CortexClient, database: TenantDatabase) -> None:
    fill(database, "issues", *(issue(i, asset_ids=[]) for i in range(1000, 3500)))
    everything = await client.xql.run("dataset = issues | fields xdm.issue.id", limit=10_000)
    assert (everything.total, everything.returned, everything.truncated) == (2503, 2503, False)
    assert len({row["xdm.issue.id"] for row in everything.rows}) == 2503
    some = await client.xql.run("dataset = issues | fields xdm.issue.id", limit=1500)
    assert (some.total, some.returned, some.truncated) == (2503, 1500, True)
    few = await client.xql.run("dataset = issues | fields xdm.issue.id", limit=7)
    assert (few.total, few.returned, few.truncated) == (2503, 7, True)
    query_id = await client.xql.start("dataset = issues | fields xdm.issue.id")
    look = await client.xql.results(query_id, limit=2000, pending=False)
    plain = [row async for row in client.xql.stream(look.stream_id or "", compressed=False)]
    assert len(plain) == 2000


async def test_totals_beyond_what_is_kept_are_still_exact(unchanged: TenantDatabase) -> None:
    async with connected(unchanged, xql_max_rows=2) as client:
        run = await client.xql.run("dataset = issues | fields xdm.issue.id")
    assert (run.total, run.returned, run.truncated) == (3, 2, True)


class Gate:
    """A runner that waits until it is let go, and keeps the questions."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.questions: list[Question] = []
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def __call__(self, database: TenantDatabase, cursor: Any, question: Question) -> Answer:
        with self._lock:
            self.questions.append(question)
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            assert self.open.wait(10)
            if question.text == "bad":
                raise QueryError("it is bad")
            return Answer([{"n": 1}], 1)
        finally:
            with self._lock:
                self._now -= 1


async def test_the_fifth_query_is_refused_and_counted(unchanged: TenantDatabase) -> None:
    gate = Gate()
    async with connected(unchanged, runner=gate) as client:
        ids = [await client.xql.start(f"q{i}") for i in range(4)]
        with pytest.raises(ParallelLimit):
            await client.xql.start("q5")
        pending = await client.xql.results(ids[0])
        assert pending.status == "PENDING"
        quota = await client.xql.quota()
        assert quota.current_concurrent_active_queries_count == 4
        assert quota.total_daily_concurrent_rejected_queries == 1
        gate.open.set()
        assert (await client.xql.results(ids[3], pending=False)).status == "SUCCESS"


async def test_a_client_with_many_queries_keeps_to_four(unchanged: TenantDatabase) -> None:
    gate = Gate()
    async with connected(unchanged, runner=gate) as client:
        tasks = [asyncio.ensure_future(client.xql.run(f"q{i}")) for i in range(9)]
        while len(gate.questions) < 4:
            await asyncio.sleep(0.001)
        gate.open.set()
        runs = await asyncio.gather(*tasks)
        quota = await client.xql.quota()
    assert len(runs) == 9
    assert gate.most <= 4
    assert quota.total_daily_concurrent_rejected_queries == 0


async def test_no_quota_no_query(unchanged: TenantDatabase) -> None:
    async with connected(unchanged, xql_daily_quota=0) as client:
        with pytest.raises(QuotaExceeded):
            await client.xql.run("dataset = issues")


async def test_time_frames_reach_the_query(unchanged: TenantDatabase) -> None:
    gate = Gate()
    gate.open.set()
    async with connected(unchanged, runner=gate) as client:
        await client.xql.run("a", timeframe=TimeFrame(from_ms=0, to_ms=86_400_000))
        await client.xql.run("b", timeframe=TimeFrame(relative_ms=3_600_000))
        await client.xql.run("c")
    first, second, third = gate.questions
    assert (first.start.isoformat(), first.end.isoformat()) == ("1970-01-01T00:00:00", "1970-01-02T00:00:00")
    assert (second.end - second.start).total_seconds() == 3600
    assert (first.explicit, second.explicit, third.explicit) == (True, True, False)
    assert (third.end - third.start).total_seconds() == 86_400


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("xql/start_xql_query", {"query": ""}),
        ("xql/start_xql_query", {"query": "x", "timeframe": {"from": 5, "to": 5}}),
        ("xql/start_xql_query", {"query": "x", "timeframe": {"from": 5}}),
        ("xql/start_xql_query", {"query": "x", "timeframe": {"relativeTime": -1}}),
        ("xql/start_xql_query", {"query": "x", "tenants": ["other"]}),
        ("xql/start_xql_query", {"query": "x", "surprise": 1}),
        ("xql/get_query_results", {"query_id": "no"}),
        ("xql/get_query_results_stream", {"stream_id": "no_5"}),
    ],
)
async def test_bad_requests_are_400(reader: CortexClient, path: str, data: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await reader.xql._transport.post(path, {"request_data": data})
    assert caught.value.status == 400


@pytest.mark.parametrize("spelling", ["live", "documented"])
async def test_datasets_in_both_spellings(unchanged: TenantDatabase, spelling: str) -> None:
    async with connected(unchanged, spelling=spelling) as client:
        found = {d.name: d for d in await client.xql.datasets()}
    assert found["issues"].total_events == 3
    assert found["issues"].type == "System"
    assert found["issues"].default_query_target is False


async def test_lookups_add_update_read_remove(client: CortexClient) -> None:
    await client.xql.add_dataset("posture_scores", {"finding_id": "text", "score": "number"})
    rows = [{"finding_id": "a", "score": 1.5}, {"finding_id": "b", "score": 2}]
    added = await client.xql.lookups_add("posture_scores", rows, ["finding_id"])
    assert (added.added, added.updated) == (2, 0)
    again = await client.xql.lookups_add("posture_scores", [{"finding_id": "a", "score": 9}], ["finding_id"])
    assert (again.added, again.updated) == (0, 1)
    found = await client.xql.lookups_get("posture_scores", [{"finding_id": "a"}])
    assert found.rows == ({"finding_id": "a", "score": 9.0},)
    assert (found.total, found.truncated) == (1, False)
    capped = await client.xql.lookups_get("posture_scores", limit=1)
    assert (capped.total, capped.returned, capped.truncated) == (2, 1, True)
    run = await client.xql.run("dataset = posture_scores | fields finding_id, score")
    assert run.total == 2
    assert (await client.xql.lookups_remove("posture_scores", [{"finding_id": "a"}])).deleted == 1
    await client.xql.delete_dataset("posture_scores")
    with pytest.raises(InvalidRequest):
        await client.xql.lookups_get("posture_scores")


async def test_the_platforms_own_datasets_are_no_lookups(client: CortexClient) -> None:
    with pytest.raises(InvalidRequest):
        await client.xql.lookups_add("issues", [{"xdm.issue.id": 1}])
    with pytest.raises(InvalidRequest):
        await client.xql.delete_dataset("issues")


async def test_results_bear_the_revision_they_were_read_at(database: TenantDatabase) -> None:
    gate = Gate()
    async with connected(database, runner=gate, retry=RetryPolicy(attempts=1)) as client:
        query_id = await client.xql.start("q")
        before = client.revision
        fill(database, "issues", issue(900))
        gate.open.set()
        await client.xql.results(query_id, pending=False)
        assert client.revision == before
        await client.xql.quota()
        assert client.revision != before
