"""What a row of the outbox stands for: the call to be made, with every name in it resolved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import desks, outbox
from bot.adapter import Adapter, Call, DeliveryError, Reason
from bot.database.tables import DeskRow, InboxRow, OutboxRow
from bot.messages import ChatRef, Desk, MessageRef, OutboundMessage, Receipt, load

FURTHER = re.compile("[#/]")
_ASKED = select(InboxRow.raw).where(InboxRow.id == bindparam("answered"))
_STORED_AT = select(InboxRow.received_at).where(InboxRow.id == bindparam("answered"))


@dataclass(frozen=True)
class Ready:
    """A row that is committed as sending, with the call that it stands for; `since` is when it might first go."""

    row_id: int
    kind: str
    attempts: int
    since: datetime
    call: Call
    adapter: Adapter
    desk: DeskRow | None
    opens: bool


class Astray(DeliveryError):
    """The platform put a message for a desk elsewhere: the thread is gone, and the stray copy too many."""

    def __init__(self, stray: MessageRef) -> None:
        super().__init__(Reason.thread_gone, "The platform put it elsewhere.")
        self.stray = stray


async def prepare(
    session: AsyncSession, row: OutboxRow, adapters: Mapping[str, Adapter], now: datetime
) -> Ready | None:
    """Resolves every name in the row and marks it as sending. None when there is nothing to call."""
    if row.state != "claimed":
        return None  # cancelled since
    message = load(OutboundMessage, row.message)
    target = await resolve(session, message.target)
    if message.op not in ("send", "mark") and target is None:
        row.state, row.error = "cancelled", "The message that it is about was never sent."
        return None
    desk = await desks.ensure(session, message.to.conversation_id, None) if isinstance(message.to, Desk) else None
    homeless = desk is not None and desk.thread_id is None
    gone = message.op == "mark" or (target is not None and target.chat.thread_id is not None)
    if homeless and message.op != "send" and gone:
        row.state, row.error = "cancelled", "There is no thread of what it is about."
        return None
    opens = homeless and message.op == "send"
    if desk and opens and not await desks.begin_opening(session, desk):
        row.state, row.due_at = "waiting", now + timedelta(seconds=1)
        return None
    row.state, row.attempts = "sending", row.attempts + 1
    chat = desks.chat_of(desk) if desk else message.to
    assert isinstance(chat, ChatRef)
    quotes = await resolve(session, message.quotes)
    adapter, nonce = adapters[chat.platform], f"{row.id:x}-{row.created_at.timestamp():.0f}"
    call = Call(chat, message, nonce, target, quotes, *await _asked(session, message, adapter))
    since = max(row.created_at, row.not_before or row.created_at)
    return Ready(row.id, row.kind, row.attempts, since, call, adapter, desk, opens)


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


async def reply_s(session: AsyncSession, row: OutboxRow, message: OutboundMessage) -> float | None:
    """How long a reply took, from the storing of what it answers (else of itself) to now."""
    if row.kind != "reply" or row.op != "send" or row.sent_at is None:
        return None
    answered = message.in_answer_to
    stored_at = await session.scalar(_STORED_AT, {"answered": answered}) if answered else None
    return (row.sent_at - (stored_at or row.created_at)).total_seconds()


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
