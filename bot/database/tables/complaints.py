"""What an open complaint brings with it: an owner's words that were held back, and the alert that several complain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id

UNSETTLED = text("state IN ('held', 'fine')")


class HeldWords(Base):
    """Something that an owner wrote to a customer with an open complaint and that has not gone out yet.

    The words themselves are the stored update `inbox_id` with its edits. `state` is held (they may read as dismissive,
    the owner decides), fine (they wait behind such words, so that the order is kept), sent or dropped.
    """

    __tablename__ = "held_words"
    __table_args__ = (
        Index("ix_held_words_unsettled", "conversation_id", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
    )

    id: Mapped[Id]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"), unique=True)
    state: Mapped[str]
    why: Mapped[str] = mapped_column(default="")
    held_at: Mapped[datetime]


class EarlyAlert(Base):
    """One word to the owners that several customers complain of the same; their tickets name it."""

    __tablename__ = "alerts"

    id: Mapped[Id]
    raised_at: Mapped[datetime]
