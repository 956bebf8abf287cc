"""Right rows for the XQL suite: SQL that people wrote beside each question, run on the tenant's own tables.

This goes another way than the product on purpose: no plan, no XQL, no compiler of ours. The statements may use the
short names of `evals.suites.xql_views`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.suites.xql_cases import Case, Expect
from evals.suites.xql_views import PREPARE

if TYPE_CHECKING:
    import duckdb

Rows = list[dict[str, Any]]


class GoldTables:
    """The tables of one store, read only. The store must not be open elsewhere."""

    def __init__(self, store: Path) -> None:
        import duckdb

        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(str(store), read_only=True)
        for statement in PREPARE:
            self._connection.execute(statement)

    def __enter__(self) -> GoldTables:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def rows(self, sql: str) -> Rows:
        """The rows of one statement, as maps."""
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def said(self, case: Case) -> Case:
        """The case with the names of this estate. Raises `ValueError` where the estate has no such thing."""
        values = {}
        for name, sql in case.let.items():
            found = self.rows(sql)
            if len(found) != 1:
                raise ValueError(f"{case.id}: {name} gives {len(found)} rows on the estate, not one")
            values[name] = str(next(iter(found[0].values())))
        return case.naming(values)

    def gold(self, expect: Expect) -> list[Rows]:
        """The right rows of every acceptable reading. A further reading that gives nothing is not one to accept."""
        first, *others = (self.rows(sql) for sql in expect.sql) if expect.sql else ([],)
        return [first, *filter(None, others)] if expect.sql else []

    def size(self, table: str) -> int:
        """How many rows a table or view has."""
        counted: int = self.rows(f'SELECT count(*) AS n FROM "{table}"')[0]["n"]
        return counted


def seed_store(folder: Path, size: str, seed: int) -> Path:
    """Make the store of a seeded estate in `folder`; its path."""
    from tools.tenant.database import TenantDatabase
    from tools.tenant.running import STORE
    from tools.tenant.server.seeding import seed_estate

    path = folder / STORE
    with TenantDatabase.open(path) as database:
        seed_estate(database, size, seed)
    return path


def trivial(expect: Expect, golds: Sequence[Rows], tables: GoldTables) -> str | None:
    """Why a gold tells nothing (empty, all zero, or the whole table), or None when it does tell."""
    whole = {tables.size(table) for table in ("asset_inventory", "issues", "findings")}
    for rows in golds if not expect.empty else ():
        if not rows:
            return "the gold has no row"
        if expect.match in ("number", "counts", "bins") and not any(row[expect.value or ""] for row in rows):
            return "every number of the gold is 0 or missing"
        if expect.match == "rows" and len(rows) in whole:
            return "the gold is a whole table"
        if expect.match in ("counts", "bins") and len(rows) < 2:
            return "the gold has one group only"
        if expect.match == "top" and not expect.per and len(rows) <= (expect.limit or 0):
            return "the gold has no more rows than are asked for"
    return None
