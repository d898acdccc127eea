"""Who of several owners looks after a ticket: /claim, /unclaim, /assign, /mine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.database import owners, people
from bot.database.tables import OwnerRow, Ticket
from bot.messages import InboundMessage, OutboundMessage, Sender, Text
from handlers.context import Context

_MENTION = re.compile(r"<@!?(\d+)>")
SHOWN = 12


async def claim(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/claim: the ticket is the writer's; another owner's is only taken over when asked for once more."""
    ticket = await _ticket(ctx)
    if ticket is None:
        return [ctx.reply(ctx.say("claim_nothing"))]
    if ticket.claimed_by == message.sender.id:
        return [ctx.reply(ctx.say("claimed_already"))]
    if ticket.claimed_by:
        button = ctx.button("take_over_button", "claim_take", {"ticket": ticket.id})
        return [ctx.reply(ctx.say("claimed_by_another", who=ticket.claimed_name or ""), [button])]
    return [_given(ticket, message.sender.id, message.sender.name, ctx)]


async def take_over(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The button under "somebody has it": it is the presser's now."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None or ticket.id != int(value["ticket"]):
        return [ctx.reply(ctx.say("settled"))]
    return [_given(ticket, message.sender.id, message.sender.name, ctx)]


async def unclaim(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/unclaim: it is nobody's again."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None or ticket.claimed_by is None:
        return [ctx.reply(ctx.say("unclaimed_already"))]
    before, ticket.claimed_by, ticket.claimed_name = ticket.claimed_name or "", None, None
    return [ctx.reply(ctx.say("unclaimed", before=before))]


async def assign(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/assign NAME, or a mention: the ticket is theirs, whoever's it was."""
    wanted = (message.fields.get("owner") or message.text.plain).strip()
    known = await owners.known(ctx.session, message.platform)
    names = ", ".join(owner.name for owner in known[:SHOWN])
    if not wanted:
        return [ctx.reply(ctx.say("assign_how", names=names))]
    found = named(wanted, known)
    if len(found) != 1:
        sentence = "assign_several" if found else "assign_unknown"
        names = ", ".join(owner.name for owner in found[:SHOWN]) or names
        return [ctx.reply(ctx.say(sentence, wanted=wanted[:60], names=names))]
    ticket = await _ticket(ctx)
    if ticket is None:
        return [ctx.reply(ctx.say("claim_nothing"))]
    return [_given(ticket, found[0].platform_id, found[0].name, ctx)]


def named(wanted: str, known: Sequence[OwnerRow]) -> list[OwnerRow]:
    """The owners whom a name or a mention means: by id, by whole name, else by its beginning."""
    if mention := _MENTION.fullmatch(wanted):
        return [owner for owner in known if owner.platform_id == mention[1]]
    name = wanted.removeprefix("@").casefold()
    whole = [owner for owner in known if name in (owner.name.casefold(), owner.username.casefold(), owner.platform_id)]
    return whole or [owner for owner in known if owner.name.casefold().startswith(name)]


def _given(ticket: Ticket, owner_id: str, name: str, ctx: Context) -> OutboundMessage:
    before, ticket.claimed_by, ticket.claimed_name = ticket.claimed_name, owner_id, name
    sentence = "claimed_from" if before and before != name else "claimed"
    return ctx.reply(ctx.say(sentence, who=name, before=before or ""))


async def _ticket(ctx: Context) -> Ticket | None:
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None and ctx.conversation.state != "bot":
        ticket = await people.ticket_for(ctx.session, ctx.conversation, ctx.now)
    return ticket


async def beside(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Another owner has written to the customer of a claimed ticket: nobody is held up, the first hears of it once."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None or ticket.claimed_by is None or ticket.claimed_by == message.sender.id:
        return []
    told = ctx.to_desk(ctx.say("claim_beside", who=ticket.claimed_name or "", other=message.sender.name))
    key = f"beside:{ticket.id}:{ticket.claimed_by}:{message.sender.id}"
    return [] if await ctx.sent.said(key) else [ctx.named(told, key)]


async def meet(sender: Sender, platform: str, ctx: Context) -> None:
    """Remembers who writes in the room, so that tickets can be given to them by name."""
    if not sender.is_bot:
        await owners.meet(ctx.session, platform, sender)


async def mine(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/mine: the open tickets of whoever asks, longest first."""
    rows = await people.claimed_by(ctx.session, message.sender.id)
    text = ctx.say("mine" if rows else "mine_nothing")
    for ticket, name in rows:
        since = f"{ticket.opened_at.astimezone(ctx.zone):%d.%m. %H:%M}"
        question = " ".join(ticket.question.split())[:120]
        text = text + "\n" + Text("• ") + ctx.say("waiting_line", name=name, since=since, question=question)
    return [ctx.reply(text)]
