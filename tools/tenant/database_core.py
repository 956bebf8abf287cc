"""The one owner of the DuckDB file: connection, readers, the writer's lock, the revision counter.

Readers get a cursor each and see a consistent picture; there is one writer at a time, and what it did is
there whole or not at all, also after the process was killed.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tools.tenant.errors import StoreBusyError, StoreError
from tools.tenant.schema import DATASETS, LAYOUT, LOCAL, create, quote

if TYPE_CHECKING:
    import duckdb

_FIRST_ISSUE_ID = 100_001
# The demo's ids are apart from all others, so that what refers to one never means a real issue later.
_FIRST_DEMO_ID = 500_001
_MEMORY = "400MB"
_THREADS = 2


class Database:
    """The store behind the local tenant. Open it with `Database.open`, close it with `close` or `with`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: str) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._columns: dict[str, dict[str, str]] = {}
        self._redefined = False
        self._told = False
        self.path = path
        self._prepare()
        self._revision = int(self.meta("revision") or 0)
        self._rewrites = int(self.meta("rewrites") or 0)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open the file, or make it. ":memory:" gives a store that is gone when closed.

        Raises `StoreBusyError` when another process has it open, `StoreError` when it is no store of ours.
        """
        import duckdb

        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY,
            "threads": _THREADS,
            # Nothing that a query says may reach a file or the network.
            "enable_external_access": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        try:
            connection = duckdb.connect(str(path), config=config)
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise StoreBusyError(
                    f"The store {path} is in use by another process. Stop that process (for example a "
                    "running 'posture chat'), or let it load the file: it takes uploads."
                ) from error
            raise StoreError(
                f"The store {path} cannot be opened: it is not a DuckDB file or is damaged. Move it away to "
                "start with an empty one."
            ) from error
        except duckdb.Error as error:
            raise StoreError(f"The store {path} cannot be opened. Move it away to start anew.") from error
        try:
            return cls(connection, str(path))
        except BaseException:
            connection.close()
            raise

    def _prepare(self) -> None:
        cursor = self._connection.cursor()
        cursor.execute("SET TimeZone = 'UTC'")
        with self._transaction(cursor):
            for statement in LOCAL:
                cursor.execute(statement)
            layout = cursor.execute("SELECT value FROM local.meta WHERE name = 'layout'").fetchone()
            if layout is None:
                cursor.execute("INSERT INTO local.meta VALUES ('layout', ?)", [str(LAYOUT)])
            elif layout[0] != str(LAYOUT):
                raise StoreError(
                    f"The store {self.path} has layout {layout[0]}, this version needs {LAYOUT}. "
                    "Move it away and load the data again."
                )
            for dataset, columns in DATASETS.items():
                cursor.execute(create(dataset, columns))
        self._read_columns(cursor)

    def close(self) -> None:
        """Close the store; what was committed is on disk."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def revision(self) -> int:
        """Grows with every load and write; equal revisions mean equal data."""
        return self._revision

    @property
    def version(self) -> str:
        """The revision as clients see it: writes that can only be seen by reading all again, a dot, the revision."""
        return f"{self._rewrites}.{self._revision}"

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A handle for one thread's reads. Close it, or use it in `contextlib.closing`."""
        cursor = self._connection.cursor()
        cursor.execute("SET TimeZone = 'UTC'")
        return cursor

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The writer's cursor, in a transaction: committed at the end, rolled back on any error.

        Bumps the revision when it commits. Writers wait for each other; readers do not wait.
        """
        with self._lock:
            cursor = self.cursor()
            try:
                rewrites = self._rewrites
                with self._transaction(cursor):
                    yield cursor
                    self._set_meta(cursor, "revision", str(self._revision + 1))
                    if not self._told:
                        rewrites += 1
                        self._set_meta(cursor, "rewrites", str(rewrites))
                self._revision += 1
                self._rewrites = rewrites
                if self._redefined:
                    self._read_columns(cursor)
            finally:
                self._redefined = self._told = False
                cursor.close()

    def told(self) -> None:
        """Say, inside `writing`, that who knows the issues and assets finds all that changes in them by the number of
        rows and by times of modification that are new: nothing that was there is changed without such a time.
        """
        self._told = True

    @contextmanager
    def _transaction(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
        cursor.execute("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        """The rows of a read, as maps by column name. Times come as naive UTC `datetime`, JSON as text."""
        cursor = self.cursor()
        try:
            cursor.execute(sql, parameters or None)
            names = [item[0] for item in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def tables(self) -> dict[str, dict[str, str]]:
        """Every dataset with the types of its columns: {dataset: {column: DuckDB type}}."""
        return {name: dict(columns) for name, columns in self._columns.items()}

    def columns(self, dataset: str) -> dict[str, str]:
        """The columns of one dataset with their types; empty when there is no such dataset."""
        return dict(self._columns.get(dataset, {}))

    def counts(self) -> dict[str, int]:
        """Rows per dataset."""
        names = sorted(self.tables())
        parts = (f"SELECT '{name}', count(*) FROM {quote(name)}" for name in map(_literal, names))
        cursor = self.cursor()
        try:
            return dict(cursor.execute(" UNION ALL ".join(parts)).fetchall())
        finally:
            cursor.close()

    def meta(self, name: str) -> str | None:
        """A fact that the store keeps about itself."""
        cursor = self._connection.cursor()
        try:
            found = cursor.execute("SELECT value FROM local.meta WHERE name = ?", [name]).fetchone()
            return None if found is None else str(found[0])
        finally:
            cursor.close()

    @staticmethod
    def _set_meta(cursor: duckdb.DuckDBPyConnection, name: str, value: str) -> None:
        cursor.execute("INSERT OR REPLACE INTO local.meta VALUES (?, ?)", [name, value])

    def _read_columns(self, cursor: duckdb.DuckDBPyConnection) -> None:
        found: dict[str, dict[str, str]] = {}
        read = cursor.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND NOT internal AND database_name = current_database() "
            "ORDER BY table_name, column_index"
        )
        for table, column, data_type in read.fetchall():
            found.setdefault(table, {})[column] = data_type
        self._columns = found

    def define(self, cursor: duckdb.DuckDBPyConnection, dataset: str, columns: Mapping[str, str]) -> None:
        """Make a dataset, or add the columns that it lacks; call it inside `writing`.

        `columns` and `tables` show it once that has ended well.
        """
        table, have = quote(dataset), self._columns.get(dataset)
        if have is None:
            cursor.execute(create(dataset, columns))
        for name, column_type in columns.items():
            if have is not None and name not in have:
                cursor.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {quote(name)} {column_type}")
        self.defined()

    def defined(self) -> None:
        """Say, inside `writing`, that tables were made, altered or dropped."""
        self._redefined = True

    def next_issue_id(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """The id that the next issue gets; call it inside `writing` and use it there."""
        highest = cursor.execute('SELECT max(TRY_CAST("xdm.issue.id" AS BIGINT)) FROM issues').fetchone()
        first = cursor.execute("SELECT count(*) FROM local.meta WHERE name = 'demo'").fetchone()
        floor = _FIRST_DEMO_ID if first and first[0] else _FIRST_ISSUE_ID
        return max(floor, int((highest and highest[0]) or 0) + 1)

    def insert(
        self,
        cursor: duckdb.DuckDBPyConnection,
        table: str,
        columns: Mapping[str, str],
        rows: Sequence[Mapping[str, Any]],
    ) -> None:
        """Add rows to a table, all at once: JSON columns take JSON text, times ISO text, the rest values."""
        if not rows:
            return
        names = list(columns)
        shape = json.dumps([{str(i): _carrier(columns[name]) for i, name in enumerate(names)}])
        body = dumps([{str(i): row.get(name) for i, name in enumerate(names)} for row in rows])
        values = ", ".join(f'CAST(x."{i}" AS {columns[name]})' for i, name in enumerate(names))
        cursor.execute(
            f"INSERT INTO {quote(table)} ({', '.join(map(quote, names))}) "
            f"SELECT {values} FROM (SELECT unnest(from_json(CAST(? AS JSON), '{_literal(shape)}')) AS x)",
            [body],
        )


def dumps(value: Any) -> str:
    """JSON text that DuckDB takes: numbers as they are, text that UTF-8 cannot hold replaced."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()


def _carrier(column_type: str) -> str:
    return column_type if column_type in {"BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR[]"} else "VARCHAR"


def _literal(value: str) -> str:
    return value.replace("'", "''")
