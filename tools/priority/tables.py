"""The tables of priority: ratings, versions of the weights, threat intelligence, imported facts, accepted risks."""

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


class EnrichmentSetRow(Base):
    """A snapshot of rows that a CMDB, a vulnerability scan or a threat feed gave: of when, from where.

    `kind` is `cmdb`, `vulnerabilities` or `campaigns`; a newer import of the same name takes the place of the older.
    """

    __tablename__ = "enrichment_sets"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rows: Mapped[int] = mapped_column(Integer)
    skipped: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(500))


class RegisterRow(Base):
    """One row of a CMDB: the cells that say something to us, as a JSON object under our own names."""

    __tablename__ = "register_rows"

    set_name: Mapped[str] = mapped_column(String(120), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    cells: Mapped[str] = mapped_column(Text)


class FlawRow(Base):
    """One vulnerability on one asset, as a scan told it. `marks` is a JSON list of what names the asset."""

    __tablename__ = "flaw_rows"

    set_name: Mapped[str] = mapped_column(String(120), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    marks: Mapped[str] = mapped_column(Text)
    cve: Mapped[str] = mapped_column(String(24))
    cvss: Mapped[float | None] = mapped_column(Float)
    epss: Mapped[float | None] = mapped_column(Float)
    kev: Mapped[bool | None]
    remote: Mapped[bool | None]
    fix: Mapped[bool | None]
    package: Mapped[str] = mapped_column(String(300))
    fixed_version: Mapped[str] = mapped_column(String(120))
    first_seen: Mapped[datetime | None] = mapped_column(UtcDateTime)
    observed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CampaignRow(Base):
    """One campaign of a threat feed as JSON."""

    __tablename__ = "campaign_rows"

    set_name: Mapped[str] = mapped_column(String(120), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(Text)


class RiskExceptionRow(Base):
    """A risk that a person accepted: for one finding, or for a pattern of rule, resource and account.

    Rows are never deleted; a revoked one stays with who revoked it and why.
    """

    __tablename__ = "risk_exceptions"
    __table_args__ = (Index("ix_risk_exceptions_until", "until"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    finding_id: Mapped[str] = mapped_column(String(600))
    rule_id: Mapped[str] = mapped_column(String(300))
    resource: Mapped[str] = mapped_column(String(600))
    account: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str] = mapped_column(String(200))
    revoked_reason: Mapped[str] = mapped_column(Text)
