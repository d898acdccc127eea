"""What a handler is given beside the message: put together from the rows around a stored update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox
from bot.adapter import Adapter
from bot.database.people import customer_of
from bot.database.tables import Conversation, Customer, InboxRow
from bot.jobs import Handled, Job
from bot.messages import ChatRef, Desk, InboundMessage, MessageRef, OutboundMessage
from bot.sent import Sent
from bot.worker import HELD
from handlers.context import Context, House, Private


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
        asks=MessageRef(message.chat, message.message_id) if message and message.message_id else None,
        privately=partial(_privately, adapters[conversation.platform]),
    )


async def _privately(adapter: Adapter, ctx: Context) -> Private:
    """The private conversation of whoever wrote in public, held like the public one, so that a ticket may be opened."""
    assert ctx.customer is not None
    public, session = ctx.conversation, ctx.session
    chat = ChatRef(public.platform, public.bot, adapter.private_chat(ctx.customer.platform_id))
    found = await inbox.conversation_id(session, chat, "", "customer")
    conversation = await session.get_one(Conversation, found, with_for_update=HELD)
    conversation.customer_id = ctx.customer.id
    met = await session.scalar(select(InboxRow.id).filter_by(conversation_id=found).limit(1)) is not None
    private = replace(
        ctx, conversation=conversation, here=chat, name=f"{ctx.name}:private", replies_as="", held=(), held_ids=(),
        asked_id=ctx.asked_id or ctx.inbox_id, asks=None, in_place=False,
    )  # fmt: skip
    reachable = (met and ctx.customer.reachable) or adapter.capabilities.writes_first
    return Private(private, reachable, getattr(adapter, "private_link", ""))


async def _customer(
    session: AsyncSession, conversation: Conversation, message: InboundMessage | None, now: datetime
) -> Customer | None:
    if conversation.kind == "room" or (message and not message.sender.id):  # such as counts, of which nobody is told
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
