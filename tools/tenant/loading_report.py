"""What a load did, for a person and for `--json`."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

MAX_LISTED = 1_000
"""Entries of `skipped` and `notes` that are listed; all are counted."""


class Skipped(BaseModel):
    """A record that did not go in, and why."""

    model_config = ConfigDict(extra="forbid")

    record: int
    reason: str


class Note(BaseModel):
    """Something that was put right in a record that did go in."""

    model_config = ConfigDict(extra="forbid")

    record: int
    note: str


class LoadReport(BaseModel):
    """Counts of one load. `read` = `added` + `updated` + `unchanged` + `skipped_total`.

    `by_status` counts the findings read by outcome; `resources` the distinct resources they name. `datasets`
    counts the rows that changed per dataset. `replaced_demo` says that the seeded demo estate was removed
    first.
    """

    model_config = ConfigDict(extra="forbid")

    file: str
    format: str = ""
    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = Field(default_factory=list)
    skipped_total: int = 0
    notes: list[Note] = Field(default_factory=list)
    notes_total: int = 0
    by_status: dict[str, int] = Field(default_factory=lambda: {"FAIL": 0, "PASS": 0, "MANUAL": 0})
    resources: int = 0
    resolved: int = 0
    reopened: int = 0
    datasets: dict[str, int] = Field(default_factory=dict)
    replaced_demo: bool = False
    seconds: float = 0.0

    def skip(self, record: int, reason: str) -> None:
        """Count a record that did not go in."""
        self.skipped_total += 1
        if len(self.skipped) < MAX_LISTED:
            self.skipped.append(Skipped(record=record, reason=reason))

    def note(self, record: int, note: str) -> None:
        """Count something that was put right."""
        self.notes_total += 1
        if len(self.notes) < MAX_LISTED:
            self.notes.append(Note(record=record, note=note))

    def changed(self, dataset: str, rows: int) -> None:
        """Count rows that were added to or updated in a dataset."""
        if rows:
            self.datasets[dataset] = self.datasets.get(dataset, 0) + rows

    @property
    def nothing_loaded(self) -> bool:
        """Whether there were records and none of them could be loaded."""
        return self.read > 0 and self.read == self.skipped_total

    @property
    def sentence(self) -> str:
        """One line for a person."""
        parts = [f"{self.read:,} read", f"{self.added:,} added", f"{self.updated:,} updated"]
        parts += [f"{self.unchanged:,} unchanged", f"{self.skipped_total:,} skipped"]
        return f"{self.file}: {', '.join(parts)}."


def empty_file(name: str) -> LoadReport:
    """The report of a data set's file without a byte in it: a data set of no rows, which is no error."""
    report = LoadReport(file=name, format="empty")
    report.note(0, "the file is empty: it adds no rows")
    return report


def why_nothing(reports: Sequence[LoadReport]) -> str:
    """Why no file of a folder could be loaded; empty text when one could."""
    if any(report.format not in {"unreadable", "empty"} for report in reports):
        return ""
    told = [
        report.skipped[0].reason
        if report.skipped
        else f"{report.file} is empty. Export the findings again and load that file."
        for report in reports
    ]
    return "; ".join(told[:3])
