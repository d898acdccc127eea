"""What is left of somebody who was forgotten: counters, and whether they were blocked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id, Key


class Erasure(Base):
    """One person's wish to be forgotten, or (`by` age) what a daily run forgot.

    `state` is asked, erasing, taking_back or done; `due_at` is when it goes on. Until it is done it knows whose rows
    have to go: those of `customer_id`, and of `scope` (JSON) the conversations with the last ids in inbox and outbox
    that are still theirs, and the places in the owners' room where copies stand. `counts` is all that stays.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        Index(
            "ix_erasures_open",
            "due_at",
            sqlite_where=text("state <> 'done'"),
            postgresql_where=text("state <> 'done'"),
        ),
    )

    id: Mapped[Id]
    by: Mapped[str]
    state: Mapped[str] = mapped_column(default="asked")
    customer_id: Mapped[int | None] = mapped_column(Key)
    scope: Mapped[dict[str, Any] | None]
    counts: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class BarredPrint(Base):
    """Somebody who was blocked when they were forgotten: the fingerprint of their id, so that the block holds."""

    __tablename__ = "barred"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[str]
    until: Mapped[datetime | None]
