"""What a handler is given beside the message: put together from the rows around a stored update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox
from bot.adapter import Adapter
from bot.database.people import customer_of
from bot.database.tables import Conversation, Customer
from bot.jobs import Handled, Job
from bot.messages import ChatRef, Desk, InboundMessage, OutboundMessage
from bot.sent import Sent
from handlers.context import Context, House


async def context_of(
    session: AsyncSession, job: Job, house: House, adapters: Mapping[str, Adapter], now: datetime
) -> Context:
    """The surroundings of a message, or of a conversation's own alarm."""
    conversation, message, room = job.conversation, job.message, house.room
    in_room = conversation.kind == "room"
    if message and room:  # the stored id: the message itself may name the chat by one that it had before
        in_room = in_room or inbox.in_room(replace(message.chat, chat_id=job.chat_id or ""), room)
    thread_id = message.chat.thread_id if in_room and message else None
    here: ChatRef | Desk = ChatRef(conversation.platform, conversation.bot, conversation.chat_id, thread_id)
    if in_room and conversation.kind == "customer":
        here = Desk(conversation.id)
    sender = f"{message.platform}:{message.sender.id}" if message else ""
    return Context(
        session=session,
        house=house,
        conversation=conversation,
        customer=await _customer(session, conversation, message if not in_room else None, now),
        sent=Sent(session, now, adapters),
        now=now,
        name=f"in:{job.inbox_id}" if job.inbox_id else f"wake:{conversation.id}:{now.timestamp():.6f}",
        here=here,
        in_room=in_room,
        is_owner=in_room or sender in house.owner_ids,
        inbox_id=job.inbox_id,
        held=job.held,
        held_ids=job.held_ids,
    )


async def _customer(
    session: AsyncSession, conversation: Conversation, message: InboundMessage | None, now: datetime
) -> Customer | None:
    if conversation.kind == "room":
        return None
    if message:
        return await customer_of(session, conversation, message.sender, now)
    return await session.get(Customer, conversation.customer_id) if conversation.customer_id else None


def handled(messages: list[OutboundMessage], ctx: Context, message: InboundMessage | None, adapter: Adapter) -> Handled:
    """What a handler gave back. A command that wants its answer at its own place always gets one."""
    waits = message is not None and message.kind == "command" and adapter.capabilities.answers_in_place
    if waits and not any(said.op == "send" and said.in_answer_to == ctx.inbox_id for said in messages):
        messages = [ctx.reply(ctx.say("done")), *messages]
    person = ctx.conversation.customer_id
    ours = [m if m.customer_id or m.kind in ("post", "offer") else replace(m, customer_id=person) for m in messages]
    return Handled(ours, ctx.outcome, ctx.settles, ctx.explanation)
