"""A local tenant as other parts hold it: how to reach it, and the three things that only it can do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import httpx

from tools.cortex.auth import authenticator
from tools.cortex.clock import SystemClock
from tools.cortex.config import CortexConfig
from tools.tenant.errors import LoadError, StoreError
from tools.tenant.loading_report import LoadReport, empty_file, why_nothing

if TYPE_CHECKING:
    from tools.tenant.database import TenantDatabase

Progress = Callable[[int], None]
_PIECE = 1024 * 1024
_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
_ORDER = ("asset_inventory", "issues", "findings", "issue_to_asset", "cases", "case_to_issue")


class LocalActions(Protocol):
    """What a local tenant does beyond the API."""

    async def info(self) -> dict[str, Any]:
        """Rows per data set, findings by status, open issues by severity, loads, revision."""

    async def load(
        self, path: Path, *, who: str, on_progress: Progress | None = None, in_folder: bool = False
    ) -> LoadReport:
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

    async def load_path(
        self, path: Path, *, who: str = "local", on_progress: Progress | None = None
    ) -> list[LoadReport]:
        """Load a file, or every data set of a folder (`<dataset>.jsonl`); a report each.

        In a folder, a file of which nothing can be read gets a report of the format `unreadable`, one without a
        byte `empty`, and the rest goes in. Raises `LoadError` when nothing at all can be loaded.
        """
        files = await asyncio.to_thread(_files_of, path)
        if files is None:
            return [await self.load(path, who=who, on_progress=on_progress)]
        reports = []
        for file in files:
            if not file.stat().st_size:
                reports.append(empty_file(file.name))
                continue
            try:
                report = await self.actions.load(file, who=who, on_progress=on_progress, in_folder=True)
            except LoadError as error:
                report = LoadReport(file=file.name, format="unreadable")
                report.skip(0, str(error))
            reports.append(report)
        if reason := why_nothing(reports):
            raise LoadError(reason)
        return reports

    async def seed(self, size: str = "small", seed: int = 1) -> dict[str, Any]:
        """Fill the store with the made-up estate."""
        return await self.actions.seed(size, seed)


class InProcess:
    """Acts on the store itself, in a thread."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    async def info(self) -> dict[str, Any]:
        return await asyncio.to_thread(self._database.info)

    async def load(
        self, path: Path, *, who: str, on_progress: Progress | None = None, in_folder: bool = False
    ) -> LoadReport:
        from tools.tenant.loading import load_stream

        loop = asyncio.get_running_loop()

        def progress(read: int) -> None:
            if on_progress is not None:
                loop.call_soon_threadsafe(on_progress, read)

        def work() -> LoadReport:
            try:
                with path.open("rb") as stream:
                    return load_stream(
                        self._database, stream, path.name, who=who, on_progress=progress, in_folder=in_folder
                    )
            except OSError as error:
                raise _unreadable(path, error) from None

        return await asyncio.to_thread(work)

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

    async def load(
        self, path: Path, *, who: str, on_progress: Progress | None = None, in_folder: bool = False
    ) -> LoadReport:
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except OSError as error:
            raise _unreadable(path, error) from None
        with file:
            report = await self._steps(
                "/local/v1/load",
                on_progress,
                params={"name": path.name, "who": who, "folder": str(in_folder).lower()},
                content=_pieces(file),
            )
        return LoadReport.model_validate(report)

    async def seed(self, size: str, seed: int) -> dict[str, Any]:
        try:
            return await self._steps("/local/v1/seed", None, json={"size": size, "seed": seed})
        except LoadError as error:
            raise StoreError(str(error)) from None

    async def _steps(self, path: str, on_progress: Progress | None, **request: Any) -> dict[str, Any]:
        async with self._client() as client:
            headers = await self._headers(client)
            try:
                async with client.stream("POST", path, headers=headers, **request) as response:
                    if response.status_code != 200:
                        await response.aread()
                        raise LoadError(f"The running tenant refused it: {_reason(response)}.")
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


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece


def _unreadable(path: Path, error: OSError) -> LoadError:
    if isinstance(error, FileNotFoundError):
        return LoadError(f"There is no file {path}. Check the path.")
    if isinstance(error, IsADirectoryError):
        return LoadError(f"{path} is a folder. Name one of its files.")
    return LoadError(f"{path} cannot be read ({error.strerror}). Check its permissions.")


def _files_of(path: Path) -> list[Path] | None:
    """The files of a folder in the order in which they refer to each other; `None` for what is no folder."""
    if not path.is_dir():
        return None
    files = [file for file in path.iterdir() if file.is_file() and file.suffix.lower() in _SUFFIXES]
    if not files:
        raise LoadError(f"The folder {path} has no .jsonl, .ndjson or .json file. Check the path.")
    return sorted(files, key=lambda f: (_ORDER.index(f.stem) if f.stem in _ORDER else len(_ORDER), f.name))


def _reason(response: httpx.Response) -> str:
    try:
        return str(response.json()["reply"]["err_msg"])
    except (ValueError, KeyError, TypeError):
        return f"status {response.status_code}"
