"""Those who write in the owners' room, and what they keep: canned replies, and remarks about customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.tables import Customer, Note, OwnerRow, Snippet
from bot.messages import Sender


async def meet(session: AsyncSession, platform: str, sender: Sender) -> None:
    """Remembers an owner by the name that the platform gives today."""
    row = await session.get(OwnerRow, (platform, sender.id))
    if row and (row.name, row.username) == (sender.name, sender.username):
        return
    named = {"name": sender.name, "username": sender.username}
    made = insert_into(session, OwnerRow).values(platform=platform, platform_id=sender.id, **named)
    await session.execute(made.on_conflict_do_update(index_elements=["platform", "platform_id"], set_=named))
    if row:
        await session.refresh(row)


async def known(session: AsyncSession, platform: str) -> Sequence[OwnerRow]:
    """Everybody who has written in the room, by name."""
    wanted = select(OwnerRow).filter_by(platform=platform).order_by(OwnerRow.name, OwnerRow.platform_id)
    return (await session.scalars(wanted)).all()


async def everybody(session: AsyncSession) -> Sequence[OwnerRow]:
    """Everybody who has written in an owners' room, by name."""
    return (await session.scalars(select(OwnerRow).order_by(OwnerRow.name, OwnerRow.platform_id))).all()


async def tags(session: AsyncSession) -> list[str]:
    """Every tag that some customer has, by name."""
    given = await session.scalars(select(Customer.tags).where(Customer.tags.is_not(None)))
    return sorted({str(tag) for tags in given for tag in tags or ()}, key=str.casefold)


async def snippets(session: AsyncSession) -> Sequence[Snippet]:
    """All canned replies, by name."""
    return (await session.scalars(select(Snippet).order_by(Snippet.name))).all()


async def snippet(session: AsyncSession, name: str) -> Snippet | None:
    """The canned reply of that name."""
    return await session.get(Snippet, name)


async def keep_snippet(session: AsyncSession, name: str, text: str, by: str, now: datetime) -> None:
    """Stores a canned reply under its name, in the place of what stood there."""
    told = {"text": text, "by": by, "changed_at": now}
    made = insert_into(session, Snippet).values(name=name, **told)
    await session.execute(made.on_conflict_do_update(index_elements=["name"], set_=told))


async def drop_snippet(session: AsyncSession, name: str) -> None:
    """Takes a canned reply away."""
    await session.execute(delete(Snippet).where(Snippet.name == name))


async def notes_about(session: AsyncSession, customer_id: int) -> Sequence[Note]:
    """What owners keep about a customer, latest first."""
    wanted = select(Note).filter_by(customer_id=customer_id).order_by(Note.id.desc())
    return (await session.scalars(wanted)).all()


async def note_of(session: AsyncSession, customer_id: int, note_id: int) -> Note | None:
    """One remark, if it is about that customer."""
    row = await session.get(Note, note_id)
    return row if row and row.customer_id == customer_id else None
