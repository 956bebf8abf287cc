"""Proposals in the database: how they are read, and the one way in which their state moves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from tools.results import Actor, Role
from tools.writeback.audit import AuditTrail, Event
from tools.writeback.canonical import canonical, digest
from tools.writeback.errors import Conflict, ProposalNotFound, WritebackError
from tools.writeback.model import (
    PAYLOADS,
    Decision,
    Outcome,
    Proposal,
    ProposalContext,
    Result,
    Risk,
    State,
    Target,
)
from tools.writeback.states import LIVE, TRANSITIONS
from tools.writeback.tables import ApprovalRow, ProposalRow

_EVENTS: Mapping[State, Event] = {
    State.PENDING: "submitted",
    State.APPROVED: "approved",
    State.EXECUTING: "executing",
    State.DONE: "done",
    State.FAILED: "failed",
    State.UNKNOWN: "unknown",
    State.REJECTED: "rejected",
    State.EXPIRED: "expired",
    State.SUPERSEDED: "superseded",
}


async def load(session: AsyncSession, proposal_id: str, *, lock: bool = False) -> ProposalRow:
    """The row, locked against other writers if asked. Raises ProposalNotFound."""
    row = await session.get(ProposalRow, proposal_id, with_for_update=lock or None, populate_existing=True)
    if row is None:
        raise ProposalNotFound(
            f"There is no proposal {proposal_id[:40]!r}. `posture approvals list` shows them."
        )
    return row


async def move(
    session: AsyncSession,
    trail: AuditTrail,
    row: ProposalRow,
    to: State,
    *,
    at: datetime,
    actor: Actor | None,
    detail: Mapping[str, Any] | None = None,
    result: Result | None = None,
    **values: Any,
) -> None:
    """Compare and swap the state, with its one audit row, in the caller's transaction.

    Raises Conflict when the state is not (or no longer) one that `to` may follow; the caller's transaction
    must then be rolled back, which leaving its block by the exception does.
    """
    before = State(row.state)
    if to not in TRANSITIONS[before]:
        raise Conflict(f"{row.id} is {before.value} and cannot become {to.value}. Look at it again.")
    changes = {"state": to.value, "updated_at": at, **values}
    changes["live_effect"] = live_effect(row) if to in LIVE else None
    if result is not None:
        changes["result"] = result.model_dump_json()
    swap = (
        update(ProposalRow)
        .where(ProposalRow.id == row.id, ProposalRow.state == before.value)
        .values(**changes)
        .execution_options(synchronize_session=False)
    )
    swapped = await session.execute(swap)
    if not isinstance(swapped, CursorResult) or swapped.rowcount != 1:
        raise Conflict(f"{row.id} was changed by somebody else in this moment. Look at it again.")
    await session.refresh(row)
    facts: dict[str, Any] = {"from": before.value, "to": to.value, **(detail or {})}
    if result is not None and result.failure is not None:
        facts |= {"failure": result.failure, "safe_to_retry": result.safe_to_retry}
    if result is not None and result.entry_id is not None:
        facts["entry_id"] = result.entry_id
    await trail.append(
        session,
        _EVENTS[to],
        at=at,
        actor=actor,
        proposal_id=row.id,
        payload_digest=row.payload_hash,
        detail=facts,
    )


def live_effect(row: ProposalRow) -> str:
    """What may be open only once: this effect in this conversation."""
    return live_key(row.effect_digest, row.thread_id)


def live_key(effect_digest: str, thread_id: str | None) -> str:
    """See `live_effect`."""
    return digest(canonical({"effect": effect_digest, "thread": thread_id}))


def context_text(context: ProposalContext, target: Target) -> str:
    """What is stored beside the payload."""
    return canonical({"context": context.model_dump(mode="json"), "target": target.model_dump(mode="json")})


def result_of(row: ProposalRow) -> Result | None:
    """The stored result."""
    return Result.model_validate_json(row.result) if row.result else None


async def approval_of(session: AsyncSession, proposal_id: str) -> ApprovalRow | None:
    """The decision row, fresh from the database."""
    query = select(ApprovalRow).where(ApprovalRow.proposal_id == proposal_id)
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


def proposal_from(row: ProposalRow, approval: ApprovalRow | None) -> Proposal:
    """The row as a value. Raises WritebackError for a row that was changed into nonsense behind our back."""
    try:
        return _proposal(row, approval)
    except (ValueError, KeyError, TypeError) as error:
        raise WritebackError(
            f"What is stored of {row.id} cannot be read. Run `posture audit verify` and restore a backup."
        ) from error


def _proposal(row: ProposalRow, approval: ApprovalRow | None) -> Proposal:
    stored = json.loads(row.context)
    payload = PAYLOADS.validate_json(row.payload)
    return Proposal(
        id=row.id,
        set_id=row.set_id,
        thread_id=row.thread_id,
        kind=payload.kind,
        payload=payload,
        payload_hash=row.payload_hash,
        risk=Risk(row.risk),
        state=State(row.state),
        proposer=Actor(user=row.proposer, role=Role(row.proposer_role)),
        context=ProposalContext.model_validate(stored["context"]),
        target=Target.model_validate(stored["target"]),
        created_at=row.created_at,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
        decision=None if approval is None else _decision(approval),
        result=result_of(row),
        supersedes=row.supersedes,
        superseded_by=row.superseded_by,
    )


def outcome_from(row: ProposalRow, approval: ApprovalRow | None) -> Outcome:
    """Where the proposal stands, with a sentence."""
    state, result = State(row.state), result_of(row)
    if result is not None and state in (State.DONE, State.FAILED, State.UNKNOWN):
        message = result.message
    elif state is State.REJECTED and approval is not None:
        because = f" ({approval.reason})" if approval.reason else ""
        message = f"Not done: {approval.actor} rejected it{because}. Nothing was written."
    elif state is State.EXPIRED and approval is not None:
        message = (
            f"Not done: {approval.actor} approved it, but the approval ran out first. Nothing was written."
        )
    elif state is State.SUPERSEDED:
        message = f"Not done: it was edited and is now {row.superseded_by}. Nothing was written."
    else:
        message = _SENTENCES[state]
    failed = result if state in (State.FAILED, State.UNKNOWN) else None
    return Outcome(
        proposal_id=row.id,
        state=state,
        message=message,
        failure=failed.failure if failed else None,
        safe_to_retry=bool(failed and failed.safe_to_retry),
        entry_id=result.entry_id if result and state is State.DONE else None,
    )


_SENTENCES: Mapping[State, str] = {
    State.DRAFT: "This is a draft; nobody has been asked yet.",
    State.PENDING: "It waits for a person's approval. Nothing was written.",
    State.APPROVED: "It is approved and not yet carried out.",
    State.EXECUTING: "It is being carried out right now.",
    State.DONE: "Done.",
    State.FAILED: "Not done.",
    State.UNKNOWN: "Not known yet.",
    State.REJECTED: "Not done: it was rejected. Nothing was written.",
    State.EXPIRED: "Not done: nobody approved it in time, which counts as a rejection. Nothing was written.",
}


def _decision(row: ApprovalRow) -> Decision:
    return Decision(
        decision="approved" if row.decision == "approved" else "rejected",
        actor=Actor(user=row.actor, role=Role(row.role)),
        at=row.at,
        payload_hash=row.payload_hash,
        reason=row.reason,
    )
