"""Stored updates: committed before the platform is told, handed over in order for each conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import chats
from bot.database.doors import Database
from bot.database.inserts import insert_into
from bot.database.tables import Conversation, DeskRow, InboxRow, OutboxRow
from bot.messages import ChatRef, MessageRef, RawUpdate


async def accept(database: Database, updates: Sequence[RawUpdate], room: ChatRef | None, now: datetime) -> int:
    """Stores a batch in one commit and marks its conversations as pending; returns how many were new.

    An update that was stored before is passed over. One whose chat can't be told is kept as failed.
    """
    async with database.write() as session:
        if not all(raw.private for raw in updates):
            updates, room = await _where_they_are_now(session, updates, room, now)
        found = await _conversations_of(session, updates, room)
        # Marked first: that locks them, so ids follow the order of commits and no worker looks away meanwhile.
        # One order for everybody, so that no two batches wait for each other.
        for conversation_id in sorted(set(found.values())):
            await mark_pending(session, conversation_id, now)
        stored = [await _store(session, raw, found.get(place), now) for place, raw in enumerate(updates)]
    return sum(stored)


async def _where_they_are_now(
    session: AsyncSession, updates: Sequence[RawUpdate], room: ChatRef | None, now: datetime
) -> tuple[Sequence[RawUpdate], ChatRef | None]:
    """The updates and the room under the ids that their chats have now; a chat that says so is moved."""
    for raw in updates:
        if raw.chat and raw.moved_to:
            await chats.move(session, raw.chat, raw.moved_to, now)
    moves = await chats.moves(session)
    if not moves:
        return updates, room
    present = [replace(raw, chat=chats.present(raw.chat, moves)) if raw.chat else raw for raw in updates]
    return present, chats.present(room, moves) if room else None


async def _conversations_of(
    session: AsyncSession, updates: Sequence[RawUpdate], room: ChatRef | None
) -> dict[int, int]:
    """The conversation of each update of a batch that has a chat, by its place in the batch."""
    placed = [(place, raw) for place, raw in enumerate(updates) if raw.chat]
    placed.sort(key=lambda pair: (pair[1].platform, pair[1].chat.chat_id if pair[1].chat else "", pair[1].sender_id))
    return {place: await _conversation_of(session, raw, room) for place, raw in placed}


async def _store(session: AsyncSession, raw: RawUpdate, conversation_id: int | None, now: datetime) -> bool:
    unreadable = conversation_id is None
    statement = insert_into(session, InboxRow).values(
        platform=raw.platform,
        bot=raw.bot,
        update_id=raw.update_id,
        conversation_id=conversation_id,
        chat_id=raw.chat.chat_id if raw.chat else None,
        raw=raw.body,
        received_at=now,
        state="failed" if unreadable else "pending",
        outcome="failed" if unreadable else None,
        error="It does not say which chat it belongs to." if unreadable else "",
        attempts=0,
    )
    result = await session.execute(statement.on_conflict_do_nothing().returning(InboxRow.id))
    return result.scalar() is not None


async def _conversation_of(session: AsyncSession, raw: RawUpdate, room: ChatRef | None) -> int:
    assert raw.chat is not None
    if not in_room(raw.chat, room):
        return await conversation_id(session, raw.chat, "" if raw.private else raw.sender_id, "customer")
    if raw.chat.thread_id is not None and (found := await desk_of(session, raw.chat)):
        return found
    if raw.chat.thread_id is None and raw.reply_to and (found := await _answered_by(session, raw)):
        return found
    return await conversation_id(session, raw.chat, "", "room")


async def _answered_by(session: AsyncSession, raw: RawUpdate) -> int | None:
    """The conversation whose desk's message is replied to: in a group without threads that is the way to it."""
    assert raw.chat is not None
    found: int | None = await session.scalar(
        select(OutboxRow.conversation_id).where(
            OutboxRow.platform == raw.platform,
            OutboxRow.chat_id == raw.chat.chat_id,
            OutboxRow.message_id == raw.reply_to,
            OutboxRow.conversation_id.is_not(None),
        )
    )
    return found


def in_room(chat: ChatRef, room: ChatRef | None) -> bool:
    """Whether a chat is the owners' room or one of its threads."""
    return room is not None and (chat.platform, chat.bot, chat.chat_id) == (room.platform, room.bot, room.chat_id)


async def desk_of(session: AsyncSession, chat: ChatRef) -> int | None:
    """The conversation whose desk a thread of the owners' room is."""
    found: int | None = await session.scalar(
        select(DeskRow.conversation_id).where(
            DeskRow.platform == chat.platform,
            DeskRow.bot == chat.bot,
            DeskRow.chat_id == chat.chat_id,
            DeskRow.thread_id == chat.thread_id,
        )
    )
    return found


async def conversation_id(session: AsyncSession, chat: ChatRef, person_id: str, kind: str) -> int:
    """The conversation of a chat (and, where a chat has many people, of one of them); made when new."""
    key = {"platform": chat.platform, "bot": chat.bot, "chat_id": chat.chat_id, "person_id": person_id}
    wanted = select(Conversation.id).filter_by(**key)
    found = await session.scalar(wanted)
    if found is None:
        made = insert_into(session, Conversation).values(**key, kind=kind, state="bot", wake_attempts=0)
        await session.execute(made.on_conflict_do_nothing())
        found = await session.scalar(wanted)
        assert found is not None
    return found


async def mark_pending(session: AsyncSession, conversation_id: int, now: datetime) -> None:
    """Says that a conversation has updates to be handled, since `now` unless it had some before.

    The row is written either way, so that it waits for a worker who is about to say that nothing is left.
    """
    since = func.coalesce(Conversation.pending_since, literal(now, Conversation.pending_since.type))
    await session.execute(update(Conversation).where(Conversation.id == conversation_id).values(pending_since=since))


async def first_pending(session: AsyncSession, conversation_id: int) -> InboxRow | None:
    """The next stored update of a conversation, in the order of arrival."""
    row: InboxRow | None = await session.scalar(
        select(InboxRow).filter_by(conversation_id=conversation_id, state="pending").order_by(InboxRow.id).limit(1)
    )
    return row


async def held(session: AsyncSession, conversation_id: int) -> Sequence[InboxRow]:
    """The lines of an unfinished thought, in order."""
    rows = await session.scalars(
        select(InboxRow).filter_by(conversation_id=conversation_id, state="held").order_by(InboxRow.id)
    )
    return rows.all()


async def original(session: AsyncSession, ref: MessageRef) -> InboxRow | None:
    """The stored update in which a person first wrote that message."""
    row: InboxRow | None = await session.scalar(
        select(InboxRow)
        .filter_by(platform=ref.chat.platform, chat_id=ref.chat.chat_id, message_id=ref.message_id)
        .order_by(InboxRow.id)
        .limit(1)
    )
    return row


async def written_in(session: AsyncSession, inbox_id: int) -> MessageRef | None:
    """The platform's message that a stored update told of."""
    row = await session.get(InboxRow, inbox_id)
    if row is None or row.chat_id is None or row.message_id is None:
        return None
    return MessageRef(ChatRef(row.platform, row.bot, row.chat_id), row.message_id)
