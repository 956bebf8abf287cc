from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tests.tools.findings.test_cortex_records import ASSET, ISSUE
from tools.cortex import InvalidRequest, TimeFrame, Unavailable, XqlRun
from tools.cortex.model import Collected
from tools.cortex.records import issue_from
from tools.findings.errors import BadFilterError, UnknownFindingError
from tools.findings.filters import FindingFilter
from tools.findings.lookup import FindingLookup

NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Tenant:
    """A tenant that answers from lists and counts what it was asked."""

    def __init__(self, generation: str = "platform", revision: str | None = "1") -> None:
        self.config = SimpleNamespace(generation=generation)
        self.xql = self.issues = self.alerts = self.system = self
        self.revision = revision
        self.rows: dict[str, list[dict[str, Any]]] = {
            "issues": [ISSUE],
            "asset_inventory": [ASSET],
            "findings": [],
        }
        self.asked: list[str] = []
        self.refuse: tuple[str, ...] = ()
        self.total: int | None = None

    async def run(
        self, query: str, *, timeframe: TimeFrame | None = None, limit: int | None = None
    ) -> XqlRun:
        assert timeframe is not None, "a state dataset must not be cut by the default time frame"
        dataset = query.split()[2]
        self.asked.append(dataset)
        await asyncio.sleep(0)
        if any(word in query for word in self.refuse):
            raise InvalidRequest("unknown field", outcome="refused")
        rows = tuple(self.rows[dataset])
        total = self.total or len(rows)
        return XqlRun(
            rows=rows, total=total, returned=len(rows), truncated=len(rows) < total, as_of=NOW, query_id="q"
        )

    async def run_each(self, query: str, take: Any, *, ahead: Any, timeout_s: float, **asked: Any) -> XqlRun:
        run = await self.run(query, **asked)
        if run.rows:
            await ahead(run.rows[-1], len(run.rows))
        for row in run.rows:
            take(row)
        return run.model_copy(update={"rows": ()})

    async def search_all(self, *, cap: int) -> Collected[Any]:
        self.asked.append("search")
        items = (issue_from({"id": 42, "name": "n", "severity": "HIGH", "status.progress": "New"}),)
        return Collected(items=items, total=1, returned=1, truncated=False, as_of=NOW)

    async def healthcheck(self) -> str:
        return "available"


async def test_a_snapshot_reads_each_thing_once() -> None:
    tenant = Tenant()
    lookup = FindingLookup(tenant)
    one, other = await asyncio.gather(lookup.snapshot(), lookup.snapshot())
    assert one is other
    assert sorted(tenant.asked) == ["asset_inventory", "issues"]
    assert [f.tags for f in one] == [{"Owner": "data-eng"}]
    assert one.complete
    assert one.revision == "1"


async def test_a_new_revision_is_read_anew() -> None:
    tenant = Tenant()
    lookup = FindingLookup(tenant)
    before = await lookup.snapshot()
    tenant.rows["issues"] = [ISSUE, ISSUE | {"xdm.issue.id": 43}]
    assert await lookup.snapshot() is before
    tenant.revision = "2"
    assert len(await lookup.snapshot()) == 2


async def test_a_write_during_the_read_is_not_missed() -> None:
    tenant = Tenant()
    lookup = FindingLookup(tenant)
    run = tenant.run

    async def write_meanwhile(query: str, **rest: Any) -> XqlRun:
        answer = await run(query, **rest)
        tenant.revision = "2"
        return answer

    tenant.run = write_meanwhile  # type: ignore[method-assign]
    assert (await lookup.snapshot()).revision == "1"
    tenant.asked.clear()
    await lookup.snapshot()
    assert "issues" in tenant.asked


async def test_without_a_revision_time_decides() -> None:
    tenant = Tenant(revision=None)
    await (lookup := FindingLookup(tenant)).snapshot()
    await lookup.snapshot()
    assert tenant.asked.count("issues") == 1
    await (stale := FindingLookup(tenant, time_to_live_s=0)).snapshot()
    await stale.snapshot()
    assert tenant.asked.count("issues") == 3


async def test_forget_reads_anew() -> None:
    tenant = Tenant()
    lookup = FindingLookup(tenant)
    await lookup.snapshot()
    lookup.forget()
    await lookup.snapshot()
    assert tenant.asked.count("issues") == 2


async def test_a_refused_query_falls_back_to_paging() -> None:
    tenant = Tenant()
    tenant.refuse = ("dataset = issues", "raw_fields")
    found = await FindingLookup(tenant).snapshot()
    assert "search" in tenant.asked
    # With all columns, without the time of insertion, without the configuration.
    assert tenant.asked.count("asset_inventory") == 3
    assert [f.issue_id for f in found] == [42]


async def test_a_tenant_that_is_down_is_an_error() -> None:
    tenant = Tenant()

    async def down(query: str, **_: Any) -> XqlRun:
        raise Unavailable("no answer", where="xql")

    tenant.run = down  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await FindingLookup(tenant).snapshot()


async def test_the_classic_generation_has_alerts_only() -> None:
    tenant = Tenant(generation="classic")
    lookup = FindingLookup(tenant)
    assert len(await lookup.snapshot()) == 1
    assert len(await lookup.evidence()) == 1
    assert set(tenant.asked) == {"search"}


async def test_what_could_not_all_be_read_is_said() -> None:
    tenant = Tenant()
    tenant.total = 500_000
    found = await FindingLookup(tenant).snapshot()
    assert not found.complete
    assert found.total == 500_000
    assert not (await FindingLookup(tenant).search()).complete


async def test_other_domains_and_closed_issues_are_no_open_findings() -> None:
    tenant = Tenant()
    tenant.rows["issues"] = [
        ISSUE,
        ISSUE | {"xdm.issue.id": 43, "xdm.issue.domain": "SECURITY"},
        ISSUE | {"xdm.issue.id": 44, "xdm.issue.status.progress": "RESOLVED"},
    ]
    lookup = FindingLookup(tenant)
    assert [f.id for f in await lookup.snapshot()] == ["42"]
    assert [f.id for f in await lookup.snapshot(resolved=True)] == ["42", "44"]
    assert [f.id for f in (await lookup.search(FindingFilter(status="resolved"))).findings] == ["44"]


async def test_get_by_either_id() -> None:
    tenant = Tenant()
    tenant.rows["issues"] = [ISSUE | {"xdm.issue.normalized_fields": {"xdm.finding.uid": "prowler-abc"}}]
    tenant.rows["findings"] = [
        {"xdm.finding.id": "passed-1", "xdm.finding.normalized_fields": {"xdm.finding.status": "PASS"}}
    ]
    lookup = FindingLookup(tenant)
    assert (await lookup.get("prowler-abc")).issue_id == 42
    assert (await lookup.get(42)).id == "prowler-abc"
    assert (await lookup.get("passed-1")).issue_id is None
    with pytest.raises(UnknownFindingError) as caught:
        await lookup.get("prowler-abd")
    assert caught.value.suggestions == ("prowler-abc",)


async def test_an_unknown_value_is_no_empty_answer() -> None:
    with pytest.raises(BadFilterError):
        await FindingLookup(Tenant()).search(FindingFilter(region=("eu-wst-1",)))


async def test_an_open_issue_that_no_finding_states_is_evidence() -> None:
    tenant = Tenant()
    asset = ASSET["xdm.asset.id"]
    same = {"xdm.issue.detection.rule_id": "rule_a", "xdm.issue.asset_ids": [asset]}
    tenant.rows["issues"] = [
        ISSUE,
        ISSUE
        | same
        | {"xdm.issue.id": 43, "xdm.issue.external_id": "e43", "xdm.issue.normalized_fields": {}},
        ISSUE | {"xdm.issue.id": 44, "xdm.issue.external_id": "f9|p", "xdm.issue.normalized_fields": {}},
        ISSUE | {"xdm.issue.id": 45, "xdm.issue.status.progress": "Resolved", "xdm.issue.external_id": "e45"},
    ]
    tenant.rows["findings"] = [
        {"xdm.finding.id": "f1", "xdm.finding.type_id": "rule_a", "xdm.finding.asset_id": asset},
        {"xdm.finding.id": "f9", "xdm.finding.type_id": "rule_b"},
    ]
    lookup = FindingLookup(tenant)
    found = await lookup.evidence()
    open_issues = {finding.id for finding in await lookup.snapshot()}
    assert [finding.id for finding in found if finding.issue_id is None] == ["f1", "f9"]
    assert [finding.issue_id for finding in found if finding.issue_id is not None] == [42]
    assert (found.total, found.complete, len(open_issues)) == (3, True, 3)
    assert tenant.asked.count("asset_inventory") == 1


class PagedTenant(Tenant):
    """A tenant that keeps to limits and orders, and counts no further than its limit, as the service does."""

    async def run(
        self, query: str, *, timeframe: TimeFrame | None = None, limit: int | None = None
    ) -> XqlRun:
        dataset = query.split()[2]
        key = query.partition("sort asc ")[2].split()[0]
        after = re.search(r"filter \S+ > (\S+)", query)
        rows = sorted(self.rows[dataset], key=lambda row: row[key])
        if after is not None:
            rows = [row for row in rows if row[key] > json.loads(after.group(1))]
        rows = rows[: int(query.rpartition(" ")[2])]
        self.asked.append(dataset)
        return XqlRun(
            rows=tuple(rows), total=len(rows), returned=len(rows), truncated=False, as_of=NOW, query_id="q"
        )


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 8])
async def test_full_pages_are_followed_to_the_end(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.findings.lookup.PAGE_ROWS", 4)
    tenant = PagedTenant()
    tenant.rows["issues"] = [ISSUE | {"xdm.issue.id": 40 + n} for n in range(count)]
    tenant.rows["asset_inventory"] = [ASSET | {"xdm.asset.id": f"a{n}"} for n in range(count)]
    known = await FindingLookup(tenant).snapshot()
    assert (len(known), len(known.assets), known.total) == (count, count, count)
    assert known.complete


async def test_more_than_is_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.findings.lookup.PAGE_ROWS", 2)
    monkeypatch.setattr("tools.findings.lookup.MAX_ROWS", 4)
    tenant = PagedTenant()
    tenant.rows["issues"] = [ISSUE | {"xdm.issue.id": 40 + n} for n in range(9)]
    known = await FindingLookup(tenant).snapshot()
    assert len(known) == 4
    assert not known.complete
