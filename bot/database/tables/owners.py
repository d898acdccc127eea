"""What owners keep for themselves: who they are, remarks about customers, who is blocked, canned replies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id


class Note(Base):
    """What an owner wants to remember about a customer. It is shown to owners alone."""

    __tablename__ = "notes"

    id: Mapped[Id]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class Block(Base):
    """A customer whose words are kept and don't ring, `until` an instant or until an owner lifts it."""

    __tablename__ = "blocks"
    __table_args__ = (
        Index(
            "uq_blocks_open",
            "customer_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    reason: Mapped[str]
    by: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]


class OwnerRow(Base):
    """Somebody who has written in the owners' room, by the name that the platform gave then."""

    __tablename__ = "owners"

    platform: Mapped[str] = mapped_column(primary_key=True)
    platform_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    username: Mapped[str]


class Snippet(Base):
    """A canned reply under its short name, in plain words with {variables}; `by` wrote it last."""

    __tablename__ = "snippets"

    name: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    by: Mapped[str]
    changed_at: Mapped[datetime]
