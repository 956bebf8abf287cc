"""What changed in a tenant since it was read whole: only the issues modified since are read, over what is held.

A tenant that says nothing of its changes is asked for numbers of rows and times of modification. Whatever does not add
up (issues that went, assets that came or changed, a query that the tenant refuses) means that all is read again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from tools.cortex import CortexError
from tools.findings.model import Finding, FindingSet
from tools.findings.queries import INSERTED, MODIFIED, modified_since, numbers

OVERLAP_MS = 600_000
"""A tenant that does not count its writes may show one some minutes after the time that it bears."""
MOST_SHARE = 0.5
"""Share of all issues from which reading all of them again is as quick."""
_ID = "xdm.issue.id"


class Batch(Protocol):
    """Rows that were read, turned into what is kept of them."""

    @property
    def items(self) -> Sequence[Any]: ...
    @property
    def truncated(self) -> bool: ...
    @property
    def as_of(self) -> datetime: ...


Pages = Callable[[str, str, Callable[[Mapping[str, Any]], Any]], Awaitable[Batch]]
"""Reads every row of a query in the order of a key."""


@dataclass(frozen=True, slots=True)
class Marks:
    """By what a later read finds what changed: rows and the newest time (epoch ms) of issues and assets.

    `apart` are the ids of issues that are no findings.
    """

    issues: int
    newest: int
    apart: frozenset[Any]
    assets: int
    assets_newest: int


class Tally:
    """Counts rows as they are read, with the newest time in a column. No `newest` when a row has none."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._lacking = False
        self._newest = 0
        self.rows = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a row."""
        self.rows += 1
        at = row.get(self._column)
        if type(at) is not int:
            self._lacking = True
        elif at > self._newest:
            self._newest = at

    @property
    def newest(self) -> int | None:
        """The newest time of all rows."""
        return None if self._lacking or not self.rows else self._newest


class Follower:
    """Brings a set that was read whole up to date."""

    def __init__(self, pages: Pages, *, overlap_ms: int) -> None:
        self._pages = pages
        self._overlap_ms = overlap_ms

    async def followed(
        self,
        before: FindingSet,
        marks: Marks,
        read: Callable[[Mapping[str, Any]], Finding],
        others: frozenset[str],
    ) -> tuple[FindingSet, Marks] | None:
        """The set as it is now with its marks, equal to one that is read whole; None when all has to be read.

        `others` are the domains whose issues are no findings.
        """
        try:
            return await self._followed(before, marks, read, others)
        except CortexError:
            return None  # whole, by the ways that are left

    async def _followed(
        self,
        before: FindingSet,
        marks: Marks,
        read: Callable[[Mapping[str, Any]], Finding],
        others: frozenset[str],
    ) -> tuple[FindingSet, Marks] | None:
        assets = await self._numbers("asset_inventory", INSERTED)
        if assets != (marks.assets, marks.assets_newest):
            return None
        bound = marks.newest - self._overlap_ms
        rows, newest = await self._numbers("issues", MODIFIED)
        late, _ = await self._numbers("issues", MODIFIED, bound)
        if late > MOST_SHARE * marks.issues or newest < marks.newest:
            return None
        raw: list[tuple[Any, Any]] = []

        def take(row: Mapping[str, Any]) -> Finding:
            finding = read(row)
            raw.append((row.get(_ID), row.get(MODIFIED)))
            return finding

        batch = await self._pages(modified_since(bound), _ID, take)
        if batch.truncated or len(raw) != late:
            return None
        changed = dict(zip((key for key, _ in raw), batch.items, strict=True))
        joined = _joined(before.findings, changed, marks.apart, others)
        if joined is None or joined[1] != rows:
            return None
        findings, _, apart = joined
        found = replace(before, findings=findings, total=len(findings), as_of=batch.as_of)
        return found, Marks(rows, newest, apart, *assets)

    async def _numbers(self, dataset: str, column: str, since_ms: int | None = None) -> tuple[int, int]:
        """How many rows there are, and the newest time in the column; -1 where there is none."""
        batch = await self._pages(numbers(dataset, column, since_ms), "found", dict)
        row = batch.items[0] if len(batch.items) == 1 else {}
        found, newest = row.get("found"), row.get("newest")
        return (found if type(found) is int else -1), (newest if type(newest) is int else -1)


def _joined(
    held: Sequence[Finding], changed: Mapping[Any, Finding], apart: frozenset[Any], others: frozenset[str]
) -> tuple[tuple[Finding, ...], int, frozenset[Any]] | None:
    """What is held with what changed, in the order of the ids; how many issues that are with those that are no
    findings, and the ids of these. None where ids have no order among them.
    """
    ours = {key: finding for key, finding in changed.items() if finding.domain not in others}
    apart = frozenset(key for key in apart if key not in ours) | frozenset(changed.keys() - ours.keys())
    kept = [f for f in held if f.issue_id not in changed] if changed else list(held)
    last = kept[-1].issue_id if kept else None
    kept += ours.values()
    try:
        if ours and last is not None and min(ours) < last:
            kept.sort(key=_id_of)
    except TypeError:
        return None
    return tuple(kept), len(kept) + len(apart), apart


def _id_of(finding: Finding) -> Any:
    return finding.issue_id
