"""Who writes, in which chat, with which open question, and where the owners see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id, Key


class Customer(Base):
    """One person on one platform.

    `stopped_at` is when they said /stop, until they ask for something again. `wants` is what they said of each kind
    of unasked message (what is missing they never said), `quiet` from and until which minute after their midnight they
    hear nothing, `timezone` where that midnight is, `most_a_week` how many a week they want; what is None is the shop's
    own. `paused_until` ends a pause, `contacted` are the instants of the last week's unasked messages. `tags` are the
    owners' own words for them. `blocked_at` is set while a row of `blocks` is open. `complains`: a complaint of theirs
    is open, so that promotions pause.
    """

    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("platform", "platform_id"),)

    id: Mapped[Id]
    platform: Mapped[str]
    platform_id: Mapped[str]
    name: Mapped[str]
    username: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    privacy_told_at: Mapped[datetime | None]
    follows_stories: Mapped[bool] = mapped_column(default=False)
    reachable: Mapped[bool] = mapped_column(default=True)
    stopped_at: Mapped[datetime | None]
    wants: Mapped[dict[str, Any] | None]
    quiet: Mapped[list[Any] | None] = mapped_column(JSON)
    timezone: Mapped[str | None]
    most_a_week: Mapped[int | None]
    paused_until: Mapped[datetime | None]
    contacted: Mapped[list[Any] | None] = mapped_column(JSON)
    tags: Mapped[list[Any] | None]
    blocked_at: Mapped[datetime | None]
    complains: Mapped[bool] = mapped_column(default=False, server_default=false())


class Conversation(Base):
    """One customer in one chat (`kind` customer), or the owners' room's general part (`kind` room).

    The row is the lock: whoever changes anything of a conversation holds it. `state` is bot, waiting (a ticket is
    open; sure answers still come) or handoff (a human speaks, the bot is silent). `pending_since` says that
    stored updates wait, `next_at` that they wait for another try. `wake_at` is the earliest of its alarms, which stand
    beside it (`bot.jobs.ALARMS`). `mark` is how its desk was last shown to stand;
    `card` the name of the card at its head, `card_shown` a digest of what that says (empty: its message is gone),
    `card_due_at` when it is looked at again. `topic` is the entry, or
    `product:<id>`, that was given last: "how much is it" refers to it. `awaiting` is what the bot has asked and expects
    as the next message there. `lately` is what the bot answered or suggested last, so that who asks the same again, or
    says that it didn't help, gets the owner. `digest` is the line of a room that says who waits. `until_word`: the
    customer's next words end a snooze or a close that was to come; `due_at` is the alarm of those (`handlers.waking`).
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("platform", "bot", "chat_id", "person_id"),
        Index("ix_conversations_pending_since", "pending_since"),
        Index("ix_conversations_wake_at", "wake_at"),
        Index("ix_conversations_card", "card"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(default="customer")
    platform: Mapped[str]
    bot: Mapped[str]
    chat_id: Mapped[str]
    person_id: Mapped[str] = mapped_column(default="")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    state: Mapped[str] = mapped_column(default="bot")
    pending_since: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    wake_at: Mapped[datetime | None]
    thought_due_at: Mapped[datetime | None]
    handoff_ends_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    until_word: Mapped[bool] = mapped_column(default=False, server_default=false())
    last_customer_at: Mapped[datetime | None]
    last_owner_at: Mapped[datetime | None]
    wake_attempts: Mapped[int] = mapped_column(default=0)
    card_due_at: Mapped[datetime | None]
    mark: Mapped[str | None]
    card: Mapped[str | None]
    card_shown: Mapped[str | None]
    topic: Mapped[str | None]
    awaiting: Mapped[dict[str, Any] | None]
    lately: Mapped[list[Any] | None]
    digest: Mapped[dict[str, Any] | None]


class Ticket(Base):
    """An open question of a customer's; one at a time for a conversation.

    `asked_in` is the stored update in which it was asked, `card` what the owner's card said beside it. `complaint` says
    that the customer is unhappy: what is said to them is looked at for its tone, and promotions pause; `alert_id` is
    the early alert that tells of several who complain alike. `told_at` is when the customer last heard who will answer
    and when. `remind_at` is when the owners are next reminded of it, if it still waits, `reminded` how often they were.
    `ask_solved_at` is when the customer is asked whether it helped, `asked_solved_at` when they were.
    `claimed_by` is the owner (their id on the room's platform) whose it is. A ticket that is snoozed comes back at
    `snoozed_until`, and always with the customer's next words; `snoozed_till_word` waits for these alone. `closes_at`
    closes it unless they write before. `closed_why` is for the owners alone.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index(
            "uq_tickets_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    question: Mapped[str]
    why: Mapped[str]
    asked_in: Mapped[int | None] = mapped_column(Key, index=True)
    card: Mapped[dict[str, Any] | None]
    complaint: Mapped[bool] = mapped_column(default=False, server_default=false())
    alert_id: Mapped[int | None] = mapped_column(Key, index=True)
    opened_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    reminded: Mapped[int | None]
    ask_solved_at: Mapped[datetime | None]
    asked_solved_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    claimed_name: Mapped[str | None]
    snoozed_until: Mapped[datetime | None]
    snoozed_till_word: Mapped[bool] = mapped_column(default=False, server_default=false())
    closes_at: Mapped[datetime | None]
    closed_why: Mapped[str | None]
    closed_silently: Mapped[bool] = mapped_column(default=False, server_default=false())


class DeskRow(Base):
    """The customer's thread in the owners' room.

    `state` is absent, opening or open. `generation` grows when the thread was lost and a new one is needed, so
    that two senders can't both mend it.
    """

    __tablename__ = "desks"
    __table_args__ = (UniqueConstraint("platform", "bot", "chat_id", "thread_id"),)

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    platform: Mapped[str]
    bot: Mapped[str]
    chat_id: Mapped[str]
    thread_id: Mapped[str | None]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default="absent")
    generation: Mapped[int] = mapped_column(default=0)


class RestockWish(Base):
    """A customer's consent to one message: that a product is back. One that is taken back is deleted.

    `conversation_id` is their private chat, `told_at` when that message was put into the outbox.
    """

    __tablename__ = "restock_wishes"
    __table_args__ = (
        Index(
            "uq_restock_wishes_open",
            "product_id",
            "customer_id",
            unique=True,
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    product_id: Mapped[str]
    asked_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
