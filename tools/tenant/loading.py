"""Loads files into the local tenant's store: scanner findings, Cortex exports, folders of datasets."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from tools.findings.errors import UnreadableRecordError
from tools.results import utcnow
from tools.tenant.database import TenantDatabase
from tools.tenant.errors import LoadError
from tools.tenant.loading_report import LoadReport, empty_file, why_nothing
from tools.tenant.loading_route import Router
from tools.tenant.loading_stream import BadRecord, records
from tools.tenant.loading_text import Window
from tools.tenant.schema import DATASETS, KNOWN

Progress = Callable[[int], None]
_LINES = {".jsonl", ".ndjson"}
_SUFFIXES = _LINES | {".json"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
_STEP = 1_000
# Assets first, so that what refers to them finds them; then the rest by name.
_ORDER = ("asset_inventory", "issues", "findings", "issue_to_asset", "cases", "case_to_issue")


def load_path(
    database: TenantDatabase, path: Path | str, *, who: str = "local", on_progress: Progress | None = None
) -> list[LoadReport]:
    """Load a file, or every dataset file of a folder; a report each. See `load_file`, `load_folder`."""
    if Path(path).is_dir():
        return load_folder(database, path, who=who, on_progress=on_progress)
    return [load_file(database, path, who=who, on_progress=on_progress)]


def load_file(
    database: TenantDatabase, path: Path | str, *, who: str = "local", on_progress: Progress | None = None
) -> LoadReport:
    """Load one file; `on_progress` gets the number of records read so far.

    Raises `LoadError` when nothing in it can be read; single bad records are in the report. What was written
    before an error stays, batch by batch, and loading the file again completes it.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            return load_stream(database, stream, path.name, who=who, on_progress=on_progress)
    except FileNotFoundError:
        raise LoadError(f"There is no file {path}. Check the path.") from None
    except IsADirectoryError:
        raise LoadError(f"{path} is a folder. Load it with load_folder.") from None
    except OSError as error:
        raise LoadError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error


def load_folder(
    database: TenantDatabase, path: Path | str, *, who: str = "local", on_progress: Progress | None = None
) -> list[LoadReport]:
    """Load every `<dataset>.jsonl` (.ndjson, .json) of a folder, not of its sub-folders; a report each.

    A file of which nothing can be read gets a report with format "unreadable", one without a byte "empty"; the
    others are loaded.
    """
    files = sorted(
        (file for file in Path(path).iterdir() if file.is_file() and file.suffix.lower() in _SUFFIXES),
        key=lambda file: (_ORDER.index(file.stem) if file.stem in _ORDER else len(_ORDER), file.name),
    )
    if not files:
        raise LoadError(f"The folder {path} has no .jsonl, .ndjson or .json file. Check the path.")
    reports = []
    for file in files:
        try:
            if not file.stat().st_size:
                reports.append(empty_file(file.name))
                continue
            with file.open("rb") as stream:
                report = load_stream(
                    database, stream, file.name, who=who, on_progress=on_progress, in_folder=True
                )
        except LoadError as error:
            report = LoadReport(file=file.name, format="unreadable")
            report.skip(0, str(error))
        reports.append(report)
    if reason := why_nothing(reports):
        raise LoadError(reason)
    return reports


def load_stream(
    database: TenantDatabase,
    stream: BinaryIO,
    name: str,
    *,
    who: str = "local",
    on_progress: Progress | None = None,
    in_folder: bool = False,
) -> LoadReport:
    """Load an open binary stream under a file's name; see `load_file`."""
    started = time.monotonic()
    report = LoadReport(file=name)
    window = Window(stream, name)
    _check_start(window, name)
    lines = Path(name).suffix.lower() in _LINES

    def before_first() -> None:
        report.replaced_demo = database.clear_demo(who)

    began = utcnow()
    router = Router(database, report, began, _dataset(database, name, in_folder), before_first)
    for item in records(window, envelopes=not lines):
        report.read = item.number
        if isinstance(item, BadRecord):
            report.skip(item.number, item.reason)
        else:
            try:
                router.take(item.number, item.value)
            except UnreadableRecordError as error:
                report.skip(item.number, str(error))
            except (TypeError, ValueError, AttributeError, KeyError, IndexError, RecursionError) as error:
                reason = f"a value in it is of a kind that its format does not have ({type(error).__name__})"
                report.skip(item.number, reason)
        if on_progress and item.number % _STEP == 0:
            on_progress(item.number)
    router.finish()
    report.seconds = round(time.monotonic() - started, 3)
    if report.read and not report.nothing_loaded:
        database.record_load(report, who, began)
    return report


def _dataset(database: TenantDatabase, name: str, in_folder: bool) -> str | None:
    """The dataset that a file's name means: any in a folder, a known one otherwise."""
    stem, suffix = Path(name).stem, Path(name).suffix.lower()
    if not _NAME.fullmatch(stem):
        return None
    known = stem in DATASETS or stem in KNOWN or bool(database.columns(stem))
    return stem if known or (in_folder and suffix in _LINES) else None


def _check_start(window: Window, name: str) -> None:
    first = window.peek()
    if not first:
        raise LoadError(f"{name} is empty. Export the findings again and load that file.")
    if first not in "[{":
        begins = window.text[window.position : window.position + 20]
        what = " It looks like HTML or XML." if first == "<" else ""
        raise LoadError(
            f"{name} is not JSON: it begins with {begins!r}.{what} Export it as JSON and load that."
        )
