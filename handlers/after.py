"""After a question was answered and closed: did that help? Asked once, later, of whoever wants to be asked; then a
rating, and a word on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.database import people, ratings
from bot.database.tables import Ticket
from bot.markup import quoted
from bot.messages import Button, Desk, InboundMessage, OutboundMessage, Outcome
from handlers import consents, pleasantries, waking
from handlers.context import Context
from handlers.expectations import when
from handlers.preferences import next_contact, unasked

NOT_OFTEN = timedelta(days=7)
"""Nobody is asked more often than this, however many questions of theirs are answered."""
TOO_LATE = timedelta(days=4)
"""When it could not be asked by then, it isn't asked any more: nobody remembers."""
PATIENCE = timedelta(minutes=15)
"""How long after the stars the next words may be a comment on them."""
WORDS_AT_MOST = 80
STARS = range(1, 6)


async def offer(ctx: Context) -> list[Button]:
    """The question whether they want to be asked later, once in a customer's life here: a button under the sentence
    that their first question has gone to the owner. Nobody is asked without that yes, or one in /settings."""
    customer = ctx.customer
    if customer is None or not ctx.shop.ask_if_solved or customer.stopped_at or "follow_up" in (customer.wants or {}):
        return []
    asked_before = await ratings.has_asked(ctx.session, customer.id)
    return [] if asked_before else [ctx.button("follow_up_button", "ask_me_later")]


async def wanted(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The customer wants to be asked."""
    await consents.note(ctx, "follow_up", True, ctx.say("follow_up_button"))
    return [_without_buttons(message, ctx), ctx.reply(ctx.say("follow_up_wanted"))]


async def plan(ticket: Ticket, ctx: Context) -> None:
    """An answered question was closed: the customer is asked about it later, in opening hours, unless they were lately
    or have been asked about it before."""
    if not ctx.shop.ask_if_solved or ticket.asked_solved_at or ticket.answered_at is None or ticket.closed_silently:
        return
    if ticket.customer_id and await ratings.asked_since(ctx.session, ticket.customer_id, ctx.now - NOT_OFTEN):
        return
    at, hours = ctx.now + timedelta(hours=ctx.shop.ask_solved_h), ctx.shop.hours
    ticket.ask_solved_at = at if not hours.known or hours.is_open(at) else hours.next_opening(at)
    if ticket.ask_solved_at:
        waking.by(ctx, ticket.ask_solved_at)


async def due(ctx: Context) -> list[OutboundMessage]:
    """Asks, where it is time and the customer may be written to now."""
    ticket = await people.latest_ticket(ctx.session, ctx.conversation.id)
    if ticket is None or ticket.ask_solved_at is None or ticket.ask_solved_at > ctx.now:
        return []
    at = next_contact(ctx.customer, "follow_up", ctx.now, ctx.zone) if ctx.customer else None
    talking = ticket.closed_at is None or ctx.conversation.state != "bot"
    if at is None or talking or ctx.now - ticket.ask_solved_at > TOO_LATE:
        ticket.ask_solved_at = None
        return []
    if at > ctx.now:
        ticket.ask_solved_at = at
        return []
    return _asks(ticket, ctx)


def _asks(ticket: Ticket, ctx: Context) -> list[OutboundMessage]:
    assert ctx.customer is not None
    ticket.ask_solved_at, ticket.asked_solved_at = None, ctx.now
    value = {"ticket": ticket.id}
    choices = (
        ctx.button("helped_yes_button", "helped_yes", value),
        ctx.button("helped_no_button", "helped_no", value),
        ctx.button("why_button", "why", {"kind": "follow_up"}),
    )
    words = _short(ticket)
    text = ctx.say("did_it_help", question=words) if words else ctx.say("did_it_help_at_all")
    message = OutboundMessage(ctx.chat, f"helped:{ticket.id}", text=text, buttons=choices)
    asked = unasked(message, ctx.customer, "follow_up", ctx.now, ctx.zone)
    return [asked] if asked else []


async def next_at(ctx: Context) -> datetime | None:
    """When the customer is asked."""
    ticket = await people.latest_ticket(ctx.session, ctx.conversation.id)
    return ticket.ask_solved_at if ticket else None


def _short(ticket: Ticket) -> str:
    words = " ".join(ticket.question.split())
    return words if len(words) <= WORDS_AT_MOST else words[: WORDS_AT_MOST - 1] + "…"


async def _about(value: dict[str, Any], ctx: Context) -> Ticket | None:
    ticket = await ctx.session.get(Ticket, int(value["ticket"]))
    return ticket if ticket and ticket.conversation_id == ctx.conversation.id else None


async def helped(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """It did: how was it, from one to five?"""
    ticket = await _about(value, ctx)
    if ticket is None:
        return [ctx.reply(ctx.say("settled"))]
    told = [] if ticket.closed_at is None else [ctx.to_desk(ctx.say("helped_owner", question=_short(ticket)))]
    choices = [ctx.labelled(f"{stars} ★", "rate", value | {"stars": stars}) for stars in STARS]
    return [_without_buttons(message, ctx), ctx.reply(ctx.say("rate_it"), choices), *told]


async def helped_not(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """It did not: the question is open again, with its words; what the customer writes now goes with it."""
    ticket = await _about(value, ctx)
    if ticket is None or ticket.closed_at is None:
        return [_without_buttons(message, ctx), ctx.reply(ctx.say("asked_already", when=await when(ctx)))]
    ctx.outcome = Outcome.handed_over
    if await people.open_ticket(ctx.session, ctx.conversation.id) is None:
        ticket.closed_at, ticket.closed_why, ticket.remind_at, ticket.reminded = None, None, None, 0
        ticket.told_at = ctx.now
        if ctx.conversation.state == "bot":
            ctx.conversation.state = "waiting"
    line = ctx.say("helped_not_owner") + "\n" + quoted(ticket.question)
    told = ctx.to_desk(line, [ctx.button("close_button", "close")])
    return [_without_buttons(message, ctx), ctx.reply(ctx.say("helped_not", when=await when(ctx))), told]


def _without_buttons(message: InboundMessage, ctx: Context) -> OutboundMessage:
    return OutboundMessage(ctx.here, ctx.key(), "notice", "edit", target=ctx.ref(message))


async def rate(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The stars go to the owner; for a while the next words may be a comment."""
    ticket, stars = await _about(value, ctx), int(value["stars"])
    if ticket is None or stars not in STARS:
        return [ctx.reply(ctx.say("settled"))]
    before = await ratings.rate(ctx.session, ticket, stars, ctx.now)
    since = ctx.now.isoformat()
    ctx.conversation.awaiting = {"step": "comment", "by": "", "ticket": ticket.id, "since": since}
    thanks = ctx.reply(ctx.say("rated"))
    if before == stars:
        return [thanks]
    shown = "★" * stars + "☆" * (len(STARS) - stars)
    return [thanks, ctx.to_desk(ctx.say("rated_owner", stars=shown, question=_short(ticket)))]


def is_comment(message: InboundMessage, ctx: Context) -> bool:
    """Whether the words are a comment on the stars, and nothing that wants an answer."""
    awaiting, words = ctx.conversation.awaiting, message.text.plain
    if message.kind != "text" or not awaiting or awaiting["step"] != "comment" or ctx.conversation.state != "bot":
        return False
    if ctx.now - datetime.fromisoformat(awaiting["since"]) > PATIENCE or not words.strip():
        return False
    asks = any(mark in words for mark in "?？؟") or ctx.house.phrases.escalation(words) is not None
    return not asks and not pleasantries.is_pleasantry(message, ctx) and ctx.ask(words).outcome != "answered"


async def comment(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The owner reads it under the stars."""
    awaiting = ctx.conversation.awaiting or {}
    ctx.conversation.awaiting = None
    ctx.outcome = Outcome.relayed
    await ratings.comment(ctx.session, int(awaiting["ticket"]), message.text.plain)
    told = await ctx.relay(message, Desk(ctx.conversation.id))
    return [ctx.reply(ctx.say("commented")), ctx.to_desk(ctx.say("commented_owner")), told]
