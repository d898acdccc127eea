"""Pictures that were sent together arrive as updates of their own: they are handed over as one message.

The parts of an album wait until nothing more of it has come for WHOLE_S, in the inbox, so that a restart loses none. A
part that comes later still is a message of its own, which answers the album.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import Conversation, InboxRow
from bot.jobs import release
from bot.messages import InboundMessage, MessageRef, Text

WHOLE_S = 1.5
"""How long the next part of an album is waited for, in seconds."""

Decode = Callable[[InboxRow], InboundMessage]
Line = tuple[InboxRow, InboundMessage]
"""A message with the stored update that bears its words, or its first picture."""


async def parts(session: AsyncSession, row: InboxRow) -> list[InboxRow]:
    """The update that is next in line, with the other parts of its album that wait there."""
    if row.album is None:
        return [row]
    here = {"conversation_id": row.conversation_id, "album": row.album, "state": "pending"}
    return list(await session.scalars(select(InboxRow).filter_by(**here).order_by(InboxRow.id)))


def still_comes(conversation: Conversation, rows: Sequence[InboxRow], now: datetime) -> bool:
    """Whether more of an album may come; if so, the conversation has its next turn when nothing did."""
    if rows[0].album is None:
        return False
    whole_at = max(row.received_at for row in rows) + timedelta(seconds=WHOLE_S)
    if whole_at <= now:
        return False
    conversation.next_at = whole_at
    if conversation.thought_due_at and conversation.thought_due_at < whole_at:
        conversation.thought_due_at = whole_at  # the album belongs to the thought
        release(conversation, True, now)
    return True


async def joined(session: AsyncSession, rows: Sequence[InboxRow], decode: Decode) -> Line:
    """An update, or the parts of an album, as one message. What comes late answers what was handed over before."""
    lead, message = _one([(row, decode(row)) for row in rows])
    if lead.album is None or message.reply_to:
        return lead, message
    here = {"conversation_id": lead.conversation_id, "album": lead.album}
    before = select(InboxRow.message_id).filter_by(**here).where(InboxRow.state != "pending").order_by(InboxRow.id)
    first = await session.scalar(before.limit(1))
    return lead, replace(message, reply_to=MessageRef(message.chat, first)) if first else message


def lines(rows: Iterable[InboxRow], decode: Decode) -> list[Line]:
    """Updates as messages in order, the parts of each album as one."""
    found: dict[str | int, list[Line]] = {}
    for row in rows:
        found.setdefault(row.album or row.id, []).append((row, decode(row)))
    return [_one(together) for together in found.values()]


def _one(together: Sequence[Line]) -> Line:
    """The message that has words (else the first), with all media in order, each with the update that brought it."""
    lead, message = next(((row, said) for row, said in together if said.text or said.action), together[0])
    if lead.album is None:
        return lead, message
    text = Text()
    for _, said in together:
        text = text + ("\n" if text and said.text else "") + said.text
    media = tuple(replace(item, inbox_id=row.id) for row, said in together for item in said.media)
    return lead, replace(message, text=text, media=media)
