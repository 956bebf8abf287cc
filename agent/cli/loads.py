"""Loading many files from the shell: which, in what order, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.cli.output import note, say, to_json

if TYPE_CHECKING:
    from tools.tenant.loading_report import LoadReport
    from tools.tenant.running import LocalTenant

_EVERY = 10_000
_SHOWN = 20
# How the loader says that it did not get to the end of a file.
_ENDED_EARLY = ("it was cut off", "the rest of the file was not read")


@dataclass
class Loads:
    """A report per file that could be read, in order, and a sentence per file that failed or is not whole."""

    reports: list[LoadReport] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


async def load_all(tenant: LocalTenant, paths: Sequence[Path], who: str, *, quiet: bool) -> Loads:
    """Load every file and folder that was named; one that fails does not keep the others out."""
    from tools.tenant.errors import LoadError

    loads = Loads()
    for path in paths:
        try:
            reports = await tenant.load_path(path, who=who, on_progress=_progress(path, quiet))
        except LoadError as error:
            loads.failures.append(str(error))
            continue
        for report in reports:
            if report.format == "unreadable":
                loads.failures.append(report.skipped[0].reason)
                continue
            loads.reports.append(report)
            if (failure := failure_of(report)) is not None:
                loads.failures.append(failure)
    return loads


def failure_of(report: LoadReport) -> str | None:
    """Why a file did not go in, or not to its end; None when it did. Skipped records alone are no failure."""
    if report.nothing_loaded:
        first = report.skipped[0]
        return (
            f"{report.file}: none of its {report.read:,} records could be loaded; "
            f"record {first.record}: {first.reason}."
        )
    for skipped in report.skipped[-2:]:
        if any(mark in skipped.reason for mark in _ENDED_EARLY):
            return (
                f"{report.file}, record {skipped.record}: {skipped.reason}. What stands before it is loaded; "
                "load the whole file, nothing is added twice."
            )
    return None


def body_of(loads: Loads) -> dict[str, Any]:
    """One file: its report at the top level. Several: their sums, and each under `files`."""
    reports, failures = loads.reports, loads.failures
    if len(reports) == 1 and len(failures) <= (failure_of(reports[0]) is not None):
        report: dict[str, Any] = to_json(reports[0])
        body = {
            **report,
            **report["by_status"],
            "skipped": report["skipped_total"],
            "skipped_rows": report["skipped"],
        }
        return {**body, "error": " ".join(failures)} if failures else body
    sums = {
        name: sum(getattr(r, name) for r in reports) for name in ("read", "added", "updated", "unchanged")
    }
    status = {s: sum(r.by_status.get(s, 0) for r in reports) for s in ("FAIL", "PASS", "MANUAL")}
    datasets: dict[str, int] = {}
    for one in reports:
        for name, rows in one.datasets.items():
            datasets[name] = datasets.get(name, 0) + rows
    body = {
        **sums,
        **status,
        "by_status": status,
        "skipped": sum(r.skipped_total for r in reports),
        "skipped_rows": [
            {"file": r.file, "record": s.record, "reason": s.reason} for r in reports for s in r.skipped
        ],
        "datasets": datasets,
        "files": [to_json(r) for r in reports],
    }
    return {**body, "errors": failures, "error": " ".join(failures)} if failures else body


def render(loads: Loads) -> None:
    """The same for a person."""
    for report in loads.reports:
        say(report.sentence)
        for skipped in report.skipped[:_SHOWN]:
            note(f"  record {skipped.record}: {skipped.reason}")
        if report.skipped_total > _SHOWN:
            note(f"  and {report.skipped_total - _SHOWN:,} more (--json lists them)")
        for put_right in report.notes[:_SHOWN]:
            note(f"  record {put_right.record}: {put_right.note}")
    for failure in loads.failures:
        note(failure)
    if any(r.replaced_demo for r in loads.reports):
        note("The demo estate was removed first.")


def _progress(path: Path, quiet: bool) -> Callable[[int], None]:
    last = 0

    def show(read: int) -> None:
        nonlocal last
        if read < last:
            last = 0
        if not quiet and read - last >= _EVERY:
            last = read
            note(f"  {path.name}: {read:,} records")

    return show
