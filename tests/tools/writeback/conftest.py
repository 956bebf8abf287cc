"""A service over a scripted tenant and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.tools.store.conftest import database_url
from tests.tools.writeback.fakes import Clock, FakeTenant
from tools.store import Store
from tools.writeback import Limits, Policy, WritebackService
from tools.writeback.gate import RoleLookup

__all__ = ["database_url"]


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
        await store.migrate()
        yield Bench(store, FakeTenant(clock), clock)
