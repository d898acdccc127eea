"""Stored updates: committed before the platform is told, handed over in order for each conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot import attachments, belonging
from bot.adapter import Position
from bot.database import chats
from bot.database.doors import Database
from bot.database.inserts import dialect_of, insert_for, insert_into, plain
from bot.database.tables import Conversation, InboxRow
from bot.database.tables.base import Instant
from bot.messages import ChatRef, MessageRef, RawUpdate

Key = tuple[str, str, str, str]
"""What names a conversation: platform, bot, chat id, and the person where a chat has many."""

# Built once: putting a statement together costs more than running it.
_CONVERSATIONS = select(
    Conversation.id, Conversation.platform, Conversation.bot, Conversation.chat_id, Conversation.person_id
).where(
    tuple_(Conversation.platform, Conversation.bot, Conversation.chat_id, Conversation.person_id).in_(
        bindparam("keys", expanding=True)
    )
)
_LOCKED = (
    select(Conversation.id)
    .where(Conversation.id.in_(bindparam("ids", expanding=True)))
    .order_by(Conversation.id)
    .with_for_update(key_share=True)
)
_MARKED = (
    update(plain(Conversation))
    .where(Conversation.id.in_(bindparam("ids", expanding=True)))
    .values(pending_since=func.coalesce(Conversation.pending_since, bindparam("now", type_=Instant)))
)
_PENDING = (
    select(InboxRow)
    .where(InboxRow.conversation_id == bindparam("conversation"), InboxRow.state == "pending")
    .order_by(InboxRow.id)
    .limit(1)
)
_HELD = (
    select(InboxRow)
    .where(InboxRow.conversation_id == bindparam("conversation"), InboxRow.state == "held")
    .order_by(InboxRow.id)
)


@cache
def _storing(dialect: str) -> Any:
    return insert_for(dialect, InboxRow).on_conflict_do_nothing().returning(InboxRow.id)


def _open_ones() -> Any:
    """Held lines and the first that is pending of each conversation, and whether more are, by looks into the index."""
    held, first, later = aliased(InboxRow), aliased(InboxRow), aliased(InboxRow)
    here: BindParameter[Any] = bindparam("ids", expanding=True)
    pending = select(first.id).where(first.conversation_id == Conversation.id, first.state == "pending")
    ids = union_all(
        select(held.id).where(held.conversation_id.in_(here), held.state == "held"),
        select(pending.order_by(first.id).limit(1).scalar_subquery()).where(Conversation.id.in_(here)),
    )
    another = later.conversation_id == InboxRow.conversation_id, later.state == "pending", later.id > InboxRow.id
    return select(InboxRow, exists().where(*another)).where(InboxRow.id.in_(ids)).order_by(InboxRow.id)


_OPEN = _open_ones()


async def accept(
    database: Database,
    updates: Sequence[RawUpdate],
    room: ChatRef | None,
    now: datetime,
    needs_bytes: Callable[[RawUpdate, bool], bool] = lambda raw, in_room: False,
) -> int:
    """Stores a batch in one commit and marks its conversations as pending; returns how many were new.

    An update that was stored before is passed over. One whose chat can't be told is kept as failed. `needs_bytes` is
    asked for each that brings files, with whether it was written in the owners' room, if these are to be fetched.
    """
    if not updates:
        return 0
    async with database.write() as session:
        if not all(raw.private for raw in updates):
            updates, room = await _where_they_are_now(session, updates, room, now)
        found = await _conversations_of(session, updates, room)
        # Marked first: that locks them, so ids follow the order of commits and no worker looks away meanwhile.
        await _mark(session, sorted(set(found.values())), now)
        rows = [_row(raw, found.get(place), now) for place, raw in enumerate(updates)]
        stored = (await session.execute(_storing(dialect_of(session)), rows)).scalars().all()
        for raw in updates:
            if raw.media and raw.chat:
                ours = in_room(raw.chat, room)
                if needs_bytes(raw, ours):
                    await attachments.want_of(session, raw, now, clean=ours)
    return len(stored)


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
    placed = [(place, raw, raw.chat) for place, raw in enumerate(updates) if raw.chat]
    placed.sort(key=lambda found: (found[1].platform, found[2].chat_id, found[1].sender_id))
    known = await _known(session, {_key(chat, _person(raw)) for _, raw, chat in placed if not in_room(chat, room)})
    return {place: await _conversation_of(session, raw, chat, room, known) for place, raw, chat in placed}


async def _known(session: AsyncSession, keys: set[Key]) -> dict[Key, int]:
    """Those conversations of customers that are there already, found at one look."""
    if not keys:
        return {}
    rows = await session.execute(_CONVERSATIONS, {"keys": sorted(keys)})
    return {(platform, bot, chat_id, person_id): id for id, platform, bot, chat_id, person_id in rows}


async def _conversation_of(
    session: AsyncSession, raw: RawUpdate, chat: ChatRef, room: ChatRef | None, known: dict[Key, int]
) -> int:
    if not in_room(chat, room):
        key = _key(chat, _person(raw))
        if key not in known:
            known[key] = await conversation_id(session, chat, _person(raw), "customer")
        return known[key]
    found = await belonging.desk_behind(session, chat, raw.reply_to)
    if found is None or await _waits_in_the_room(session, chat, found):
        return await conversation_id(session, chat, "", "room")
    return found


async def _waits_in_the_room(session: AsyncSession, chat: ChatRef, desk: int) -> bool:
    """Whether earlier words in that thread, which was unknown then, still wait for their turn in the room: what comes
    after them takes its place behind them, and moves on with them."""
    waiting = select(InboxRow.id).where(
        InboxRow.state == "pending",
        InboxRow.platform == chat.platform,
        InboxRow.chat_id == chat.chat_id,
        InboxRow.thread_id == chat.thread_id,
        InboxRow.conversation_id != desk,
    )
    return chat.thread_id is not None and await session.scalar(waiting.limit(1)) is not None


def _key(chat: ChatRef, person_id: str) -> Key:
    return chat.platform, chat.bot, chat.chat_id, person_id


def _person(raw: RawUpdate) -> str:
    return "" if raw.private else raw.sender_id


def _row(raw: RawUpdate, conversation_id: int | None, now: datetime) -> dict[str, Any]:
    unreadable = conversation_id is None
    return {
        "platform": raw.platform,
        "bot": raw.bot,
        "update_id": raw.update_id,
        "conversation_id": conversation_id,
        "chat_id": raw.chat.chat_id if raw.chat else None,
        "thread_id": raw.chat.thread_id if raw.chat else None,
        "message_id": raw.message_id or None,
        "album": raw.album or None,
        "raw": raw.body,
        "received_at": now,
        "state": "failed" if unreadable else "pending",
        "outcome": "failed" if unreadable else None,
        "error": "It does not say which chat it belongs to." if unreadable else "",
        "attempts": 0,
    }


def in_room(chat: ChatRef, room: ChatRef | None) -> bool:
    """Whether a chat is the owners' room or one of its threads."""
    return room is not None and (chat.platform, chat.bot, chat.chat_id) == (room.platform, room.bot, room.chat_id)


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
    await session.execute(_MARKED, {"ids": [conversation_id], "now": now})


async def _mark(session: AsyncSession, ids: list[int], now: datetime) -> None:
    """The same for many, locked in one order for everybody, so that no two batches wait for each other."""
    if len(ids) > 1:
        await session.execute(_LOCKED, {"ids": ids})
    if ids:
        await session.execute(_MARKED, {"ids": ids, "now": now})


@dataclass
class Open:
    """What is open of a conversation: the held lines of a thought, the first update that is pending, and whether more
    are."""

    held: tuple[InboxRow, ...] = ()
    first: InboxRow | None = None
    more: bool = False


async def open_ones(session: AsyncSession, ids: Sequence[int]) -> dict[int, Open]:
    """What is open of each of these conversations, in the order of arrival."""
    found = {id: Open() for id in ids}
    for row, more in await session.execute(_OPEN, {"ids": ids}):
        its = found[row.conversation_id]
        if row.state == "held":
            its.held += (row,)
        else:
            its.first, its.more = row, more
    return found


async def first_pending(session: AsyncSession, conversation_id: int) -> InboxRow | None:
    """The next stored update of a conversation, in the order of arrival."""
    row: InboxRow | None = await session.scalar(_PENDING, {"conversation": conversation_id})
    return row


async def held(session: AsyncSession, conversation_id: int) -> Sequence[InboxRow]:
    """The lines of an unfinished thought, in order."""
    return (await session.scalars(_HELD, {"conversation": conversation_id})).all()


async def positions(session: AsyncSession, platform: str) -> list[Position]:
    """The newest stored message of each chat and thread of a platform whose message ids are numbers that grow, those
    with the latest words first."""
    number = cast(InboxRow.message_id, BigInteger)
    newest, oldest = func.max(number).label("newest"), func.min(number).label("oldest")
    found = (
        select(InboxRow.bot, InboxRow.chat_id, InboxRow.thread_id, newest, oldest)
        .where(InboxRow.platform == platform, InboxRow.chat_id.is_not(None), InboxRow.message_id.is_not(None))
        .group_by(InboxRow.bot, InboxRow.chat_id, InboxRow.thread_id)
        .subquery()
    )
    theirs = (InboxRow.bot == found.c.bot, InboxRow.chat_id == found.c.chat_id)
    named = and_(InboxRow.platform == platform, *theirs, InboxRow.message_id == cast(found.c.newest, String))
    rows = await session.execute(select(*found.c, InboxRow.raw).join(InboxRow, named).order_by(found.c.newest.desc()))
    places = {(row.bot, row.chat_id, row.thread_id): row for row in rows}
    return [
        Position(ChatRef(platform, *place), str(row.newest), row.raw, str(row.oldest)) for place, row in places.items()
    ]


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
    return MessageRef(ChatRef(row.platform, row.bot, row.chat_id, row.thread_id), row.message_id)
