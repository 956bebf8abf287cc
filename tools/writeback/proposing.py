"""From requests to proposals that wait: read the target, make the canonical effect, store it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tools.cortex.errors import CortexError
from tools.results import Actor
from tools.writeback.audit import AuditTrail
from tools.writeback.canonical import canonical_payload, digest, effect_digest, new_id
from tools.writeback.card import quotes_in
from tools.writeback.errors import InvalidProposal, NotAllowed, TargetMissing, TargetUnreadable
from tools.writeback.kinds import risk_of
from tools.writeback.ledger import context_text, live_key, move
from tools.writeback.limits import Limits
from tools.writeback.model import (
    CommentPayload,
    CommentRequest,
    ProposalContext,
    SeverityPayload,
    SeverityRequest,
    State,
)
from tools.writeback.policy import Policy
from tools.writeback.tables import ProposalRow
from tools.writeback.target import CortexTarget, Reading
from tools.writeback.text import comment_body, one_line


@dataclass(frozen=True)
class Draft:
    """A canonical effect, not stored yet."""

    payload: CommentPayload | SeverityPayload
    reading: Reading
    context: ProposalContext


async def draft(
    request: CommentRequest | SeverityRequest,
    *,
    actor: Actor,
    context: ProposalContext,
    target: CortexTarget,
    policy: Policy,
    limits: Limits,
) -> Draft:
    """Check the request and read its target.

    Raises NotAllowed, InvalidProposal, TargetMissing, TargetUnreadable.
    """
    verdict = policy.may_propose(request.kind, actor)
    if not verdict.allowed:
        raise NotAllowed(verdict.why)
    body = comment_body(request.text, limits.longest_comment) if isinstance(request, CommentRequest) else ""
    try:
        reading = await target.read(request.issue_id)
    except CortexError as error:
        raise TargetUnreadable(
            f"Issue {request.issue_id} could not be read, so nothing was proposed. {error.message}"
        ) from error
    if reading is None:
        raise TargetMissing(
            f"The tenant has no issue {request.issue_id}. Check the id; nothing was proposed."
        )
    proposal = new_id("p")
    if isinstance(request, CommentRequest):
        payload: CommentPayload | SeverityPayload = CommentPayload(
            proposal=proposal, issue_id=request.issue_id, text=body
        )
        quotes = quotes_in(body, [*context.untrusted, *reading.quotes])
        return Draft(payload, reading, context.model_copy(update={"untrusted": quotes}))
    before = reading.target.severity
    if before == request.severity.value:
        raise InvalidProposal(
            f"The severity of issue {request.issue_id} is {before} already. Nothing has to be changed."
        )
    payload = SeverityPayload(
        proposal=proposal, issue_id=request.issue_id, before=before, after=request.severity
    )
    return Draft(payload, reading, context.model_copy(update={"untrusted": ()}))


async def store(
    session: AsyncSession,
    trail: AuditTrail,
    drafts: Sequence[Draft],
    *,
    actor: Actor,
    thread_id: str | None,
    expires_at: datetime,
    now: datetime,
    submit: bool,
    supersedes: ProposalRow | None = None,
) -> tuple[str, ...]:
    """Store all drafts or none, in the caller's transaction; their ids in order.

    An effect that is open in this conversation already is not stored twice: the open proposal's id stands
    for it.
    """
    set_id = supersedes.set_id if supersedes is not None else new_id("s")
    ids: list[str] = []
    fresh: dict[str, tuple[Draft, ProposalRow]] = {}
    for one in drafts:
        key = live_key(effect_digest(one.payload), thread_id)
        open_id = fresh[key][1].id if key in fresh else await _open(session, key)
        if open_id is None:
            fresh[key] = (one, _row(one, key, set_id, actor, thread_id, expires_at, now, supersedes))
            open_id = fresh[key][1].id
        ids.append(open_id)
    session.add_all([row for _, row in fresh.values()])
    await session.flush()
    for one, row in fresh.values():
        await trail.append(
            session,
            "created",
            at=now,
            actor=actor,
            proposal_id=row.id,
            payload_digest=row.payload_hash,
            detail={
                "kind": row.kind,
                "issue_id": row.issue_id,
                "risk": row.risk,
                "set_id": row.set_id,
                "supersedes": row.supersedes,
                "author": one.context.author,
            },
        )
        if submit:
            await to_pending(session, trail, row, actor=actor, now=now)
    return tuple(ids)


async def to_pending(
    session: AsyncSession, trail: AuditTrail, row: ProposalRow, *, actor: Actor, now: datetime
) -> None:
    """Ask for a decision."""
    expires = row.expires_at.isoformat(timespec="seconds")
    await move(session, trail, row, State.PENDING, at=now, actor=actor, detail={"expires_at": expires})


def _row(
    one: Draft,
    key: str,
    set_id: str,
    actor: Actor,
    thread_id: str | None,
    expires_at: datetime,
    now: datetime,
    supersedes: ProposalRow | None,
) -> ProposalRow:
    text = canonical_payload(one.payload)
    return ProposalRow(
        id=one.payload.proposal,
        set_id=set_id,
        thread_id=thread_id,
        kind=one.payload.kind,
        issue_id=one_line(one.payload.issue_id, 200),
        payload=text,
        payload_hash=digest(text),
        effect_digest=effect_digest(one.payload),
        live_effect=key,
        context=context_text(one.context, one.reading.target),
        risk=risk_of(one.payload).value,
        state=State.DRAFT.value,
        proposer=actor.user,
        proposer_role=actor.role.value,
        created_at=now,
        updated_at=now,
        expires_at=expires_at,
        supersedes=supersedes.id if supersedes is not None else None,
        superseded_by=None,
        result=None,
    )


async def _open(session: AsyncSession, key: str) -> str | None:
    return (await session.scalars(select(ProposalRow.id).where(ProposalRow.live_effect == key))).first()
