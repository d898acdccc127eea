"""Old messages go by themselves: a daily run deletes what is older than the shop keeps, in small transactions.

Nothing goes while a question of that conversation is open. What was said last in a chat stays as an id without words:
a platform whose history is read back asks from there on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import hearsay
from bot.database.doors import Database
from bot.database.tables import (
    Attachment,
    BarredPrint,
    ButtonRow,
    Conversation,
    Erasure,
    HeldWords,
    InboxRow,
    LiveQuestion,
    OutboxRow,
    Phrasing,
    PostReply,
    Promise,
    Rating,
    SentPart,
    Story,
    Ticket,
)

log = structlog.get_logger()

AT_ONCE = 500
"""Rows that are deleted in one transaction."""
SETTLED = ("sent", "dead", "cancelled")


async def forget_old(database: Database, before: datetime, now: datetime) -> int:
    """Deletes the messages, questions and buttons from before that instant; returns how many messages went. It can be
    cut at any time: the next run goes on."""
    counts = {"heard": 0, "said": 0}
    more = True
    while more:
        async with database.write() as session:
            said, heard = await _calls(session, before), await _words(session, before)
            more = bool(said or heard or await _small_things(session, before))
        counts = {"heard": counts["heard"] + heard, "said": counts["said"] + said}
    async with database.write() as session:
        await session.execute(delete(BarredPrint).where(BarredPrint.until <= now))
        if any(counts.values()):
            row = {"by": "age", "state": "done", "counts": counts, "asked_at": now, "due_at": now, "done_at": now}
            session.add(Erasure(**row))
    await database.forget_log()
    if any(counts.values()):
        log.info("Old messages were deleted", **counts)
    return sum(counts.values())


async def _older(session: AsyncSession, id: Any, at: Any, before: datetime) -> ColumnElement[bool]:
    """Whether a row is from before that instant. Ids count up with the time: nothing is looked at behind the first
    that is younger, which spares an index that every message would pay for."""
    younger = await session.scalar(select(id).where(at >= before).order_by(id).limit(1))
    older: ColumnElement[bool] = at < before
    return older if younger is None else older & (id < younger)


def _closed(conversation_id: Any) -> ColumnElement[bool]:
    """Whether nothing is open in a conversation."""
    talks = Conversation.state != "bot"
    open_one = exists().where(Ticket.conversation_id == conversation_id, Ticket.closed_at.is_(None))
    return and_(~open_one, ~exists().where(Conversation.id == conversation_id, Conversation.kind == "customer", talks))


async def _calls(session: AsyncSession, before: datetime) -> int:
    """Calls that were made, save posts (by these their copies are known) and what belongs to an open question."""
    waiting = select(Ticket.customer_id).where(Ticket.closed_at.is_(None), Ticket.customer_id.is_not(None))
    old = (
        select(OutboxRow.id, OutboxRow.key)
        .where(await _older(session, OutboxRow.id, OutboxRow.created_at, before))
        .where(OutboxRow.state.in_(SETTLED), OutboxRow.kind != "post")
        .where(or_(OutboxRow.conversation_id.is_(None), _closed(OutboxRow.conversation_id)))
        .where(or_(OutboxRow.customer_id.is_(None), OutboxRow.customer_id.not_in(waiting)))
    )
    rows = (await session.execute(old.order_by(OutboxRow.id).limit(AT_ONCE))).all()
    ids, keys = [id for id, _ in rows], [key for _, key in rows]
    cards = update(Conversation).where(Conversation.card.in_(keys))  # the next question brings another
    await session.execute(cards.values(card=None, card_shown=None, card_due_at=None))
    await session.execute(delete(SentPart).where(SentPart.outbox_id.in_(ids)))
    await session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))
    return len(ids)


async def _words(session: AsyncSession, before: datetime) -> int:
    """What people wrote, save what tells a story."""
    newest = InboxRow.id.in_(hearsay.last_ones(InboxRow.chat_id.is_not(None)))
    old = (
        select(InboxRow.id, InboxRow.raw, newest)
        .where(await _older(session, InboxRow.id, InboxRow.received_at, before))
        .where(InboxRow.state.in_(("done", "failed", "emptied")))
        .where((InboxRow.state != "emptied") | ~newest)
        .where(or_(InboxRow.conversation_id.is_(None), _closed(InboxRow.conversation_id)))
        .where(InboxRow.id.not_in(select(Story.asked_in).where(Story.asked_in.is_not(None))))
        .where(~exists().where(OutboxRow.copy_of == InboxRow.id))
    )
    rows = (await session.execute(old.order_by(InboxRow.id).limit(AT_ONCE))).all()
    ids = [id for id, _, _ in rows]
    await _let_go(session, ids)
    for id, raw, is_newest in rows:
        if is_newest:
            await session.execute(update(InboxRow).where(InboxRow.id == id).values(**hearsay.bare(raw)))
    await session.execute(delete(InboxRow).where(InboxRow.id.in_([id for id, _, last in rows if not last])))
    return len(rows)


async def _let_go(session: AsyncSession, ids: Sequence[int]) -> None:
    """Whatever names these updates does so no more; files have an age of their own."""
    await session.execute(delete(HeldWords).where(HeldWords.inbox_id.in_(ids)))
    await session.execute(update(PostReply).where(PostReply.inbox_id.in_(ids)).values(words=""))
    await session.execute(delete(LiveQuestion).where(LiveQuestion.inbox_id.in_(ids)))
    await session.execute(update(SentPart).where(SentPart.inbox_id.in_(ids)).values(inbox_id=None))
    await session.execute(update(Attachment).where(Attachment.inbox_id.in_(ids)).values(inbox_id=None))


async def _small_things(session: AsyncSession, before: datetime) -> int:
    """Closed questions with what belongs to them, buttons, replies to stories, decided phrasings."""
    count = 0
    asked = select(Ticket.id).where(Ticket.closed_at < before).order_by(Ticket.id).limit(AT_ONCE)
    ids = (await session.scalars(asked)).all()
    await session.execute(delete(Rating).where(Rating.ticket_id.in_(ids)))
    await session.execute(delete(Promise).where(Promise.ticket_id.in_(ids)))
    await session.execute(delete(Ticket).where(Ticket.id.in_(ids)))
    count += len(ids)
    for table, key, old in (
        (ButtonRow, ButtonRow.token, (ButtonRow.created_at < before) & _closed(ButtonRow.conversation_id)),
        (Phrasing, Phrasing.id, Phrasing.decided_at < before),
        (PostReply, PostReply.inbox_id, PostReply.at < before),
        (LiveQuestion, LiveQuestion.id, LiveQuestion.at < before),
    ):
        keys = (await session.scalars(select(key).where(old).limit(AT_ONCE))).all()
        await session.execute(delete(table).where(key.in_(keys)))
        count += len(keys)
    return count
