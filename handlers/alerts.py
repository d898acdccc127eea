"""One early word to the owners when customers complain of the same: a bad batch shows before it is a bad name."""

from __future__ import annotations

from datetime import timedelta

from bot.database import complaints
from bot.database.tables import Ticket
from bot.messages import OutboundMessage, Text
from handlers.context import Context

SHOWN = 8
QUOTED_AT_MOST = 160


async def raised(ticket: Ticket, words: str, ctx: Context) -> list[OutboundMessage]:
    """The alert that this complaint raises together with another customer's; to one that is up already it is added."""
    ticket.card = {**(ticket.card or {}), "complaint": words.strip()}
    since = ctx.now - timedelta(hours=ctx.shop.alert_hours)
    others = await complaints.complaints_since(ctx.session, since, ticket.customer_id)
    same = [other for other in others if ctx.house.phrases.same_complaint(words, _words(other))]
    if not same:
        return []
    known = ticket.alert_id or next((other.alert_id for other in same if other.alert_id), None)
    id = known or (await complaints.new_alert(ctx.session, ctx.now)).id
    for one in (ticket, *same):
        one.alert_id = one.alert_id or id
    await ctx.session.flush()
    return await _shown(id, known is not None, ctx)


async def _shown(id: int, up: bool, ctx: Context) -> list[OutboundMessage]:
    rows = await complaints.who_complained(ctx.session, id)
    people = len({ticket.customer_id for ticket, _ in rows})
    text = ctx.say("alert", count=str(people), hours=f"{ctx.shop.alert_hours:g}")
    for ticket, name in rows[:SHOWN]:
        text = text + "\n• " + ctx.say("alert_line", name=name, words=_short(_words(ticket)))
    if len(rows) > SHOWN:
        text = text + "\n" + ctx.say("alert_more", count=str(len(rows) - SHOWN))
    room, name = ctx.house.room, f"alert:{id}"
    if room is None:
        return []
    if up and await ctx.sent.said(name):
        return [OutboundMessage(room, ctx.key(), "notice", "edit", text=text, target=name)]
    return [OutboundMessage(room, name, "notice", text=text)]


def _words(ticket: Ticket) -> str:
    return str((ticket.card or {}).get("complaint") or ticket.question)


def _short(words: str) -> Text:
    plain = " ".join(words.split())
    return Text(plain if len(plain) <= QUOTED_AT_MOST else plain[: QUOTED_AT_MOST - 1] + "…")
