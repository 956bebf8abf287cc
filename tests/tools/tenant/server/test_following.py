"""A later state of a tenant is read by what changed in it, and is what reading all of it gives."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.tools.tenant.server.conftest import asset, connected, fill, issue
from tools.cortex.client import CortexClient
from tools.findings import lookup as lookups
from tools.findings.lookup import FindingLookup
from tools.findings.model import FindingSet
from tools.tenant.database import TenantDatabase
from tools.tenant.loading_datasets import DatasetMerger
from tools.tenant.loading_report import LoadReport

ISSUES, ASSETS = 40, 6
NEWEST = 1
"""What bears the newest time of before is read again: another may have come with it."""
STAMP = "2026-01-02 12:00:00"


class Watched:
    """A client that keeps what is asked and how many rows come."""

    def __init__(self, client: CortexClient, *, counted: bool = True) -> None:
        self._client = client
        self._counted = counted
        self.rows: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    @property
    def revision(self) -> str | None:
        return self._client.revision if self._counted else None

    @property
    def xql(self) -> Any:
        return self

    async def run_each(self, query: str, take: Callable[[Any], object], **asked: Any) -> Any:
        dataset = query.split()[2]
        kind = f"{dataset} numbers" if "| comp" in query else dataset

        def counted(row: Any) -> object:
            self.rows[kind] = self.rows.get(kind, 0) + 1
            return take(row)

        return await self._client.xql.run_each(query, counted, **asked)


@pytest.fixture
def database() -> Iterator[TenantDatabase]:
    with TenantDatabase.open(":memory:") as db:
        assets = [asset(f"a{n}") | {"_insert_time": f"2026-01-01 0{n}:00:00"} for n in range(ASSETS)]
        fill(db, "asset_inventory", *assets)
        stamped = {n: f"2026-01-02 {n // 2:02}:{30 * (n % 2):02}:00" for n in range(ISSUES)}
        fill(
            db,
            "issues",
            *(
                issue(
                    101 + n,
                    asset_ids=[f"a{n % ASSETS}"],
                    last_modified=at,
                    status__progress="Resolved" if n % 7 == 0 else "New",
                    domain="SECURITY" if n % 9 == 0 else "POSTURE",
                )
                for n, at in stamped.items()
            ),
        )
        yield db


@asynccontextmanager
async def watched(database: TenantDatabase, **how: Any) -> AsyncIterator[tuple[Watched, FindingLookup]]:
    async with connected(database) as client:
        seen = Watched(client, **how)
        yield seen, FindingLookup(seen, time_to_live_s=60.0 if how.get("counted", True) else 0.0)


async def whole(client: Any) -> FindingSet:
    """What somebody reads who has read nothing before."""
    return await FindingLookup(client).snapshot(resolved=True)


def alike(one: FindingSet, other: FindingSet) -> bool:
    return (one.findings, dict(one.assets), one.total, one.complete) == (
        other.findings, dict(other.assets), other.total, other.complete,
    )  # fmt: skip


def load(database: TenantDatabase, dataset: str, *rows: dict[str, Any]) -> None:
    loader = DatasetMerger(database, dataset, LoadReport(file="x"), datetime(2026, 3, 1, tzinfo=UTC))
    loader.merge(list(enumerate(rows, 1)))
    loader.finish()


async def test_an_edit_is_read_alone(database: TenantDatabase) -> None:
    async with watched(database) as (seen, lookup):
        before = await lookup.snapshot(resolved=True)
        seen.rows.clear()
        database.update_issue(105, {"severity": "CRITICAL"}, "me")
        after = await lookup.snapshot(resolved=True)
        assert seen.rows.get("issues") == 1 + NEWEST
        assert "asset_inventory" not in seen.rows
        assert alike(after, await whole(seen))
        assert after.by_id["105"].severity.value == "CRITICAL"
        # What did not change is the same object, by which later steps know it.
        assert after.by_id["106"] is before.by_id["106"]
        assert after.assets is before.assets


async def test_new_issues_are_read_alone_and_in_their_place(database: TenantDatabase) -> None:
    async with watched(database) as (seen, lookup):
        await lookup.snapshot()
        seen.rows.clear()
        for n in range(3):
            database.insert_issue({"name": f"new {n}", "severity": "HIGH", "asset_ids": ["a1"]}, "me")
        after = await lookup.snapshot(resolved=True)
        assert seen.rows.get("issues") == 3 + NEWEST
        assert alike(after, await whole(seen))


async def test_an_issue_that_becomes_a_finding_or_ceases_to_be_one(database: TenantDatabase) -> None:
    async with watched(database) as (seen, lookup):
        await lookup.snapshot()
        seen.rows.clear()
        database.update_issue(101, {"domain": "POSTURE"}, "me")
        assert "101" in (await lookup.snapshot(resolved=True)).by_id
        database.update_issue(102, {"domain": "SECURITY"}, "me")
        after = await lookup.snapshot(resolved=True)
        assert "102" not in after.by_id
        assert seen.rows["issues"] < ISSUES
        assert alike(after, await whole(seen))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda db: fill(db, "asset_inventory", asset("a9")), id="an asset more"),
        pytest.param(
            lambda db: load(db, "asset_inventory", asset("a1", name="other") | {"_insert_time": STAMP}),
            id="an asset changed",
        ),
        pytest.param(
            lambda db: load(db, "issues", issue(105, name="another", last_modified="2026-01-02 02:00:00")),
            id="an issue changed without a newer time",
        ),
        pytest.param(
            lambda db: load(db, "issues", issue(900, last_modified="2025-01-01 00:00:00")),
            id="an issue more, of an old time",
        ),
        pytest.param(lambda db: _delete(db, 105), id="an issue less"),
    ],
)
async def test_whatever_times_do_not_tell_is_read_whole(
    database: TenantDatabase, change: Callable[[TenantDatabase], None]
) -> None:
    async with watched(database) as (seen, lookup):
        await lookup.snapshot()
        change(database)
        seen.rows.clear()
        after = await lookup.snapshot(resolved=True)
        assert seen.rows["asset_inventory"] >= ASSETS
        assert alike(after, await whole(seen))


def _delete(database: TenantDatabase, number: int) -> None:
    with database.writing() as cursor:
        cursor.execute('DELETE FROM issues WHERE "xdm.issue.id" = ?', [number])


async def test_a_load_of_new_issues_is_read_alone(database: TenantDatabase) -> None:
    async with watched(database) as (seen, lookup):
        await lookup.snapshot()
        seen.rows.clear()
        load(database, "issues", *(issue(500 + n, last_modified="2026-02-01 00:00:00") for n in range(5)))
        after = await lookup.snapshot(resolved=True)
        assert seen.rows.get("issues") == 5 + NEWEST
        assert alike(after, await whole(seen))


async def test_after_a_write_of_our_own_it_is_asked_and_not_read_whole(database: TenantDatabase) -> None:
    async with watched(database) as (seen, lookup):
        await lookup.snapshot()
        seen.rows.clear()
        lookup.forget()
        after = await lookup.snapshot(resolved=True)
        assert 1 <= seen.rows["issues"] <= NEWEST
        assert "asset_inventory" not in seen.rows
        assert alike(after, await whole(seen))


async def test_many_changes_are_read_whole(database: TenantDatabase) -> None:
    async with watched(database) as (seen, lookup):
        await lookup.snapshot()
        seen.rows.clear()
        for number in range(101, 101 + ISSUES):
            database.update_issue(number, {"severity": "LOW"}, "me")
        after = await lookup.snapshot(resolved=True)
        assert seen.rows["asset_inventory"] == ASSETS
        assert alike(after, await whole(seen))


async def test_a_tenant_that_counts_no_writes_is_followed_by_times_and_read_whole_now_and_then(
    database: TenantDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(database, counted=False) as (seen, lookup):
        await lookup.snapshot()
        seen.rows.clear()
        database.update_issue(105, {"severity": "CRITICAL"}, "me")
        after = await lookup.snapshot(resolved=True)
        assert 1 <= seen.rows["issues"] < ISSUES / 2
        assert "asset_inventory" not in seen.rows
        assert alike(after, await whole(seen))
        monkeypatch.setattr(lookups, "WHOLE_AFTER_S", 0.0)
        seen.rows.clear()
        await lookup.snapshot()
        assert seen.rows["asset_inventory"] == ASSETS


@pytest.mark.parametrize("seed", range(6))
async def test_any_changes_give_what_reading_all_gives(database: TenantDatabase, seed: int) -> None:
    draw = random.Random(seed)
    async with watched(database) as (seen, lookup):
        await lookup.snapshot()
        for step in range(12):
            for _ in range(draw.randint(0, 4)):
                number = 101 + draw.randrange(ISSUES)
                match draw.randrange(7):
                    case 0:
                        database.update_issue(number, {"severity": draw.choice(["LOW", "HIGH"])}, "me")
                    case 1:
                        progress = draw.choice(["Resolved", "New"])
                        database.update_issue(number, {"status.progress": progress}, "me")
                    case 2:
                        domain = draw.choice(["SECURITY", "POSTURE"])
                        database.update_issue(number, {"domain": domain}, "me")
                    case 3:
                        fields = {
                            "name": f"new {step}",
                            "severity": "HIGH",
                            "asset_ids": [f"a{draw.randrange(9)}"],
                        }
                        database.insert_issue(fields, "me")
                    case 4:
                        database.add_entry(number, "looked at", "me")
                    case 5:
                        load(database, "issues", issue(600 + draw.randrange(30), name=f"loaded {step}"))
                    case _:
                        load(database, "asset_inventory", asset(f"a{draw.randrange(9)}", name=f"name {step}"))
            after = await lookup.snapshot(resolved=True)
            assert alike(after, await whole(seen)), (seed, step)
