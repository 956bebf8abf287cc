"""Cases over issues, and which machines have which vulnerability, gathered over all accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.tenant.estate.cell import Cell
from tools.tenant.estate.company import OWNERS
from tools.tenant.estate.cves import by_id
from tools.tenant.estate.rows import ISSUE_COLUMNS, Written

Table = tuple[str, Sequence[str], list[tuple[Any, ...]]]

MOST_HOSTS = 5_000
CASE = (
    *("xdm.case.id", "xdm.case.name", "xdm.case.description", "xdm.case.severity"),
    *("xdm.case.status_progress", "xdm.case.domain", "xdm.case.assigned_to", "xdm.case.creation_time"),
    *("xdm.case.modification_time", "xdm.case.starred", "xdm.case.score", "xdm.case.issue_count"),
    *("xdm.case.tags", "_time", "_insert_time"),
)


class Cases:
    """Numbers cases from account to account."""

    def __init__(self) -> None:
        self._next = 9_001
        self.rows: list[tuple[Any, ...]] = []
        self.links: list[tuple[Any, ...]] = []

    def open_for(self, cell: Cell, written: Written) -> None:
        """Open cases over some of the account's applications."""
        self.rows, self.links = [], []
        random = cell.random
        open_ = [n for n, row in enumerate(written.issues) if row[12] != "Resolved"]
        if not open_:
            return
        for _ in range(max(1, len(open_) // 70)):
            chosen = sorted(random.sample(open_, min(len(open_), random.randint(1, 6))))
            case, first = self._next, written.issues[chosen[0]]
            self._next += 1
            ranks = ["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"]
            worst = max((written.issues[n][4] for n in chosen), key=ranks.index)
            began = min(written.issues[n][-1] for n in chosen)
            more = f" and {len(chosen) - 1} more" if len(chosen) > 1 else ""
            progress = random.choice(("NEW", "NEW", "UNDER_INVESTIGATION"))
            self.rows.append(
                (
                    *(
                        case,
                        f"{first[2]}{more}",
                        f"{len(chosen)} issues in {cell.account.name}",
                        worst,
                        progress,
                    ),
                    *("POSTURE", OWNERS[cell.account.team] if progress != "NEW" else None, began, first[-2]),
                    *(random.random() < 0.1, 10 * ranks.index(worst) + random.randint(0, 9), len(chosen)),
                    *([f"team:{cell.account.team}"], first[-2], began),
                )
            )
            for n in chosen:
                row = list(written.issues[n])
                row[ISSUE_COLUMNS.index("xdm.issue.case_ids")] = [*row[-3], str(case)]
                written.issues[n] = tuple(row)
                self.links.append((case, row[0]))


class Scans:
    """Gathers over all accounts which machines have which vulnerability."""

    def __init__(self) -> None:
        self._affected: dict[str, list[str]] = {}

    def note(self, cell: Cell) -> None:
        """Add the machines of an account; of very many only the first are named."""
        for host, *_ in cell.used.get("hosts", ()):
            for one in cell.used["by host"].get(host.id, ()):
                named = self._affected.setdefault(one.rule.id, [])
                if len(named) < MOST_HOSTS:
                    named.append(host.name)

    def rows(self) -> Table:
        """One row for each vulnerability."""
        found = []
        for cve in sorted(self._affected):
            one = by_id()[cve]
            found.append(
                (
                    *(cve, one.severity, one.summary, one.score, one.impact, one.exploitability),
                    *(self._affected[cve], [f"{one.package} {one.installed}"]),
                )
            )
        names = (
            *("name", "severity", "description", "severity_score", "impact_score"),
            *("exploitability_score", "affected_hosts", "affected_products"),
        )
        return "va_cves", names, found
