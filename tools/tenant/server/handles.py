"""A local tenant as other parts hold it: how to reach it, and the three things that only it can do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from tools.cortex.auth import authenticator
from tools.cortex.clock import SystemClock
from tools.cortex.config import CortexConfig
from tools.tenant.errors import LoadError, StoreError
from tools.tenant.loading_report import LoadReport

if TYPE_CHECKING:
    from tools.tenant.database import TenantDatabase

Progress = Callable[[int], None]
_PIECE = 1024 * 1024


class LocalActions(Protocol):
    """What a local tenant does beyond the API."""

    async def info(self) -> dict[str, Any]:
        """Rows per data set, findings by status, open issues by severity, loads, revision."""

    async def load(self, path: Path, *, who: str, on_progress: Progress | None = None) -> LoadReport:
        """Load one file. Raises `LoadError`."""

    async def seed(self, size: str, seed: int) -> dict[str, Any]:
        """Fill an empty store with the made-up estate; gives back its info."""


@dataclass(frozen=True)
class LocalTenant:
    """A local tenant that can be used now.

    `transport` is set when it runs in this process without a socket; hand it to the client together with
    `config`. `url` is set when it listens. `seeded` says that what it holds is the made-up estate.
    """

    config: CortexConfig
    transport: httpx.AsyncBaseTransport | None
    actions: LocalActions
    seeded: bool
    url: str | None = None
    owned: bool = True

    async def info(self) -> dict[str, Any]:
        """See `LocalActions.info`."""
        return await self.actions.info()

    async def load(
        self, path: Path, *, who: str = "local", on_progress: Progress | None = None
    ) -> LoadReport:
        """Load one file. Raises `LoadError` when nothing of it can be loaded."""
        return await self.actions.load(path, who=who, on_progress=on_progress)

    async def seed(self, size: str = "small", seed: int = 1) -> dict[str, Any]:
        """Fill the store with the made-up estate."""
        return await self.actions.seed(size, seed)


class InProcess:
    """Acts on the store itself, in a thread."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    async def info(self) -> dict[str, Any]:
        return await asyncio.to_thread(self._database.info)

    async def load(self, path: Path, *, who: str, on_progress: Progress | None = None) -> LoadReport:
        from tools.tenant.loading import load_file

        loop = asyncio.get_running_loop()

        def progress(read: int) -> None:
            if on_progress is not None:
                loop.call_soon_threadsafe(on_progress, read)

        return await asyncio.to_thread(load_file, self._database, path, who=who, on_progress=progress)

    async def seed(self, size: str, seed: int) -> dict[str, Any]:
        from tools.tenant.server.seeding import seed_estate

        return await asyncio.to_thread(seed_estate, self._database, size, seed)


class OverHttp:
    """Asks the running tenant of another process or thread."""

    def __init__(self, config: CortexConfig) -> None:
        self._config = config

    async def info(self) -> dict[str, Any]:
        async with self._client() as client:
            response = await client.get("/local/v1/info", headers=await self._headers(client))
            if response.status_code != 200:
                raise StoreError(f"The running tenant answered {response.status_code}. Restart it.")
            found: dict[str, Any] = response.json()
            return found

    async def load(self, path: Path, *, who: str, on_progress: Progress | None = None) -> LoadReport:
        if not await asyncio.to_thread(path.is_file):
            raise LoadError(f"There is no file {path}. Check the path.")
        report = await self._steps(
            "/local/v1/load", on_progress, params={"name": path.name, "who": who}, content=_pieces(path)
        )
        return LoadReport.model_validate(report)

    async def seed(self, size: str, seed: int) -> dict[str, Any]:
        return await self._steps("/local/v1/seed", None, json={"size": size, "seed": seed})

    async def _steps(self, path: str, on_progress: Progress | None, **request: Any) -> dict[str, Any]:
        async with self._client() as client:
            headers = await self._headers(client)
            try:
                async with client.stream("POST", path, headers=headers, **request) as response:
                    if response.status_code != 200:
                        await response.aread()
                        raise LoadError(f"The running tenant refused the file: {_reason(response)}.")
                    async for line in response.aiter_lines():
                        step = json.loads(line) if line.strip() else {}
                        if "error" in step:
                            raise LoadError(step["error"])
                        if "report" in step:
                            report: dict[str, Any] = step["report"]
                            return report
                        if on_progress is not None and "progress" in step:
                            on_progress(step["progress"])
            except httpx.HTTPError as error:
                raise LoadError(
                    f"The running tenant went away during the load ({type(error).__name__}). "
                    "Load the file again; what went in already is not added twice."
                ) from None
        raise LoadError("The running tenant did not finish the load. Load the file again.")

    def _client(self) -> httpx.AsyncClient:
        timeout = httpx.Timeout(30, read=None)
        return httpx.AsyncClient(base_url=self._config.base_url, timeout=timeout, trust_env=False)

    async def _headers(self, client: httpx.AsyncClient) -> dict[str, str]:
        return await authenticator(self._config, SystemClock()).headers(client)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


def _reason(response: httpx.Response) -> str:
    try:
        return str(response.json()["reply"]["err_msg"])
    except (ValueError, KeyError, TypeError):
        return f"status {response.status_code}"
