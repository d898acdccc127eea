"""A ticket is out of the owners' way until a time, or until the customer's next words; it comes back by itself."""

from __future__ import annotations

from datetime import datetime

from bot.database import people
from bot.database.tables import Ticket
from bot.markup import quoted
from bot.messages import InboundMessage, OutboundMessage, Text
from handlers import closing, moments, pleasantries, waking
from handlers.context import Context

_OFF = ("off", "end", "stop", "now")


async def snooze(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/snooze [until when]: until that time or the customer's next words, without a time until these alone."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None and ctx.conversation.state == "bot":
        return [ctx.reply(ctx.say("snooze_nothing"))]
    phrase = (message.fields.get("until") or message.text.plain).strip()
    if phrase.casefold() in _OFF:
        return await wake_up(message, ctx)
    until = moments.moment(phrase, ctx) if phrase else None
    if isinstance(until, Text):
        return [ctx.reply(until)]
    ticket = ticket or await people.ticket_for(ctx.session, ctx.conversation, ctx.now)
    ticket.snoozed_until, ticket.snoozed_till_word = until, until is None
    ctx.conversation.until_word = True
    if until:
        waking.by(ctx, until)
    said = ctx.say("snoozed_until", when=moments.told(until, ctx)) if until else ctx.say("snoozed_till_word")
    return [ctx.reply(said, [ctx.button("unsnooze_button", "unsnooze")])]


def is_snoozed(ticket: Ticket) -> bool:
    """Whether it is out of the way just now."""
    return ticket.snoozed_until is not None or ticket.snoozed_till_word


async def wake_up(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/snooze off, or the button: it is back at once."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None or not is_snoozed(ticket):
        return [ctx.reply(ctx.say("snooze_over"))]
    _end(ticket, ctx)
    return [ctx.reply(ctx.say("unsnoozed"))]


def _end(ticket: Ticket, ctx: Context) -> None:
    ticket.snoozed_until, ticket.snoozed_till_word = None, False
    ctx.conversation.until_word = ticket.closes_at is not None


async def due(ctx: Context) -> list[OutboundMessage]:
    """Brings back what was to be out of the way until now."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None or ticket.snoozed_until is None or ticket.snoozed_until > ctx.now:
        return []
    _end(ticket, ctx)
    text = ctx.say("snooze_back")
    if ticket.question:
        text = text + "\n" + quoted(ticket.question)
    return [ctx.to_desk(text, [ctx.button("close_button", "close")])]


async def next_at(ctx: Context) -> datetime | None:
    """When a snooze of this conversation ends."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    return ticket.snoozed_until if ticket else None


async def customer_writes(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """What ends with the customer's next words: a snooze, whichever it was, and a close that was to come; but a mere
    thank-you calls no close off."""
    if not ctx.conversation.until_word:
        return []
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    ctx.conversation.until_word = False
    if ticket is None:
        return []
    messages = []
    if is_snoozed(ticket):
        ticket.snoozed_until, ticket.snoozed_till_word = None, False
        messages.append(ctx.to_desk(ctx.say("snooze_back_words")))
    if pleasantries.is_pleasantry(message, ctx):
        ctx.conversation.until_word = ticket.closes_at is not None
        return messages
    return messages + await closing.called_off(ticket, ctx)
