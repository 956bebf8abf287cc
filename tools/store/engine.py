"""One database for everything that we keep: an SQLite file by default, PostgreSQL by URL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Literal, Self, cast

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from tools.store.address import database_url, is_memory, prepare_file, shown
from tools.store.errors import DatabaseUnreachable

DialectName = Literal["sqlite", "postgresql"]

_BUSY_SECONDS = 30
_BEGIN = "posture_begin"


class Store:
    """An open database.

    `session()` is safe for reading and writing: on SQLite its transaction takes the write lock at once, so
    that a read followed by a write cannot fail half-way because another process wrote in between. Keep it
    short. `reading()` takes no lock and is for queries only.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._reader = engine.execution_options(**_reader_options(engine))
        self._readers = async_sessionmaker(self._reader, expire_on_commit=False)

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open the database at `url`; connects when first used.

        Raises UnsupportedDatabase for a URL that we cannot use, DatabaseUnreachable for a bad file.
        """
        address = database_url(url)
        await asyncio.to_thread(prepare_file, address)
        return cls(_engine(address))

    @property
    def dialect(self) -> DialectName:
        """Which database this is."""
        return cast("DialectName", self.engine.dialect.name)

    @property
    def shown_url(self) -> str:
        """The URL with the password hidden."""
        return shown(self.engine.url)

    def session(self) -> AsyncSession:
        """A session that may write: `async with store.session() as session, session.begin(): ...`."""
        return self._sessions()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session inside one write transaction: committed at the end, rolled back on any error."""
        async with self._sessions() as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for queries over one consistent state; nothing that it does is kept."""
        async with self._readers() as session:
            yield session

    async def migrate(self) -> None:
        """Bring the tables up to date; costs one query when they are.

        Raises DatabaseUnreachable when nothing answers and SchemaTooNew when a newer version was here.
        """
        from tools.store.schema import upgrade

        try:
            await upgrade(self.engine, self._reader)
        except DBAPIError as error:
            raise self._unreachable(error) from error

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises DatabaseUnreachable."""
        try:
            async with self._reader.connect() as connection:
                await connection.exec_driver_sql("SELECT 1")
        except DBAPIError as error:
            raise self._unreachable(error) from error

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _unreachable(self, error: DBAPIError) -> DatabaseUnreachable:
        lines = str(error.orig).strip().splitlines()
        return DatabaseUnreachable(
            f"The database {self.shown_url} cannot be used: {lines[0] if lines else 'no reason given'}. "
            "Check that it is there, that it is a database of Posture Agent, and POSTURE_DATABASE_URL."
        )


def _reader_options(engine: AsyncEngine) -> dict[str, Any]:
    if engine.dialect.name == "postgresql":
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return {_BEGIN: "BEGIN DEFERRED"}


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "postgresql":
        return create_async_engine(url, pool_pre_ping=True)
    engine = create_async_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    _sqlite_events(engine.sync_engine, durable=not is_memory(url))
    return engine


def _sqlite_events(engine: Engine, *, durable: bool) -> None:
    """Take transactions into our own hands: the driver would begin them late, and never for DDL."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA foreign_keys=ON")
        if durable:
            # An approval that was answered must outlive a power cut; NORMAL would not promise that under WAL.
            cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN IMMEDIATE"))
