"""What a row of the outbox stands for: the call to be made, with every name in it resolved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import copies, desks, merging, outbox
from bot.adapter import Adapter, Call, DeliveryError, Reason
from bot.carrying import Carrier, NotYet
from bot.database.inserts import plain
from bot.database.tables import DeskRow, InboxRow, OutboxRow
from bot.database.tables.base import Instant
from bot.messages import ChatRef, Desk, MessageRef, OutboundMessage, Receipt, dump, load

FIRST_LOOK, LAST_LOOK = timedelta(seconds=1), timedelta(seconds=30)
"""How soon a message that waits for a file is looked at again."""
FURTHER = re.compile("[#/]")
_ASKED = select(InboxRow.raw).where(InboxRow.id == bindparam("answered"))
_STORED_AT = select(InboxRow.id, InboxRow.received_at).where(InboxRow.id.in_(bindparam("ids", expanding=True)))
_TAKEN = (
    update(plain(OutboxRow))
    .where(OutboxRow.id == bindparam("row"))
    .values(
        state="sent",
        error="",
        sent_at=bindparam("at", type_=Instant),
        chat_id=bindparam("in_chat"),
        message_id=bindparam("as_message"),
        thread_id=bindparam("in_thread"),
        media_ids=bindparam("as_media", type_=JSON),
    )
)


@dataclass(frozen=True)
class Ready:
    """A row that is committed as sending, with the call that it stands for; `since` is when it might first go, `more`
    what has to be said besides."""

    row_id: int
    kind: str
    attempts: int
    since: datetime
    call: Call
    adapter: Adapter
    desk: DeskRow | None
    opens: bool
    more: OutboundMessage | None = None

    @property
    def is_reply(self) -> bool:
        """Whether somebody waits for it, so that it counts how long it takes."""
        return self.kind == "reply" and self.call.message.op == "send"


Ended = tuple[Ready, Receipt]
"""A call that the platform took."""


class Astray(DeliveryError):
    """The platform put a message for a desk elsewhere: the thread is gone, and the stray copy too many."""

    def __init__(self, stray: MessageRef) -> None:
        super().__init__(Reason.thread_gone, "The platform put it elsewhere.")
        self.stray = stray


async def prepare(
    session: AsyncSession, row: OutboxRow, adapters: Mapping[str, Adapter], now: datetime, carrier: Carrier
) -> Ready | None:
    """Resolves every name in the row and marks it as sending. None when there is nothing to call, or not yet."""
    if row.state != "claimed":
        return None  # cancelled since
    message = load(OutboundMessage, row.message)
    target = await resolve(session, message.target)
    message = await _anew(session, row, message, target)
    if message.op == "edit" and target is None and await outbox.on_its_way(session, str(message.target)):
        row.state, row.due_at = "waiting", now + timedelta(seconds=1)
        return None  # the card's edits have a lane of their own
    if message.op not in ("send", "mark") and target is None:
        row.state, row.error = "cancelled", "The message that it is about was never sent."
        return None
    desk = await desks.ensure(session, message.to.conversation_id, None) if isinstance(message.to, Desk) else None
    homeless = desk is not None and desk.thread_id is None
    gone = message.op == "mark" or (target is not None and target.chat.thread_id is not None)
    if desk and homeless and message.op == "mark" and await outbox.something_opens(session, desk.conversation_id):
        row.state, row.due_at = "waiting", now + timedelta(seconds=1)
        return None
    if homeless and message.op != "send" and gone:
        row.state, row.error = "cancelled", "There is no thread of what it is about."
        return None
    chat = desks.chat_of(desk) if desk else message.to
    assert isinstance(chat, ChatRef)
    try:
        message, more = await carrier.carried(session, message, chat, now) if message.media else (message, None)
    except NotYet:
        # Each look costs a place in the platform's pace, so they become rarer.
        row.state, row.due_at = "waiting", now + min(max(FIRST_LOOK, (now - row.created_at) / 2), LAST_LOOK)
        return None
    opens = homeless and message.op == "send"
    if desk and opens and not await desks.begin_opening(session, desk):
        row.state, row.due_at = "waiting", now + timedelta(seconds=1)
        return None
    row.state, row.attempts = "sending", row.attempts + 1
    quotes = await resolve(session, message.quotes)
    adapter, nonce = adapters[chat.platform], f"{row.id:x}-{row.created_at.timestamp():.0f}"
    call = Call(chat, message, nonce, target, quotes, *await _asked(session, message, adapter))
    since = max(row.created_at, row.not_before or row.created_at)
    return Ready(row.id, row.kind, row.attempts, since, call, adapter, desk, opens, more if row.attempts == 1 else None)


async def _anew(
    session: AsyncSession, row: OutboxRow, message: OutboundMessage, target: MessageRef | None
) -> OutboundMessage:
    """An edit of a customer's words whose thread is gone says them anew in the next one: they may not be lost."""
    theirs = message.op == "edit" and message.copy_of is not None and bool(message.text)
    if not theirs or not isinstance(message.to, Desk) or target is None:
        return message
    desk = await desks.ensure(session, message.to.conversation_id, None)
    if desk.thread_id is not None or target.chat.thread_id is None:
        return message
    said = replace(message, op="send", target=None)
    row.op, row.target, row.message = "send", None, dump(said)
    return said


async def _asked(
    session: AsyncSession, message: OutboundMessage, adapter: Adapter
) -> tuple[dict[str, Any] | None, bool]:
    """The raw update that a message answers, where the platform wants its answer there, and whether it is the first
    of its answers: those that follow, and later parts, bear a mark in their names."""
    if message.in_answer_to is None or not adapter.capabilities.answers_in_place:
        return None, True
    raw: dict[str, Any] | None = await session.scalar(_ASKED, {"answered": message.in_answer_to})
    return raw, not FURTHER.search(message.key)


async def make(ready: Ready) -> Receipt:
    """Makes the call, which opens the desk's thread where there is none. Raises DeliveryError."""
    if ready.desk and ready.opens:
        return await ready.adapter.open_thread(ready.call.chat, ready.desk.title, ready.call)
    receipt = await ready.adapter.send(ready.call)
    asked = ready.call.chat.thread_id
    if ready.desk and asked and receipt.thread_id not in (None, asked):
        raise Astray(MessageRef(replace(ready.call.chat, thread_id=receipt.thread_id), receipt.message_id))
    return receipt


def taken_back(row: OutboxRow, stray: MessageRef) -> OutboundMessage:
    """Deletes the copy that went astray, so that the same message is there once."""
    key = f"astray:{row.key}:{stray.message_id}"
    return OutboundMessage(stray.chat, key, "note", "delete", target=stray, customer_id=row.customer_id)


async def taken(session: AsyncSession, ended: Sequence[Ended], now: datetime, carrier: Carrier) -> list[float | None]:
    """Notes that calls were taken; returns of each, if it is a reply, how long it took: from the storing of what it
    answers (else of itself) to now, in seconds."""
    if not ended:
        return []
    together = [(ready, receipt) for ready, receipt in ended if merging.is_merged(ready.call.message)]
    for ready, receipt in together:  # before their whole, in the order in which an edit locks them
        await merging.arrived(session, ready.row_id, ready.call.message, receipt, _receipt(ready, receipt, now))
    await session.execute(_TAKEN, [_receipt(ready, receipt, now) for ready, receipt in ended])
    for ready, receipt in ended:
        sent = ready.call.message
        if not merging.is_merged(sent) and (sent.media or sent.copy_of or len(receipt.message_ids) > 1):
            await copies.note_parts(session, await session.get_one(OutboxRow, ready.row_id), sent, receipt)
        if sent.media:
            await carrier.remember(session, sent, ready.call.chat, receipt)
        if ready.desk and ready.opens and receipt.thread_id:
            await desks.opened(session, ready.desk, receipt.thread_id)
        elif ready.desk and ready.opens:
            await desks.not_opened(session, ready.desk)
    replies = [ready.call.message for ready, _ in ended if ready.is_reply]
    asked = [reply.in_answer_to for reply in replies if reply.in_answer_to]
    stored = await session.execute(_STORED_AT, {"ids": asked}) if asked else ()
    since: dict[int | None, datetime] = dict(list(stored))
    return [
        (now - since.get(ready.call.message.in_answer_to, ready.since)).total_seconds() if ready.is_reply else None
        for ready, _ in ended
    ]


def _receipt(ready: Ready, receipt: Receipt, now: datetime) -> dict[str, Any]:
    return {
        "row": ready.row_id,
        "at": now,
        "in_chat": ready.call.chat.chat_id,
        "as_message": receipt.message_id,
        "in_thread": receipt.thread_id or ready.call.chat.thread_id,
        "as_media": {"ids": list(receipt.media_ids)} if receipt.media_ids else None,
    }


async def resolve(session: AsyncSession, name: str | MessageRef | None) -> MessageRef | None:
    """What the platform calls the message of that name; None while it has not been sent."""
    if name is None or isinstance(name, MessageRef):
        return name
    row = await outbox.by_key(session, name)
    if row is None or row.message_id is None or row.chat_id is None:
        return None
    to = load(OutboundMessage, row.message).to
    bot = to.bot if isinstance(to, ChatRef) else (await session.get_one(DeskRow, to.conversation_id)).bot
    return MessageRef(ChatRef(row.platform, bot, row.chat_id, row.thread_id), row.message_id)
