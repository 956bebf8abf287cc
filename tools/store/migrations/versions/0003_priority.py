"""Priority: feedback on scores, versions of the weights, threat intelligence."""

import sqlalchemy as sa
from alembic import op

from tools.store.base import UtcDateTime

revision = "0003_priority"
down_revision = "0002_chat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "priority_feedback",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("finding_id", sa.String(500), nullable=False),
        sa.Column("other_id", sa.String(500), nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("weights_version", sa.String(60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority_feedback")),
    )
    op.create_index("ix_priority_feedback_finding_id", "priority_feedback", ["finding_id"])
    op.create_index("ix_priority_feedback_at", "priority_feedback", ["at"])
    op.create_table(
        "priority_weights",
        sa.Column("version", sa.String(60), nullable=False),
        sa.Column("parent", sa.String(60), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.Column("activated_by", sa.String(200), nullable=False),
        sa.Column("active_slot", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_priority_weights")),
        sa.UniqueConstraint("active_slot", name=op.f("uq_priority_weights_active_slot")),
    )
    op.create_table(
        "intel_feeds",
        sa.Column("feed", sa.String(16), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_intel_feeds")),
    )
    op.create_table(
        "intel_rows",
        sa.Column("cve", sa.String(24), nullable=False),
        sa.Column("feed", sa.String(16), nullable=False),
        sa.Column("added", sa.Date(), nullable=True),
        sa.Column("ransomware", sa.Boolean(), nullable=True),
        sa.Column("epss", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("cve", "feed", name=op.f("pk_intel_rows")),
    )


def downgrade() -> None:
    op.drop_table("intel_rows")
    op.drop_table("intel_feeds")
    op.drop_table("priority_weights")
    op.drop_table("priority_feedback")
