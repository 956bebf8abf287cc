"""Processes that propose, approve and carry out, and are killed with SIGKILL at a named point.

Reads `DATABASE_URL<tab>TENANT_FILE<tab>KIND<tab>POINT` lines, runs each in a child of its own (which saves the
imports) and answers with the child's exit code. The tenant is a JSON file, so that it outlives the process as a
real tenant would.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from tools.cortex.model import Collected, Entry, Issue
from tools.cortex.vocabulary import Severity
from tools.cortex.writes import IssueUpdate
from tools.results import Actor, Role
from tools.store import Store
from tools.writeback import CommentRequest, Limits, SeverityRequest, WritebackService

EVE = Actor(user="eve", role=Role.ENGINEER)
LIMITS = Limits(crash_settle=timedelta(seconds=0.2))
BOB = Actor(user="bob", role=Role.APPROVER)


class FileTenant:
    """One issue, its War Room and a list of the writes, kept in a file."""

    def __init__(self, path: Path, dies_at: str = "") -> None:
        self.path = path
        self.dies_at = dies_at
        self.issues = self
        self.war_room = _Room(self)
        if not path.exists():
            self.save({"severity": "MEDIUM", "entries": [], "writes": []})

    def load(self) -> dict[str, object]:
        return json.loads(self.path.read_text())  # type: ignore[no-any-return]

    def save(self, state: dict[str, object]) -> None:
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps(state))
        draft.replace(self.path)

    def writes(self) -> list[str]:
        return [str(write) for write in self.load()["writes"]]  # type: ignore[attr-defined]

    def reach(self, point: str) -> None:
        if point == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    async def get(self, issue_id: int | str) -> Issue:
        if self.writes():
            self.reach("answer came")
        return Issue(id=issue_id, name="Open port", severity=str(self.load()["severity"]))

    async def update(self, issue_id: int | str, update: IssueUpdate) -> None:
        self.reach("request left")
        state = self.load()
        assert update.severity is not None
        state["severity"] = update.severity.value
        state["writes"] = [*self.writes(), update.severity.value]
        self.save(state)
        self.reach("effect happened")


class _Room:
    def __init__(self, tenant: FileTenant) -> None:
        self.tenant = tenant

    async def get(self, room: int | str) -> Collected[Entry]:
        entries = self.tenant.load()["entries"]
        items = tuple(Entry(id=n, contents=str(text)) for n, text in enumerate(entries))  # type: ignore[arg-type, var-annotated]
        return Collected(
            items=items, total=len(items), returned=len(items), truncated=False, as_of=datetime.now(UTC)
        )

    async def insert(self, room: int | str, text: str) -> Entry:
        self.tenant.reach("request left")
        state = self.tenant.load()
        state["entries"] = [*state["entries"], text]  # type: ignore[misc]
        state["writes"] = [*self.tenant.writes(), text]
        self.tenant.save(state)
        self.tenant.reach("effect happened")
        return Entry(id=len(self.tenant.writes()), contents=text)


async def main(url: str, path: Path, kind: str, point: str) -> None:
    """Run until killed."""
    tenant = FileTenant(path, point)
    async with await Store.open(url) as store:
        service = WritebackService(store, tenant, limits=LIMITS)
        request: CommentRequest | SeverityRequest = (
            CommentRequest(issue_id=1, text="Look at this port.")
            if kind == "comment"
            else SeverityRequest(issue_id=1, severity=Severity.HIGH)
        )
        (proposal,) = await service.propose([request], actor=EVE)
        if point == "deciding":
            append = service.audit.append

            async def dying(*args: object, **named: object) -> None:
                await append(*args, **named)  # type: ignore[arg-type]
                tenant.reach("deciding")

            service.audit.append = dying  # type: ignore[method-assign]
        tenant.reach("before approve")
        await service.approve(proposal.id, proposal.payload_hash, BOB)
        tenant.reach("after approve")
        await service.execute(proposal.id)


def serve() -> None:
    """Run one child per line of standard input."""
    for driver in ("aiosqlite", "psycopg", "sqlalchemy.dialects.postgresql.psycopg"):
        import_module(driver)
    for line in sys.stdin:
        url, path, kind, point = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            asyncio.run(main(url, Path(path), kind, point))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
