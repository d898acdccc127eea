"""Stored updates, messages to be sent, and the buttons under them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id, Key

THOUGHT = text("thought_id IS NOT NULL")
LIVE = text("state IN ('waiting', 'claimed', 'sending')")
MERGED = text("merged_into IS NOT NULL")
IN_ALBUM = text("album IS NOT NULL")
OF_BROADCAST = text("broadcast_id IS NOT NULL")


class InboxRow(Base):
    """A platform's update as it came.

    `state` is pending, held (an unsure line that waits for the rest of the thought), done or failed (`outcome` is set
    with these two), or emptied: only its place is left, as the last of its chat. `message_id` is the platform's message
    that it tells of; `album` what it is a part of.
    `thought_id` is the first of the lines with which it was read as one question. `explanation` tells why an answer was
    given. `words` is what it says, made alike for searching.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("platform", "bot", "update_id"),
        Index("ix_inbox_conversation_id_state", "conversation_id", "state"),
        Index("ix_inbox_message", "platform", "chat_id", "message_id"),
        Index("ix_inbox_album", "conversation_id", "album", sqlite_where=IN_ALBUM, postgresql_where=IN_ALBUM),
        Index("ix_inbox_thought_id", "thought_id", sqlite_where=THOUGHT, postgresql_where=THOUGHT),
    )

    id: Mapped[Id]
    platform: Mapped[str]
    bot: Mapped[str]
    update_id: Mapped[str]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    chat_id: Mapped[str | None]
    thread_id: Mapped[str | None]
    message_id: Mapped[str | None]
    album: Mapped[str | None]
    thought_id: Mapped[int | None] = mapped_column(Key)
    raw: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="pending")
    outcome: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    explanation: Mapped[dict[str, Any] | None]
    words: Mapped[str | None]
    handled_at: Mapped[datetime | None]


class OutboxRow(Base):
    """One platform call to be made. See `bot.outbox` for what its states mean.

    `lane` and `place` give the order; `chat` names the chat whose pace it shares; `message` is the OutboundMessage;
    `copy_of` the stored update whose words it carries to the other side; `merged_into` the row whose call carries this
    one's words together with others; `broadcast_id` the broadcast to which it belongs; `chat_id` to `media_ids` are the
    platform's receipt.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_live", "lane", "place", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_outbox_receipt", "platform", "chat_id", "message_id"),
        Index("ix_outbox_target", "target"),
        Index("ix_outbox_merged_into", "merged_into", sqlite_where=MERGED, postgresql_where=MERGED),
        Index(
            "ix_outbox_broadcast",
            "broadcast_id",
            "customer_id",
            sqlite_where=OF_BROADCAST,
            postgresql_where=OF_BROADCAST,
        ),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    lane: Mapped[str]
    place: Mapped[int]
    priority: Mapped[int]
    kind: Mapped[str]
    op: Mapped[str]
    target: Mapped[str | None]
    copy_of: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"), index=True)
    merged_into: Mapped[int | None] = mapped_column(Key)
    platform: Mapped[str]
    chat: Mapped[str] = mapped_column(default="", index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    broadcast_id: Mapped[int | None] = mapped_column(Key)
    message: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    chat_id: Mapped[str | None]
    thread_id: Mapped[str | None]
    message_id: Mapped[str | None]
    media_ids: Mapped[dict[str, Any] | None]


class Lane(Base):
    """The counter that gives rows of one lane their places; its row lock makes places follow commit order."""

    __tablename__ = "lanes"

    lane: Mapped[str] = mapped_column(primary_key=True)
    last_place: Mapped[int] = mapped_column(default=0)


class ButtonRow(Base):
    """What stands behind a button's opaque token, and in which conversation it may be pressed."""

    __tablename__ = "buttons"

    token: Mapped[str] = mapped_column(primary_key=True)
    action: Mapped[str]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    value: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


class ChatMove(Base):
    """A chat that got a new id, as a Telegram group does when it becomes a supergroup; settings still name the old."""

    __tablename__ = "chat_moves"

    platform: Mapped[str] = mapped_column(primary_key=True)
    bot: Mapped[str] = mapped_column(primary_key=True)
    old_id: Mapped[str] = mapped_column(primary_key=True)
    new_id: Mapped[str]
    moved_at: Mapped[datetime]


class SentPart(Base):
    """A part of a call that made several messages, as an album does, or that carries several updates in one message;
    `inbox_id` is the stored update whose words or picture it bears.

    A call that made one message of one update has no parts: its receipt stands in the outbox.
    """

    __tablename__ = "sent_parts"
    __table_args__ = (Index("ix_sent_parts_message", "platform", "chat_id", "message_id"),)

    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str]
    chat_id: Mapped[str]
    message_id: Mapped[str]
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"), index=True)


class Attachment(Base):
    """A file that somebody sent and another platform needs by its bytes.

    `state` is wanted, fetched (`sha256` names the bytes) or failed (`error` says why). `origin` is the bot that can
    fetch it, `file_id` its name there. `clean`: it may be posted, so the bytes are kept without the place they tell.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("origin", "file_id"),
        Index("ix_attachments_state_due_at", "state", "due_at"),
    )

    id: Mapped[Id]
    origin: Mapped[str]
    file_id: Mapped[str]
    media: Mapped[dict[str, Any]]
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    state: Mapped[str] = mapped_column(default="wanted")
    clean: Mapped[bool] = mapped_column(default=False)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("blobs.sha256"))
    error: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]


class FileId(Base):
    """Under which id a bot can send stored bytes again without carrying them over once more."""

    __tablename__ = "file_ids"

    origin: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    file_id: Mapped[str]
