"""Set-wise statements that the loaders share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tools.tenant.database_core import dumps
from tools.tenant.schema import quote

if TYPE_CHECKING:
    import duckdb


def select(
    cursor: duckdb.DuckDBPyConnection, sql: str, column: str, keys: Iterable[str]
) -> list[tuple[Any, ...]]:
    """Rows of a SELECT (that has a WHERE) whose column, as text, is one of the keys."""
    wanted = f"CAST({quote(column)} AS VARCHAR) IN (SELECT unnest(?::VARCHAR[]))"
    return cursor.execute(f"{sql} AND {wanted}", [list(keys)]).fetchall()


def delete(cursor: duckdb.DuckDBPyConnection, table: str, column: str, keys: Iterable[str]) -> None:
    """Delete the rows whose column, as text, is one of the keys."""
    wanted = list(keys)
    if wanted:
        cursor.execute(
            f"DELETE FROM {quote(table)} WHERE CAST({quote(column)} AS VARCHAR) IN "
            "(SELECT unnest(?::VARCHAR[]))",
            [wanted],
        )


def known_digests(cursor: duckdb.DuckDBPyConnection, dataset: str, keys: Iterable[str]) -> dict[str, str]:
    """Fingerprints of what earlier loads wrote, by key."""
    found = cursor.execute(
        "SELECT key, digest FROM local.digests WHERE dataset = ? AND key IN (SELECT unnest(?::VARCHAR[]))",
        [dataset, list(keys)],
    ).fetchall()
    return dict(found)


def keep_digests(
    cursor: duckdb.DuckDBPyConnection, dataset: str, digests: Mapping[str, str], replaced: Iterable[str]
) -> None:
    """Remember fingerprints; `replaced` are the keys that had one before."""
    old = list(replaced)
    if old:
        cursor.execute(
            "DELETE FROM local.digests WHERE dataset = ? AND key IN (SELECT unnest(?::VARCHAR[]))",
            [dataset, old],
        )
    if digests:
        cursor.execute(
            "INSERT INTO local.digests SELECT ?, x[1], x[2] FROM "
            "(SELECT unnest(from_json(CAST(? AS JSON), '[[\"VARCHAR\"]]')) AS x)",
            [dataset, dumps([[key, value] for key, value in digests.items()])],
        )
