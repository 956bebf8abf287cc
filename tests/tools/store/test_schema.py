"""The migrations make exactly the tables that the capabilities declare."""

from __future__ import annotations

import importlib
import runpy
from pathlib import Path

from sqlalchemy import Connection

import tools
from tools.store import Base, Store
from tools.store.schema import revisions, upgrade

_ROOT = Path(tools.__file__).parents[1]
_VERSIONS = _ROOT / "tools" / "store" / "migrations" / "versions"


def _import_every_table() -> list[str]:
    names = [
        ".".join(path.relative_to(_ROOT).with_suffix("").parts)
        for part in ("tools", "agent")
        for path in sorted((_ROOT / part).rglob("tables.py"))
    ]
    for name in names:
        importlib.import_module(name)
    return names


def test_revisions_are_one_line_named_after_their_files() -> None:
    before = None
    for stem in revisions():
        module = runpy.run_path(str(_VERSIONS / f"{stem}.py"))
        assert module["revision"] == stem
        assert module["down_revision"] == before
        before = stem


async def test_migrated_tables_equal_declared_tables(database_url: str) -> None:
    assert "tools.writeback.tables" in _import_every_table()

    def differences(connection: Connection) -> list[object]:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, Base.metadata))

    async with await Store.open(database_url) as store:
        await store.migrate()
        async with store.engine.connect() as connection:
            assert await connection.run_sync(differences) == []


async def test_a_second_migration_has_nothing_to_do(database_url: str) -> None:
    async with await Store.open(database_url) as store:
        assert await upgrade(store.engine, store.engine) is True
        assert await upgrade(store.engine, store.engine) is False
