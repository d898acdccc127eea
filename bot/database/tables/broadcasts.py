"""A message to many subscribers: who gets it, how far it has come, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id


class Broadcast(Base):
    """One story or offer on its way to subscribers. `state` is draft, running, stopped, done or cancelled.

    `kind` is what somebody must have said yes to. `post_id` names the story's post whose copies these are; without it
    an owner said it by /broadcast. `cursor` is the number of the last recipient that was looked at, `next_at` when the
    next round is due, `looks` how many rounds in a row found nothing new. `line` is the message that tells how far it
    has come, with its buttons and the conversation of the room's in which they are pressed. In the state `errand` it is
    none, but what else is to be said in many chats (`bot.database.errands`).
    """

    __tablename__ = "broadcasts"

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    cursor: Mapped[int] = mapped_column(default=0)
    looks: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(default="")
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    line: Mapped[dict[str, Any] | None]


class BroadcastRecipient(Base):
    """One person of a broadcast: those who had said yes when it began, in a fixed order.

    `state` is planned, later (not before `later_at`), queued (in the outbox), then sent, uncertain, unreachable,
    failed or left_out, with the `reason`; `at` is when that was so. `number` names their copy.
    """

    __tablename__ = "broadcast_recipients"
    __table_args__ = (
        UniqueConstraint("customer_id", "broadcast_id"),
        Index("ix_broadcast_recipients_state", "broadcast_id", "state", "reason"),
    )

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    state: Mapped[str] = mapped_column(default="planned")
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime | None]
    later_at: Mapped[datetime | None]
