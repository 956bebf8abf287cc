"""Writes a batch of findings and resources into the store: what is new, what changed, what is as it was.

Loading the same again changes nothing. A finding whose check passes now resolves its issue; one that fails
again reopens it, unless a person closed it for a reason of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from tools.findings.model import AssetRecord, Finding, FindingStatus, ScannedRecord
from tools.tenant.database_core import Database
from tools.tenant.loading_report import LoadReport
from tools.tenant.loading_rows import (
    Row,
    asset_row,
    digest,
    finding_row,
    issue_row,
    merged,
    stamp,
    stored_asset,
)
from tools.tenant.loading_sql import delete, keep_digests, select
from tools.tenant.schema import quote

if TYPE_CHECKING:
    import duckdb

_SCANNER_OWNED = (
    *("external_id", "name", "description", "observation_time", "last_modified", "remediation", "impact"),
    *("asset_ids", "finding_ids", "normalized_fields", "type", "detection.rule_id", "owner"),
)


@dataclass
class Seen:
    """What the running load has met, by hash: record, resource and content of each id; the resources."""

    records: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    resources: set[bytes] = field(default_factory=set)


_PASSES = "The check passes in a later scan."
Changed = Mapping[str, tuple[Finding, bool]]
"""Findings by id, each with whether it is new."""


class FindingMerger:
    """Merges scanned records into one store, for one load.

    With `native` the issues look like the platform's own, not like imports.
    """

    def __init__(
        self, database: Database, report: LoadReport, now: datetime, *, native: bool = False
    ) -> None:
        self._native = native
        self._database = database
        self._report = report
        self._now = stamp(now) or ""
        self._seen = Seen()

    def merge(self, batch: Sequence[tuple[int, ScannedRecord]]) -> None:
        """Write a batch in one transaction."""
        findings: dict[str, tuple[Finding, str]] = {}
        assets: dict[str, AssetRecord] = {}
        for number, scanned in batch:
            content = _content(scanned.finding)
            finding = self._identified(number, scanned, content)
            for note in scanned.notes:
                self._report.note(number, note)
            if finding is None:
                continue
            self._report.by_status[finding.status.value] += 1
            # Of two in one batch only the later is written; both are counted.
            self._report.updated += finding.id in findings
            findings[finding.id] = (finding, content)
            for asset in scanned.assets:
                self._seen.resources.add(bytes.fromhex(asset.asset_id))
                known = assets.get(asset.asset_id)
                assets[asset.asset_id] = merged(known, asset) if known else asset
        self._report.resources = len(self._seen.resources)
        if not findings:
            return
        with self._database.writing() as cursor:
            changed = self._classify(cursor, findings)
            if changed:
                self._write_findings(cursor, changed)
            # What changes bears the time at which the load began, and others may have written since.
            touched = self._write_issues(cursor, changed) if changed else 0
            if not touched + self._write_assets(cursor, assets):
                self._database.told()

    def add_assets(self, assets: Iterable[AssetRecord]) -> None:
        """Write resources that no finding names."""
        with self._database.writing() as cursor:
            self._write_assets(cursor, {asset.asset_id: asset for asset in assets})

    def _identified(self, number: int, scanned: ScannedRecord, content: str) -> Finding | None:
        """The finding under its id; None if the load had just the same before."""
        finding = scanned.finding
        resource = hash(finding.resource.asset_id)
        earlier = self._seen.records.setdefault(hash(finding.id), (number, resource, hash(content)))
        record, known_resource, known_content = earlier
        if record == number:
            return finding
        shown = f"record {record} ({finding.id[:120]})"
        if known_content == hash(content):
            self._report.skip(number, f"it has the id and the content of {shown}")
            return None
        if known_resource == resource:
            self._report.note(number, f"it has the id of {shown}; the later one counts")
            return finding
        apart = f"{finding.id}#{finding.resource.asset_id[:8] or content[:8]}"
        self._report.note(
            number, f"it has the id of record {record} but another resource; kept as {apart[:140]}"
        )
        return finding.model_copy(update={"id": apart, "external_id": apart})

    def _classify(
        self, cursor: duckdb.DuckDBPyConnection, findings: Mapping[str, tuple[Finding, str]]
    ) -> Changed:
        """The findings that are new or changed; the rest is counted as unchanged."""
        known = dict(
            select(
                cursor, "SELECT key, digest FROM local.digests WHERE dataset = 'findings'", "key", findings
            )
        )
        changed: dict[str, tuple[Finding, bool]] = {}
        for finding_id, (finding, content) in findings.items():
            if known.get(finding_id) == content:
                self._report.unchanged += 1
            elif finding_id in known:
                self._report.updated += 1
                changed[finding_id] = (finding, False)
            else:
                self._report.added += 1
                changed[finding_id] = (finding, True)
        contents = {key: findings[key][1] for key in changed}
        keep_digests(cursor, "findings", contents, [key for key in changed if key in known])
        return changed

    def _write_findings(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        replaced = [finding_id for finding_id, (_, new) in changed.items() if not new]
        delete(cursor, "findings", "xdm.finding.id", replaced)
        rows = [finding_row(finding, self._now) for finding, _ in changed.values()]
        self._database.insert(cursor, "findings", _shape(self._database, "findings", rows), rows)
        self._report.changed("findings", len(rows))

    def _write_issues(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> int:
        """Write the issues; gives how many were there before."""
        found = select(
            cursor,
            'SELECT "xdm.issue.external_id", "xdm.issue.id", "xdm.issue.status.progress", '
            '"xdm.issue.status.resolution_reason" FROM issues WHERE true',
            "xdm.issue.external_id",
            changed,
        )
        known = {external: (issue_id, progress, reason) for external, issue_id, progress, reason in found}
        fresh: list[Row] = []
        for finding_id, (finding, _) in changed.items():
            issue = known.get(finding_id)
            failed = finding.status is FindingStatus.FAIL
            if issue is None:
                if failed:
                    fresh.append(issue_row(finding, self._now, native=self._native))
            elif failed:
                self._refresh(cursor, finding, *issue)
                if finding.progress == "Resolved" and issue[1] != "Resolved":
                    self._close(cursor, issue[0], "Its source says that it is settled.")
            elif issue[1] != "Resolved":
                passed = finding.status is FindingStatus.PASS
                self._close(cursor, issue[0], _PASSES if passed else "A later scan does not assess it.")
        first = self._database.next_issue_id(cursor)
        for offset, row in enumerate(fresh):
            row["xdm.issue.id"] = first + offset
        self._database.insert(cursor, "issues", _shape(self._database, "issues", fresh), fresh)
        self._report.changed("issues", len(fresh))
        links = [
            {"xdm.issue.id": row["xdm.issue.id"], "xdm.asset.id": asset_id}
            for row in fresh
            for asset_id in row["xdm.issue.asset_ids"]
        ]
        self._database.insert(cursor, "issue_to_asset", self._database.columns("issue_to_asset"), links)
        self._report.changed("issue_to_asset", len(links))
        return len(known)

    def _refresh(
        self,
        cursor: duckdb.DuckDBPyConnection,
        finding: Finding,
        issue_id: Any,
        progress: str,
        reason: str | None,
    ) -> None:
        """Bring an issue up to date; what a person set (severity, status) stays theirs."""
        row = issue_row(finding, self._now, native=self._native)
        fields = {f"xdm.issue.{name}": row[f"xdm.issue.{name}"] for name in _SCANNER_OWNED} | {
            "_time": row["_time"]
        }
        edited = cursor.execute(
            "SELECT count(*) FROM local.edits WHERE issue_id = ? AND field = 'severity'", [str(issue_id)]
        ).fetchone()
        if not edited or not edited[0]:
            fields["xdm.issue.severity"] = row["xdm.issue.severity"]
        again = finding.progress != "Resolved" and progress == "Resolved"
        if again and self._may_reopen(cursor, issue_id, reason):
            fields |= {
                "xdm.issue.status.progress": "New",
                "xdm.issue.status.resolution_reason": None,
                "xdm.issue.status.resolution_comment": None,
                "xdm.issue.resolution_time": None,
                "xdm.issue.status.modified_time": self._now,
            }
            self._report.reopened += 1
        sets = ", ".join(f"{quote(name)} = ?" for name in fields)
        cursor.execute(f'UPDATE issues SET {sets} WHERE "xdm.issue.id" = ?', [*fields.values(), issue_id])
        self._report.changed("issues", 1)

    def _may_reopen(self, cursor: duckdb.DuckDBPyConnection, issue_id: Any, reason: str | None) -> bool:
        """Whether a scan closed it: what a person resolved stays so."""
        if reason is not None:
            return reason == "RESOLVED_FIXED"
        sql = "SELECT count(*) FROM local.edits WHERE issue_id = ? AND field = 'status.progress'"
        found = cursor.execute(sql, [str(issue_id)]).fetchone()
        return not found or not found[0]

    def _close(self, cursor: duckdb.DuckDBPyConnection, issue_id: Any, why: str) -> None:
        cursor.execute(
            "UPDATE issues SET \"xdm.issue.status.progress\" = 'Resolved', "
            "\"xdm.issue.status.resolution_reason\" = 'RESOLVED_FIXED', "
            '"xdm.issue.status.resolution_comment" = ?, '
            '"xdm.issue.resolution_time" = ?, "xdm.issue.status.modified_time" = ?, '
            '"xdm.issue.last_modified" = ? WHERE "xdm.issue.id" = ?',
            [why, self._now, self._now, self._now, issue_id],
        )
        self._report.resolved += 1
        self._report.changed("issues", 1)

    def _write_assets(self, cursor: duckdb.DuckDBPyConnection, assets: Mapping[str, AssetRecord]) -> int:
        """Write the resources that are new or differ; gives how many were there before."""
        names = (
            "id strong_id name provider realm cloud.region type.id type.name type.class type.category "
            "tags raw_fields"
        )
        listed = ", ".join(quote(f"xdm.asset.{name}") for name in names.split())
        found = select(
            cursor,
            f'SELECT {listed}, CAST("xdm.asset.first_observed" AS VARCHAR) FROM asset_inventory WHERE true',
            "xdm.asset.id",
            assets,
        )
        known = {row[0]: (stored_asset(row), row[12]) for row in found}
        rows: list[Row] = []
        for key, asset in assets.items():
            before, first = known.get(key, (None, self._now))
            after = merged(before, asset) if before else asset
            if before is None or _differs(before, after):
                rows.append(asset_row(after, first or self._now, self._now, self._now))
        delete(cursor, "asset_inventory", "xdm.asset.id", [row["xdm.asset.id"] for row in rows])
        self._database.insert(
            cursor, "asset_inventory", _shape(self._database, "asset_inventory", rows), rows
        )
        self._report.changed("asset_inventory", len(rows))
        return sum(row["xdm.asset.id"] in known for row in rows)


def _content(finding: Finding) -> str:
    return blake2b(finding.model_dump_json().encode("utf-8", "replace"), digest_size=16).hexdigest()


def _differs(one: AssetRecord, other: AssetRecord) -> bool:
    return digest(one.model_dump(mode="json")) != digest(other.model_dump(mode="json"))


def _shape(database: Database, table: str, rows: Sequence[Row]) -> dict[str, str]:
    """The columns that the rows fill, with their types."""
    used = set().union(*rows) if rows else set()
    return {name: kind for name, kind in database.columns(table).items() if name in used}
