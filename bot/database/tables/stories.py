"""Series > Post > Story: a plan, one occurrence of it, and the content; a numbered series has a queue."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id, Key


class Story(Base):
    """What is told: a neutral text and media, both as JSON. `asked_in` is the stored update in which it was written."""

    __tablename__ = "stories"

    id: Mapped[Id]
    text: Mapped[dict[str, Any]]
    media: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    asked_in: Mapped[int | None] = mapped_column(Key, index=True)


class Series(Base):
    """A plan to post. `state` is draft, planned, paused, cancelled or done.

    `rule` is the shop's local wall time and zone as `bot.recurrence` stores it, `phrase` the owner's words for it.
    A numbered series has a `title`, in which `{n}` is the number of the episode and `{day}` the day since `started_on`;
    `episodes` counts those that were posted, `on_missed` is skip, apologise (with `apology`, or a sentence of ours) or
    repost, `question` what the bot asks when its queue is empty, at the `ask_minute` of the day before (minutes after
    midnight). From `until_at` on what was told is over, and since `gone_at` every copy says so. `to_stories`: it goes
    to the owners' own stories too (`AccountRow`).
    """

    __tablename__ = "series"

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    state: Mapped[str] = mapped_column(default="draft", index=True)
    phrase: Mapped[str] = mapped_column(default="")
    rule: Mapped[dict[str, Any] | None]
    to_channels: Mapped[bool] = mapped_column(default=True)
    to_followers: Mapped[bool] = mapped_column(default=True)
    to_stories: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    episodes: Mapped[int] = mapped_column(default=0)
    started_on: Mapped[date | None]
    on_missed: Mapped[str] = mapped_column(default="skip")
    apology: Mapped[str] = mapped_column(default="")
    question: Mapped[str] = mapped_column(default="")
    ask_minute: Mapped[int | None]
    until_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]


class Post(Base):
    """One occurrence. `state` is planned, paused, posted, missed, skipped, recalled or cancelled; a conditional update
    claims it.

    `story_id` and `title` are what was posted, `number` which episode, `kind` whether it was the story itself, an
    apology or a repost, `copies` to how many chats it went: they are named `post:<id>:<0, 1, …>` in the outbox.
    The owner is asked for what is missing at `ask_at`, and was at `asked_at`. `report` is the message that tells what
    became of a change of the copies.
    """

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("series_id", "local_date"),)

    id: Mapped[Id]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    local_date: Mapped[date]
    due_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="planned", index=True)
    posted_at: Mapped[datetime | None]
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id"))
    kind: Mapped[str] = mapped_column(default="story")
    title: Mapped[str] = mapped_column(default="")
    number: Mapped[int | None]
    copies: Mapped[int] = mapped_column(default=0)
    ask_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any] | None]


class Episode(Base):
    """What waits in the queue of a numbered series. `state` is waiting, taken or dropped; `post_id` is the post for
    which it was sent, or that took it."""

    __tablename__ = "episodes"

    id: Mapped[Id]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    state: Mapped[str] = mapped_column(default="waiting")
    added_at: Mapped[datetime]
    added_by: Mapped[str]


class PostReaction(Base):
    """How somebody reacts to one copy of a post now: a state, not an event. Where a platform tells only how many do,
    `person` and `emoji` are empty and `count` is their number."""

    __tablename__ = "post_reactions"

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    copy: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    emoji: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=1)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
