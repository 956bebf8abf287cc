"""Enrichment: what CMDBs, vulnerability scans and threat feeds said, and risks that people accepted."""

import sqlalchemy as sa
from alembic import op

from tools.store.base import UtcDateTime

revision = "0004_enrichment"
down_revision = "0003_priority"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrichment_sets",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_enrichment_sets")),
    )
    op.create_table(
        "register_rows",
        sa.Column("set_name", sa.String(120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("set_name", "number", name=op.f("pk_register_rows")),
    )
    op.create_table(
        "flaw_rows",
        sa.Column("set_name", sa.String(120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("cve", sa.String(24), nullable=False),
        sa.Column("cvss", sa.Float(), nullable=True),
        sa.Column("epss", sa.Float(), nullable=True),
        sa.Column("kev", sa.Boolean(), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=True),
        sa.Column("fix", sa.Boolean(), nullable=True),
        sa.Column("package", sa.String(300), nullable=False),
        sa.Column("fixed_version", sa.String(120), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=True),
        sa.Column("observed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("set_name", "number", name=op.f("pk_flaw_rows")),
    )
    op.create_table(
        "campaign_rows",
        sa.Column("set_name", sa.String(120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("set_name", "number", name=op.f("pk_campaign_rows")),
    )
    op.create_table(
        "risk_exceptions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("finding_id", sa.String(600), nullable=False),
        sa.Column("rule_id", sa.String(300), nullable=False),
        sa.Column("resource", sa.String(600), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(200), nullable=False),
        sa.Column("revoked_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_exceptions")),
    )
    op.create_index("ix_risk_exceptions_until", "risk_exceptions", ["until"])


def downgrade() -> None:
    op.drop_table("risk_exceptions")
    op.drop_table("campaign_rows")
    op.drop_table("flaw_rows")
    op.drop_table("register_rows")
    op.drop_table("enrichment_sets")
