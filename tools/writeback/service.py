"""Write-back as the rest of the program uses it: propose, show, decide, carry out, recover."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from tools.results import Actor, utcnow
from tools.store import Store
from tools.writeback import proposing
from tools.writeback.audit import AuditTrail
from tools.writeback.card import ApprovalCard
from tools.writeback.deciding import Deciding
from tools.writeback.errors import AlreadyDecided, InvalidProposal, NotAllowed
from tools.writeback.executor import Executor
from tools.writeback.gate import RoleLookup
from tools.writeback.kinds import risk_of
from tools.writeback.ledger import approval_of, load, outcome_from, proposal_from
from tools.writeback.limits import Limits
from tools.writeback.model import (
    CommentPayload,
    CommentRequest,
    EffectPreview,
    Outcome,
    Proposal,
    ProposalContext,
    ProposalPage,
    SeverityRequest,
    State,
)
from tools.writeback.outbox import Outbox
from tools.writeback.policy import Policy
from tools.writeback.states import CAN_BE_EDITED
from tools.writeback.target import CortexTarget, WriteClient
from tools.writeback.views import Views

_NO_CONTEXT = ProposalContext()


class WritebackService:
    """The only way to an effect at the tenant, and every effect waits for a person.

    `roles` looks up what a user may do now; without it the role recorded with the approval counts.
    """

    def __init__(
        self,
        store: Store,
        client: WriteClient,
        policy: Policy | None = None,
        *,
        limits: Limits | None = None,
        roles: RoleLookup | None = None,
        clock: Callable[[], datetime] = utcnow,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.policy = policy or Policy()
        self.limits = limits or Limits()
        self.audit = AuditTrail(store)
        self._clock = clock
        self._target = CortexTarget(client)
        self._views = Views(store, self.audit, self.policy, self._target, clock)
        self._deciding = Deciding(store, self.audit, self.policy, clock)
        self._outbox = Outbox(store, self.audit, self.policy, self.limits, clock, roles)
        self._executor = Executor(self._outbox, self._target, self.limits, clock, sleep)

    # --- proposing -----------------------------------------------------------------------------------------

    async def propose(
        self,
        requests: Sequence[CommentRequest | SeverityRequest],
        *,
        actor: Actor,
        context: ProposalContext = _NO_CONTEXT,
        thread_id: str | None = None,
        submit: bool = True,
    ) -> tuple[Proposal, ...]:
        """Store one proposal per request, all of them or none, grouped by `set_id`; they wait for approval.

        The same effect that is open in this thread already comes back as the open proposal. With `submit`
        false they stay drafts. Raises NotAllowed, InvalidProposal, TargetMissing, TargetUnreadable,
        Conflict.
        """
        if not requests:
            raise InvalidProposal("There is nothing to propose. Name an issue and a comment or a severity.")
        if len(requests) > self.limits.most_effects:
            raise InvalidProposal(
                f"{len(requests)} effects at once are too many to judge on cards; "
                f"{self.limits.most_effects} are allowed. Propose fewer."
            )
        drafts = [await self._draft(request, actor, context) for request in requests]
        now = self._clock()
        async with self.audit.writing() as session:
            ids = await proposing.store(
                session,
                self.audit,
                drafts,
                actor=actor,
                thread_id=thread_id,
                expires_at=now + self.limits.expiry,
                now=now,
                submit=submit,
            )
        return tuple([await self.get(proposal_id) for proposal_id in dict.fromkeys(ids)])

    async def submit(self, proposal_id: str, *, actor: Actor) -> Proposal:
        """Ask for a decision on a draft."""
        async with self.audit.writing() as session:
            row = await load(session, proposal_id, lock=True)
            verdict = self.policy.may_propose(proposal_from(row, None).kind, actor)
            if not verdict.allowed:
                raise NotAllowed(verdict.why)
            await proposing.to_pending(session, self.audit, row, actor=actor, now=self._clock())
        return await self.get(proposal_id)

    async def preview(
        self, requests: Sequence[CommentRequest | SeverityRequest], *, actor: Actor
    ) -> tuple[EffectPreview, ...]:
        """What the requests would do, with nothing stored. Raises as `propose` does."""
        previews = []
        for request in requests:
            one = await self._draft(request, actor, _NO_CONTEXT)
            comment = isinstance(one.payload, CommentPayload)
            risk = risk_of(one.payload)
            previews.append(
                EffectPreview(
                    kind=one.payload.kind,
                    target=one.reading.target,
                    before=None if comment else one.reading.target.severity,
                    after=one.payload.text
                    if isinstance(one.payload, CommentPayload)
                    else one.payload.after.value,
                    risk=risk,
                    needs=self.policy.needs(one.payload.kind, risk),
                )
            )
        return tuple(previews)

    async def edit(
        self,
        proposal_id: str,
        request: CommentRequest | SeverityRequest,
        *,
        actor: Actor,
        author: str = "person",
    ) -> Proposal:
        """Replace a proposal that is not being carried out by a new one with a new id and hash.

        Whoever edits becomes the proposer; an approval of the old one is worthless. Raises AlreadyDecided,
        and as `propose` does.
        """
        await self.expire_due()
        old = await self.get(proposal_id)
        if request.kind != old.kind or request.issue_id != old.payload.issue_id:
            raise InvalidProposal("An edit keeps the kind and the issue. Propose another effect instead.")
        context = old.context.model_copy(update={"author": "person" if author == "person" else "model"})
        one = await self._draft(request, actor, context)
        now = self._clock()
        async with self.audit.writing() as session:
            row = await load(session, proposal_id, lock=True)
            if State(row.state) not in CAN_BE_EDITED or row.expires_at <= now:
                raise AlreadyDecided(outcome_from(row, await approval_of(session, row.id)).message)
            await self._deciding.supersede(session, row, one.payload.proposal, actor, now)
            ids = await proposing.store(
                session,
                self.audit,
                [one],
                actor=actor,
                thread_id=row.thread_id,
                expires_at=now + self.limits.expiry,
                now=now,
                submit=True,
                supersedes=row,
            )
            row.superseded_by = ids[0]
        return await self.get(ids[0])

    # --- looking -------------------------------------------------------------------------------------------

    async def get(self, proposal_id: str) -> Proposal:
        """One proposal. Raises ProposalNotFound."""
        return await self._views.get(proposal_id)

    async def thread_of(self, proposal_id: str) -> str | None:
        """The conversation that a proposal came from. Raises ProposalNotFound."""
        return (await self._views.get(proposal_id)).thread_id

    async def outcome(self, proposal_id: str) -> Outcome:
        """Where a proposal stands, with a sentence."""
        return await self._outbox.outcome(proposal_id)

    async def list(
        self,
        *,
        states: Iterable[State] = (),
        thread_id: str | None = None,
        set_id: str | None = None,
        issue_id: int | str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> ProposalPage:
        """Proposals, newest first; those whose time is over are expired before."""
        await self.expire_due()
        return await self._views.page(
            states=tuple(states),
            thread_id=thread_id,
            set_id=set_id,
            issue_id=issue_id,
            limit=limit,
            offset=offset,
        )

    async def card(self, proposal_id: str, actor: Actor) -> ApprovalCard:
        """The card as `actor` sees it, with the issue read again. Raises ProposalNotFound."""
        await self.expire_due()
        return await self._views.card(proposal_id, actor)

    # --- deciding and carrying out -------------------------------------------------------------------------

    async def approve(self, proposal_id: str, payload_hash: str, actor: Actor) -> Proposal:
        """Record the approval of exactly this payload; nothing is written at the tenant yet.

        Raises ProposalNotFound, AlreadyDecided (also on a second click), ProposalExpired, HashMismatch,
        NotAllowed.
        """
        await self._deciding.approve(proposal_id, payload_hash, actor)
        return await self.get(proposal_id)

    async def reject(self, proposal_id: str, actor: Actor, reason: str = "") -> Proposal:
        """Record a rejection. Raises ProposalNotFound, AlreadyDecided, ProposalExpired, NotAllowed."""
        await self._deciding.reject(proposal_id, actor, reason)
        return await self.get(proposal_id)

    async def decide(
        self, proposal_id: str, decision: str, *, payload_hash: str, actor: Actor, reason: str = ""
    ) -> Proposal:
        """`approve` approves; any other word rejects."""
        if decision == "approve":
            return await self.approve(proposal_id, payload_hash, actor)
        return await self.reject(proposal_id, actor, reason)

    async def expire_due(self) -> tuple[str, ...]:
        """Expire what nobody decided on, or carried out, in time; the ids."""
        return await self._deciding.expire_due()

    async def execute(self, proposal_id: str) -> Outcome:
        """Carry out an approved proposal once, whoever and however many ask; or say why not.

        Raises ProposalNotFound; what the tenant does never raises but is told in the outcome.
        """
        return await self._executor.execute(proposal_id)

    async def recover(self) -> tuple[Outcome, ...]:
        """Finish what a crash or a lost answer left open. Call it at start, and now and then."""
        await self.expire_due()
        return tuple([await self._executor.execute(one, wait=False) for one in await self._outbox.waiting()])

    async def close(self) -> None:
        """Wait for work whose caller has gone."""
        await self._executor.drain()

    async def _draft(
        self, request: CommentRequest | SeverityRequest, actor: Actor, context: ProposalContext
    ) -> proposing.Draft:
        return await proposing.draft(
            request,
            actor=actor,
            context=context,
            target=self._target,
            policy=self.policy,
            limits=self.limits,
        )
