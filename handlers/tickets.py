"""A question goes to the owner, and the owner's words come back: tickets, the customer's thread, the hand-over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.database import people
from bot.database.tables import Ticket
from bot.markup import from_markdown, quoted
from bot.messages import Button, Desk, InboundMessage, MessageRef, OutboundMessage, Outcome, Text
from handlers.context import Context
from handlers.expectations import when


def desk(ctx: Context) -> Desk:
    """The customer's thread in the owners' room."""
    return Desk(ctx.conversation.id)


def close_button(ctx: Context) -> Button:
    """Ends the ticket."""
    return ctx.button("close_button", "close")


async def open_ticket(
    message: InboundMessage,
    ctx: Context,
    *,
    sentence: str = "asked",
    card: str = "card",
    tried: str = "",
    stale: str | None = None,
) -> list[OutboundMessage]:
    """Tells the customer who will answer, and the owner what was asked. The first message is the customer's.

    Where a ticket is open already, the words are added to it.
    """
    ctx.outcome = Outcome.handed_over
    ctx.conversation.last_customer_at = ctx.now
    ctx.settles = ctx.settles or (Outcome.handed_over if ctx.held else None)
    ctx.conversation.thought_due_at = None
    words = message.text.plain.strip()
    if await people.open_ticket(ctx.session, ctx.conversation.id):
        return [ctx.reply(ctx.say("asked_already")), ctx.to_desk(ctx.say("more_from") + "\n" + quoted(words))]
    ctx.session.add(
        Ticket(
            conversation_id=ctx.conversation.id,
            customer_id=ctx.conversation.customer_id,
            question=words,
            why=card,
            opened_at=ctx.now,
        )
    )
    if ctx.conversation.state == "bot":
        ctx.conversation.state = "waiting"
    reply = ctx.reply(ctx.say(sentence, when=when(ctx), rest=words))
    return [reply, _card(message, ctx, card, tried, stale)]


def _card(message: InboundMessage, ctx: Context, card: str, tried: str, stale: str | None) -> OutboundMessage:
    """What the owner sees first: who asks what, what was tried, and how to answer."""
    words = message.text.plain.strip()
    nothing = "card_picture" if message.media else "card_command"
    text = ctx.say(card) + "\n" + (quoted(words) if words else ctx.say(nothing))
    if tried:
        text = text + "\n\n" + ctx.say("card_tried", tried=tried)
    if stale and (kept := ctx.house.knowledge.stored(stale)):
        text = text + "\n\n" + ctx.say("card_stale", id=stale) + "\n" + quoted(from_markdown(kept))
    text = text + "\n\n" + ctx.say("card_how")
    return ctx.to_desk(text, [close_button(ctx)], message.media)


async def pass_on(ctx: Context) -> list[OutboundMessage]:
    """The lines of an unfinished thought, into the thread as they were written."""
    return [await ctx.relay(line, desk(ctx), id) for line, id in zip(ctx.held, ctx.held_ids, strict=True)]


async def escalate(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A wish for a person, a complaint or anger goes to the owner at once, with what was said just before."""
    kind = ctx.house.phrases.escalation(message.text.plain) or "person"
    lines = (*ctx.held, message)
    whole = join(lines)
    return await open_ticket(whole, ctx, sentence=f"asked_{kind}", card=f"card_{kind}")


async def human(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/human, with or without words."""
    whole = join((*ctx.held, message))
    return await open_ticket(whole, ctx, sentence="asked_person", card="card_person")


def join(lines: Sequence[InboundMessage]) -> InboundMessage:
    """Lines of one thought as one message."""
    text = Text()
    for line in lines:
        text = text + ("\n" if text and line.text else "") + line.text
    return replace(lines[-1], text=text, media=tuple(media for line in lines for media in line.media))


async def from_customer(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """While a human speaks, the customer's words go to the thread and the bot is silent."""
    ctx.outcome = Outcome.relayed
    ctx.conversation.last_customer_at = ctx.now
    return [await ctx.relay(message, desk(ctx))]


async def from_owner(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The owner's words in the thread go to the customer; from now on a human speaks. What the customer had not
    finished saying is shown in the thread first."""
    ctx.outcome = Outcome.relayed
    unfinished = await pass_on(ctx)
    if unfinished:
        ctx.settles, ctx.conversation.thought_due_at = Outcome.relayed, None
    ctx.conversation.state = "handoff"
    ctx.conversation.last_owner_at = ctx.now
    ctx.conversation.handoff_ends_at = ctx.now + timedelta(hours=ctx.shop.handoff_silence_h)
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket and ticket.answered_at is None:
        ticket.answered_at = ctx.now
    return [*unfinished, await ctx.relay(message, ctx.chat)]


def is_note(message: InboundMessage, ctx: Context) -> bool:
    """A message whose first line begins with // stays in the room."""
    return message.kind == "text" and _begins_note(message)


def _begins_note(message: InboundMessage) -> bool:
    return message.text.plain.lstrip().startswith("//")


def in_strange_thread(message: InboundMessage, ctx: Context) -> bool:
    """Whether an owner writes in a thread of the room that is no customer's."""
    return message.kind == "text" and ctx.conversation.kind == "room" and message.chat.thread_id is not None


async def strange_thread(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Said once in each: it may be a topic of the owners' own, or one that a cut call left behind."""
    name = f"strange:{message.chat.chat_id}:{message.chat.thread_id}"
    if await ctx.sent.said(name):
        return []
    return [replace(ctx.reply(ctx.say("strange_thread"), kind="note"), key=name)]


async def note(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Stays where it is."""
    return []


async def close(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Ends ticket and handoff; the bot answers again. A customer who got no answer is told so."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    state = ctx.conversation.state
    if ticket is None and state == "bot":
        return [ctx.reply(ctx.say("closed_nothing"))]
    _end(ctx, ticket)
    messages = [ctx.reply(ctx.say("closed"))]
    if ticket and ticket.answered_at is None:
        messages.append(ctx.to_customer(ctx.say("closed_unanswered")))
    return messages


def _end(ctx: Context, ticket: Ticket | None) -> None:
    if ticket:
        ticket.closed_at = ctx.now
    ctx.conversation.state = "bot"
    ctx.conversation.handoff_ends_at = None


async def end_handoff(ctx: Context) -> list[OutboundMessage]:
    """The owner has been silent for long: the bot answers again, and both are told. Whoever waits, waits on."""
    ctx.conversation.handoff_ends_at = None
    if ctx.conversation.state != "handoff":
        return []
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    last_owner, last_customer = ctx.conversation.last_owner_at, ctx.conversation.last_customer_at
    unanswered = last_customer is not None and last_owner is not None and last_customer > last_owner
    suffix = "_waiting" if unanswered else ""
    hours = f"{ctx.shop.handoff_silence_h:g}"
    messages = [
        ctx.to_customer(ctx.say(f"handoff_over{suffix}"), kind="notice"),
        ctx.to_desk(ctx.say(f"handoff_over_owner{suffix}", hours=hours), [close_button(ctx)] if unanswered else []),
    ]
    if unanswered:
        await _wait_on(ctx, ticket)
    else:
        _end(ctx, ticket)
    return messages


async def _wait_on(ctx: Context, ticket: Ticket | None) -> None:
    ctx.conversation.state = "waiting"
    if ticket is None:
        ctx.session.add(
            Ticket(
                conversation_id=ctx.conversation.id,
                customer_id=ctx.conversation.customer_id,
                question="",
                why="card",
                opened_at=ctx.conversation.last_customer_at or ctx.now,
            )
        )


async def edited(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A changed message: an owner's changes the customer's copy; a customer's shows in the thread, both versions."""
    ref = ctx.ref(message)
    if ctx.in_room:
        keys = await ctx.sent.copies_of(ref)
        if not keys or _begins_note(message):
            return []
        ctx.outcome = Outcome.relayed
        target, copied = keys[0], ctx.inbox_id
        edit = OutboundMessage(ctx.chat, ctx.key(), "relay", "edit", text=message.text, target=target, copy_of=copied)
        return [*_taken_back(keys[1:], ctx), edit]
    if ctx.conversation.state == "bot":
        return []
    ctx.outcome = Outcome.relayed
    before = await ctx.sent.original(ref)
    words = before.text if before else ctx.say("unreadable")
    return [ctx.to_desk(ctx.say("changed", before=words, after=message.text))]


async def deleted(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A message taken back: an owner's disappears at the customer's, a customer's is told in the thread."""
    ref = ctx.ref(message)
    if ctx.in_room:
        return _taken_back(await ctx.sent.copies_of(ref), ctx)
    if ctx.conversation.state == "bot":
        return []
    before = await ctx.sent.original(ref)
    return [ctx.to_desk(ctx.say("took_back", before=before.text if before else ctx.say("unreadable")))]


def _taken_back(keys: Sequence[str | MessageRef], ctx: Context) -> list[OutboundMessage]:
    return [OutboundMessage(ctx.chat, ctx.key(), "relay", "delete", target=key) for key in keys]


async def waiting(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/waiting: who waits, longest first."""
    rows = await people.waiting(ctx.session)
    if not rows:
        return [ctx.reply(ctx.say("nobody_waits"))]
    text = ctx.say("waiting")
    for ticket, name in rows:
        since = f"{ticket.opened_at.astimezone(ctx.zone):%d.%m. %H:%M}"
        question = " ".join(ticket.question.split())[:120]
        text = text + "\n" + Text("• ") + ctx.say("waiting_line", name=name, since=since, question=question)
    return [ctx.reply(text)]
