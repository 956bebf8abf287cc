"""Says what a record is and hands it to the part that writes it, in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tools.findings.asff import is_asff, read_asff
from tools.findings.cortex_records import as_object
from tools.findings.defender import is_defender, read_defender
from tools.findings.errors import UnreadableRecordError
from tools.findings.model import ScannedRecord
from tools.findings.ocsf import is_ocsf, read_ocsf
from tools.findings.scc import is_scc, read_scc
from tools.tenant.database_core import Database
from tools.tenant.loading_cortex import is_alert, is_issue, issue_rows
from tools.tenant.loading_datasets import DatasetMerger
from tools.tenant.loading_merge import FindingMerger
from tools.tenant.loading_report import LoadReport
from tools.tenant.loading_rows import digest

BATCH = 1_000
_PREFIXES = {
    "xdm.issue.": "issues",
    "xdm.finding.": "findings",
    "xdm.asset.": "asset_inventory",
    "xdm.case.": "cases",
}
_LINKS = {
    frozenset({"xdm.issue.id", "xdm.asset.id"}): "issue_to_asset",
    frozenset({"xdm.case.id", "xdm.issue.id"}): "case_to_issue",
}


class Router:
    """Sorts the records of one file and writes them; call `finish` at the end.

    `dataset` is the dataset that the file's name means, if any: it takes what is no finding.
    """

    def __init__(
        self,
        database: Database,
        report: LoadReport,
        now: datetime,
        dataset: str | None,
        before_first: Callable[[], None],
    ) -> None:
        self._database = database
        self._report = report
        self._now = now
        self._dataset = dataset
        self._before_first: Callable[[], None] | None = before_first
        self._findings = FindingMerger(database, report, now)
        self._scanned: list[tuple[int, ScannedRecord]] = []
        self._mergers: dict[str, DatasetMerger] = {}
        self._rows: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
        self._named_assets: dict[str, str] = {}

    def take(self, number: int, record: Mapping[str, Any]) -> None:
        """Take one record. Raises `UnreadableRecordError` when it is nothing that can be loaded."""
        if is_ocsf(record):
            self._scan(number, read_ocsf(record), "ocsf")
        elif is_asff(record):
            self._scan(number, read_asff(record), "asff")
        elif is_scc(record):
            self._scan(number, read_scc(record), "scc")
        elif is_defender(record):
            self._scan(number, read_defender(record), "defender")
        elif (dataset := self._dataset_of(record)) is not None:
            self._row(number, dataset, record)
            self._report.format = self._report.format or f"dataset {dataset}"
        elif is_alert(record) or is_issue(record):
            self._export(number, record)
        else:
            raise UnreadableRecordError(_unknown(record))

    def finish(self) -> None:
        """Write what is waiting."""
        self._flush_findings()
        for dataset in list(self._rows):
            self._flush(dataset)
        for merger in self._mergers.values():
            merger.finish()

    def _dataset_of(self, record: Mapping[str, Any]) -> str | None:
        if frozenset(record) in _LINKS:
            return _LINKS[frozenset(record)]
        for key in record:
            for prefix, dataset in _PREFIXES.items():
                if key.startswith(prefix):
                    # A data set of one's own may hold columns of another: its name decides then.
                    own = self._dataset is not None and self._dataset not in _PREFIXES.values()
                    return self._dataset if own else dataset
        if self._dataset in {"issues", "alerts", "incidents"} and (is_alert(record) or is_issue(record)):
            return None
        return self._dataset

    def _scan(self, number: int, scanned: ScannedRecord, form: str) -> None:
        self._report.format = self._report.format or form
        self._scanned.append((number, scanned))
        if len(self._scanned) >= BATCH:
            self._flush_findings()

    def _export(self, number: int, record: Mapping[str, Any]) -> None:
        row, assets = issue_rows(record)
        self._report.format = self._report.format or ("alerts" if is_alert(record) else "issues")
        for asset in assets:
            content = digest(asset)
            if self._named_assets.get(asset["xdm.asset.id"]) != content:
                self._named_assets[asset["xdm.asset.id"]] = content
                self._rows.setdefault("asset_inventory", []).append((number, asset))
        self._report.by_status["FAIL"] += 1
        self._row(number, "issues", row)

    def _row(self, number: int, dataset: str, row: Mapping[str, Any]) -> None:
        if dataset == "findings":
            status = as_object(row.get("xdm.finding.normalized_fields")).get("xdm.finding.status")
            if isinstance(status, str) and status.upper() in self._report.by_status:
                self._report.by_status[status.upper()] += 1
        waiting = self._rows.setdefault(dataset, [])
        waiting.append((number, row))
        if len(waiting) >= BATCH:
            self._flush(dataset)

    def _flush_findings(self) -> None:
        if self._scanned:
            self._begin()
            self._findings.merge(self._scanned)
            self._scanned = []

    def _flush(self, dataset: str) -> None:
        rows = self._rows.pop(dataset, [])
        if rows:
            self._begin()
            merger = self._mergers.get(dataset)
            if merger is None:
                merger = DatasetMerger(self._database, dataset, self._report, self._now)
                self._mergers[dataset] = merger
            merger.merge(rows)

    def _begin(self) -> None:
        if self._before_first is not None:
            self._before_first()
            self._before_first = None


def _unknown(record: Mapping[str, Any]) -> str:
    keys = ", ".join(repr(str(key)[:40]) for key in list(record)[:5]) or "none"
    return (
        "it is neither an OCSF or ASFF finding, nor one of Security Command Center or Defender for Cloud, nor a Cortex "
        "issue or alert, nor a row of a known data set "
        f"(its keys: {keys})"
    )
