"""Owners' accounts that the bot may post stories for, and what they must hear of files that could not be stories."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id


class AccountRow(Base):
    """An owner's business account that was connected with the bot.

    `leave` is the platform's name for the connection, another one each time; `posts` says that stories may be posted,
    `connected` that there is a connection at all. A row stays when it ends, so that its stories are still named.
    """

    __tablename__ = "accounts"

    platform: Mapped[str] = mapped_column(primary_key=True)
    bot: Mapped[str] = mapped_column(primary_key=True)
    platform_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    leave: Mapped[str]
    connected: Mapped[bool]
    posts: Mapped[bool]
    since: Mapped[datetime]


class FileRemark(Base):
    """What owners have to hear of a file that was to be made fit for a place: `why` as a word, `detail` what the file
    is. `file` is the name that the platform gave it, or the fingerprint of its bytes. Deleted once it is told."""

    __tablename__ = "file_remarks"

    id: Mapped[Id]
    file: Mapped[str]
    media: Mapped[dict[str, Any]]
    why: Mapped[str]
    detail: Mapped[str]
    at: Mapped[datetime]
