"""The issue at the tenant: the four calls that write-back makes, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from tools.cortex.errors import CortexError, NotFound
from tools.cortex.model import Collected, Entry, Issue, moment
from tools.cortex.vocabulary import Severity
from tools.cortex.writes import IssueUpdate
from tools.writeback.model import IssueId, Quote, Target
from tools.writeback.text import one_line, visible


class IssueCalls(Protocol):
    """What we need of `CortexClient.issues`."""

    async def get(self, issue_id: int | str) -> Issue: ...

    async def update(self, issue_id: int | str, update: IssueUpdate) -> None: ...


class WarRoomCalls(Protocol):
    """What we need of `CortexClient.war_room`."""

    async def get(self, room: int | str) -> Collected[Entry]: ...

    async def insert(self, room: int | str, text: str) -> Entry: ...


class WriteClient(Protocol):
    """What we need of `CortexClient`."""

    @property
    def issues(self) -> IssueCalls: ...

    @property
    def war_room(self) -> WarRoomCalls: ...


class Unclear(CortexError):
    """The tenant showed only a part of the War Room, so what is absent there may still exist."""

    summary = "The War Room is too long to be read in whole."
    default_advice = "Look for the comment in Cortex."
    kind = "unclear"


@dataclass(frozen=True)
class Reading:
    """An issue as it is now, and the texts in it that others wrote."""

    target: Target
    quotes: tuple[Quote, ...]


class CortexTarget:
    """Reads and writes one issue. `CortexError.outcome` says what a failed write may have done."""

    def __init__(self, client: WriteClient) -> None:
        self._client = client

    async def read(self, issue_id: IssueId) -> Reading | None:
        """The issue as it is now; None if the tenant has no such issue."""
        try:
            issue = await self._client.issues.get(issue_id)
        except NotFound:
            return None
        return Reading(_target(issue_id, issue), tuple(_quotes(issue)))

    async def find_comment(self, issue_id: IssueId, marker: str) -> str | None:
        """The id of the entry that carries the marker; None if there certainly is none."""
        entries = await self._client.war_room.get(issue_id)
        for entry in entries.items:
            if marker in entry.contents:
                return str(entry.id)
        if entries.truncated:
            raise Unclear(f"{entries.returned} of {entries.total} entries could be read")
        return None

    async def add_comment(self, issue_id: IssueId, text: str) -> str:
        """Add a War Room entry; its id."""
        return str((await self._client.war_room.insert(issue_id, text)).id)

    async def set_severity(self, issue_id: IssueId, severity: Severity) -> None:
        """Set the severity."""
        await self._client.issues.update(issue_id, IssueUpdate(severity=severity))


def _target(issue_id: IssueId, issue: Issue) -> Target:
    fields = issue.normalized_fields
    accounts = (
        issue.asset_cloud_account_names or issue.asset_accounts or (fields.get("xdm.cloud.project_id"),)
    )
    regions = issue.asset_regions or (fields.get("xdm.cloud.region"),)
    return Target(
        issue_id=issue_id,
        title=one_line(issue.name or "", 200),
        account=one_line(", ".join(str(a) for a in accounts if a), 100),
        region=one_line(", ".join(str(r) for r in regions if r), 100),
        severity=one_line(issue.severity, 20) if issue.severity else None,
        changed_at=moment(issue.last_modified),
    )


def _quotes(issue: Issue) -> Iterator[Quote]:
    texts: list[tuple[str, Any]] = [("title", issue.name), ("description", issue.description)]
    texts += [("asset name", name) for name in issue.asset_names]
    texts += [("tag", tag) for tag in issue.tags]
    for source, value in texts:
        if value and str(value).strip():
            yield Quote(source=source, text=visible(str(value)[:500])[:2_000])
