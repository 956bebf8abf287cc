"""Which revision the database is at, and how it gets to the newest one.

Revisions are the files of `migrations/versions`, in a single line by name: `0001_initial`, `0002_...`. A
file's name without `.py` is its revision id and `down_revision` names the file before it, so the newest
revision is known from a directory listing and Alembic is imported only when there is something to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from tools.store.errors import SchemaTooNew, StoreError

_SCRIPTS = Path(__file__).parent / "migrations"
_VERSION_TABLE = "alembic_version"
# Any number that is ours alone: processes that start together on PostgreSQL migrate one after the other.
_MIGRATION_LOCK = 7_067_318_201


def revisions() -> tuple[str, ...]:
    """Every revision id, oldest first."""
    found = sorted(path.stem for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))
    if not found:
        raise StoreError("The migrations are missing from this installation. Install Posture Agent again.")
    return tuple(found)


async def upgrade(engine: AsyncEngine, reader: AsyncEngine) -> bool:
    """Bring the tables to the newest revision; True if anything had to be done.

    `reader` is the same database, opened so that looking at it takes no write lock.
    """
    async with reader.connect() as connection:
        if await connection.run_sync(current) == revisions()[-1]:
            return False
    async with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        return await connection.run_sync(run)


def current(connection: Connection) -> str | None:
    """The revision of the database, or None for an empty one."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()


def run(connection: Connection, target: str = "head") -> bool:
    """Run the missing revisions inside the caller's transaction."""
    known = revisions()
    at = current(connection)
    if at == known[-1]:
        return False
    if at is not None and at not in known:
        raise SchemaTooNew(
            f"The database is at revision {at}, which this version does not know (newest here: {known[-1]}). "
            "Update Posture Agent, or use another database."
        )

    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs(target, revision)

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
    return True
