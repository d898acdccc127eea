"""Files that somebody sent and that are needed by their bytes: what is wanted, what was fetched, what could not be.

Also under which id a bot can send bytes again that it carried over once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.blobs import delete_unnamed
from bot.database.inserts import insert_into
from bot.database.tables import Attachment, Blob, Conversation, FileId, InboxRow, Story
from bot.messages import STORY_FORM, Media, RawUpdate, dump

TOO_LARGE, UNAVAILABLE, FORGOTTEN, UNFIT = "too_large", "unavailable", "forgotten", "unfit"
"""Why there are no bytes."""
STORED = "stored"
"""The origin of a file in another form, of which the bytes as they came are ours."""


async def want(
    session: AsyncSession,
    media: Sequence[Media],
    now: datetime,
    *,
    inbox_id: int | None = None,
    customer_id: int | None = None,
    clean: bool = False,
) -> None:
    """Asks for the bytes of files. `clean`: they may be posted, so they are stored without the place they tell. What
    has a form is stored in it, beside the file as it came."""
    for item in media:
        origin, name = _name_of(item)
        if not name or not origin:
            continue
        made = insert_into(session, Attachment).values(
            origin=origin,
            file_id=name,
            media=dump(item),
            sha256=item.sha256 or None,
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


async def try_again(session: AsyncSession, media: Sequence[Media], now: datetime) -> None:
    """Has files made fit for which that was not possible before: the machine may have learned it since."""
    for item in media:
        row = await find(session, item) if item.form else None
        if row and row.state == "failed":
            row.state, row.error, row.attempts, row.created_at, row.due_at = "wanted", "", 0, now, now
            row.sha256 = item.sha256 or None


def _name_of(media: Media) -> tuple[str, str]:
    """Origin and name of a file, or of its bytes where these are stored; in another form it is another file."""
    origin, name = (STORED, media.sha256) if media.sha256 and media.form else (media.origin, media.file_id)
    return origin, f"{media.form}:{name}" if media.form and name else name


async def find(session: AsyncSession, media: Media) -> Attachment | None:
    """What is known of a file's bytes."""
    origin, name = _name_of(media)
    wanted = select(Attachment).filter_by(origin=origin, file_id=name)
    row: Attachment | None = await session.scalar(wanted)
    return row


async def due(session: AsyncSession, now: datetime, most: int, besides: Collection[int] = ()) -> Sequence[Attachment]:
    """Files that may be fetched now, those first that were wanted first, `besides` those."""
    wanted = select(Attachment).where(Attachment.state == "wanted", Attachment.due_at <= now)
    wanted = wanted.where(Attachment.id.not_in(besides)) if besides else wanted
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
    told |= {(origin, f"{STORY_FORM}:{name}") for origin, name in told}
    fetched = select(Attachment).where(
        Attachment.state == "fetched", Attachment.created_at < before, Attachment.origin != STORED
    )
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
