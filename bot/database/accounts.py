"""Owners' own accounts as places for stories, and remarks about files that were to be made fit for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import chats
from bot.database.tables import AccountRow, Episode, FileRemark, OwnerRow, Series, Story
from bot.messages import STORIES, ChatRef, Media, dump, load

LATEST = 200
"""Among so many stories the one is looked for that shows a file."""


def place_of(row: AccountRow) -> ChatRef:
    """Where stories of that account are posted."""
    return ChatRef(row.platform, row.bot, f"{STORIES}{row.leave}")


async def is_owner(session: AsyncSession, platform: str, person: str) -> bool:
    """Whether that person has written in the owners' room."""
    return await session.get(OwnerRow, (platform, person)) is not None


async def known(session: AsyncSession) -> Sequence[AccountRow]:
    """Every account that is or was connected, by name."""
    return (await session.scalars(select(AccountRow).order_by(AccountRow.name, AccountRow.platform_id))).all()


async def open_ones(session: AsyncSession) -> Sequence[AccountRow]:
    """The accounts for which stories may be posted now, by name."""
    return [row for row in await known(session) if row.posts]


async def account_at(session: AsyncSession, chat: ChatRef) -> AccountRow | None:
    """The account whose stories a place is, also by a name that its connection had before."""
    present = chats.present(chat, await chats.moves(session))
    return next((row for row in await known(session) if place_of(row) == present), None)


async def connect(
    session: AsyncSession,
    chat: ChatRef,
    person: str,
    name: str,
    leave: str,
    *,
    posts: bool,
    at: datetime,
    now: datetime,
) -> tuple[AccountRow, bool]:
    """Notes a connection, new or changed; what waits for the account goes by it. Also says whether stories could be
    posted before."""
    row = await session.get(AccountRow, (chat.platform, chat.bot, person), with_for_update=True)
    before = row is not None and row.posts
    if row is None:
        row = AccountRow(platform=chat.platform, bot=chat.bot, platform_id=person, name=name, leave=leave, since=at)
        row.connected, row.posts = True, posts
        session.add(row)
        return row, before
    if row.leave != leave:
        await chats.move(session, place_of(row), f"{STORIES}{leave}", now)
    row.name, row.leave, row.connected, row.posts, row.since = name, leave, True, posts, at
    return row, before


async def disconnect(session: AsyncSession, chat: ChatRef, person: str, leave: str) -> AccountRow | None:
    """Notes that a connection has ended; None where that changes nothing, as with one that was replaced since."""
    row = await session.get(AccountRow, (chat.platform, chat.bot, person), with_for_update=True)
    if row is None or row.leave != leave or not row.connected:
        return None
    row.connected = row.posts = False
    return row


async def count_planned(session: AsyncSession) -> int:
    """How many plans go to owners' own stories."""
    wanted = select(func.count()).select_from(Series).where(Series.to_stories, Series.state.in_(("planned", "paused")))
    return int(await session.scalar(wanted) or 0)


# Files


def remark(session: AsyncSession, media: Media, why: str, detail: str, now: datetime) -> None:
    """Keeps what owners have to hear of a file."""
    session.add(FileRemark(file=media.file_id or media.sha256, media=dump(media), why=why, detail=detail, at=now))


NEXT_REMARK_AT = select(func.min(FileRemark.at))
"""When owners have to hear something of a file."""


async def take_remark(session: AsyncSession, now: datetime) -> tuple[FileRemark, Media, int | None] | None:
    """The first remark that is to be told, which is forgotten with that; the file, and the plan that it belongs to."""
    wanted = select(FileRemark).where(FileRemark.at <= now).order_by(FileRemark.id).limit(1)
    row: FileRemark | None = await session.scalar(wanted.with_for_update())
    if row is None:
        return None
    await session.delete(row)
    return row, load(Media, row.media), await _plan_with(session, row.file)


async def _plan_with(session: AsyncSession, file: str) -> int | None:
    """The latest plan that shows that file, in its own story or in one of its queue."""
    rows = await session.execute(select(Story.id, Story.media).order_by(Story.id.desc()).limit(LATEST))
    stories = [id for id, media in rows if any(file in (item.get("file_id"), item.get("sha256")) for item in media)]
    queued = select(Episode.series_id).where(Episode.story_id.in_(stories))
    wanted = select(func.max(Series.id)).where(Series.story_id.in_(stories) | Series.id.in_(queued))
    return await session.scalar(wanted)
