"""The audit trail: rows that only grow, each sealed with the hash of the one before.

`hash` is SHA-256 over the canonical JSON of all other columns. Rows are numbered without gaps and
`audit_head` keeps the last number and hash, so a changed row, a missing row and a cut-off end are all
found. Nothing secret goes in: no keys, no comment texts, only digests, states and who did it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tools.results import Actor
from tools.store import Store
from tools.writeback.canonical import canonical, digest
from tools.writeback.errors import WritebackError
from tools.writeback.tables import AuditHead, AuditRow

Event = Literal[
    "created",
    "submitted",
    "approved",
    "rejected",
    "expired",
    "superseded",
    "executing",
    "done",
    "failed",
    "unknown",
    "sending",
    "resumed",
    "approval_refused",
    "weights_activated",
    "exception_added",
    "exception_revoked",
]
"""What a row records. The last six change no proposal; each of the others is one transition."""

_FIRST = "0" * 64
_PAGE = 1_000


class AuditReport(BaseModel):
    """Whether the trail is whole: `first_bad` is the number of the first row that is wrong or missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    intact: bool
    first_bad: int | None
    reason: str = ""


class AuditEntry(BaseModel):
    """One row of the trail."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seq: int
    at: datetime
    actor: str
    role: str
    event: str
    proposal_id: str | None
    payload_digest: str | None
    detail: dict[str, Any]
    prev_hash: str
    hash: str


class AuditTrail:
    """Appends to, checks and exports the trail."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction that may append. Whoever changes rows of write-back takes this one lock first.

        One lock, taken first, is why two writers can neither fork the chain nor lock each other out.
        """
        async with self._store.transaction() as session:
            await session.get(AuditHead, 1, with_for_update=True)
            yield session

    async def append(
        self,
        session: AsyncSession,
        event: Event,
        *,
        at: datetime,
        actor: Actor | None,
        proposal_id: str | None = None,
        payload_digest: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add one row inside a transaction from `writing()`. `actor` None is the program itself."""
        head = await session.get(AuditHead, 1, with_for_update=True, populate_existing=True)
        if head is None:
            raise WritebackError(
                "The audit trail has lost its end. Run `posture audit verify` and restore a backup."
            )
        row = AuditRow(
            seq=head.seq + 1,
            at=at.astimezone(UTC),
            actor=actor.user if actor else "posture",
            role=actor.role.value if actor else "system",
            event=event,
            proposal_id=proposal_id,
            payload_digest=payload_digest,
            detail=canonical(dict(detail or {})),
            prev_hash=head.hash,
            hash="",
        )
        row.hash = seal(row)
        head.seq, head.hash = row.seq, row.hash
        session.add(row)
        await session.flush()

    async def verify(self) -> AuditReport:
        """Recompute every hash from the first row to the last."""
        async with self._store.reading() as session:
            total = await session.scalar(select(func.count()).select_from(AuditRow)) or 0
            before, count = _FIRST, 0
            async for row in _rows(session):
                if row.seq != count + 1:
                    return _bad(total, count + 1, f"row {count + 1} is missing")
                if row.prev_hash != before:
                    return _bad(total, row.seq, f"row {row.seq} does not follow the row before it")
                if row.hash != seal(row):
                    return _bad(total, row.seq, f"row {row.seq} was changed")
                before, count = row.hash, row.seq
            head = await session.get(AuditHead, 1)
            if head is None or head.seq != count or head.hash != before:
                return _bad(total, count + 1, f"rows after {count} are missing")
        return AuditReport(rows=count, intact=True, first_bad=None)

    async def export(self) -> AsyncIterator[str]:
        """Every row as one line of canonical JSON, oldest first, without the line break.

        Who checks it needs nothing of ours: take `hash` out of a line, write the rest as canonical JSON
        (sorted keys, no blanks, ASCII), and its SHA-256 is `hash`; `prev_hash` is the `hash` of the line
        before.
        """
        async with self._store.reading() as session:
            async for row in _rows(session):
                yield canonical({**_sealed(row), "hash": row.hash})

    async def of_proposal(self, proposal_id: str) -> tuple[AuditEntry, ...]:
        """The rows about one proposal, oldest first."""
        query = select(AuditRow).where(AuditRow.proposal_id == proposal_id).order_by(AuditRow.seq)
        async with self._store.reading() as session:
            return tuple(_entry(row) for row in (await session.scalars(query)).all())


def seal(row: AuditRow) -> str:
    """The hash that the row must have."""
    return digest(canonical(_sealed(row)))


def _sealed(row: AuditRow) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor,
        "role": row.role,
        "event": row.event,
        "proposal_id": row.proposal_id,
        "payload_digest": row.payload_digest,
        "detail": row.detail,
        "prev_hash": row.prev_hash,
    }


async def _rows(session: AsyncSession) -> AsyncIterator[AuditRow]:
    last: int | None = None
    while True:
        query = select(AuditRow).order_by(AuditRow.seq).limit(_PAGE)
        page = (await session.scalars(query if last is None else query.where(AuditRow.seq > last))).all()
        for row in page:
            yield row
        if len(page) < _PAGE:
            return
        last = page[-1].seq
        session.expunge_all()


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        role=row.role,
        event=row.event,
        proposal_id=row.proposal_id,
        payload_digest=row.payload_digest,
        detail=_object(row.detail),
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"unreadable": text}


def _bad(rows: int, first_bad: int, reason: str) -> AuditReport:
    return AuditReport(rows=rows, intact=False, first_bad=first_bad, reason=reason)
