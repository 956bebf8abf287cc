"""What every endpoint needs: the store, the settings, a place to do blocking work, the running queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import anyio.to_thread
from starlette.requests import Request

from tools.tenant.server.config import TenantConfig
from tools.tenant.server.requests import body_of

if TYPE_CHECKING:
    from tools.tenant.database import TenantDatabase
    from tools.tenant.server.jobs import Jobs

T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """Handed to every endpoint."""

    database: TenantDatabase
    config: TenantConfig
    jobs: Jobs

    async def body(self, request: Request) -> dict[str, Any]:
        """The request's JSON object."""
        return await body_of(request, self.config.max_body_bytes)

    async def run(self, work: Callable[[], T]) -> T:
        """Do blocking work in a thread, so that the loop stays free."""
        return await anyio.to_thread.run_sync(work)
