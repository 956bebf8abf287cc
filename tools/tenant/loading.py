"""Loads files of findings into the local tenant's store."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from tools.findings.errors import UnreadableRecordError
from tools.findings.model import ScannedRecord
from tools.findings.ocsf import is_ocsf, read_ocsf
from tools.results import utcnow
from tools.tenant.database_core import Database
from tools.tenant.errors import LoadError
from tools.tenant.loading_merge import FindingMerger
from tools.tenant.loading_report import LoadReport
from tools.tenant.loading_stream import BadRecord, records
from tools.tenant.loading_text import Window

BATCH = 2_000
Progress = Callable[[int], None]


def load_file(
    database: Database, path: Path | str, *, who: str = "local", on_progress: Progress | None = None
) -> LoadReport:
    """Load one file. Raises `LoadError` when nothing in it can be read; single bad records are reported."""
    path = Path(path)
    if not path.exists():
        raise LoadError(f"There is no file {path}. Check the path.")
    with path.open("rb") as stream:
        return load_stream(database, stream, path.name, who=who, on_progress=on_progress)


def load_stream(
    database: Database,
    stream: BinaryIO,
    name: str,
    *,
    who: str = "local",
    on_progress: Progress | None = None,
) -> LoadReport:
    """Load an open binary stream under a file's name; see `load_file`."""
    started = time.monotonic()
    report = LoadReport(file=name)
    window = Window(stream, name)
    _check_start(window, name)
    merger = FindingMerger(database, report, utcnow())
    batch: list[tuple[int, ScannedRecord]] = []
    for item in records(window):
        report.read = item.number
        if isinstance(item, BadRecord):
            report.skip(item.number, item.reason)
            continue
        try:
            if not is_ocsf(item.value):
                raise UnreadableRecordError("it is no OCSF record")
            batch.append((item.number, read_ocsf(item.value)))
            report.format = report.format or "ocsf"
        except UnreadableRecordError as error:
            report.skip(item.number, str(error))
        if len(batch) >= BATCH:
            merger.merge(batch)
            batch.clear()
            if on_progress:
                on_progress(report.read)
    merger.merge(batch)
    report.seconds = round(time.monotonic() - started, 3)
    return report


def _check_start(window: Window, name: str) -> None:
    first = window.peek()
    if not first:
        raise LoadError(f"{name} is empty. Export the findings again and load that file.")
    if first not in "[{":
        begins = window.text[window.position : window.position + 20]
        raise LoadError(f"{name} is not JSON: it begins with {begins!r}. Export it as JSON and load that.")
