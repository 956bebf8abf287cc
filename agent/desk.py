"""Write-back for a process: our database, the service over it, and the task that finishes what was left open.

Opened when first needed, because a question that proposes nothing should not pay for a database library.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from agent.logs import get_logger
from agent.settings import Settings
from tools.cortex import CortexClient

if TYPE_CHECKING:
    from tools.store import Store
    from tools.writeback import WritebackService
    from tools.writeback.gate import RoleLookup

_log = get_logger(__name__)
_RECOVER_EVERY_S = 45.0

SHELL = "@shell"
"""Ends the names of people who decide from the command line: they are not in the chat's users file."""


class WritebackDesk:
    """Holds the store and the service of one process."""

    def __init__(self, settings: Settings, client: CortexClient, roles: RoleLookup | None = None) -> None:
        self._settings = settings
        self._client = client
        self._roles = roles
        self._opening = asyncio.Lock()
        self._store: Store | None = None
        self._service: WritebackService | None = None
        self._recovering: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._recovering is not None:
            self._recovering.cancel()
            await asyncio.gather(self._recovering, return_exceptions=True)
        if self._service is not None:
            await self._service.close()
        if self._store is not None:
            await self._store.close()

    @property
    def unused(self) -> bool:
        """Whether nothing has needed write-back so far."""
        return self._service is None

    @property
    def store(self) -> Store:
        assert self._store is not None, "await desk.service() first"
        return self._store

    @property
    def writeback(self) -> WritebackService:
        assert self._service is not None, "await desk.service() first"
        return self._service

    async def service(self) -> WritebackService:
        """The service over our migrated database. Raises `DatabaseUnreachable`, `SchemaTooNew`."""
        async with self._opening:
            if self._service is None:
                from tools.writeback import Limits, Phase, Policy, WritebackService

                self._store = await open_migrated(self._settings)
                self._service = WritebackService(
                    self._store,
                    self._client,
                    Policy(phase=Phase(self._settings.phase)),
                    limits=Limits(expiry=timedelta(hours=self._settings.approval_hours)),
                    roles=self._roles,
                )
            return self._service

    async def keep_recovering(self) -> None:
        """Finish what was approved and left open, now and now and then: a lost answer settles only with time."""
        service = await self.service()

        async def keep_on() -> None:
            while True:
                try:
                    await service.recover()
                except Exception:  # noqa: BLE001 - tenant or database may be away; the next round tries again
                    _log.warning("recovery of approved write-backs failed; it is tried again", exc_info=True)
                await asyncio.sleep(_RECOVER_EVERY_S)

        self._recovering = asyncio.create_task(keep_on(), name="writeback-recovery")


async def open_migrated(settings: Settings) -> Store:
    """Our own database, its tables up to date."""
    from tools.store import Store

    if settings.database_url is None:
        settings.prepared_home()
    store = await Store.open(settings.store_url)
    await store.migrate()
    return store


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Our own database for as long as the block lasts."""
    store = await open_migrated(settings)
    try:
        yield store
    finally:
        await store.close()
