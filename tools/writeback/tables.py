"""The tables of write-back: what was proposed, decided, has to be carried out, and the trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tools.store import Base, UtcDateTime


class ProposalRow(Base):
    """One effect that somebody proposed.

    `payload` is the canonical JSON text that `payload_hash` was computed over, byte for byte. `live_effect`
    holds the digest of the bare effect while the proposal may still be carried out and NULL afterwards; being
    unique, it keeps the same effect from being open twice.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        Index("ix_proposals_set_id", "set_id"),
        Index("ix_proposals_thread_id", "thread_id"),
        Index("ix_proposals_issue_id", "issue_id"),
        Index("ix_proposals_state_expires_at", "state", "expires_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    set_id: Mapped[str] = mapped_column(String(40))
    thread_id: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32))
    issue_id: Mapped[str] = mapped_column(String(200))
    payload: Mapped[str] = mapped_column(Text)
    payload_hash: Mapped[str] = mapped_column(String(64))
    effect_digest: Mapped[str] = mapped_column(String(64))
    live_effect: Mapped[str | None] = mapped_column(String(64), unique=True)
    context: Mapped[str] = mapped_column(Text)
    risk: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    proposer: Mapped[str] = mapped_column(String(200))
    proposer_role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    supersedes: Mapped[str | None] = mapped_column(String(40))
    superseded_by: Mapped[str | None] = mapped_column(String(40))
    result: Mapped[str | None] = mapped_column(Text)


class ApprovalRow(Base):
    """The one decision about a proposal; the primary key makes a second one impossible."""

    __tablename__ = "approvals"

    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    decision: Mapped[str] = mapped_column(String(16))
    payload_hash: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)


class OutboxRow(Base):
    """An approved effect on its way to the tenant.

    `sent_at` is written before the request leaves: without it nothing can have happened; with it, only a read
    back can tell. Until `settle_until` an absent effect may still arrive.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_done_at", "done_at"),)

    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    attempts: Mapped[int] = mapped_column(Integer)
    lease_owner: Mapped[str | None] = mapped_column(String(200))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settle_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """One row of the trail. `hash` covers every other column; `prev_hash` is the hash of row `seq - 1`."""

    __tablename__ = "audit_rows"
    __table_args__ = (Index("ix_audit_rows_proposal_id", "proposal_id"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    event: Mapped[str] = mapped_column(String(32))
    proposal_id: Mapped[str | None] = mapped_column(String(40))
    payload_digest: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(Text)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """Where the trail ends (one row, id 1): serialises appends, and shows when rows were cut off the end."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
