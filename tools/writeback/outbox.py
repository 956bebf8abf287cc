"""Approved effects on their way: who carries one out, whether a request has left, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tools.results import Role
from tools.store import Store
from tools.writeback.audit import AuditTrail, Event
from tools.writeback.errors import Conflict
from tools.writeback.gate import Refusal, RoleLookup, current_role, refusal
from tools.writeback.lease import is_gone
from tools.writeback.ledger import approval_of, live_effect, load, move, outcome_from, result_of
from tools.writeback.limits import Limits
from tools.writeback.model import (
    PAYLOADS,
    RETRYABLE,
    CommentPayload,
    Outcome,
    Result,
    SeverityPayload,
    State,
)
from tools.writeback.policy import Policy
from tools.writeback.states import TO_CARRY_OUT
from tools.writeback.tables import ApprovalRow, OutboxRow, ProposalRow
from tools.writeback.wording import ended


@dataclass
class Claim:
    """The right to carry out one effect until the lease ends. `sent` turns true before a request leaves."""

    proposal_id: str
    owner: str
    payload: CommentPayload | SeverityPayload
    payload_hash: str
    sent: bool
    confirmed: bool
    entry_id: str | None
    settle_until: datetime | None


@dataclass(frozen=True)
class Busy:
    """Somebody else is carrying it out."""

    outcome: Outcome


@dataclass
class Outbox:
    """Each method is one transaction; none of them talks to the tenant."""

    store: Store
    trail: AuditTrail
    policy: Policy
    limits: Limits
    clock: Callable[[], datetime]
    roles: RoleLookup | None = None

    async def claim(self, proposal_id: str, owner: str) -> Claim | Busy | Outcome:
        """Take the effect for carrying out; an Outcome means that there is nothing (more) to carry out."""
        role = await self._role(proposal_id)
        async with self.trail.writing() as session:
            row, approval, box = await self._locked(session, proposal_id)
            state, result = State(row.state), result_of(row)
            again = state is State.FAILED and result is not None and result.failure in RETRYABLE
            if box is None or not (state in TO_CARRY_OUT or (again and result and result.safe_to_retry)):
                return outcome_from(row, approval)
            now = self.clock()
            stop = refusal(row, approval, role, self.policy, now)
            if box.lease_owner and box.lease_until and box.lease_until > now and not is_gone(box.lease_owner):
                return Busy(outcome_from(row, approval))
            if state in (State.APPROVED, State.FAILED):
                if stop is not None:
                    return await self._stopped(session, row, approval, stop, now)
                await self._free_effect(session, row)
                await move(session, self.trail, row, State.EXECUTING, at=now, actor=None)
            elif stop is not None and stop.why == "tampered":
                box.lease_owner = box.lease_until = None
                return await self._stopped(session, row, approval, stop, now, sent=box.sent_at is not None)
            elif state is State.EXECUTING:
                await self._note(session, row, "resumed", now, {"sent": box.sent_at is not None})
            box.lease_owner, box.lease_until = owner, now + self.limits.lease
            return Claim(
                proposal_id=row.id,
                owner=owner,
                payload=PAYLOADS.validate_json(row.payload),
                payload_hash=row.payload_hash,
                sent=box.sent_at is not None,
                confirmed=bool(state is State.UNKNOWN and result and result.confirmed),
                entry_id=result.entry_id if state is State.UNKNOWN and result else None,
                settle_until=box.settle_until,
            )

    async def sending(self, claim: Claim) -> Outcome | None:
        """Record that a request is about to leave; an Outcome instead of None means that it must not.

        Everything that a person relied on is looked at once more here, in the same transaction.
        """
        role = await self._role(claim.proposal_id)
        async with self.trail.writing() as session:
            row, approval, box = await self._locked(session, claim.proposal_id)
            now = self.clock()
            if box is None or box.lease_owner != claim.owner or (box.lease_until or now) <= now:
                return outcome_from(row, approval)
            stop = refusal(row, approval, role, self.policy, now)
            if stop is not None:
                result = Result(
                    message=f"Not done: {ended(stop.message)} Nothing was written.",
                    at=now,
                    failure="not_permitted" if stop.why == "held" else stop.why,
                    safe_to_retry=True,
                )
                return await self._finish(session, row, approval, box, State.FAILED, result, now)
            if State(row.state) is State.UNKNOWN:
                await move(session, self.trail, row, State.EXECUTING, at=now, actor=None)
            box.attempts += 1
            box.sent_at = now
            box.settle_until = now + self.limits.crash_settle
            await self._note(session, row, "sending", now, {"key": box.key, "attempt": box.attempts})
        claim.sent = True
        claim.settle_until = now + self.limits.crash_settle
        return None

    async def finish(self, claim: Claim, to: State, result: Result) -> Outcome:
        """Record what became of it and give the lease back. Without the lease, the winner's record stands."""
        async with self.trail.writing() as session:
            row, approval, box = await self._locked(session, claim.proposal_id)
            if box is None or box.lease_owner != claim.owner:
                return outcome_from(row, approval)
            if to is State.UNKNOWN and State(row.state) is State.EXECUTING:
                box.settle_until = self.clock() + self.limits.lost_settle
            return await self._finish(session, row, approval, box, to, result, self.clock())

    async def waiting(self) -> tuple[str, ...]:
        """Ids of everything that is approved and not settled, oldest first."""
        query = (
            select(ProposalRow.id)
            .where(ProposalRow.state.in_([state.value for state in TO_CARRY_OUT]))
            .order_by(ProposalRow.updated_at, ProposalRow.id)
        )
        async with self.store.reading() as session:
            return tuple((await session.scalars(query)).all())

    async def outcome(self, proposal_id: str) -> Outcome:
        """Where the proposal stands."""
        async with self.store.reading() as session:
            row = await load(session, proposal_id)
            return outcome_from(row, await approval_of(session, proposal_id))

    async def _role(self, proposal_id: str) -> Role | None:
        # Outside the write transaction: looking a role up may take a call to a directory.
        async with self.store.reading() as session:
            approval = await approval_of(session, proposal_id)
        return await current_role(self.roles, approval)

    async def _locked(
        self, session: AsyncSession, proposal_id: str
    ) -> tuple[ProposalRow, ApprovalRow | None, OutboxRow | None]:
        row = await load(session, proposal_id, lock=True)
        box = await session.get(OutboxRow, proposal_id, with_for_update=True, populate_existing=True)
        return row, await approval_of(session, proposal_id), box

    async def _stopped(
        self,
        session: AsyncSession,
        row: ProposalRow,
        approval: ApprovalRow | None,
        stop: Refusal,
        now: datetime,
        *,
        sent: bool = False,
    ) -> Outcome:
        outcome = outcome_from(row, approval)
        if stop.why == "held" or State(row.state) is State.FAILED:
            return outcome.model_copy(
                update={"message": f"Not done: {ended(stop.message)} Nothing was written."}
            )
        if stop.why == "expired":
            await move(session, self.trail, row, State.EXPIRED, at=now, actor=None)
        else:
            written = "A request had left; look at the issue in Cortex." if sent else "Nothing was written."
            result = Result(
                message=f"Not done: {ended(stop.message)} {written}",
                at=now,
                failure=stop.why,
                safe_to_retry=not sent,
            )
            await move(session, self.trail, row, State.FAILED, at=now, actor=None, result=result)
        return outcome_from(row, approval)

    async def _finish(
        self,
        session: AsyncSession,
        row: ProposalRow,
        approval: ApprovalRow | None,
        box: OutboxRow,
        to: State,
        result: Result,
        now: datetime,
    ) -> Outcome:
        if State(row.state) is to:
            row.result = result.model_dump_json()
        else:
            await move(session, self.trail, row, to, at=now, actor=None, result=result)
        box.lease_owner = box.lease_until = None
        if result.safe_to_retry:
            box.sent_at = box.settle_until = None
        if to is State.DONE:
            box.done_at = now
        await session.flush()
        return outcome_from(row, approval)

    async def _free_effect(self, session: AsyncSession, row: ProposalRow) -> None:
        """A retry opens the effect again; refuse it while the same one is open under another id."""
        query = select(ProposalRow.id).where(
            ProposalRow.live_effect == live_effect(row), ProposalRow.id != row.id
        )
        other = (await session.scalars(query)).first()
        if other is not None:
            raise Conflict(f"The same effect is open as {other}. Decide on that one.")

    async def _note(
        self, session: AsyncSession, row: ProposalRow, event: Event, now: datetime, detail: dict[str, Any]
    ) -> None:
        await self.trail.append(
            session,
            event,
            at=now,
            actor=None,
            proposal_id=row.id,
            payload_digest=row.payload_hash,
            detail=detail,
        )
