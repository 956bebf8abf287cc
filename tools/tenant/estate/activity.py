"""What happens in an account, and what registers know of it, as rows of the further data sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tools.tenant.estate.activity_cases import CASE, Cases, Scans
from tools.tenant.estate.activity_changes import changes, health
from tools.tenant.estate.activity_hosts import agents, alerts, index_hosts, traffic, vulnerable
from tools.tenant.estate.activity_registers import permissions, register
from tools.tenant.estate.cell import Cell
from tools.tenant.estate.rows import Written

__all__ = ["Cases", "Scans", "alerts", "index_hosts", "rows_of"]

Table = tuple[str, Sequence[str], list[tuple[Any, ...]]]


def rows_of(cell: Cell, written: Written, cases: Cases) -> Iterator[Table]:
    """The rows of all further data sets for one account."""
    yield "cases", CASE, cases.rows
    yield "case_to_issue", ("xdm.case.id", "xdm.issue.id"), cases.links
    yield changes(cell)
    yield health(cell)
    yield from agents(cell)
    yield from traffic(cell)
    yield vulnerable(cell)
    yield register(cell)
    files = cell.used.get("files", ())
    if files:
        yield "dspm_asset_file_inventory", tuple(files[0]), [tuple(row.values()) for row in files]
    yield permissions(cell)
