"""Lookup data sets: small tables that people add, fill and empty through the API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tools.tenant.database_core import Database, dumps
from tools.tenant.errors import BadValueError, NotStoredError
from tools.tenant.schema import DATASETS, KNOWN, ColumnType, quote

if TYPE_CHECKING:
    import duckdb

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,99}", re.IGNORECASE)
_TYPES: Mapping[str, ColumnType] = {
    "text": "VARCHAR",
    "string": "VARCHAR",
    "number": "DOUBLE",
    "float": "DOUBLE",
    "int": "BIGINT",
    "integer": "BIGINT",
    "datetime": "TIMESTAMP",
    "timestamp": "TIMESTAMP",
    "bool": "BOOLEAN",
    "boolean": "BOOLEAN",
    "json": "JSON",
}


class Lookups(Database):
    """The store's lookup data sets. Names are the caller's; the platform's own data sets are out of reach."""

    def lookups(self) -> tuple[str, ...]:
        """Names of the lookup data sets."""
        return tuple(
            row["dataset"] for row in self.rows("SELECT dataset FROM local.lookups ORDER BY dataset")
        )

    def add_lookup(self, dataset: str, schema: Mapping[str, str]) -> None:
        """Make a lookup data set; `schema` maps a field to text, number, datetime or bool."""
        if not _NAME.fullmatch(dataset):
            raise BadValueError("A data set's name has letters, digits and underscores only.")
        if dataset in DATASETS or dataset in KNOWN or self.columns(dataset):
            raise BadValueError(f"A data set {dataset} exists already. Choose another name.")
        if not schema:
            raise BadValueError(f"The data set {dataset} needs at least one field.")
        columns: dict[str, str] = {}
        for field, kind in schema.items():
            if not field or str(kind).lower() not in _TYPES:
                allowed = ", ".join(sorted(_TYPES))
                raise BadValueError(f"Field {field!r} has the unknown type {kind!r}. Types: {allowed}.")
            columns[field] = _TYPES[str(kind).lower()]
        with self.writing() as cursor:
            self.define(cursor, dataset, columns)
            cursor.execute("INSERT INTO local.lookups VALUES (?, '[]')", [dataset])

    def delete_lookup(self, dataset: str) -> None:
        """Remove a lookup data set and its rows."""
        self._checked(dataset)
        with self.writing() as cursor:
            cursor.execute(f"DROP TABLE {quote(dataset)}")
            cursor.execute("DELETE FROM local.lookups WHERE dataset = ?", [dataset])
            self.defined()

    def lookup_add(
        self, dataset: str, key_fields: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> tuple[int, int, int]:
        """Add rows, or update those with the same key fields; (added, updated, skipped: already so)."""
        columns = self._checked(dataset)
        for name in {*key_fields, *(name for row in rows for name in row)}:
            self._check_field(dataset, columns, name)
        counts = {"added": 0, "updated": 0, "skipped": 0}
        with self.writing() as cursor:
            for row in rows:
                counts[self._put(cursor, dataset, columns, key_fields, row)] += 1
        return counts["added"], counts["updated"], counts["skipped"]

    def lookup_get(
        self, dataset: str, filters: Sequence[Mapping[str, Any]] = (), limit: int = 1000
    ) -> tuple[list[dict[str, Any]], int, int]:
        """Rows that match (fields of one map: all; maps: any), how many match, how many there are."""
        columns = self._checked(dataset)
        where, values = self._where(dataset, columns, filters)
        table = quote(dataset)
        found = self.rows(f"SELECT * FROM {table} WHERE {where} LIMIT ?", [*values, limit])
        counted = self.rows(
            f"SELECT count(*) AS total, count(*) FILTER (WHERE {where}) AS matching FROM {table}", values
        )[0]
        return found, counted["matching"], counted["total"]

    def lookup_remove(self, dataset: str, filters: Sequence[Mapping[str, Any]]) -> int:
        """Remove the rows that match; how many that were. No filter removes nothing."""
        columns = self._checked(dataset)
        if not any(filters):
            return 0
        where, values = self._where(dataset, columns, filters)
        with self.writing() as cursor:
            return len(
                cursor.execute(f"DELETE FROM {quote(dataset)} WHERE {where} RETURNING 1", values).fetchall()
            )

    def _put(
        self,
        cursor: duckdb.DuckDBPyConnection,
        dataset: str,
        columns: Mapping[str, str],
        key_fields: Sequence[str],
        row: Mapping[str, Any],
    ) -> str:
        table = quote(dataset)
        bound = {name: _bound(value, columns[name]) for name, value in row.items()}
        markers = {name: f"CAST(? AS {columns[name]})" for name in bound}
        if key_fields:
            where = _same(columns, key_fields)
            keys = [_bound(row.get(name), columns[name]) for name in key_fields]
            same = _same(columns, bound)
            found = cursor.execute(
                f"SELECT count(*), count(*) FILTER (WHERE {same}) FROM {table} WHERE {where}",
                [*bound.values(), *keys],
            ).fetchone()
            if found and found[0]:
                if found[0] == found[1]:
                    return "skipped"
                sets = ", ".join(f"{quote(name)} = {markers[name]}" for name in bound)
                cursor.execute(f"UPDATE {table} SET {sets} WHERE {where}", [*bound.values(), *keys])
                return "updated"
        names = ", ".join(map(quote, bound))
        cursor.execute(
            f"INSERT INTO {table} ({names}) VALUES ({', '.join(markers.values())})", [*bound.values()]
        )
        return "added"

    def _checked(self, dataset: str) -> dict[str, str]:
        if dataset not in self.lookups():
            raise NotStoredError(f"There is no lookup data set {dataset[:100]!r}. Add it first.")
        return self.columns(dataset)

    @staticmethod
    def _check_field(dataset: str, columns: Mapping[str, str], name: str) -> None:
        if name not in columns:
            raise BadValueError(f"{dataset} has no field {name[:100]!r}. Fields: {', '.join(columns)}.")

    def _where(
        self, dataset: str, columns: Mapping[str, str], filters: Sequence[Mapping[str, Any]]
    ) -> tuple[str, list[Any]]:
        parts: list[str] = []
        values: list[Any] = []
        for wanted in filter(None, filters):
            for name, value in wanted.items():
                self._check_field(dataset, columns, name)
                values.append(_bound(value, columns[name]))
            parts.append(_same(columns, wanted))
        return " OR ".join(f"({part})" for part in parts) or "true", values


def _same(columns: Mapping[str, str], names: Iterable[str]) -> str:
    return " AND ".join(f"{quote(name)} IS NOT DISTINCT FROM CAST(? AS {columns[name]})" for name in names)


def _bound(value: Any, column_type: str) -> Any:
    if isinstance(value, (dict, list)) or (column_type == "JSON" and value is not None):
        return dumps(value)
    if column_type == "TIMESTAMP" and isinstance(value, (int, float)) and not isinstance(value, bool):
        from datetime import UTC, datetime

        return datetime.fromtimestamp(value / 1000, UTC).replace(tzinfo=None)
    return value
