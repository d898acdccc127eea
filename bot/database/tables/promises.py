"""What owners have promised to customers, what customers think of an answer, and what they consent to hear."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id


class Promise(Base):
    """An owner's word to a customer: to come back by `due_at`. Open until it is kept or dropped.

    `warn_at` is when the owner is reminded before that (None: there is too little time), `warned_at` when they were.
    `reminded_at` is when the owner heard that it is due, `followed_up_at` when that was looked at for the customer.
    """

    __tablename__ = "promises"

    id: Mapped[Id]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    text: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    warn_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    followed_up_at: Mapped[datetime | None]
    kept_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]


class Rating(Base):
    """What a customer thinks of how a question of theirs was answered: 1 to 5 stars, and perhaps a word on it."""

    __tablename__ = "ratings"

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    stars: Mapped[int]
    comment: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class Consent(Base):
    """One yes or no of a customer's to a kind of unasked message, in the words that they were shown."""

    __tablename__ = "consents"

    id: Mapped[Id]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str]
    given: Mapped[bool]
    wording: Mapped[str]
    at: Mapped[datetime]
