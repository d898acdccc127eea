"""What people say to a story, what its receipt tells of them, and live hours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.database.tables.base import Instant

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _replies()
    op.create_table(
        "story_talks",
        sa.Column("series_id", KEY, nullable=False),
        sa.Column("more", sa.String(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_story_talks_series_id")),
        sa.PrimaryKeyConstraint("series_id", name=op.f("pk_story_talks")),
    )
    op.create_index(op.f("ix_story_talks_due_at"), "story_talks", ["due_at"])
    _live()


def _replies() -> None:
    op.create_table(
        "post_replies",
        sa.Column("inbox_id", KEY, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_replies_post_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_post_replies_customer_id")),
        sa.PrimaryKeyConstraint("inbox_id", name=op.f("pk_post_replies")),
    )
    op.create_index(op.f("ix_post_replies_post_id"), "post_replies", ["post_id"])
    op.create_index(op.f("ix_post_replies_customer_id"), "post_replies", ["customer_id"])


def _live() -> None:
    op.create_table(
        "live_hours",
        sa.Column("id", KEY, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("ask_at", Instant(), nullable=True),
        sa.Column("over_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_hours")),
    )
    op.create_index(op.f("ix_live_hours_state"), "live_hours", ["state"])
    op.create_table(
        "live_questions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("live_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("inbox_id", KEY, nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["live_id"], ["live_hours.id"], name=op.f("fk_live_questions_live_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_live_questions_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_questions")),
        sa.UniqueConstraint("inbox_id", name=op.f("uq_live_questions_inbox_id")),
    )
    op.create_index(op.f("ix_live_questions_live_id"), "live_questions", ["live_id"])
    op.create_index(op.f("ix_live_questions_customer_id"), "live_questions", ["customer_id"])


def downgrade() -> None:
    for table in ("live_questions", "live_hours", "story_talks", "post_replies"):
        op.drop_table(table)
