"""The local tenant's store as its server and loaders use it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tools.results import utcnow
from tools.tenant.database_edits import Edits, Entry
from tools.tenant.database_lookups import Lookups
from tools.tenant.loading_report import LoadReport
from tools.tenant.schema import quote

__all__ = ["Entry", "TenantDatabase"]

_STATUS = "xdm.finding.status"


class TenantDatabase(Edits, Lookups):
    """The store of one local tenant: its datasets, War Rooms, audit log and loads."""

    @property
    def demo(self) -> bool:
        """Whether what is in here is the seeded demo estate."""
        return self.meta("demo") is not None

    def info(self) -> dict[str, Any]:
        """What is in the store.

        {datasets, findings_by_status, open_issues_by_severity, loads, demo, revision}; `demo` is None, or
        says how the demo estate was seeded.
        """
        statuses = self.rows(
            'SELECT json_extract_string("xdm.finding.normalized_fields", ?) AS status, count(*) AS n '
            "FROM findings GROUP BY 1",
            [f'$."{_STATUS}"'],
        )
        severities = self.rows(
            'SELECT "xdm.issue.severity" AS severity, count(*) AS n FROM issues '
            "WHERE lower(coalesce(\"xdm.issue.status.progress\", '')) NOT LIKE 'resolved%' GROUP BY 1"
        )
        demo = self.meta("demo")
        return {
            "datasets": self.counts(),
            "findings_by_status": {"FAIL": 0, "PASS": 0, "MANUAL": 0}
            | {row["status"]: row["n"] for row in statuses if row["status"]},
            "open_issues_by_severity": {row["severity"] or "UNKNOWN": row["n"] for row in severities},
            "loads": self.loads(),
            "demo": json.loads(demo) if demo else None,
            "revision": self.revision,
        }

    def mark_demo(self, about: Mapping[str, Any]) -> None:
        """Say that what goes in from now on is the demo estate, and what is planted in it."""
        with self.writing() as cursor:
            self._set_meta(cursor, "demo", json.dumps(dict(about)))

    def clear_demo(self, who: str) -> bool:
        """Remove the demo estate, if it is what is in here, to make room for real data; whether it was."""
        if not self.demo:
            return False
        kept = {"management_auditing", *self.lookups()}
        with self.writing() as cursor:
            for dataset in self.tables():
                if dataset not in kept:
                    cursor.execute(f"DELETE FROM {quote(dataset)}")
            for table in ("digests", "edits", "entries"):
                cursor.execute(f"DELETE FROM local.{table}")
            cursor.execute("DELETE FROM local.meta WHERE name IN ('demo', 'manifest')")
            self._audit(cursor, who, "DATA_LOAD", "demo", "The demo estate was removed", {})
        return True

    def loads(self) -> list[dict[str, Any]]:
        """The loads so far, newest first, each with its report's counts."""
        rows = self.rows("SELECT * FROM local.loads ORDER BY id DESC LIMIT 100")
        return [
            {"id": r["id"], "at": f"{r['made'].isoformat()}Z", "who": r["who"], **json.loads(r["report"])}
            for r in rows
        ]

    def record_load(self, report: LoadReport, who: str, began: datetime | None = None) -> None:
        """Keep a load's report and put it into the audit log, under the time at which it began.

        What a load brings carries that time too, so that "since the last load" means with and after it.
        """
        at = began or utcnow()
        counts: Mapping[str, Any] = report.model_dump(exclude={"skipped", "notes"})
        with self.writing() as cursor:
            self.told()
            cursor.execute(
                "INSERT INTO local.loads SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ? FROM local.loads",
                [at.astimezone(UTC).replace(tzinfo=None), who, report.file, json.dumps(counts)],
            )
            self._audit(cursor, who, "DATA_LOAD", report.format or "unknown", report.sentence, counts, at=at)
