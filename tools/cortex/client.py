"""The client of one Cortex tenant: one connection pool, one identity, one api object per part of the API."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx

from tools.cortex.assets import AssetsApi
from tools.cortex.cases import CasesApi
from tools.cortex.classic import AlertsApi, IncidentsApi
from tools.cortex.clock import Clock, SystemClock
from tools.cortex.config import CortexConfig
from tools.cortex.issues import IssuesApi
from tools.cortex.system import AuditApi, SystemApi
from tools.cortex.transport import Transport
from tools.cortex.war_room import WarRoomApi
from tools.cortex.xql import XqlApi


class CortexClient:
    """Async client of one tenant.

    `async with CortexClient(config) as client: await client.issues.search_all()`. Hand in `transport` to talk to
    an app in process, and `clock` to control time in tests. With `generation="classic"` in the configuration,
    `issues` and `cases` speak to the alerts and incidents of an older tenant, with the same models.
    """

    def __init__(
        self,
        config: CortexConfig,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.config = config
        self._transport = Transport(config, clock or SystemClock(), transport)
        self.assets = AssetsApi(self._transport)
        self.war_room = WarRoomApi(self._transport)
        self.xql = XqlApi(self._transport)
        self.system = SystemApi(self._transport)
        self.audit = AuditApi(self._transport)
        self.alerts = AlertsApi(self._transport)
        self.incidents = IncidentsApi(self._transport)
        classic = config.generation == "classic"
        self.issues: IssuesApi = self.alerts if classic else IssuesApi(self._transport)
        self.cases: CasesApi = self.incidents if classic else CasesApi(self._transport)

    @property
    def revision(self) -> str | None:
        """The last `x-posture-revision` seen; `None` with a tenant that has no such header."""
        return self._transport.revision

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"CortexClient({self.config.base_url!r})"
