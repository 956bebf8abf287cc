"""A tenant in memory with a script: it can refuse, lose an answer, hang, or kill its caller at each point."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from tools.cortex.errors import CannotConnect, CortexError, NotFound
from tools.cortex.model import Collected, Entry, Issue
from tools.cortex.writes import IssueUpdate

START = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
Trouble = Callable[[], BaseException] | Literal["hang"]


class Crash(BaseException):
    """Stands for `kill -9`: nothing in the program may catch it."""


@dataclass
class Clock:
    """A clock that only moves when told to, or when somebody sleeps."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class FakeTenant:
    """Issues and War Rooms.

    `before` and `after` hold troubles per call: each is met once, before or after the effect. `blind` is
    raised by every read after the first write; `hidden` and `partial` keep entries from being shown.
    A call that hangs goes on, and fails, when `released` is set.
    """

    clock: Clock = field(default_factory=Clock)
    issues_by_id: dict[str, dict[str, object]] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    before: dict[str, list[Trouble]] = field(default_factory=dict)
    after: dict[str, list[Trouble]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    writes: list[tuple[str, str, str]] = field(default_factory=list)
    blind: Callable[[], BaseException] | None = None
    hidden: bool = False
    partial: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.add_issue(48213)

    def add_issue(self, issue_id: int | str, **fields: object) -> None:
        self.issues_by_id[str(issue_id)] = {
            "id": issue_id,
            "name": "Security group allows SSH from any address",
            "severity": "MEDIUM",
            "asset_cloud_account_names": ("payments",),
            "asset_regions": ("eu-west-1",),
            **fields,
        }

    def trouble(self, call: str, trouble: Trouble, *, after: bool = False) -> None:
        (self.after if after else self.before).setdefault(call, []).append(trouble)

    async def _meet(self, book: dict[str, list[Trouble]], call: str) -> None:
        waiting = book.get(call, [])
        if not waiting:
            return
        trouble = waiting.pop(0)
        if trouble == "hang":
            await self.released.wait()
            raise CannotConnect("hung up", write=True)
        assert callable(trouble)
        raise trouble()

    @property
    def issues(self) -> _Issues:
        return _Issues(self)

    @property
    def war_room(self) -> _WarRoom:
        return _WarRoom(self)


@dataclass
class _Issues:
    tenant: FakeTenant

    async def get(self, issue_id: int | str) -> Issue:
        self.tenant.calls.append("get")
        if self.tenant.blind is not None and self.tenant.writes:
            raise self.tenant.blind()
        await self.tenant._meet(self.tenant.before, "get")
        found = self.tenant.issues_by_id.get(str(issue_id))
        if found is None:
            raise NotFound(f"no issue {issue_id}", where="issue/search")
        return Issue.model_validate(found)

    async def update(self, issue_id: int | str, update: IssueUpdate) -> None:
        self.tenant.calls.append("update")
        await self.tenant._meet(self.tenant.before, "update")
        assert update.severity is not None
        self.tenant.issues_by_id[str(issue_id)]["severity"] = update.severity.value
        self.tenant.writes.append(("severity", str(issue_id), update.severity.value))
        await self.tenant._meet(self.tenant.after, "update")


@dataclass
class _WarRoom:
    tenant: FakeTenant

    async def get(self, room: int | str) -> Collected[Entry]:
        self.tenant.calls.append("entries")
        await self.tenant._meet(self.tenant.before, "entries")
        items = () if self.tenant.hidden else tuple(self.tenant.entries.get(str(room), ()))
        total = len(items) + (1 if self.tenant.partial else 0)
        return Collected(
            items=items,
            total=total,
            returned=len(items),
            truncated=self.tenant.partial,
            as_of=self.tenant.clock(),
        )

    async def insert(self, room: int | str, text: str) -> Entry:
        self.tenant.calls.append("insert")
        await self.tenant._meet(self.tenant.before, "insert")
        entry = Entry(id=f"{7781 + len(self.tenant.writes)}@{room}", contents=text)
        self.tenant.entries.setdefault(str(room), []).append(entry)
        self.tenant.writes.append(("comment", str(room), text))
        await self.tenant._meet(self.tenant.after, "insert")
        return entry


def lost() -> CortexError:
    """The answer never came."""
    return CortexError("the answer was lost", outcome="unknown", write=True)
