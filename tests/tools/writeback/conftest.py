"""A service over a scripted tenant and a real database."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tools.store.conftest import DATABASES, own_schema
from tests.tools.writeback.fakes import Clock, FakeTenant
from tools.store import Store
from tools.writeback import Limits, Policy, WritebackService
from tools.writeback.gate import RoleLookup

_CLEAN = """
ALTER TABLE audit_rows DISABLE TRIGGER USER;
DELETE FROM outbox; DELETE FROM approvals; DELETE FROM proposals; DELETE FROM audit_rows; DELETE FROM audit_head;
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, repeat('0', 64));
ALTER TABLE audit_rows ENABLE TRIGGER USER;
"""


async def _migrate(url: str) -> None:
    async with await Store.open(url) as store:
        await store.migrate()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "posture.db"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_schema(postgres_url: str) -> Iterator[str]:
    """A migrated schema on PostgreSQL for the whole session."""
    with own_schema(postgres_url) as url:
        asyncio.run(_migrate(url))
        yield url


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database without rows: once per test on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("template"), tmp_path / "posture.db")
        return f"sqlite:///{tmp_path / 'posture.db'}"
    import psycopg

    url: str = request.getfixturevalue("migrated_schema")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_CLEAN)
    return url


@dataclass
class Bench:
    """Everything that a test of write-back needs; `service()` makes one more process over the same rows."""

    store: Store
    tenant: FakeTenant
    clock: Clock

    def service(
        self, policy: Policy | None = None, *, limits: Limits | None = None, roles: RoleLookup | None = None
    ) -> WritebackService:
        return WritebackService(
            self.store,
            self.tenant,
            policy,
            limits=limits,
            roles=roles,
            clock=self.clock,
            sleep=self.clock.sleep,
        )


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[Bench]:
    """An empty, migrated database with a tenant of one issue, 48213, of severity MEDIUM."""
    clock = Clock()
    async with await Store.open(database_url) as store:
        yield Bench(store, FakeTenant(clock), clock)
