"""Broadcasts: a message to many subscribers, and what became of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.database.tables.base import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_ONE = sa.text("broadcast_id IS NOT NULL")


def upgrade() -> None:
    _broadcasts()
    _recipients()
    op.add_column("outbox", sa.Column("broadcast_id", KEY, nullable=True))
    op.create_index(
        "ix_outbox_broadcast", "outbox", ["broadcast_id", "customer_id"], sqlite_where=OF_ONE, postgresql_where=OF_ONE
    )


def _broadcasts() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("post_id", KEY, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("line", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_broadcasts_story_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_broadcasts_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
    )
    op.create_index(op.f("ix_broadcasts_post_id"), "broadcasts", ["post_id"])
    op.create_index(op.f("ix_broadcasts_next_at"), "broadcasts", ["next_at"])


def _recipients() -> None:
    op.create_table(
        "broadcast_recipients",
        sa.Column("broadcast_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=True),
        sa.Column("later_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_broadcast_recipients_broadcast_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_broadcast_recipients_customer_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_broadcast_recipients_conversation_id")
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "number", name=op.f("pk_broadcast_recipients")),
        sa.UniqueConstraint(
            "customer_id", "broadcast_id", name=op.f("uq_broadcast_recipients_customer_id_broadcast_id")
        ),
    )
    op.create_index("ix_broadcast_recipients_state", "broadcast_recipients", ["broadcast_id", "state", "reason"])


def downgrade() -> None:
    op.drop_index("ix_outbox_broadcast", "outbox")
    op.drop_column("outbox", "broadcast_id")
    op.drop_table("broadcast_recipients")
    op.drop_table("broadcasts")
