"""Looking at proposals: one, a page of them, and the card of one with the issue read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from tools.cortex.errors import CortexError
from tools.results import Actor
from tools.store import Store
from tools.writeback.audit import AuditTrail
from tools.writeback.card import ApprovalCard, LiveCheck, build_card
from tools.writeback.ledger import approval_of, load, outcome_from, proposal_from
from tools.writeback.model import Proposal, ProposalPage, State
from tools.writeback.policy import Policy
from tools.writeback.tables import ApprovalRow, ProposalRow
from tools.writeback.target import CortexTarget
from tools.writeback.wording import clock_time

_MOST_LISTED = 1_000
_SAME = (State.PENDING, State.APPROVED, State.EXECUTING, State.UNKNOWN, State.DONE)


@dataclass
class Views:
    """Reads only: nothing here changes a row or the tenant."""

    store: Store
    trail: AuditTrail
    policy: Policy
    target: CortexTarget
    clock: Callable[[], datetime]

    async def get(self, proposal_id: str) -> Proposal:
        """One proposal. Raises ProposalNotFound."""
        async with self.store.reading() as session:
            row = await load(session, proposal_id)
            return proposal_from(row, await approval_of(session, proposal_id))

    async def page(
        self,
        *,
        states: tuple[State, ...],
        thread_id: str | None,
        set_id: str | None,
        issue_id: int | str | None,
        limit: int,
        offset: int,
    ) -> ProposalPage:
        """Proposals, newest first, that fit everything given; at most 1,000 at once."""
        wanted: list[ColumnElement[bool]] = []
        if states:
            wanted.append(ProposalRow.state.in_([state.value for state in states]))
        if thread_id is not None:
            wanted.append(ProposalRow.thread_id == thread_id)
        if set_id is not None:
            wanted.append(ProposalRow.set_id == set_id)
        if issue_id is not None:
            wanted.append(ProposalRow.issue_id == str(issue_id))
        query = (
            select(ProposalRow, ApprovalRow)
            .outerjoin(ApprovalRow, ApprovalRow.proposal_id == ProposalRow.id)
            .where(*wanted)
            .order_by(ProposalRow.created_at.desc(), ProposalRow.id)
            .limit(max(0, min(limit, _MOST_LISTED)))
            .offset(max(0, offset))
        )
        async with self.store.reading() as session:
            total = await session.scalar(select(func.count()).select_from(ProposalRow).where(*wanted)) or 0
            rows = (await session.execute(query)).all()
        found = tuple(proposal_from(row, approval) for row, approval in rows)
        return ProposalPage(
            total=total,
            returned=len(found),
            truncated=len(found) < total,
            as_of=self.clock(),
            proposals=found,
        )

    async def card(self, proposal_id: str, actor: Actor) -> ApprovalCard:
        """The card as `actor` sees it. Raises ProposalNotFound."""
        live = await self._live(await self.get(proposal_id))
        async with self.store.reading() as session:
            row = await load(session, proposal_id)
            approval = await approval_of(session, proposal_id)
            proposal, outcome = proposal_from(row, approval), outcome_from(row, approval)
            same = select(ProposalRow.id, ProposalRow.state).where(
                ProposalRow.effect_digest == row.effect_digest,
                ProposalRow.id != row.id,
                ProposalRow.state.in_([state.value for state in _SAME]),
            )
            twins = [f"{twin} ({state})" for twin, state in (await session.execute(same.limit(5))).all()]
        return build_card(
            proposal,
            outcome=outcome,
            live=live,
            history=await self.trail.of_proposal(proposal_id),
            twins=twins,
            policy=self.policy,
            actor=actor,
            now=self.clock(),
        )

    async def _live(self, proposal: Proposal) -> LiveCheck:
        at = self.clock()
        try:
            reading = await self.target.read(proposal.payload.issue_id)
        except CortexError as error:
            return LiveCheck(problem=f"could not be read again {clock_time(at)}: {error.message}", at=at)
        if reading is None:
            gone = (
                f"read again {clock_time(at)}: the tenant has no issue {proposal.payload.issue_id} any more"
            )
            return LiveCheck(problem=gone, at=at)
        return LiveCheck(target=reading.target, at=at)
