"""The hand-over: lines that go out together in one message, promises, reminders, ratings, consent, and the
owners' tools."""

from __future__ import annotations

from typing import Any

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
    _promises()
    _owners_tools()
    _card()


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
    op.add_column("customers", sa.Column("complains", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("tickets", sa.Column("complaint", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("tickets", sa.Column("alert_id", KEY, nullable=True))
    op.create_index("ix_tickets_alert_id", "tickets", ["alert_id"])


def _no_complaints() -> None:
    with op.batch_alter_table("customers") as batch:
        batch.drop_column("complains")
    op.drop_index("ix_tickets_alert_id", "tickets")
    with op.batch_alter_table("tickets") as batch:
        batch.drop_column("alert_id")
        batch.drop_column("complaint")
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("lately")
    op.drop_table("held_words")
    op.drop_table("alerts")


PROMISED = (
    ("customers", "wants", sa.JSON()),
    ("customers", "quiet", sa.JSON()),
    ("customers", "timezone", sa.String()),
    ("customers", "most_a_week", sa.Integer()),
    ("customers", "paused_until", Instant()),
    ("customers", "contacted", sa.JSON()),
    ("conversations", "digest", sa.JSON()),
    ("tickets", "told_at", Instant()),
    ("tickets", "remind_at", Instant()),
    ("tickets", "reminded", sa.Integer()),
    ("tickets", "ask_solved_at", Instant()),
    ("tickets", "asked_solved_at", Instant()),
)


def _promises() -> None:
    for table, column, kind in PROMISED:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    op.create_table(
        "promises",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        *(sa.Column(at, Instant(), nullable=False) for at in ("made_at", "due_at")),
        *(
            sa.Column(at, Instant(), nullable=True)
            for at in ("warn_at", "warned_at", "reminded_at", "followed_up_at", "kept_at", "dropped_at")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_promises_ticket_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_promises_conversation_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_promises_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    for column in ("ticket_id", "conversation_id", "customer_id"):
        op.create_index(op.f(f"ix_promises_{column}"), "promises", [column])
    op.create_table(
        "ratings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ratings_ticket_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_ratings_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_ratings_ticket_id")),
    )
    op.create_index(op.f("ix_ratings_customer_id"), "ratings", ["customer_id"])
    op.create_table(
        "consents",
        sa.Column("id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_consents_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_customer_id"), "consents", ["customer_id"])


def _unpromise() -> None:
    for table in ("consents", "ratings", "promises"):
        op.drop_table(table)
    for table in ("customers", "conversations", "tickets"):
        with op.batch_alter_table(table) as batch:
            for owner, column, _ in PROMISED:
                if owner == table:
                    batch.drop_column(column)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)


def _tools() -> dict[str, tuple[sa.Column[Any], ...]]:
    """What the owners' tools keep beside what was there, by table."""
    return {
        "customers": (
            sa.Column("tags", sa.JSON(), nullable=True),
            sa.Column("blocked_at", Instant(), nullable=True),
        ),
        "conversations": (sa.Column("due_at", Instant(), nullable=True), _flag("until_word")),
        "inbox": (sa.Column("words", sa.String(), nullable=True),),
        "tickets": (
            sa.Column("claimed_by", sa.String(), nullable=True),
            sa.Column("claimed_name", sa.String(), nullable=True),
            sa.Column("snoozed_until", Instant(), nullable=True),
            _flag("snoozed_till_word"),
            sa.Column("closes_at", Instant(), nullable=True),
            sa.Column("closed_why", sa.String(), nullable=True),
            _flag("closed_silently"),
        ),
    }


def _owners_tools() -> None:
    for table, columns in _tools().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "notes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_notes_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_customer_id"), "notes", ["customer_id"])
    op.create_table(
        "blocks",
        sa.Column("id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("lifted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_blocks_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
    )
    op.create_index(op.f("ix_blocks_customer_id"), "blocks", ["customer_id"])
    still = sa.text("lifted_at IS NULL")
    op.create_index(
        "uq_blocks_open", "blocks", ["customer_id"], unique=True, sqlite_where=still, postgresql_where=still
    )
    op.create_table(
        "owners",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "platform_id", name=op.f("pk_owners")),
    )
    op.create_table(
        "snippets",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_snippets")),
    )


def _without_owners_tools() -> None:
    for table in ("snippets", "owners", "blocks", "notes"):
        op.drop_table(table)
    for table, columns in _tools().items():
        for column in columns:
            op.drop_column(table, column.name)


def _card() -> None:
    for name in ("card", "card_shown"):
        op.add_column("conversations", sa.Column(name, sa.String(), nullable=True))
    op.add_column("conversations", sa.Column("card_due_at", Instant(), nullable=True))
    op.create_index("ix_conversations_card", "conversations", ["card"])


def _no_card() -> None:
    op.drop_index("ix_conversations_card", "conversations")
    with op.batch_alter_table("conversations") as batch:
        for name in ("card", "card_shown", "card_due_at"):
            batch.drop_column(name)


def downgrade() -> None:
    _no_card()
    _without_owners_tools()
    _unpromise()
    _no_complaints()
    op.drop_index("ix_outbox_merged_into", "outbox")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("merged_into")
