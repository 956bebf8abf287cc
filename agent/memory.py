"""Durable checkpoints of every thread, on the same database as the rest of our state."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver


@asynccontextmanager
async def checkpoints(database_url: str) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """A checkpointer on SQLite or PostgreSQL, its tables made if need be."""
    scheme, _, rest = database_url.partition("://")
    if scheme.startswith("sqlite"):
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        path = Path(rest.removeprefix("/"))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
            await saver.conn.execute("PRAGMA busy_timeout = 10000")
            await saver.setup()
            yield saver
        return
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import AsyncConnectionPool

    async with AsyncConnectionPool(
        f"postgresql://{rest}",
        min_size=1,
        max_size=4,
        timeout=10,
        open=False,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    ) as pool:
        saver_pg = AsyncPostgresSaver(pool)  # type: ignore[arg-type]
        await saver_pg.setup()
        yield saver_pg
