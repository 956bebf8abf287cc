"""The ordinary part of every account: what it begins with, and applications until it has its share of findings."""

from __future__ import annotations

from collections.abc import Callable

from tools.tenant.estate import aws_background, azure_background, google_background, kubernetes
from tools.tenant.estate.cell import HISTORY_DAYS, Cell
from tools.tenant.estate.checks import checks_for

_BEGIN: dict[str, Callable[[Cell], None]] = {
    "AWS": aws_background.account,
    "AZURE": azure_background.account,
    "GCP": google_background.account,
}
_STACK: dict[str, Callable[[Cell], None]] = {
    "AWS": aws_background.stack,
    "AZURE": azure_background.stack,
    "GCP": google_background.stack,
}
_CLUSTERS = {"shop", "analytics", "ml", "search", "mobile", "logistics"}


def begin(cell: Cell) -> None:
    """What the account has whatever runs in it."""
    _BEGIN[cell.account.provider](cell)
    if cell.account.team in _CLUSTERS:
        kubernetes.background(cell)


def grow(cell: Cell, target: int) -> None:
    """Add applications until that many results fail."""
    checked, failed = 0, 0
    edge = cell.ago(HISTORY_DAYS).strftime("%Y-%m-%dT%H:%M:%SZ")
    draw = _STACK[cell.account.provider]
    while True:
        for resource in cell.resources[checked:]:
            if not resource.collected:
                continue
            for check in checks_for(resource.kind):
                fails = check.fails(resource.config, edge)
                failed += fails
                cell.results.append((resource, check, fails))
        checked = len(cell.resources)
        if failed + len(cell.hits) >= target:
            return
        draw(cell)
        if cell.account.team in _CLUSTERS and cell.chance(0.35):
            kubernetes.workload(cell)
