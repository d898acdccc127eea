"""/waiting: who waits for an answer, who looks after them, and what was promised."""

from __future__ import annotations

from bot.database import people
from bot.messages import InboundMessage, OutboundMessage, Text
from handlers import moments
from handlers.context import Context
from handlers.restock import awaited
from handlers.search import named
from handlers.snooze import is_snoozed


async def waiting(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/waiting: who waits for an answer, longest first, and those who are out of the way last; whose each is, and what
    was promised. Also how many wait for a product to be back."""
    rows, wanted = await people.waiting(ctx.session), await awaited(ctx)
    text = ctx.say("waiting" if rows else "nobody_waits")
    for ticket, name in sorted(rows, key=lambda row: is_snoozed(row[0])):
        since = f"{ticket.opened_at.astimezone(ctx.zone):%d.%m. %H:%M}"
        question = " ".join(ticket.question.split())[:120]
        shown = await named(ticket.conversation_id, name, ctx)
        text = text + "\n" + Text("• ") + ctx.say("waiting_line", name=shown, since=since, question=question)
        more = []
        if ticket.claimed_name:
            more.append(ctx.say("waiting_claimed", who=ticket.claimed_name).plain)
        if ticket.snoozed_until:
            more.append(ctx.say("waiting_snoozed", when=moments.told(ticket.snoozed_until, ctx)).plain)
        elif ticket.snoozed_till_word:
            more.append(ctx.say("waiting_snoozed_till_word").plain)
        if promised := await people.promised_by(ctx.session, ticket.id):
            more.append(ctx.say("waiting_promised", when=moments.told(promised, ctx)).plain)
        text = text + (f" ({'; '.join(more)})" if more else "")
    return [ctx.reply(text + ("\n\n" if wanted else "") + wanted)]
