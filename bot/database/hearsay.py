"""Words of a person that stand where they didn't write: in the owners' general part, in lists, in other threads.

What the bot told the owners there (who waits, what a search found, an early alert) names several people at once, so no
row belongs to one. When somebody is forgotten, such messages of the bot keep their place and lose their words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, delete, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.belongings import Person
from bot.database.tables import Conversation, DeskRow, InboxRow, LiveQuestion, OutboxRow, Story, Ticket
from bot.messages import ChatRef

SETTLED = ("sent", "dead", "cancelled", "uncertain")
KEPT = ("to", "key", "kind", "op", "target", "media", "customer_id", "copy_of")
"""What stays of a message that loses its words: by this it is found, edited and deleted."""
QUOTED = 100
"""So much of a question is looked for where it is quoted to others: a little less than the shortest of these quotes."""


async def leave_bare(session: AsyncSession, place: ChatRef, person: Person) -> None:
    """The last message of a thread stays as an id without words: a platform whose history is read back asks from there
    on, and would else bring all of it again."""
    if place.thread_id is None:
        return
    here = {"platform": place.platform, "bot": place.bot, "chat_id": place.chat_id, "thread_id": place.thread_id}
    last = select(func.max(InboxRow.id)).filter_by(**here).where(InboxRow.message_id.is_not(None))
    newest = await session.scalar(last)
    if newest is not None:
        nobodys = {**bare(None), "customer_id": None, "conversation_id": None}
        await session.execute(update(InboxRow).where(InboxRow.id == newest).values(**nobodys))


def bare(raw: dict[str, Any] | None) -> dict[str, Any]:
    """What a stored update is set to that loses its words: it keeps its place, and the name of its channel."""
    channel = ((raw or {}).get("d") or {}).get("channel_id") if raw else None
    nothing = dict.fromkeys(("words", "explanation", "album", "thought_id"))
    return {"raw": {"d": {"channel_id": channel}} if channel else {}, **nothing, "state": "emptied", "error": ""}


async def words_of(session: AsyncSession, person: Person) -> list[str]:
    """The beginnings of a person's questions, by which they are found where they are quoted to others."""
    asked = select(Ticket.question, Ticket.card).where(
        or_(Ticket.customer_id == person.customer_id, Ticket.conversation_id.in_(person.conversations))
    )
    found = set[str]()
    for question, card in await session.execute(asked):
        found |= {question, str((card or {}).get("complaint") or "")}
    hour = select(LiveQuestion.words).where(LiveQuestion.customer_id == person.customer_id)
    found |= set(await session.scalars(hour))
    short = {" ".join(words.split())[:QUOTED] for words in found}
    return [words for words in short if len(words) > 8]


async def forget_some(session: AsyncSession, person: Person, since: datetime, at_most: int) -> bool:
    """Takes the words out of some messages of the owners' room; False when there are none left with any."""
    rooms = await _rooms(session)
    told = await _told(session, rooms, since, at_most)
    asked = await _asked(session, rooms, since, at_most)
    return told or asked


async def forget_quotes(session: AsyncSession, words: Sequence[str]) -> None:
    """Takes the words out of what quotes these: the bot's notes in other people's threads, and round-ups."""
    stored = cast(OutboxRow.message, Text)
    for quoted in words:
        written = json.dumps(quoted)[1:-1]
        notes = OutboxRow.conversation_id.is_not(None) & OutboxRow.copy_of.is_(None) & (OutboxRow.kind == "note")
        wanted = select(OutboxRow).where(
            notes | OutboxRow.key.startswith("roundup:"), stored.contains(written, autoescape=True)
        )
        for row in (await session.scalars(wanted)).all():
            row.message = without_words(row.message)


async def forget_round_ups(session: AsyncSession, person: Person) -> None:
    """Takes the words out of what was told of live hours in which they have asked."""
    theirs = select(LiveQuestion.live_id).filter_by(customer_id=person.customer_id).distinct()
    for live_id in (await session.scalars(theirs)).all():
        told = OutboxRow.key.startswith(f"roundup:{live_id}:", autoescape=True)
        for row in (await session.scalars(select(OutboxRow).where(told, OutboxRow.state.in_(SETTLED)))).all():
            row.message = without_words(row.message)


def without_words(message: dict[str, Any]) -> dict[str, Any]:
    """A stored message as it stands when it has lost what it says."""
    return {name: message[name] for name in KEPT if name in message}


async def _rooms(session: AsyncSession) -> list[tuple[str, str, str]]:
    """The owners' rooms that there are or were: platform, bot and chat."""
    rooms = select(Conversation.platform, Conversation.bot, Conversation.chat_id).filter_by(kind="room")
    desks = select(DeskRow.platform, DeskRow.bot, DeskRow.chat_id).where(DeskRow.platform != "")
    return [(platform, bot, chat) for platform, bot, chat in await session.execute(rooms.union(desks))]


async def _told(session: AsyncSession, rooms: Sequence[tuple[str, str, str]], since: datetime, at_most: int) -> bool:
    """What the bot answered to owners' commands and told them by itself."""
    names = ["/".join(room) for room in rooms]
    says = cast(OutboxRow.message, Text).contains('"text"')
    wanted = select(OutboxRow).where(
        or_(OutboxRow.chat.in_(names), OutboxRow.conversation_id.is_not(None)),
        OutboxRow.kind.in_(("reply", "notice")),
        OutboxRow.copy_of.is_(None),
        OutboxRow.state.in_(SETTLED),
        OutboxRow.created_at >= since,
        says,
    )
    rows = (await session.scalars(wanted.order_by(OutboxRow.id).limit(at_most))).all()
    for row in rows:
        row.message = without_words(row.message)
    return bool(rows)


async def _asked(session: AsyncSession, rooms: Sequence[tuple[str, str, str]], since: datetime, at_most: int) -> bool:
    """What owners said in the general part, and for what they searched anywhere; stories and their parts stay."""
    newest = InboxRow.id.in_(last_ones(or_(false(), *(_in(room) for room in rooms))))
    general = InboxRow.conversation_id.in_(select(Conversation.id).filter_by(kind="room"))
    wanted = select(InboxRow.id, InboxRow.raw, newest).where(
        or_(false(), *(_in(room) for room in rooms)),
        or_(general, _searches()),
        InboxRow.words.is_not(None),
        InboxRow.album.is_(None),
        InboxRow.received_at >= since,
        InboxRow.state.in_(("done", "failed")),
        InboxRow.id.not_in(select(Story.asked_in).where(Story.asked_in.is_not(None))),
        InboxRow.id.not_in(select(OutboxRow.copy_of).where(OutboxRow.copy_of.is_not(None))),
    )
    rows = (await session.execute(wanted.order_by(InboxRow.id).limit(at_most))).all()
    for id, raw, is_newest in rows:
        one = InboxRow.id == id
        await session.execute(
            update(InboxRow).where(one).values(**bare(raw)) if is_newest else delete(InboxRow).where(one)
        )
    return bool(rows)


def last_ones(where: ColumnElement[bool]) -> Any:
    """The ids of the last update of each chat and each thread, asked once for all of them: looked for row by row, an
    owners' room with many threads would be read again for each."""
    places = (InboxRow.platform, InboxRow.chat_id, InboxRow.thread_id)
    return select(func.max(InboxRow.id)).where(where).group_by(*places)


def _in(room: tuple[str, str, str]) -> ColumnElement[bool]:
    platform, bot, chat = room
    return and_(InboxRow.platform == platform, InboxRow.bot == bot, InboxRow.chat_id == chat)


def _searches() -> ColumnElement[bool]:
    """Whether an update is a search, as each platform writes a command."""
    stored = cast(InboxRow.raw, Text)
    return or_(stored.contains('"/search'), stored.contains('"name": "search"'))
