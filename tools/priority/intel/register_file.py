"""A CMDB as CSV: columns by the names that ServiceNow and people give them (`enrich.register`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.priority.enrich.register import Entry, entry_of
from tools.priority.intel.csv_file import CsvFile


@dataclass(frozen=True)
class RegisterFile:
    """Rows of a CMDB, read. `as_of` dates those without a date; `unread` counts what named no asset or said nothing."""

    entries: Sequence[Entry]
    as_of: datetime
    skipped: int = 0
    faults: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.entries)


def register_file(table: CsvFile, now: datetime) -> RegisterFile:
    """The rows that name an asset and say something of it."""
    entries = []
    for number, row in table.rows():
        entry = entry_of(row)
        if not (entry.marks or entry.address):
            table.skip(number, "names no asset")
        elif not (entry.tier or entry.data or entry.owner or entry.service):
            table.skip(number, "says neither tier, data, owner nor service")
        else:
            entries.append(entry)
    return RegisterFile(tuple(entries), now, table.skipped, tuple(table.faults))
