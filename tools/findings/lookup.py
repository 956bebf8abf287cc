"""Looks findings up in a tenant: one bulk read of issues and one of assets, then searches in memory.

The snapshot is exact while the tenant's revision stands still; a tenant that tells no revision is asked again
after 60 seconds. Of a later state only what changed is read, as far as that can be known (`following`).
Every read carries its time frame, because the service's default of one day would cut state silently.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from tools.bulk import uncollected
from tools.cortex import CortexError, TimeFrame
from tools.cortex.model import Collected, Issue
from tools.cortex.pages import every_row
from tools.findings.cortex_records import Rows, asset_from_row, from_issue
from tools.findings.errors import UnknownFindingError
from tools.findings.filters import FindingFilter, nearest
from tools.findings.following import OVERLAP_MS, Follower, Marks, Tally
from tools.findings.model import AssetRecord, Finding, FindingSet, SortField
from tools.findings.page import FindingPage, page_of
from tools.findings.queries import (
    ASSETS,
    ASSETS_BARE,
    ASSETS_DATED,
    FINDINGS,
    INSERTED,
    ISSUES,
    MODIFIED,
)
from tools.results import utcnow

MAX_ROWS = 2_000_000
"""Rows that are read of one dataset; a tenant with more is read in part, and the set says so."""
PAGE_ROWS = 100_000
"""Rows of one query. A page that is full is followed by the next, after the last id."""
TIME_TO_LIVE_S = 60.0
WHOLE_AFTER_S = 900.0
"""A tenant that tells no revision is read whole this often: it may change what no time of modification tells."""
_OTHER_DOMAINS = frozenset({"SECURITY", "HUNTING", "IT", "HEALTH"})


class Client(Protocol):
    """What the lookup needs of a Cortex client."""

    @property
    def config(self) -> Any: ...
    @property
    def xql(self) -> Any: ...
    @property
    def issues(self) -> Any: ...
    @property
    def alerts(self) -> Any: ...
    @property
    def system(self) -> Any: ...
    @property
    def revision(self) -> str | None: ...


@dataclass(frozen=True)
class _Kept:
    """A set that was read, and until when it holds."""

    found: FindingSet
    read_at: float
    marks: Marks | None = None
    whole_at: float = 0.0
    doubted: bool = False


class FindingLookup:
    """Finds findings in one tenant. Safe for concurrent use; concurrent first calls read once."""

    def __init__(self, client: Client, *, time_to_live_s: float = TIME_TO_LIVE_S) -> None:
        self._client = client
        self._time_to_live_s = time_to_live_s
        self._kept: dict[str, _Kept] = {}
        self._locks = {"issues": asyncio.Lock(), "evidence": asyncio.Lock()}

    async def snapshot(self, *, resolved: bool = False) -> FindingSet:
        """The open findings and all assets; with `resolved`, the closed ones too. Raises `CortexError`."""
        whole = await self._held("issues")
        return whole if resolved else whole.open_only

    async def evidence(self) -> FindingSet:
        """Every row of the `findings` dataset, passed and manual results too, with the assets.

        Open issues that no such row states are evidence of a failure too. A tenant of the classic generation
        has no such rows: then these are its alerts.
        """
        return await self._held("evidence")

    async def search(
        self,
        wanted: FindingFilter | None = None,
        *,
        sort: SortField = "severity",
        order: Literal["asc", "desc"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> FindingPage:
        """The findings that match, with total and facets. Raises `BadFilterError` for values nothing has."""
        condition = wanted or FindingFilter()
        known = await self.snapshot(resolved=True)
        return page_of(known, condition.checked(known), sort=sort, order=order, offset=offset, limit=limit)

    async def get(self, finding_id: str | int) -> Finding:
        """One finding by its public id or the tenant's issue id. Raises `UnknownFindingError`."""
        wanted = str(finding_id).strip()
        known = await self.snapshot(resolved=True)
        found = known.by_id.get(wanted) or known.by_issue.get(wanted)
        if found is None:
            found = (await self.evidence()).by_id.get(wanted)
        if found is None:
            near = nearest(wanted, (*known.by_id, *known.by_issue))
            raise UnknownFindingError(wanted, near)
        return found

    def forget(self) -> None:
        """Ask anew at the next call (after a write of our own)."""
        self._kept = {name: replace(kept, doubted=True) for name, kept in self._kept.items()}

    async def _held(self, name: str) -> FindingSet:
        async with self._locks[name]:
            kept = self._kept.get(name)
            if kept is not None and await self._holds(kept):
                return kept.found
            # Asked for before reading: what is written meanwhile then shows as a newer revision.
            revision = await self._revision()
            if kept is not None and (more := await self._followed(kept, revision)) is not None:
                self._kept[name] = more
                return more.found
            with uncollected():
                read, marks = await (self._read_issues() if name == "issues" else self._read_evidence())
            found, now = replace(read, revision=revision), time.monotonic()
            self._kept[name] = _Kept(found, now, marks, now)
            return found

    async def _followed(self, kept: _Kept, revision: str | None) -> _Kept | None:
        """The set after what changed since it was read; None when all has to be read."""
        before, now = kept.found, time.monotonic()
        if kept.marks is None or not before.complete:
            return None
        counted = revision is not None
        long_ago = not counted and now - kept.whole_at >= WHOLE_AFTER_S
        if long_ago or _rewrites(revision) != _rewrites(before.revision):
            return None
        follower = Follower(self._pages, overlap_ms=0 if counted else OVERLAP_MS)
        found = await follower.followed(before, kept.marks, Rows(before.assets).issue, _OTHER_DOMAINS)
        return found and _Kept(replace(found[0], revision=revision), now, found[1], kept.whole_at)

    async def _holds(self, kept: _Kept) -> bool:
        if kept.found.revision is None or kept.doubted:
            return not kept.doubted and time.monotonic() - kept.read_at < self._time_to_live_s
        return await self._revision() == kept.found.revision

    async def _revision(self) -> str | None:
        """The tenant's revision now. Any answer carries it: the health check is the cheapest to ask for."""
        await self._client.system.healthcheck()
        return self._client.revision

    async def _read_issues(self) -> tuple[FindingSet, Marks | None]:
        # Assets first: each row of an issue then becomes its finding as it comes, and none is kept.
        dated, modified = Tally(INSERTED), Tally(MODIFIED)
        assets = await self._assets(dated)
        by_id = assets.assets
        issues = await self._issues(Rows(by_id), modified)
        findings = tuple(finding for finding in issues.items if finding.domain not in _OTHER_DOMAINS)
        marks = None
        if modified.newest is not None and dated.newest is not None:
            apart = frozenset(f.issue_id for f in issues.items if f.domain in _OTHER_DOMAINS)
            marks = Marks(modified.rows, modified.newest, apart, dated.rows, dated.newest)
        found = FindingSet(
            findings=findings,
            assets=by_id,
            as_of=issues.as_of,
            total=issues.total if issues.truncated else len(findings),
            complete=not issues.truncated and assets.complete,
            queries=(issues.query, assets.queries[0]) if issues.query else (),
        )
        return found, marks

    async def _issues(self, rows: Rows, tally: Tally) -> _Batch:
        if self._client.config.generation == "classic":
            return _Batch.of(await self._client.alerts.search_all(cap=MAX_ROWS), rows)

        def read(row: Mapping[str, Any]) -> Finding:
            tally.add(row)
            return rows.issue(row)

        try:
            return await self._pages(ISSUES, "xdm.issue.id", read)
        except CortexError as error:
            if not _query_refused(error):
                raise
        return _Batch.of(await self._client.issues.search_all(cap=MAX_ROWS), rows)

    async def _assets(self, tally: Tally) -> FindingSet:
        if self._client.config.generation == "classic":
            return FindingSet((), {}, utcnow(), 0)

        def read(row: Mapping[str, Any]) -> AssetRecord:
            tally.add(row)
            return asset_from_row(row)

        try:
            run = await self._pages(ASSETS_DATED, "xdm.asset.id", read)
        except CortexError as error:
            if not _query_refused(error):
                raise
            run = await self._undated()
        assets = {asset.asset_id: asset for asset in run.items if asset.asset_id}
        return FindingSet((), assets, run.as_of, run.total, complete=not run.truncated, queries=(run.query,))

    async def _undated(self) -> _Batch:
        """The assets of a tenant that refuses a column: without when they were taken in, or else without more."""
        try:
            return await self._pages(ASSETS, "xdm.asset.id", asset_from_row)
        except CortexError as error:
            if not _query_refused(error):
                raise
            return await self._pages(ASSETS_BARE, "xdm.asset.id", asset_from_row)

    async def _read_evidence(self) -> tuple[FindingSet, Marks | None]:
        if self._client.config.generation == "classic":
            return await self._read_issues()
        issues = await self._held("issues")
        run = await self._pages(FINDINGS, "xdm.finding.id", Rows(issues.assets).evidence)
        findings = tuple(run.items)
        unstated = _unstated(issues.open_only.findings, findings)
        found = FindingSet(
            findings=findings + unstated,
            assets=issues.assets,
            as_of=run.as_of,
            total=run.total + len(unstated),
            complete=not run.truncated and issues.complete,
            queries=(run.query, *issues.queries),
        )
        return found, None

    async def _pages(self, query: str, key: str, read: Callable[[Any], Any]) -> _Batch:
        """Every row of a query, in the order of `key`; `read` turns each into what is kept of it."""
        items: list[Any] = []
        now = int(datetime.now(UTC).timestamp() * 1000) + 86_400_000
        run = await every_row(
            self._client.xql,
            query,
            key,
            lambda row: items.append(read(row)),
            timeframe=TimeFrame(from_ms=0, to_ms=now),
            page_rows=PAGE_ROWS,
            most=MAX_ROWS,
        )
        return _Batch(items, run.total, not run.complete, run.as_of, run.query)


@dataclass(frozen=True)
class _Batch:
    items: Sequence[Any]
    total: int
    truncated: bool
    as_of: datetime
    query: str = ""

    @classmethod
    def of(cls, found: Collected[Issue], rows: Rows) -> _Batch:
        items = [from_issue(item, rows) for item in found.items]
        return cls(items, found.total, found.truncated, found.as_of)


def _unstated(issues: Sequence[Finding], findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The issues whose result is not among the findings: by id, or by rule and asset."""
    ids = {finding.id for finding in findings}
    stated = {(finding.rule_id, finding.resource.asset_id) for finding in findings if finding.rule_id}
    return tuple(
        issue
        for issue in issues
        # A detector's own id may be followed by that of its policy.
        if ids.isdisjoint({issue.id, issue.external_id, issue.external_id.partition("|")[0]})
        and (issue.rule_id, issue.resource.asset_id) not in stated
    )


def _rewrites(revision: str | None) -> str | None:
    """The part of a local tenant's revision that stands still while all changes can be told by counts and times."""
    first, dot, _ = (revision or "").partition(".")
    return first if dot else revision


def _query_refused(error: CortexError) -> bool:
    """Whether the tenant refused the query itself (unknown column, no XQL licence): another way may do."""
    from tools.cortex import AnswerTooLarge, InvalidRequest, LicenceMissing, NotFound, PermissionDenied

    return isinstance(error, (AnswerTooLarge, InvalidRequest, LicenceMissing, NotFound, PermissionDenied))
