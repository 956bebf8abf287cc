"""Writes rows of a dataset as they come: keyed rows are updated, others added once.

Loading the same file again adds nothing: keyed rows are compared by fingerprint; of rows without a key, the
n-th of several equal ones is the same row in every load.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tools.tenant.database_core import Database
from tools.tenant.errors import LoadError
from tools.tenant.loading_columns import as_text, fitted, needed
from tools.tenant.loading_report import LoadReport
from tools.tenant.loading_rows import digest, stamp
from tools.tenant.loading_sql import delete, keep_digests, known_digests, select
from tools.tenant.schema import DATASETS, KEYS, KNOWN, NUMERIC_IDS, quote

if TYPE_CHECKING:
    import duckdb

Rows = Sequence[tuple[int, Mapping[str, Any]]]
_LINKS = {
    "issue_to_asset": ("xdm.issue.id", "xdm.asset.id"),
    "case_to_issue": ("xdm.case.id", "xdm.issue.id"),
}
_MAX_COLUMNS = 2_000
# Issues that name no asset themselves are about those that the link table names.
_LINKED = """
    SELECT CAST("xdm.issue.id" AS VARCHAR) AS id, list(DISTINCT "xdm.asset.id" ORDER BY "xdm.asset.id") AS assets
    FROM issue_to_asset WHERE "xdm.asset.id" IS NOT NULL GROUP BY 1
"""
_UNLINKED = f"""
    FROM ({_LINKED}) AS linked
    WHERE CAST(issues."xdm.issue.id" AS VARCHAR) = linked.id AND coalesce(len(issues."xdm.issue.asset_ids"), 0) = 0
"""
_STATE_TIMES = {
    "issues": ("xdm.issue.observation_time", "xdm.issue.last_modified"),
    "findings": (),
    "asset_inventory": ("xdm.asset.last_observed", "xdm.asset.first_observed"),
    "cases": ("xdm.case.modification_time", "xdm.case.creation_time"),
}


class DatasetMerger:
    """Merges rows into one dataset, for one load."""

    def __init__(self, database: Database, dataset: str, report: LoadReport, now: datetime) -> None:
        self._database = database
        self._dataset = dataset
        self._report = report
        self._now = stamp(now) or ""
        self._key = KEYS.get(dataset)
        self._declared = DATASETS.get(dataset) or KNOWN.get(dataset) or {}
        self._seen: dict[int, int] = {}
        self._first: dict[int, tuple[int, str]] = {}
        self._empty: set[str] = set()

    def merge(self, batch: Rows) -> None:
        """Write a batch in one transaction."""
        keyed = self._identified(batch)
        if not keyed:
            return
        if self._dataset == "asset_inventory":
            self._report.resources = len(self._first)
        self._fit_table([row for _, row, _ in keyed.values()])
        with self._database.writing() as cursor:
            known = known_digests(cursor, self._dataset, keyed)
            fresh: dict[str, dict[str, Any]] = {}
            changed: dict[str, dict[str, Any]] = {}
            for key, (number, row, content) in keyed.items():
                if known.get(key) == content:
                    self._report.unchanged += 1
                    continue
                target = changed if key in known else fresh
                target[key] = self._ready(number, row)
            present = self._present(cursor, fresh) if self._key else set()
            changed |= {key: fresh.pop(key) for key in list(fresh) if key in present}
            self._report.added += len(fresh)
            self._report.updated += len(changed)
            if not changed:
                self._database.told()
            self._write(cursor, fresh, changed)
            contents = {key: keyed[key][2] for key in (*fresh, *changed)}
            keep_digests(cursor, self._dataset, contents, changed)

    def finish(self) -> None:
        """Make the columns that were null in every row; give issues the assets of the link table."""
        lacking = {name: "VARCHAR" for name in self._empty if name not in self._columns()}
        if lacking:
            with self._database.writing() as cursor:
                self._database.define(cursor, self._dataset, lacking)
        if self._dataset in {"issues", "issue_to_asset"} and self._database.rows(
            f"SELECT 1 FROM issues WHERE EXISTS (SELECT 1 {_UNLINKED}) LIMIT 1"
        ):
            with self._database.writing() as cursor:
                cursor.execute(f'UPDATE issues SET "xdm.issue.asset_ids" = linked.assets {_UNLINKED}')

    def _columns(self) -> dict[str, str]:
        return self._database.columns(self._dataset)

    def _identified(self, batch: Rows) -> dict[str, tuple[int, Mapping[str, Any], str]]:
        found: dict[str, tuple[int, Mapping[str, Any], str]] = {}
        for number, row in batch:
            if not row:
                self._report.skip(number, "it has no fields")
                continue
            content = digest(row)
            if self._key is None:
                counted = hash(content)
                self._seen[counted] = self._seen.get(counted, 0) + 1
                found[f"{content}:{self._seen[counted]}"] = (number, row, content)
                continue
            key = _key_text(row.get(self._key))
            if not key:
                self._report.skip(number, f"it has no {self._key}")
                continue
            earlier, before = self._first.setdefault(hash(key), (number, content))
            shown = f"record {earlier} ({key[:120]})"
            if earlier != number and before == content:
                self._report.skip(number, f"it has the id and the content of {shown}")
                continue
            if earlier != number:
                self._report.note(number, f"it has the id of {shown}; the later one counts")
                if key in found:
                    self._report.updated += 1
            found[key] = (number, row, content)
        return found

    def _fit_table(self, rows: Sequence[Mapping[str, Any]]) -> None:
        have = self._columns()
        added, wider, empty = needed(rows, self._declared, have)
        self._empty |= empty
        if not have:
            added = {**self._declared, **added} or {"_empty": "VARCHAR"}
        text_ids = [
            name
            for name in NUMERIC_IDS
            if any(not _numeric(row.get(name)) for row in rows) and "BIGINT" in self._id_types(name)
        ]
        if len(have) + len(added) > _MAX_COLUMNS:
            raise LoadError(
                f"The data set {self._dataset} would have more than {_MAX_COLUMNS:,} columns. Its rows must "
                "be records with the same keys; put varying keys into one JSON column."
            )
        if not (added or wider or text_ids):
            return
        with self._database.writing() as cursor:
            if added:
                self._database.define(cursor, self._dataset, added)
            for name, kind in wider.items():
                self._alter(cursor, self._dataset, name, kind)
            for name in text_ids:
                for table, columns in self._database.tables().items():
                    if columns.get(name) == "BIGINT":
                        self._alter(cursor, table, name, "VARCHAR")

    def _id_types(self, name: str) -> set[str]:
        return {columns[name] for columns in self._database.tables().values() if name in columns}

    def _alter(self, cursor: duckdb.DuckDBPyConnection, table: str, name: str, kind: str) -> None:
        using = f" USING to_json({quote(name)})" if kind == "JSON" else ""
        cursor.execute(f"ALTER TABLE {quote(table)} ALTER {quote(name)} SET DATA TYPE {kind}{using}")
        self._database.defined()

    def _ready(self, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        notes: list[str] = []
        found = fitted(row, self._columns(), notes)
        for note in notes:
            self._report.note(number, note)
        if self._dataset in _STATE_TIMES:
            times = (found.get(name) for name in _STATE_TIMES[self._dataset])
            found["_time"] = found.get("_time") or next(filter(None, times), None) or self._now
            found["_insert_time"] = found.get("_insert_time") or self._now
        return found

    def _present(self, cursor: duckdb.DuckDBPyConnection, rows: Mapping[str, Any]) -> set[str]:
        """Keys of rows that are there though no load of this dataset wrote them."""
        key = quote(self._key or "")
        sql = f"SELECT CAST({key} AS VARCHAR) FROM {quote(self._dataset)} WHERE true"
        return {row[0] for row in select(cursor, sql, self._key or "", rows)}

    def _write(
        self,
        cursor: duckdb.DuckDBPyConnection,
        fresh: dict[str, dict[str, Any]],
        changed: dict[str, dict[str, Any]],
    ) -> None:
        rows = [*fresh.values()] if self._dataset not in _LINKS else self._new_links(cursor, fresh.values())
        edited = self._edited(cursor, changed) if self._dataset == "issues" else {}
        for key, row in changed.items():
            if key in edited:
                self._update(cursor, key, row, edited[key])
            else:
                rows.append(row)
        if self._key:
            delete(cursor, self._dataset, self._key, [key for key in changed if key not in edited])
        used = set().union(*rows) if rows else set()
        columns = self._columns()
        # A row of nulls is a row too: it fills one column with null.
        shape = {name: kind for name, kind in columns.items() if name in used} or dict([*columns.items()][:1])
        self._database.insert(cursor, self._dataset, shape, rows)
        self._report.changed(self._dataset, len(fresh) + len(changed))
        if self._dataset == "issues":
            self._link(cursor, {**fresh, **changed})

    def _new_links(
        self, cursor: duckdb.DuckDBPyConnection, rows: Iterable[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """The links that are not there yet: those of an issue are made when the issue is loaded."""
        one, other = _LINKS[self._dataset]
        wanted = {(as_text(row.get(one)), as_text(row.get(other))): row for row in rows}
        sql = f"SELECT {quote(one)}, {quote(other)} FROM {quote(self._dataset)} WHERE true"
        there = select(cursor, sql, one, [key for key, _ in wanted])
        present = {(as_text(key), as_text(value)) for key, value in there}
        return [row for pair, row in wanted.items() if pair not in present]

    def _edited(self, cursor: duckdb.DuckDBPyConnection, keys: Mapping[str, Any]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for key, name in select(
            cursor, "SELECT issue_id, field FROM local.edits WHERE true", "issue_id", keys
        ):
            found.setdefault(key, set()).add(f"xdm.issue.{name}")
        return found

    def _update(
        self, cursor: duckdb.DuckDBPyConnection, key: str, row: Mapping[str, Any], kept: set[str]
    ) -> None:
        """Update all but what a person set."""
        columns = self._columns()
        names = [name for name in row if name not in kept and name != self._key]
        sets = ", ".join(f"{quote(name)} = CAST(? AS {columns[name]})" for name in names)
        cursor.execute(
            f"UPDATE {quote(self._dataset)} SET {sets} WHERE CAST({quote(self._key or '')} AS VARCHAR) = ?",
            [*(row[name] for name in names), key],
        )

    def _link(self, cursor: duckdb.DuckDBPyConnection, rows: Mapping[str, Mapping[str, Any]]) -> None:
        links = [
            {"xdm.issue.id": row["xdm.issue.id"], "xdm.asset.id": asset}
            for row in rows.values()
            for asset in dict.fromkeys(row.get("xdm.issue.asset_ids") or ())
        ]
        # The links of an issue that names no asset came from the link table: they stay.
        naming = [key for key, row in rows.items() if row.get("xdm.issue.asset_ids")]
        delete(cursor, "issue_to_asset", "xdm.issue.id", naming)
        self._database.insert(cursor, "issue_to_asset", self._database.columns("issue_to_asset"), links)


def _key_text(given: Any) -> str:
    return "" if given is None or isinstance(given, (dict, list, bool)) else as_text(given)


def _numeric(given: Any) -> bool:
    if given is None or (isinstance(given, int) and not isinstance(given, bool)):
        return True
    # A text of digits means the number; a leading zero makes it a text of its own.
    return isinstance(given, str) and given.isascii() and given.isdigit() and str(int(given)) == given
