"""What people say to a story: their replies, what its receipt tells of them, and live hours with their questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id, Key


class PostReply(Base):
    """A person's words to one post. `asked`: they went the way of every question; else people talk with each other
    there, and the owners hear of it together with others, at `told_at`. `words` is their beginning, as it stands now.
    """

    __tablename__ = "post_replies"

    inbox_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    asked: Mapped[bool]
    words: Mapped[str]
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]


class StoryTalk(Base):
    """What belongs to the talk about a plan's posts: `more` is the entry or product (`product:<id>`) that the button
    under each post tells of; `receipt` the message with which the plan was confirmed, which says `shown` (reactions and
    replies) since it was edited last, and is to be looked at again at `due_at`."""

    __tablename__ = "story_talks"

    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), primary_key=True)
    more: Mapped[str] = mapped_column(default="")
    receipt: Mapped[dict[str, Any] | None]
    shown: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None] = mapped_column(index=True)


class LiveHour(Base):
    """A time in which questions are gathered under a post. `state` is open or over; its copies are named
    `live:<id>:<0, 1, …>` in the outbox. At `ask_at` the owners are asked whether it is over."""

    __tablename__ = "live_hours"

    id: Mapped[Id]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default="open", index=True)
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    ask_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]


class LiveQuestion(Base):
    """A question of a live hour. `state` is waiting, asked (the owners have it before them), answered or skipped;
    `place` is the message in which it stands, `named` whether the round-up may say whose it is."""

    __tablename__ = "live_questions"

    id: Mapped[Id]
    live_id: Mapped[int] = mapped_column(ForeignKey("live_hours.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    inbox_id: Mapped[int] = mapped_column(Key, unique=True)
    place: Mapped[dict[str, Any]]
    public: Mapped[bool]
    words: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    answer: Mapped[dict[str, Any] | None]
    named: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
