"""Series > Post > Story: a plan, one occurrence of it, and the content."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id


class Story(Base):
    """What is told: a neutral text and media, both as JSON."""

    __tablename__ = "stories"

    id: Mapped[Id]
    text: Mapped[dict[str, Any]]
    media: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]


class Series(Base):
    """A plan to post. `state` is draft, planned, cancelled or done.

    `rule` is the shop's local wall time and zone as `bot.recurrence` stores it, `phrase` the owner's words for it.
    """

    __tablename__ = "series"

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    state: Mapped[str] = mapped_column(default="draft", index=True)
    phrase: Mapped[str] = mapped_column(default="")
    rule: Mapped[dict[str, Any] | None]
    to_channels: Mapped[bool] = mapped_column(default=True)
    to_followers: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class Post(Base):
    """One occurrence. `state` is planned, posted, missed or cancelled; a conditional update claims it."""

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("series_id", "local_date"),)

    id: Mapped[Id]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    local_date: Mapped[date]
    due_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="planned", index=True)
    posted_at: Mapped[datetime | None]
