"""A small estate in memory behind the server, and a client that speaks to it without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tools.cortex.client import CortexClient
from tools.cortex.config import AdvancedKey, CortexConfig, RetryPolicy
from tools.tenant.database import TenantDatabase
from tools.tenant.server import TenantConfig, create_app
from tools.tenant.server.queries import Runner

KEY = "s" * 128
BASE = "http://tenant.local"
NOON = datetime(2026, 1, 2, 12, 0, 0)
NOON_MS = 1767355200000


def config(**settings: Any) -> TenantConfig:
    return TenantConfig(**({"key_id": "1", "key": KEY} | settings))


def issue(number: int, **fields: Any) -> dict[str, Any]:
    """An issue row; keyword names have `__` for a dot."""
    base: dict[str, Any] = {
        "id": number,
        "external_id": f"ext-{number}",
        "name": f"Issue {number}",
        "description": "d",
        "severity": "HIGH",
        "domain": "POSTURE",
        "category": "CONFIGURATION",
        "owner": "Prowler",
        "detection.method": "Custom Issue",
        "detection.rule_id": "s3_bucket_public",
        "status.progress": "New",
        "observation_time": "2026-01-02 12:00:00",
        "last_modified": "2026-01-02 12:00:00",
        "asset_ids": ["a1"],
        "finding_ids": [f"f{number}"],
        "normalized_fields": '{"xdm.cloud.region": "eu-west-1", "xdm.cloud.project": "payments", '
        '"xdm.finding.status": "FAIL"}',
    }
    named = {f"xdm.issue.{k}": v for k, v in base.items()}
    named |= {f"xdm.issue.{k.replace('__', '.')}": v for k, v in fields.items()}
    return named | {"_time": "2026-01-02 12:00:00", "_insert_time": "2026-01-02 12:00:00"}


def asset(asset_id: str, **fields: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "id": asset_id,
        "strong_id": f"arn:aws:s3:::{asset_id}",
        "name": f"bucket-{asset_id}",
        "provider": "AWS",
        "realm": "111122223333",
        "cloud.region": "eu-west-1",
        "type.class": "Data",
        "type.category": "Storage Bucket",
        "type.name": "S3 Bucket",
        "type.id": "S3_BUCKET",
        "first_observed": "2026-01-01 00:00:00",
        "last_observed": "2026-01-02 00:00:00",
        "tags": '{"Env": "Prod", "Owner": "payments"}',
        "group_ids": ["7"],
        "raw_fields": '{"Platform Discovery": {"Name": "' + asset_id + '"}}',
    }
    return {f"xdm.asset.{k}": v for k, v in base.items()} | {
        f"xdm.asset.{k.replace('__', '.')}": v for k, v in fields.items()
    }


def fill(database: TenantDatabase, dataset: str, *rows: dict[str, Any]) -> None:
    with database.writing() as cursor:
        names = {name: database.columns(dataset)[name] for row in rows for name in row}
        database.insert(cursor, dataset, names, rows)


@contextmanager
def estate() -> Iterator[TenantDatabase]:
    with TenantDatabase.open(":memory:") as db:
        fill(db, "asset_inventory", asset("a1"), asset("a2", provider="GCP", cloud__region=None, tags=None))
        fill(
            db,
            "issues",
            issue(101),
            issue(102, severity="LOW", asset_ids=["a2"], observation_time="2026-01-02 11:00:00"),
            issue(103, severity="CRITICAL", status__progress="Resolved", asset_ids=[]),
        )
        case = {
            "xdm.case.id": 5,
            "xdm.case.name": "Public data",
            "xdm.case.severity": "HIGH",
            "xdm.case.status_progress": "NEW",
            "xdm.case.domain": "POSTURE",
            "xdm.case.creation_time": "2026-01-02 12:00:00",
        }
        fill(db, "cases", case)
        fill(db, "case_to_issue", *({"xdm.case.id": 5, "xdm.issue.id": i} for i in (101, 102)))
        yield db


@pytest.fixture
def database() -> Iterator[TenantDatabase]:
    with estate() as db:
        yield db


@pytest.fixture(scope="module")
def unchanged() -> Iterator[TenantDatabase]:
    """The same estate for all tests of a module that only read."""
    with estate() as db:
        yield db


@asynccontextmanager
async def connected(
    database: TenantDatabase,
    *,
    runner: Runner | None = None,
    retry: RetryPolicy | None = None,
    **settings: Any,
) -> AsyncIterator[CortexClient]:
    app = create_app(database, config(**settings), runner=runner)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    cortex = CortexConfig(
        base_url=BASE,
        auth=AdvancedKey(key_id="1", key=KEY),
        retry=retry or RetryPolicy(wait_initial_s=0, wait_jitter_s=0, wait_max_s=0),
    )
    async with CortexClient(cortex, transport=transport) as client:
        try:
            yield client
        finally:
            await app.state.jobs.close()


@pytest_asyncio.fixture
async def client(database: TenantDatabase) -> AsyncIterator[CortexClient]:
    async with connected(database) as found:
        yield found


@pytest_asyncio.fixture
async def reader(unchanged: TenantDatabase) -> AsyncIterator[CortexClient]:
    """A client for tests that only read."""
    async with connected(unchanged) as found:
        yield found
