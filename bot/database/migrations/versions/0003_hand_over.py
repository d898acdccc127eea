"""The hand-over: lines that go out together in one message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.database.tables.base import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _merging()
    _complaints()


def _merging() -> None:
    known = sa.text("merged_into IS NOT NULL")
    op.add_column("outbox", sa.Column("merged_into", KEY, nullable=True))
    op.create_index("ix_outbox_merged_into", "outbox", ["merged_into"], sqlite_where=known, postgresql_where=known)


def _complaints() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_table(
        "held_words",
        sa.Column("id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("inbox_id", KEY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("held_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_held_words_conversation_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_held_words_customer_id")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_held_words_inbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_words")),
        sa.UniqueConstraint("inbox_id", name=op.f("uq_held_words_inbox_id")),
    )
    op.create_index("ix_held_words_customer_id", "held_words", ["customer_id"])
    unsettled = sa.text("state IN ('held', 'fine')")
    op.create_index(
        "ix_held_words_unsettled",
        "held_words",
        ["conversation_id"],
        sqlite_where=unsettled,
        postgresql_where=unsettled,
    )
    op.add_column("conversations", sa.Column("lately", sa.JSON(), nullable=True))
    op.add_column("tickets", sa.Column("complaint", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("tickets", sa.Column("alert_id", KEY, nullable=True))
    op.create_index("ix_tickets_alert_id", "tickets", ["alert_id"])


def _no_complaints() -> None:
    op.drop_index("ix_tickets_alert_id", "tickets")
    with op.batch_alter_table("tickets") as batch:
        batch.drop_column("alert_id")
        batch.drop_column("complaint")
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("lately")
    op.drop_table("held_words")
    op.drop_table("alerts")


def downgrade() -> None:
    _no_complaints()
    op.drop_index("ix_outbox_merged_into", "outbox")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("merged_into")
