"""What a person can send: albums, files by their bytes, threads; how a desk stands; knowledge that is taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.database.tables.base import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _inbox_and_desks()
    _files()
    _parts()
    _curating()
    _questions()
    _wishes()


def _inbox_and_desks() -> None:
    op.add_column("inbox", sa.Column("thread_id", sa.String(), nullable=True))
    op.add_column("inbox", sa.Column("album", sa.String(), nullable=True))
    in_album = sa.text("album IS NOT NULL")
    op.create_index(
        "ix_inbox_album", "inbox", ["conversation_id", "album"], sqlite_where=in_album, postgresql_where=in_album
    )
    op.add_column("conversations", sa.Column("mark", sa.String(), nullable=True))
    op.add_column("conversations", sa.Column("topic", sa.String(), nullable=True))


def _files() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", KEY, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("inbox_id", KEY, nullable=True),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("clean", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_attachments_customer_id")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_attachments_inbox_id")),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_attachments_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("origin", "file_id", name=op.f("uq_attachments_origin_file_id")),
    )
    op.create_index(op.f("ix_attachments_customer_id"), "attachments", ["customer_id"])
    op.create_index(op.f("ix_attachments_inbox_id"), "attachments", ["inbox_id"])
    op.create_index("ix_attachments_state_due_at", "attachments", ["state", "due_at"])
    op.create_table(
        "file_ids",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_file_ids_sha256")),
        sa.PrimaryKeyConstraint("origin", "sha256", "kind", name=op.f("pk_file_ids")),
    )


def _parts() -> None:
    op.create_table(
        "sent_parts",
        sa.Column("outbox_id", KEY, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("inbox_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_sent_parts_inbox_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_sent_parts_outbox_id")),
        sa.PrimaryKeyConstraint("outbox_id", "place", name=op.f("pk_sent_parts")),
    )
    op.create_index("ix_sent_parts_message", "sent_parts", ["platform", "chat_id", "message_id"])
    op.create_index(op.f("ix_sent_parts_inbox_id"), "sent_parts", ["inbox_id"])


def _curating() -> None:
    op.add_column("revisions", sa.Column("undone_by", KEY, nullable=True))
    op.add_column("revisions", sa.Column("undoes", KEY, nullable=True))
    op.create_table(
        "table_mappings",
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_table_mappings")),
    )
    op.create_table(
        "phrasings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("taken", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_phrasings_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrasings")),
        sa.UniqueConstraint("entry_id", "question", name=op.f("uq_phrasings_entry_id_question")),
    )
    op.create_index(op.f("ix_phrasings_customer_id"), "phrasings", ["customer_id"])


def _uncurate() -> None:
    op.drop_table("phrasings")
    op.drop_table("table_mappings")
    for column in ("undone_by", "undoes"):
        op.drop_column("revisions", column)


def _questions() -> None:
    whole = sa.text("thought_id IS NOT NULL")
    op.add_column("inbox", sa.Column("thought_id", KEY, nullable=True))
    op.create_index("ix_inbox_thought_id", "inbox", ["thought_id"], sqlite_where=whole, postgresql_where=whole)
    op.add_column("tickets", sa.Column("asked_in", KEY, nullable=True))
    op.add_column("tickets", sa.Column("card", sa.JSON(), nullable=True))
    op.create_index(op.f("ix_tickets_asked_in"), "tickets", ["asked_in"])


def _wishes() -> None:
    op.add_column("customers", sa.Column("stopped_at", Instant(), nullable=True))
    op.create_table(
        "restock_wishes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_restock_wishes_conversation_id")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_restock_wishes_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restock_wishes")),
    )
    for column in ("customer_id", "conversation_id"):
        op.create_index(op.f(f"ix_restock_wishes_{column}"), "restock_wishes", [column])
    untold = sa.text("told_at IS NULL")
    op.create_index(
        "uq_restock_wishes_open",
        "restock_wishes",
        ["product_id", "customer_id"],
        unique=True,
        sqlite_where=untold,
        postgresql_where=untold,
    )


def downgrade() -> None:
    op.drop_table("restock_wishes")
    with op.batch_alter_table("customers") as batch:
        batch.drop_column("stopped_at")
    _uncurate()
    op.drop_index("ix_inbox_thought_id", "inbox")
    op.drop_index(op.f("ix_tickets_asked_in"), "tickets")
    for table in ("sent_parts", "file_ids", "attachments"):
        op.drop_table(table)
    op.drop_index("ix_inbox_album", "inbox")
    columns = [("inbox", "thread_id"), ("inbox", "album"), ("inbox", "thought_id"), ("conversations", "mark")]
    columns += [("conversations", "topic"), ("tickets", "asked_in"), ("tickets", "card")]
    for table, column in columns:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
