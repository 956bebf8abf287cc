"""The tables of priority: what people said of scores, the versions of the weights, threat intelligence."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Float, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tools.store import Base, UtcDateTime


class FeedbackRow(Base):
    """One label. `body` is the whole `Feedback` as JSON, the points of its findings included.

    One person has one word on a finding (or a pair): a later label of the same subject replaces the earlier in what is
    fitted, but both stay.
    """

    __tablename__ = "priority_feedback"
    __table_args__ = (
        Index("ix_priority_feedback_finding_id", "finding_id"),
        Index("ix_priority_feedback_at", "at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    finding_id: Mapped[str] = mapped_column(String(500))
    other_id: Mapped[str] = mapped_column(String(500))
    label: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    weights_version: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)


class WeightsRow(Base):
    """A version of the weights. At most one row is active; with none active, the shipped weights are in use.

    `active_slot` is 1 on the active row and NULL elsewhere; being unique, it keeps two from being active.
    """

    __tablename__ = "priority_weights"

    version: Mapped[str] = mapped_column(String(60), primary_key=True)
    parent: Mapped[str] = mapped_column(String(60))
    document: Mapped[str] = mapped_column(Text)
    report: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    activated_by: Mapped[str] = mapped_column(String(200))
    active_slot: Mapped[int | None] = mapped_column(unique=True)


class IntelFeedRow(Base):
    """A feed that was imported: of when it is and where it came from."""

    __tablename__ = "intel_feeds"

    feed: Mapped[str] = mapped_column(String(16), primary_key=True)
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rows: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(500))


class IntelRow(Base):
    """What one feed says of one vulnerability."""

    __tablename__ = "intel_rows"

    cve: Mapped[str] = mapped_column(String(24), primary_key=True)
    feed: Mapped[str] = mapped_column(String(16), primary_key=True)
    added: Mapped[date | None] = mapped_column(Date)
    ransomware: Mapped[bool | None]
    epss: Mapped[float | None] = mapped_column(Float)
