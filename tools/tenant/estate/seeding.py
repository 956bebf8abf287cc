"""Draws an estate and hands it, account by account, to a store or a folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Literal

from tools.results import utcnow
from tools.tenant.database import TenantDatabase
from tools.tenant.errors import StoreError
from tools.tenant.estate import activity, manifest, plants, rows
from tools.tenant.estate.backgrounds import begin, grow
from tools.tenant.estate.cell import Cell
from tools.tenant.estate.company import COMPANY, Account, accounts
from tools.tenant.estate.sink import FolderSink, Sink, StoreSink
from tools.tenant.loading_report import LoadReport

Size = Literal["small", "medium", "large"]
SIZES: dict[Size, tuple[int, int, int, int]] = {
    "small": (2_080, 8, 1, 0),
    "medium": (52_000, 40, 3, 1),
    "large": (1_050_000, 480, 12, 2),
}
"""Results that fail (a few are closed since), accounts, how often each kind of path is planted, depth of scans."""
FIRST_ISSUE = 500_001


def seed(
    database: TenantDatabase,
    size: Size = "small",
    seed: int = 1,
    *,
    now: datetime | None = None,
    who: str = "local",
) -> dict[str, Any]:
    """Put the demo estate in, in place of an older one; returns what `database.info()` then says.

    Raises `StoreError` when the store holds loaded data, which a demo must not mix with.
    """
    _known(size)
    database.clear_demo(who)
    held = database.counts()
    if any(held[name] for name in ("issues", "findings", "asset_inventory")):
        raise StoreError(
            "The store holds loaded data; the demo estate is not mixed with it. Use another data directory "
            "(POSTURE_HOME) for the demo."
        )
    database.mark_demo({"company": COMPANY, "size": size, "seed": seed})
    report = LoadReport(file=f"demo estate ({size}, seed {seed})", format="demo")
    with StoreSink(database) as sink:
        truth = fill(sink, size, seed, now, report)
    manifest.keep(database, truth)
    database.record_load(report, who)
    return database.info()


def write_folder(
    folder: Path, size: Size = "small", seed: int = 1, *, now: datetime | None = None
) -> dict[str, Any]:
    """Write the estate as `<dataset>.jsonl` files; returns its manifest, which is not in the folder."""
    _known(size)
    with FolderSink(folder) as sink:
        return fill(sink, size, seed, now, LoadReport(file=str(folder), format="demo"))


def fill(sink: Sink, size: Size, seed: int, now: datetime | None, report: LoadReport) -> dict[str, Any]:
    """Draw account after account into the sink; memory holds one account at a time. Returns the manifest."""
    moment = (now or utcnow()).replace(minute=0, second=0, microsecond=0)
    truth = manifest.empty({"company": COMPANY, "size": size, "seed": seed, "now": moment.isoformat()})
    writer = rows.Writer(moment, FIRST_ISSUE)
    cases, scans = activity.Cases(), activity.Scans()
    for cell in cells(size, seed, moment):
        activity.alerts(cell)
        activity.index_hosts(cell)
        written = writer.write(cell)
        cases.open_for(cell, written)
        scans.note(cell)
        manifest.add(truth, cell, written)
        report.read += len(written.findings)
        report.added += len(written.findings)
        report.resources += len(written.assets)
        for dataset, names, listed in (
            ("asset_inventory", rows.ASSET_COLUMNS, written.assets),
            ("findings", rows.FINDING_COLUMNS, written.findings),
            ("issues", rows.ISSUE_COLUMNS, written.issues),
            ("issue_to_asset", ("xdm.issue.id", "xdm.asset.id"), written.links),
            *activity.rows_of(cell, written, cases),
        ):
            if listed:
                sink.write(dataset, names, listed)
    sink.write(*scans.rows())
    sink.finish()
    return truth


def cells(size: Size, seed: int, now: datetime) -> Iterator[Cell]:
    """The accounts of an estate, drawn one by one."""
    target, count, often, depth = SIZES[size]
    listed = accounts(count)
    plan = plants.plan(Random(f"{seed}/plan"), listed, often)  # noqa: S311 (a demo, no secret)
    share = target / sum(_weight(account) for account in listed)
    for account in listed:
        cell = Cell(Random(f"{seed}/{account.id}"), now, account, depth=depth)  # noqa: S311
        begin(cell)
        for draw in plan.get(account.id, ()):
            draw(cell)
        grow(cell, round(share * _weight(account)))
        yield cell


def _weight(account: Account) -> float:
    return {"production": 1.5, "staging": 0.9}.get(account.environment, 0.7)


def _known(size: str) -> None:
    if size not in SIZES:
        raise StoreError(f"There is no demo estate of size {size!r}. Sizes: {', '.join(SIZES)}.")
