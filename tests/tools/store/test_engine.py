"""The store opens, migrates cheaply, keeps writers apart, and fails with a sentence."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from tools.store import DatabaseUnreachable, SchemaTooNew, Store, UnsupportedDatabase
from tools.store.address import database_url as parse_url
from tools.store.schema import revisions


async def test_two_stores_count_together_without_losing_an_update(database_url: str) -> None:
    async with await Store.open(database_url) as first, await Store.open(database_url) as second:
        await first.migrate()
        async with first.transaction() as session:
            await session.execute(text("CREATE TABLE counter (n INTEGER)"))
            await session.execute(text("INSERT INTO counter VALUES (0)"))

        async def add(store: Store) -> None:
            async with store.session() as session, session.begin():
                lock = " FOR UPDATE" if store.dialect == "postgresql" else ""
                n = (await session.execute(text(f"SELECT n FROM counter{lock}"))).scalar_one()
                await asyncio.sleep(0)
                await session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

        await asyncio.gather(*(add(store) for store in (first, second) * 10))
        async with second.reading() as session:
            assert (await session.execute(text("SELECT n FROM counter"))).scalar_one() == 20


async def test_reading_does_not_wait_for_a_writer_and_keeps_nothing(tmp_path: Path) -> None:
    async with await Store.open(f"sqlite:///{tmp_path / 'a.db'}") as store:
        await store.migrate()
        async with store.transaction() as writer:
            await writer.execute(text("UPDATE audit_head SET seq = 5"))
            async with store.reading() as reader:
                assert (await reader.execute(text("SELECT seq FROM audit_head"))).scalar_one() == 0
        async with store.reading() as reader:
            await reader.execute(text("UPDATE audit_head SET seq = 9"))
        async with store.reading() as reader:
            assert (await reader.execute(text("SELECT seq FROM audit_head"))).scalar_one() == 5


async def test_an_error_rolls_the_transaction_back(database_url: str) -> None:
    async with await Store.open(database_url) as store:
        await store.migrate()

        async def stumble() -> None:
            async with store.transaction() as session:
                await session.execute(text("UPDATE audit_head SET seq = 7"))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await stumble()
        async with store.reading() as session:
            assert (await session.execute(text("SELECT seq FROM audit_head"))).scalar_one() == 0


async def test_sqlite_is_durable_checks_references_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "posture.db"
    async with await Store.open(f"sqlite:///{path}") as store:
        await store.migrate()
        async with store.reading() as session:
            answers = [
                (await session.execute(text(f"PRAGMA {name}"))).scalar_one()
                for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
            ]
    assert answers == ["wal", 1, 2, 30_000]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_trail_refuses_to_be_rewritten(database_url: str) -> None:
    row = "INSERT INTO audit_rows VALUES (1, '2026-01-01', 'a', 'r', 'e', NULL, NULL, '{}', 'p', 'h')"
    async with await Store.open(database_url) as store:
        await store.migrate()
        async with store.transaction() as session:
            await session.execute(text(row))
        for change in ("UPDATE audit_rows SET actor = 'b'", "DELETE FROM audit_rows"):
            with pytest.raises(DBAPIError, match="can only be added to"):
                async with store.transaction() as session:
                    await session.execute(text(change))


async def test_at_head_open_and_migrate_leave_alembic_out(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'posture.db'}"
    async with await Store.open(url) as store:
        await store.migrate()
    script = (
        "import asyncio, sys\n"
        "from tools.store import Store\n"
        "async def main():\n"
        f"    async with await Store.open({url!r}) as store:\n"
        "        await store.migrate()\n"
        "asyncio.run(main())\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


async def test_many_processes_may_start_on_an_empty_database_at_once(database_url: str) -> None:
    async def start() -> None:
        async with await Store.open(database_url) as store:
            await store.migrate()

    await asyncio.gather(*(start() for _ in range(8)))
    async with await Store.open(database_url) as store, store.reading() as session:
        assert (await session.execute(text("SELECT version_num FROM alembic_version"))).scalars().all() == [
            revisions()[-1]
        ]


async def test_a_newer_schema_is_refused(database_url: str) -> None:
    async with await Store.open(database_url) as store:
        await store.migrate()
        async with store.transaction() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
        with pytest.raises(SchemaTooNew, match="9999_future"):
            await store.migrate()


async def test_times_come_back_in_utc_and_naive_ones_are_refused(database_url: str) -> None:
    from sqlalchemy import Column, MetaData, Table, select

    from tools.store import UtcDateTime

    table = Table("moments", MetaData(), Column("at", UtcDateTime))
    local = datetime(2026, 3, 4, 5, 6, 7, 891234, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    async with await Store.open(database_url) as store:
        async with store.transaction() as session:
            await (await session.connection()).run_sync(table.create)
            await session.execute(table.insert(), {"at": local})
            found = (await session.execute(select(table.c.at))).scalar_one()
        assert found == local
        assert found.tzinfo is UTC
        with pytest.raises(StatementError, match="needs its zone"):
            async with store.transaction() as session:
                await session.execute(table.insert(), {"at": datetime(2026, 1, 1)})


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:////tmp/x.db", "sqlite+aiosqlite"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
    ],
)
def test_urls_get_their_driver(given: str, driver: str) -> None:
    assert parse_url(given).drivername == driver


@pytest.mark.parametrize(
    "given", ["mysql://u:s3cret@h/d", "not a url s3cret", "", "postgresql+asyncpg://u:s3cret@h/d"]
)
async def test_other_urls_are_refused_without_showing_the_password(given: str) -> None:
    with pytest.raises(UnsupportedDatabase) as caught:
        await Store.open(given)
    assert "s3cret" not in str(caught.value)
    assert "sqlite:///" in str(caught.value)


async def test_a_server_that_is_not_there_is_a_sentence_without_the_password() -> None:
    async with await Store.open("postgresql://someone:s3cret@127.0.0.1:1/none?connect_timeout=2") as store:
        for call in (store.migrate, store.ping):
            with pytest.raises(DatabaseUnreachable) as caught:
                await call()
            assert "s3cret" not in str(caught.value)
            assert "POSTURE_DATABASE_URL" in str(caught.value)


async def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, not a database " * 50)
    with pytest.raises(DatabaseUnreachable, match="not a database"):
        await Store.open(f"sqlite:///{path}")
    assert path.read_text().startswith("these are my notes")


async def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnreachable, match="POSTURE_HOME"):
        await Store.open(f"sqlite:///{tmp_path / 'file' / 'posture.db'}")
