"""Finds the local tenant that runs, or starts it: in process, or on a loopback port for other processes
too.

One process owns the DuckDB file. The one that listens says so in `<home>/tenant.json`; everybody else goes
through it.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import string
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tools.cortex.client import CortexClient
from tools.cortex.config import AdvancedKey, CortexConfig, RetryPolicy
from tools.cortex.errors import CortexError
from tools.tenant.errors import StoreBusyError, StoreError
from tools.tenant.server.config import TenantConfig
from tools.tenant.server.handles import InProcess, LocalTenant, OverHttp
from tools.tenant.server.tenant_file import TenantFile, read

if TYPE_CHECKING:
    from tools.tenant.database import TenantDatabase

__all__ = ["STORE", "LocalTenant", "TenantFile", "find_tenant", "open_tenant", "serve_tenant"]

STORE = "tenant.duckdb"
_KEY_LETTERS = string.ascii_letters + string.digits
_LOOK_S = 3.0
_START_S = 15.0
_STOP_S = 10.0


@asynccontextmanager
async def open_tenant(
    home: Path, *, serve: bool = False, seed_if_empty: bool = False, patience_s: float = 10.0, port: int = 0
) -> AsyncIterator[LocalTenant]:
    """The local tenant of this data directory, for as long as the block lasts.

    The one that runs already, if it answers; else the store is opened here, and with `serve` put on a
    loopback port. While another process has the store without listening, waits up to `patience_s` seconds
    for it to end or to listen; then raises `StoreBusyError`, which says what to do.
    """
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    running, database = await _find_or_open(home, patience_s)
    if running is not None:
        yield running
        return
    assert database is not None
    try:
        seeded = await asyncio.to_thread(_prepare, database, seed_if_empty)
        run = _served(home, database, seeded, port) if serve else _in_process(database, seeded)
        async with run as tenant:
            yield tenant
    finally:
        await asyncio.to_thread(database.close)


@asynccontextmanager
async def serve_tenant(
    home: Path, *, port: int = 0, seed_if_empty: bool = False, patience_s: float = 10.0
) -> AsyncIterator[LocalTenant]:
    """The local tenant on a loopback port, owned by this process.

    Raises `StoreBusyError` if one runs already.
    """
    async with open_tenant(
        home, serve=True, seed_if_empty=seed_if_empty, patience_s=patience_s, port=port
    ) as tenant:
        if not tenant.owned:
            raise StoreBusyError(
                f"A local tenant runs already at {tenant.url}. Use that one, or stop its process first."
            )
        yield tenant


async def find_tenant(home: Path) -> LocalTenant | None:
    """The tenant that runs already and answers, else `None`."""
    found = await asyncio.to_thread(read, home)
    if found is None:
        return None
    quick = RetryPolicy(attempts=1)
    config = found.cortex()
    try:
        probe = config.model_copy(update={"timeout_s": _LOOK_S, "connect_timeout_s": _LOOK_S, "retry": quick})
        async with CortexClient(probe) as client:
            if await client.system.healthcheck() != "available" or client.revision is None:
                return None
        actions = OverHttp(config)
        seeded = (await actions.info()).get("demo") is not None
    except (CortexError, StoreError, httpx.HTTPError):
        return None
    return LocalTenant(config, None, actions, seeded, url=found.url, owned=False)


async def _find_or_open(home: Path, patience_s: float) -> tuple[LocalTenant | None, TenantDatabase | None]:
    from tools.tenant.database import TenantDatabase

    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_s
    wait_s = 0.1
    while True:
        running = await find_tenant(home)
        if running is not None:
            return running, None
        try:
            return None, await asyncio.to_thread(TenantDatabase.open, home / STORE)
        except StoreBusyError as busy:
            if loop.time() + wait_s > deadline:
                raise _busy(home, busy) from None
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, 1.0)


def _busy(home: Path, busy: StoreBusyError) -> StoreBusyError:
    found = read(home)
    if found is not None and found.process_alive:
        return StoreBusyError(
            f"The local tenant (process {found.pid}, {found.url}) holds the store {home / STORE} but does "
            "not answer. Stop that process, then try again."
        )
    return busy


def _prepare(database: TenantDatabase, seed_if_empty: bool) -> bool:
    """Seed an empty store if asked to; whether it holds the made-up estate now."""
    counts = database.counts()
    if seed_if_empty and not any(counts.get(name) for name in ("issues", "findings", "asset_inventory")):
        from tools.tenant.server.seeding import seed_estate

        seed_estate(database, "small", 1)
    return database.demo


def _fresh_key() -> TenantConfig:
    key = "".join(secrets.choice(_KEY_LETTERS) for _ in range(128))
    return TenantConfig(key_id=str(secrets.randbelow(9000) + 1000), key=key)


@asynccontextmanager
async def _in_process(database: TenantDatabase, seeded: bool) -> AsyncIterator[LocalTenant]:
    from tools.tenant.server.app import create_app

    settings = _fresh_key()
    app = create_app(database, settings)
    config = CortexConfig(
        base_url="http://local-tenant",
        auth=AdvancedKey(key_id=settings.key_id, key=settings.key),
        gzip_streams=False,
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    try:
        yield LocalTenant(config, transport, InProcess(database), seeded)
    finally:
        await app.state.jobs.close()


@asynccontextmanager
async def _served(
    home: Path, database: TenantDatabase, seeded: bool, port: int
) -> AsyncIterator[LocalTenant]:
    settings = _fresh_key()
    server = _Server(database, settings, port)
    await asyncio.to_thread(server.start)
    file = TenantFile(url=server.url, key_id=settings.key_id, key=settings.key, pid=os.getpid())
    try:
        await asyncio.to_thread(file.write, home)
        yield LocalTenant(file.cortex(), None, InProcess(database), seeded, url=server.url)
    finally:
        await asyncio.to_thread(file.remove, home)
        await asyncio.to_thread(server.stop)


class _Server:
    """uvicorn in a thread of its own, with its own loop, so that a busy host does not hold it up."""

    def __init__(self, database: TenantDatabase, settings: TenantConfig, port: int) -> None:
        self._database = database
        self._settings = settings
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(("127.0.0.1", port))
        except OSError:
            self._socket.close()
            raise StoreError(f"Port {port} is taken. Choose another one, or 0 for any free one.") from None
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="local-tenant", daemon=True)

    def start(self) -> None:
        """Start and wait until it accepts connections."""
        self._thread.start()
        if not self._ready.wait(_START_S) or self._failed is not None:
            self.stop()
            raise StoreError("The local tenant did not start. Try again; `posture doctor` may say why.")

    def stop(self) -> None:
        """End it: requests that run are finished, queries are stopped."""
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        self._socket.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 (a thread has nobody else to tell)
            self._failed = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        import uvicorn

        from tools.tenant.server.app import create_app

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = create_app(self._database, self._settings)
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_config=None, access_log=False, lifespan="off", ws="none", http="h11", loop="asyncio",
                timeout_graceful_shutdown=3, server_header=False,
            )
        )  # fmt: skip
        serving = asyncio.ensure_future(server.serve(sockets=[self._socket]))
        while not server.started and not serving.done():  # noqa: ASYNC110 (uvicorn offers no event)
            await asyncio.sleep(0.005)
        self._ready.set()
        stopping = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        server.should_exit = True
        await serving
        await app.state.jobs.close()
