"""Chat history: people, threads, steps and elements."""

import sqlalchemy as sa
from alembic import op

revision = "0002_chat"
down_revision = "0001_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_users",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("identifier", sa.String(200), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_users")),
        sa.UniqueConstraint("identifier", name=op.f("uq_chat_users_identifier")),
    )
    op.create_table(
        "chat_threads",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("updated_at", sa.String(40), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_threads")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["chat_users.id"],
            name=op.f("fk_chat_threads_user_id_chat_users"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_chat_threads_user_id_updated_at", "chat_threads", ["user_id", "updated_at"])
    for name in ("chat_steps", "chat_elements"):
        step = name == "chat_steps"
        middle = (
            [sa.Column("created_at", sa.String(40), nullable=False)]
            if step
            else [
                sa.Column("step_id", sa.String(64), nullable=False),
                sa.Column("position", sa.BigInteger(), nullable=False),
            ]
        )
        op.create_table(
            name,
            sa.Column("id", sa.String(64), nullable=False),
            sa.Column("thread_id", sa.String(64), nullable=False),
            *middle,
            sa.Column("body", sa.JSON(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
            sa.ForeignKeyConstraint(
                ["thread_id"],
                ["chat_threads.id"],
                name=op.f(f"fk_{name}_thread_id_chat_threads"),
                ondelete="CASCADE",
            ),
        )
    op.create_index("ix_chat_steps_thread_id_created_at", "chat_steps", ["thread_id", "created_at"])
    op.create_index("ix_chat_elements_thread_id", "chat_elements", ["thread_id"])
