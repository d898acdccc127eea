"""Files that somebody sent and that are needed by their bytes: what is wanted, what was fetched, what could not be.

Also under which id a bot can send bytes again that it carried over once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.blobs import delete_unnamed
from bot.database.inserts import insert_into
from bot.database.tables import Attachment, Blob, Conversation, FileId, InboxRow, Story
from bot.messages import Media, RawUpdate, dump

TOO_LARGE, UNAVAILABLE, FORGOTTEN = "too_large", "unavailable", "forgotten"
"""Why there are no bytes."""


async def want(
    session: AsyncSession,
    media: Sequence[Media],
    now: datetime,
    *,
    inbox_id: int | None = None,
    customer_id: int | None = None,
    clean: bool = False,
) -> None:
    """Asks for the bytes of files. `clean`: they may be posted, so they are stored without the place they tell."""
    for item in media:
        if not item.file_id or not item.origin:
            continue
        made = insert_into(session, Attachment).values(
            origin=item.origin,
            file_id=item.file_id,
            media=dump(item),
            inbox_id=inbox_id or item.inbox_id,
            customer_id=customer_id,
            state="wanted",
            clean=clean,
            error="",
            attempts=0,
            created_at=now,
            due_at=now,
        )
        await session.execute(made.on_conflict_do_nothing())


async def want_of(session: AsyncSession, raw: RawUpdate, now: datetime, *, clean: bool) -> None:
    """Asks for the bytes of the files that an update brings, which is stored already."""
    found = await session.execute(
        select(InboxRow.id, Conversation.customer_id)
        .outerjoin(Conversation, Conversation.id == InboxRow.conversation_id)
        .where(InboxRow.platform == raw.platform, InboxRow.bot == raw.bot, InboxRow.update_id == raw.update_id)
    )
    inbox_id, customer_id = found.one()
    await want(session, raw.media, now, inbox_id=inbox_id, customer_id=None if clean else customer_id, clean=clean)


async def find(session: AsyncSession, media: Media) -> Attachment | None:
    """What is known of a file's bytes."""
    wanted = select(Attachment).filter_by(origin=media.origin, file_id=media.file_id)
    row: Attachment | None = await session.scalar(wanted)
    return row


async def due(session: AsyncSession, now: datetime, most: int) -> Sequence[Attachment]:
    """Files that may be fetched now, those first that were wanted first."""
    wanted = select(Attachment).where(Attachment.state == "wanted", Attachment.due_at <= now)
    return (await session.scalars(wanted.order_by(Attachment.due_at, Attachment.id).limit(most))).all()


async def next_due(session: AsyncSession, now: datetime) -> datetime | None:
    """When the next file is tried again."""
    later = select(func.min(Attachment.due_at)).where(Attachment.state == "wanted", Attachment.due_at > now)
    at: datetime | None = await session.scalar(later)
    return at


async def size_of(session: AsyncSession, sha256: str) -> int:
    """How many bytes a stored file has; 0 for an unknown one."""
    return await session.scalar(select(Blob.size).filter_by(sha256=sha256)) or 0


async def known_id(session: AsyncSession, origin: str, media: Media) -> str:
    """The id under which a bot can send these bytes again, or empty."""
    wanted = select(FileId.file_id).filter_by(origin=origin, sha256=media.sha256, kind=media.kind)
    return await session.scalar(wanted) or ""


async def remember_id(session: AsyncSession, origin: str, media: Media, file_id: str) -> None:
    """Keeps the id under which a bot can send these bytes again."""
    row = {"origin": origin, "sha256": media.sha256, "kind": media.kind, "file_id": file_id}
    made = insert_into(session, FileId).values(**row)
    named = [FileId.origin, FileId.sha256, FileId.kind]
    await session.execute(made.on_conflict_do_update(index_elements=named, set_={"file_id": file_id}))


async def forget(session: AsyncSession, before: datetime) -> int:
    """Deletes the bytes of files that came before an instant; those of stories, entries and products stay. Returns how
    many files were forgotten."""
    stories = await session.scalars(select(Story.media))
    told = {(media.get("origin"), media.get("file_id")) for story in stories for media in story}
    fetched = select(Attachment).where(Attachment.state == "fetched", Attachment.created_at < before)
    old = [row for row in await session.scalars(fetched) if (row.origin, row.file_id) not in told]
    gone = {row.sha256 for row in old}
    for row in old:
        row.state, row.error, row.sha256 = "failed", FORGOTTEN, None
    await session.flush()
    await delete_unnamed(session, gone)
    return len(old)


async def settle(session: AsyncSession, id: int, **values: Any) -> None:
    """Notes what became of a file."""
    await session.execute(update(Attachment).where(Attachment.id == id).values(**values))
