"""Decisions of people: approve, reject, expire. Each is one transaction with one row in the trail.

What is not clearly an approval is a rejection: an unknown word, no answer in time, a hash that does not fit.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tools.results import Actor, Role
from tools.store import Store
from tools.writeback.audit import AuditTrail
from tools.writeback.canonical import digest, outbox_key
from tools.writeback.errors import (
    AlreadyDecided,
    Conflict,
    HashMismatch,
    NotAllowed,
    ProposalExpired,
    ProposalNotFound,
    WritebackError,
)
from tools.writeback.kinds import risk_of
from tools.writeback.ledger import approval_of, load, move, outcome_from
from tools.writeback.model import PAYLOADS, State
from tools.writeback.policy import Policy
from tools.writeback.states import CAN_EXPIRE, UNDECIDED
from tools.writeback.tables import ApprovalRow, OutboxRow, ProposalRow
from tools.writeback.text import one_line


@dataclass
class Deciding:
    """Records decisions. It writes nothing at the tenant."""

    store: Store
    trail: AuditTrail
    policy: Policy
    clock: Callable[[], datetime]

    async def approve(self, proposal_id: str, payload_hash: str, actor: Actor) -> None:
        """Approve exactly the payload with this hash.

        Raises ProposalNotFound, AlreadyDecided, ProposalExpired, HashMismatch, NotAllowed. Every refusal of
        an open proposal is kept in the trail.
        """
        refused: WritebackError | None = None
        async with self.trail.writing() as session:
            now = self.clock()
            row = await load(session, proposal_id, lock=True)
            refused = await self._refusal(session, row, payload_hash, actor, now)
            if refused is None:
                await move(session, self.trail, row, State.APPROVED, at=now, actor=actor)
                session.add(_decision(row, "approved", actor, now, ""))
                session.add(
                    OutboxRow(
                        proposal_id=row.id,
                        key=outbox_key(row.payload_hash),
                        attempts=0,
                        created_at=now,
                    )
                )
        if refused is not None:
            raise refused

    async def reject(self, proposal_id: str, actor: Actor, reason: str) -> None:
        """Reject an open proposal, or withdraw an own one.

        Raises ProposalNotFound, AlreadyDecided, ProposalExpired, NotAllowed.
        """
        said = one_line(reason, 500)
        expired = False
        async with self.trail.writing() as session:
            now = self.clock()
            row = await load(session, proposal_id, lock=True)
            await _open_or_raise(session, row, UNDECIDED)
            expired = await self._expire(session, row, now)
            if not expired:
                verdict = self.policy.may_reject(
                    PAYLOADS.validate_json(row.payload).kind, _proposer(row), actor
                )
                if not verdict.allowed:
                    raise NotAllowed(verdict.why)
                detail = {"reason": said} if said else None
                await move(session, self.trail, row, State.REJECTED, at=now, actor=actor, detail=detail)
                session.add(_decision(row, "rejected", actor, now, said))
        if expired:
            raise _expired(proposal_id)

    async def supersede(
        self, session: AsyncSession, row: ProposalRow, by: str, actor: Actor, now: datetime
    ) -> None:
        """Make an edited proposal, and any approval of it, worthless."""
        detail = {"superseded_by": by}
        await move(
            session,
            self.trail,
            row,
            State.SUPERSEDED,
            at=now,
            actor=actor,
            detail=detail,
            superseded_by=by,
        )

    async def expire_due(self) -> tuple[str, ...]:
        """Expire everything whose time is over and that is not being carried out; the ids."""
        query = (
            select(ProposalRow.id)
            .where(
                ProposalRow.state.in_([state.value for state in CAN_EXPIRE]),
                ProposalRow.expires_at <= self.clock(),
            )
            .order_by(ProposalRow.expires_at, ProposalRow.id)
        )
        async with self.store.reading() as session:
            due = (await session.scalars(query)).all()
        gone = []
        for proposal_id in due:
            try:
                async with self.trail.writing() as session:
                    row = await load(session, proposal_id, lock=True)
                    if State(row.state) in CAN_EXPIRE and await self._expire(session, row, self.clock()):
                        gone.append(proposal_id)
            except (Conflict, ProposalNotFound):
                continue
        return tuple(gone)

    async def _refusal(
        self, session: AsyncSession, row: ProposalRow, payload_hash: str, actor: Actor, now: datetime
    ) -> WritebackError | None:
        if State(row.state) is not State.PENDING:
            return AlreadyDecided(outcome_from(row, await approval_of(session, row.id)).message)
        if await self._expire(session, row, now):
            return _expired(row.id)
        payload = PAYLOADS.validate_json(row.payload)
        problem: WritebackError | None = None
        verdict = self.policy.may_approve(payload.kind, risk_of(payload), _proposer(row), actor)
        if not hmac.compare_digest(payload_hash.encode(), row.payload_hash.encode()):
            problem = HashMismatch(
                f"What you approved is not what {row.id} says. Nothing was approved. Look at the card again."
            )
        elif not hmac.compare_digest(digest(row.payload), row.payload_hash):
            problem = HashMismatch(f"{row.id} was changed in the database. It cannot be approved; reject it.")
        elif not verdict.allowed:
            problem = NotAllowed(verdict.why)
        if problem is not None:
            await self.trail.append(
                session,
                "approval_refused",
                at=now,
                actor=actor,
                proposal_id=row.id,
                payload_digest=row.payload_hash,
                detail={"why": type(problem).__name__, "given": one_line(payload_hash, 64)},
            )
        return problem

    async def _expire(self, session: AsyncSession, row: ProposalRow, now: datetime) -> bool:
        if now < row.expires_at:
            return False
        await move(session, self.trail, row, State.EXPIRED, at=now, actor=None)
        return True


async def _open_or_raise(session: AsyncSession, row: ProposalRow, states: frozenset[State]) -> None:
    if State(row.state) not in states:
        raise AlreadyDecided(outcome_from(row, await approval_of(session, row.id)).message)


def _decision(
    row: ProposalRow, decision: Literal["approved", "rejected"], actor: Actor, now: datetime, reason: str
) -> ApprovalRow:
    return ApprovalRow(
        proposal_id=row.id,
        decision=decision,
        payload_hash=row.payload_hash,
        actor=actor.user,
        role=actor.role.value,
        at=now,
        reason=reason,
    )


def _expired(proposal_id: str) -> ProposalExpired:
    return ProposalExpired(
        f"The time to decide on {proposal_id} is over, which counts as a rejection. Nothing was written. "
        "Propose it again if it is still wanted."
    )


def _proposer(row: ProposalRow) -> Actor:
    return Actor(user=row.proposer, role=Role(row.proposer_role))
