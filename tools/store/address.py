"""Database URLs: which ones we accept, and the driver that each one means."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from tools.store.errors import DatabaseUnreachable, UnsupportedDatabase

_WAL_VERSIONS = b"\x02\x02"
_PATIENCE_SECONDS = 30
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def database_url(text: str) -> URL:
    """The URL with the asynchronous driver filled in.

    Accepts `sqlite:///file`, `sqlite+aiosqlite:///file`, `postgresql://...`, `postgres://...` and
    `postgresql+psycopg://...`. Raises UnsupportedDatabase for anything else, without echoing the text (it may
    hold a password).
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UnsupportedDatabase(
            "The database URL cannot be read. Use sqlite:///path/to/file.db or postgresql://user:password@host/name."
        ) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise UnsupportedDatabase(
            f"'{url.drivername}' databases are not supported. Use sqlite:///path/to/file.db or "
            "postgresql://user:password@host/name."
        )
    return url.set(drivername=driver)


def shown(url: URL) -> str:
    """The URL for messages and logs, with the password hidden."""
    return url.render_as_string(hide_password=True)


def is_memory(url: URL) -> bool:
    """True for an SQLite database that lives in memory only."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def prepare_file(url: URL) -> None:
    """Make the folder and an SQLite file that only its owner can read; nothing for other databases.

    Raises DatabaseUnreachable.
    """
    if url.get_backend_name() != "sqlite" or is_memory(url) or (url.database or "").startswith("file:"):
        return
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseUnreachable(
            f"The database file {path} cannot be opened ({error.strerror}). Choose a place that can be "
            "written to, with POSTURE_HOME or POSTURE_DATABASE_URL."
        ) from error
    try:
        _use_write_ahead_log(path)
    except sqlite3.DatabaseError as error:
        raise DatabaseUnreachable(
            f"The database file {path} cannot be used: {error}. Check that it is a database of Posture "
            "Agent, or choose another with POSTURE_DATABASE_URL."
        ) from error


def _use_write_ahead_log(path: Path) -> None:
    """Readers and a writer do not block each other under WAL; the file remembers it.

    SQLite does not wait for its lock here as it does elsewhere, so processes that start together take turns.
    """
    with path.open("rb") as file:
        if file.read(20)[18:20] == _WAL_VERSIONS:
            return
    give_up = time.monotonic() + _PATIENCE_SECONDS
    with closing(sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL").fetchone()
                return
            except sqlite3.OperationalError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.01)
