"""A ticket ends, and may begin again: /close with a reason, silently, or later unless the customer writes; /reopen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.database import people
from bot.database.tables import Ticket
from bot.messages import InboundMessage, OutboundMessage
from handlers import after, moments, promises, waking
from handlers.context import Context

_SILENTLY = re.compile(r"(?:silently|quietly)\b[\s,;:]*", re.IGNORECASE)
_UNLESS = re.compile(r"\s*\bunless (?:they|he|she) writes?\b[\s,;:.]*", re.IGNORECASE)
LONGEST_REASON = 300


@dataclass(frozen=True)
class _Wish:
    """How to close: for which reason (the owners' alone), whether silently, and when if not now."""

    why: str = ""
    silently: bool = False
    at: datetime | None = None


async def close(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/close [silently] [in 2h] [reason]: ends ticket and handoff; the bot answers again. A customer who got no answer
    is told so, unless it is done silently."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None and ctx.conversation.state == "bot":
        return [ctx.reply(ctx.say("closed_nothing"))]
    wish = _wish(message, ctx)
    if wish.at:
        return [_later(ticket or await people.ticket_for(ctx.session, ctx.conversation, ctx.now), wish, wish.at, ctx)]
    if held := await promises.holds_open(ctx):
        return held
    said = ctx.say("closed")
    if wish.why:
        said = said + " " + ctx.say("closed_why", why=wish.why)
    return [ctx.reply(said, [ctx.button("reopen_button", "reopen")]), *await end(ticket, ctx, wish.why, wish.silently)]


def _wish(message: InboundMessage, ctx: Context) -> _Wish:
    """What was asked for by name, or in the words behind the command."""
    if message.kind != "command":
        return _Wish()
    words = (message.fields.get("reason") or message.text.plain).strip()
    silently, at = bool(message.fields.get("silently")), None
    if after := message.fields.get("after", "").strip():
        found = moments.moment(after, ctx)
        at = found if isinstance(found, datetime) else None
        words = words if at else f"{after} {words}".strip()
    while rest := _SILENTLY.match(words):
        silently, words = True, words[rest.end() :]
    if at is None and words[:3].casefold() == "in " and (begins := moments.beginning(words, ctx)):
        at, words = begins[0], _UNLESS.sub("", begins[1], count=1)
    while rest := _SILENTLY.match(words):
        silently, words = True, words[rest.end() :]
    return _Wish(" ".join(words.split())[:LONGEST_REASON], silently, at)


def _later(ticket: Ticket, wish: _Wish, at: datetime, ctx: Context) -> OutboundMessage:
    ticket.closes_at, ticket.closed_why, ticket.closed_silently = at, wish.why or None, wish.silently
    ctx.conversation.until_word = True
    waking.by(ctx, at)
    return ctx.reply(ctx.say("closes_later", when=moments.told(at, ctx)))


async def end(ticket: Ticket | None, ctx: Context, why: str = "", silently: bool = False) -> list[OutboundMessage]:
    """Ends ticket and handoff; what a customer is told who got no answer."""
    untold = ticket is not None and ticket.answered_at is None
    if ticket:
        settle(ticket)
        ticket.closed_at, ticket.closed_why, ticket.closed_silently = ctx.now, why or None, silently
        await after.plan(ticket, ctx)
    ctx.conversation.state = "bot"
    ctx.conversation.handoff_ends_at = None
    ctx.conversation.until_word = False
    return [ctx.to_customer(ctx.say("closed_unanswered"))] if untold and not silently else []


def settle(ticket: Ticket) -> None:
    """Nothing of it waits for its time any more."""
    ticket.snoozed_until, ticket.snoozed_till_word, ticket.closes_at = None, False, None


async def due(ctx: Context) -> list[OutboundMessage]:
    """Closes what was to be closed by now."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None or ticket.closes_at is None or ticket.closes_at > ctx.now:
        return []
    if held := await promises.holds_open(ctx):
        ticket.closes_at, ticket.closed_why, ticket.closed_silently = None, None, False
        return held
    said = ctx.to_desk(ctx.say("closed_by_itself"), [ctx.button("reopen_button", "reopen")])
    return [said, *await end(ticket, ctx, ticket.closed_why or "", ticket.closed_silently)]


async def next_at(ctx: Context) -> datetime | None:
    """When a ticket of this conversation closes by itself."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    return ticket.closes_at if ticket else None


async def called_off(ticket: Ticket, ctx: Context) -> list[OutboundMessage]:
    """A close that was to come is called off."""
    if ticket.closes_at is None:
        return []
    ticket.closes_at, ticket.closed_why, ticket.closed_silently = None, None, False
    return [ctx.to_desk(ctx.say("close_called_off"))]


async def reopen(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/reopen: the last ticket is open again, as it stood; the customer hears nothing of it."""
    if await people.open_ticket(ctx.session, ctx.conversation.id):
        return [ctx.reply(ctx.say("reopen_open"))]
    ticket = await people.last_ticket(ctx.session, ctx.conversation.id)
    if ticket is None:
        return [ctx.reply(ctx.say("reopen_nothing"))]
    ticket.closed_at, ticket.closed_why, ticket.closed_silently = None, None, False
    answered = ticket.answered_at is not None
    ctx.conversation.state = "handoff" if answered else "waiting"
    ctx.conversation.handoff_ends_at = ctx.now + timedelta(hours=ctx.shop.handoff_silence_h) if answered else None
    return [ctx.reply(ctx.say("reopened"), [ctx.button("close_button", "close")])]
