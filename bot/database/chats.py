"""A chat that gets a new id: rewritten everywhere, in one transaction, so that nothing is lost or sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.tables import ChatMove, Conversation, DeskRow, InboxRow, Lane, OutboxRow
from bot.messages import ChatRef

LIVE = ("joined", "waiting", "claimed", "sending", "uncertain")


async def move(session: AsyncSession, old: ChatRef, new_id: str, now: datetime) -> bool:
    """Gives a chat its new id wherever the old one stands; False when that was done before.

    Messages that were sent before keep their place under the old id: the platform knows them there.
    """
    made = insert_into(session, ChatMove).values(
        platform=old.platform, bot=old.bot, old_id=old.chat_id, new_id=new_id, moved_at=now
    )
    done = await session.execute(made.on_conflict_do_nothing().returning(ChatMove.new_id))
    if done.scalar() is None:
        return False
    for table in (Conversation, DeskRow):
        await session.execute(
            update(table)
            .where(table.platform == old.platform, table.bot == old.bot, table.chat_id == old.chat_id)
            .values(chat_id=new_id)
        )
    await session.execute(
        update(InboxRow)
        .where(InboxRow.platform == old.platform, InboxRow.bot == old.bot, InboxRow.chat_id == old.chat_id)
        .values(chat_id=new_id)
    )
    await _move_rows(session, old, new_id)
    return True


async def _move_rows(session: AsyncSession, old: ChatRef, new_id: str) -> None:
    """Rows that still have to go: their address, their lane and the chat whose pace they share."""
    before, after = (f"{old.platform}/{old.bot}/{chat}" for chat in (old.chat_id, new_id))
    rows = await session.scalars(select(OutboxRow).where(OutboxRow.chat == before, OutboxRow.state.in_(LIVE)))
    for row in rows:
        row.chat = after
        if row.lane.startswith(before + "/"):
            row.lane = after + row.lane.removeprefix(before)
            row.message = row.message | {"to": row.message["to"] | {"chat_id": new_id}}
    lanes = await session.scalars(select(Lane).where(Lane.lane.startswith(before + "/", autoescape=True)))
    for lane in lanes:
        lane.lane = after + lane.lane.removeprefix(before)


Moves = Mapping[tuple[str, str, str], str]
"""From platform, bot and old id to the new id."""


async def moves(session: AsyncSession) -> Moves:
    """Every move there was; on most shops none."""
    rows = await session.scalars(select(ChatMove))
    return {(row.platform, row.bot, row.old_id): row.new_id for row in rows}


def present(chat: ChatRef, moves: Moves) -> ChatRef:
    """The chat under the id that it has now, however often it moved."""
    chat_id, seen = chat.chat_id, set[str]()
    while (chat.platform, chat.bot, chat_id) in moves and chat_id not in seen:
        seen.add(chat_id)
        chat_id = moves[chat.platform, chat.bot, chat_id]
    return replace(chat, chat_id=chat_id)


async def room_conversation(session: AsyncSession, room: ChatRef) -> int:
    """The conversation of the owners' room's general part; made when new."""
    key = {"platform": room.platform, "bot": room.bot, "chat_id": room.chat_id, "person_id": ""}
    wanted = select(Conversation.id).filter_by(**key)
    found = await session.scalar(wanted)
    if found is None:
        made = insert_into(session, Conversation).values(**key, kind="room", state="bot", wake_attempts=0)
        await session.execute(made.on_conflict_do_nothing())
        found = (await session.scalars(wanted)).one()
    return found
