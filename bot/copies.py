"""Which message of ours carries which of a person's: found both ways, part by part where an album was carried.

A call that made one message of one person's words needs no part: its receipt in the outbox says it all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import InboxRow, OutboxRow, SentPart
from bot.messages import ChatRef, MessageRef, OutboundMessage, Receipt, load

Name = str | MessageRef
"""A message of ours as an edit, a delete or a quote may name it: by its key, or by the platform's id of one part."""


async def note_parts(session: AsyncSession, row: OutboxRow, sent: OutboundMessage, receipt: Receipt) -> None:
    """Remembers the messages that a call made, each with the stored update whose words or picture it bears."""
    asked = [media["inbox_id"] for media in row.message.get("media", ()) if "inbox_id" in media]
    if row.op != "send" or (len(receipt.message_ids) < 2 and not asked):
        return
    brought = [media.inbox_id for media in sent.media]
    made = list(zip_longest(receipt.message_ids, brought))
    told = [(None, inbox_id) for inbox_id in asked if inbox_id not in brought]  # carried as words
    for place, (message_id, inbox_id) in enumerate([*made, *told]):
        session.add(
            SentPart(
                outbox_id=row.id,
                place=place,
                platform=row.platform,
                chat_id=row.chat_id,
                message_id=message_id or receipt.message_id,
                inbox_id=inbox_id or row.copy_of,
            )
        )


async def copies_of(session: AsyncSession, ref: MessageRef, *, relayed: bool = True) -> list[Name]:
    """Our messages that carry that message of a person to the other side, in order.

    A part of an album that was sent as messages of their own is named by the platform's id of its copy, everything
    else by its key. `relayed` leaves out what isn't the person's words alone, such as the card of a ticket.
    """
    rows = await rows_with(session, ref)
    return [name for name, row in rows if row.kind != "note" or not relayed]


async def rows_with(session: AsyncSession, ref: MessageRef) -> list[tuple[Name, OutboxRow]]:
    """The rows that carry that message of a person, relays and cards, each with its name; first lines of a question
    stand for the others where a card carries all."""
    originals = await _stored(session, ref)
    if not originals:
        return []
    ids = {row.id for row in originals}
    whole = {row.thought_id for row in originals if row.thought_id}
    carried = await _with_album(session, originals)
    named = or_(OutboxRow.copy_of.in_(carried), and_(OutboxRow.copy_of.in_(whole), OutboxRow.kind == "note"))
    parts = OutboxRow.id.in_(select(SentPart.outbox_id).where(SentPart.inbox_id.in_(ids)))
    wanted = select(OutboxRow).where(or_(named, parts), OutboxRow.op == "send").order_by(OutboxRow.id)
    rows = (await session.scalars(wanted)).all()
    return [(name, row) for row in rows for name in await _names(session, row, ids | whole)]


async def carrier(session: AsyncSession, ref: MessageRef) -> OutboxRow | None:
    """The row of our message with that platform's id."""
    here = {"platform": ref.chat.platform, "chat_id": ref.chat.chat_id, "message_id": ref.message_id}
    ours = select(OutboxRow).filter_by(**here, op="send").order_by(OutboxRow.merged_into.is_not(None), OutboxRow.id)
    row: OutboxRow | None = await session.scalar(ours.limit(1))
    if row is None and (part := await session.scalar(select(SentPart).filter_by(**here).limit(1))):
        row = await session.get(OutboxRow, part.outbox_id)
    return row


async def taken_back(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Those of these messages of ours that are deleted, or will be."""
    gone = OutboxRow.target.in_(keys) & (OutboxRow.op == "delete") & OutboxRow.state.not_in(("cancelled", "dead"))
    deleted = set(await session.scalars(select(OutboxRow.target).where(gone)))
    unsent = OutboxRow.key.in_(keys) & (OutboxRow.state == "cancelled")
    return {key for key in deleted if key} | set(await session.scalars(select(OutboxRow.key).where(unsent)))


async def copied_by(session: AsyncSession, ref: MessageRef) -> int | None:
    """The inbox id of the words or the picture that our message with that platform's id carries."""
    here = {"platform": ref.chat.platform, "chat_id": ref.chat.chat_id, "message_id": ref.message_id}
    part = select(SentPart.inbox_id).filter_by(**here).order_by(SentPart.place).limit(1)
    found: int | None = await session.scalar(part)
    carried = select(OutboxRow.copy_of).filter_by(**here, op="send").where(OutboxRow.copy_of.is_not(None))
    # Of lines that stand in one message it is the last that is answered.
    return found or await session.scalar(carried.order_by(OutboxRow.place.desc(), OutboxRow.id.desc()).limit(1))


async def _stored(session: AsyncSession, ref: MessageRef) -> Sequence[InboxRow]:
    here = {"platform": ref.chat.platform, "chat_id": ref.chat.chat_id, "message_id": ref.message_id}
    return (await session.scalars(select(InboxRow).filter_by(**here))).all()


async def _with_album(session: AsyncSession, rows: Sequence[InboxRow]) -> set[int]:
    """The ids of the rows and of the other parts of their albums: one row of the outbox carries them all."""
    ids = {row.id for row in rows}
    albums = {(row.conversation_id, row.album) for row in rows if row.album}
    for conversation_id, album in albums:
        ids |= set(await session.scalars(select(InboxRow.id).filter_by(conversation_id=conversation_id, album=album)))
    return ids


async def _names(session: AsyncSession, row: OutboxRow, ids: set[int]) -> list[Name]:
    """How a row that carries these updates, or others of their album, is named for these."""
    parts = (await session.scalars(select(SentPart).filter_by(outbox_id=row.id).order_by(SentPart.place))).all()
    if len({part.message_id for part in parts}) > 1:
        chat = ChatRef(row.platform, row.chat.split("/")[1], row.chat_id or "", row.thread_id)
        found = dict.fromkeys(part.message_id for part in parts if part.inbox_id in ids)
        return [MessageRef(chat, message_id) for message_id in found]
    brought = {media.inbox_id for media in load(OutboundMessage, row.message).media}
    return [row.key] if row.copy_of in ids or brought & ids else []
