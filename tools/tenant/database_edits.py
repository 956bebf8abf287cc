"""Writes that people and their API keys make: issues, cases, War Room entries, the audit log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tools.results import utcnow
from tools.tenant.database_core import Database, dumps
from tools.tenant.errors import BadValueError, NotStoredError
from tools.tenant.schema import quote

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Entry:
    """One entry of an issue's or case's War Room. `target` is the issue id as text, or CASE-<id>."""

    id: int
    target: str
    created: datetime
    author: str
    contents: str
    format: str
    category: str
    tags: tuple[str, ...]


class Edits(Database):
    """Single-object writes, each with its audit row and whole or not at all."""

    def update_issue(self, issue_id: int | str, fields: Mapping[str, Any], who: str) -> dict[str, Any]:
        """Set fields of an issue (names without the `xdm.issue.` prefix); returns the row as it is after.

        Raises `NotStoredError` for an unknown id, `BadValueError` for an unknown field. A reload of the
        scanner's file does not undo a severity that was set here.
        """
        changes = dict(fields)
        with self.writing() as cursor:
            # Not before: of two writes the later one bears the later time.
            now = utcnow()
            self.told()
            changes["last_modified"] = now
            if "status.progress" in changes:
                changes["status.modified_time"] = now
                resolved = str(changes["status.progress"]).casefold() == "resolved"
                changes["resolution_time"] = now if resolved else None
                if not resolved:
                    changes.setdefault("status.resolution_reason", None)
                    changes.setdefault("status.resolution_comment", None)
            self._update(cursor, "issues", "xdm.issue", issue_id, changes)
            cursor.executemany("INSERT INTO local.edits VALUES (?, ?)", [[str(issue_id), f] for f in fields])
            description = f"Issue {issue_id}: set {', '.join(sorted(fields))}"
            self._audit(cursor, who, "ISSUE", "Update", description, fields)
        return self.issue(issue_id)

    def insert_issue(self, fields: Mapping[str, Any], who: str) -> int:
        """Add an issue (names without prefix; the id is assigned here); returns its id."""
        with self.writing() as cursor:
            now = utcnow()
            self.told()
            row: dict[str, Any] = {"status.progress": "New", "observation_time": now} | dict(fields)
            row |= {"last_modified": now}
            issue_id = self.next_issue_id(cursor)
            row["id"] = issue_id
            row.setdefault("external_id", f"custom-{issue_id}")
            named = {f"xdm.issue.{name}": value for name, value in row.items()}
            named |= {"_time": row["observation_time"], "_insert_time": now}
            self._insert(cursor, "issues", named)
            links = [{"xdm.issue.id": issue_id, "xdm.asset.id": a} for a in row.get("asset_ids") or ()]
            self.insert(cursor, "issue_to_asset", self.columns("issue_to_asset"), links)
            self._audit(cursor, who, "ISSUE", "Create", f"Issue {issue_id} was created", {})
        return issue_id

    def update_case(self, case_id: int | str, fields: Mapping[str, Any], who: str) -> dict[str, Any]:
        """Set fields of a case (names without the `xdm.case.` prefix); returns the row as it is after."""
        changes = {**fields, "modification_time": utcnow()}
        with self.writing() as cursor:
            self.told()
            self._update(cursor, "cases", "xdm.case", case_id, changes)
            self._audit(
                cursor, who, "CASE", "Update", f"Case {case_id}: set {', '.join(sorted(fields))}", fields
            )
        return self._one("cases", "xdm.case.id", case_id)

    def issue(self, issue_id: int | str) -> dict[str, Any]:
        """An issue's row. Raises `NotStoredError`."""
        return self._one("issues", "xdm.issue.id", issue_id)

    def case(self, case_id: int | str) -> dict[str, Any]:
        """A case's row. Raises `NotStoredError`."""
        return self._one("cases", "xdm.case.id", case_id)

    def add_entry(
        self,
        target: int | str,
        contents: str,
        author: str,
        *,
        category: str = "chats",
        text_format: str = "text",
        tags: Sequence[str] = (),
    ) -> Entry:
        """Add an entry to a War Room. The contents are kept as they are and never run.

        `target` is an issue id, or CASE-<id>. Raises `NotStoredError` when there is none such.
        """
        self._check_target(str(target))
        now = utcnow()
        with self.writing() as cursor:
            self.told()
            found = cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM local.entries").fetchone()
            entry_id = int(found[0]) if found else 1
            cursor.execute(
                "INSERT INTO local.entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    entry_id,
                    str(target),
                    _plain(now),
                    author,
                    contents.encode("utf-8", "replace").decode(),
                    text_format,
                    category,
                    dumps(list(tags)),
                ],
            )
            self._audit(cursor, author, "WAR_ROOM", "Insert entry", f"Entry {entry_id} on {target}", {})
        return Entry(entry_id, str(target), now, author, contents, text_format, category, tuple(tags))

    def entries(self, target: int | str) -> tuple[Entry, ...]:
        """The War Room of an issue or case, oldest first. Raises `NotStoredError` when there is none such."""
        self._check_target(str(target))
        rows = self.rows("SELECT * FROM local.entries WHERE target = ? ORDER BY id", [str(target)])
        return tuple(
            Entry(
                **{
                    **row,
                    "created": row["created"].replace(tzinfo=UTC),
                    "tags": tuple(json.loads(row["tags"])),
                }
            )
            for row in rows
        )

    def add_audit(
        self, who: str, entity: str, subtype: str, description: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Add a row to the audit log (and to the `management_auditing` dataset)."""
        with self.writing() as cursor:
            self.told()
            self._audit(cursor, who, entity, subtype, description, detail or {})

    def audit_rows(self) -> list[dict[str, Any]]:
        """The audit log, newest first: id, made, who, entity, subtype, result, description, detail."""
        rows = self.rows("SELECT * FROM local.audit ORDER BY id DESC")
        return [
            {**row, "made": row["made"].replace(tzinfo=UTC), "detail": json.loads(row["detail"])}
            for row in rows
        ]

    def _audit(
        self,
        cursor: duckdb.DuckDBPyConnection,
        who: str,
        entity: str,
        subtype: str,
        description: str,
        detail: Mapping[str, Any],
        *,
        at: datetime | None = None,
    ) -> None:
        now = _plain(at or utcnow())
        cursor.execute(
            "INSERT INTO local.audit SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ?, 'SUCCESS', ?, ? "
            "FROM local.audit",
            [now, who, entity, subtype, description, json.dumps(dict(detail), default=str)],
        )
        cursor.execute(
            "INSERT INTO management_auditing (_time, _insert_time, management_auditing_type, "
            "management_auditing_result, subtype, description, user_name) "
            "VALUES (?, ?, ?, 'MANAGEMENT_AUDIT_SUCCESS', ?, ?, ?)",
            [now, now, f"MANAGEMENT_AUDIT_{entity}", subtype, description, who],
        )

    def _one(self, table: str, key: str, value: int | str) -> dict[str, Any]:
        found = self.rows(
            f"SELECT * FROM {quote(table)} WHERE CAST({quote(key)} AS VARCHAR) = ?", [str(value)]
        )
        if not found:
            raise NotStoredError(f"There is no {key.split('.')[1]} {str(value)[:80]!r}. Search for it first.")
        return found[0]

    def _check_target(self, target: str) -> None:
        if target.upper().startswith("CASE-"):
            self.case(target[5:])
        else:
            self.issue(target)

    def _update(
        self,
        cursor: duckdb.DuckDBPyConnection,
        table: str,
        prefix: str,
        key: int | str,
        changes: Mapping[str, Any],
    ) -> None:
        columns = self.columns(table)
        named = {f"{prefix}.{name}": value for name, value in changes.items()}
        self._check_columns(table, named, columns)
        sets = ", ".join(f"{quote(name)} = {_marker(columns[name])}" for name in named)
        where = f"CAST({quote(prefix + '.id')} AS VARCHAR) = ?"
        updated = cursor.execute(
            f"UPDATE {quote(table)} SET {sets} WHERE {where} RETURNING 1",
            [*(_bound(value, columns[name]) for name, value in named.items()), str(key)],
        ).fetchall()
        if not updated:
            raise NotStoredError(
                f"There is no {prefix.split('.')[1]} {str(key)[:80]!r}. Search for it first."
            )

    def _insert(self, cursor: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, Any]) -> None:
        columns = self.columns(table)
        self._check_columns(table, row, columns)
        names = ", ".join(map(quote, row))
        markers = ", ".join(_marker(columns[name]) for name in row)
        cursor.execute(
            f"INSERT INTO {quote(table)} ({names}) VALUES ({markers})",
            [_bound(value, columns[name]) for name, value in row.items()],
        )

    @staticmethod
    def _check_columns(table: str, named: Mapping[str, Any], columns: Mapping[str, str]) -> None:
        unknown = sorted(name for name in named if name not in columns)
        if unknown:
            raise BadValueError(f"{table} has no field {', '.join(unknown)}. Use the names of its schema.")


def _not_stored(name: str, value: int | str) -> NotStoredError:
    return NotStoredError(f"There is no {name.split('.')[1]} {str(value)[:80]!r}. Search for it first.")


def _marker(column_type: str) -> str:
    return f"CAST(? AS {column_type})"


def _bound(value: Any, column_type: str) -> Any:
    """A value as its column takes it."""
    if isinstance(value, datetime):
        return _plain(value)
    if value is not None and column_type == "JSON":
        return dumps(value)
    if isinstance(value, int) and not isinstance(value, bool) and column_type == "TIMESTAMP":
        return _plain(datetime.fromtimestamp(value / 1000, UTC))
    if isinstance(value, tuple):
        return list(value)
    return value


def _plain(value: datetime) -> datetime:
    """Naive UTC, as the store keeps times."""
    return value.astimezone(UTC).replace(tzinfo=None)
