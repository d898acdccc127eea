"""A draft answer under a question: one tap sends it to the customer as the owner's words, once."""

from __future__ import annotations

from typing import Any

from bot.database.blobs import images
from bot.database.tables import Ticket
from bot.markup import from_markdown
from bot.messages import InboundMessage, OutboundMessage, Outcome
from handlers import tickets, tone
from handlers.answer import short
from handlers.context import Context


async def send(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """An owner gives the stored answer as it is: it counts as theirs, and answers the ticket.

    The conversation is held meanwhile, so of two taps, or of two owners, the second one hears that it is done.
    """
    ticket, entry = await ctx.session.get(Ticket, int(value["ticket"])), str(value["entry"])
    words = ctx.house.knowledge.stored(entry)
    if why := _too_late(ticket) or ("" if words else "draft_gone"):
        ctx.outcome = Outcome.refused
        return [ctx.reply(ctx.say(why))]
    text = from_markdown(words) + "\n" + ctx.say("signed")
    if not value.get("anyway") and (asked := await tone.draft_waits(text, value, ctx)):
        return asked
    unfinished = await tickets.owner_speaks(ctx)
    pictures = await images(ctx.session, ctx.house.knowledge.images(entry))
    answer = ctx.to_customer(text, media=pictures, kind="relay")
    ctx.conversation.topic = entry
    told = ctx.reply(ctx.say("draft_sent", answer=short(text)), kind="note")
    return [*unfinished, answer, told]


def _too_late(ticket: Ticket | None) -> str:
    """The sentence that says why there is nothing to answer any more; empty where there is."""
    if ticket is None or ticket.closed_at:
        return "draft_closed"
    return "draft_answered" if ticket.answered_at else ""
