"""/block: a customer's words are kept and don't ring, until a time or until somebody lifts it; /unblock shows them."""

from __future__ import annotations

from datetime import datetime

from bot.database import blocks, people
from bot.database.tables import Block, Ticket
from bot.messages import Desk, InboundMessage, OutboundMessage, Outcome, Text
from handlers import closing, moments, waking
from handlers.context import Context
from handlers.tickets import pass_on

RIGHTS = ("stop", "mydata", "forgetme", "settings", "forget_yes", "forget_no", "setting")
"""What a blocked customer may still ask: what is kept of them, and what is sent to them, stays theirs to decide."""
SHOWN = 20
"""So many of the last messages that came meanwhile are shown when a block ends."""
LISTED = 30
LONGEST_REASON = 300


async def block(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/block [until] [reason]: what is open ends silently; a second one changes time and reason."""
    if ctx.customer is None:
        return [ctx.reply(ctx.say("block_nobody"))]
    wished = _wish(message, ctx)
    if isinstance(wished, Text):
        return [ctx.reply(wished)]
    until, reason = wished
    known = await blocks.open_block(ctx.session, ctx.customer.id)
    made = known or Block(customer_id=ctx.customer.id, since=ctx.now)
    made.until, made.reason, made.by = until, reason, message.sender.name
    ctx.session.add(made)
    ctx.customer.blocked_at = made.since
    if until:
        waking.by(ctx, until)
    await ctx.sent.cancel_for(ctx.customer.id, ("post", "offer"))
    unfinished = await pass_on(ctx)
    if unfinished:
        ctx.settles, ctx.conversation.thought_due_at = Outcome.relayed, None
    await closing.end(await people.open_ticket(ctx.session, ctx.conversation.id), ctx, reason, silently=True)
    said = ctx.say("block_until", when=moments.told(until, ctx)) if until else ctx.say("block_done")
    if reason:
        said = said + " " + ctx.say("closed_why", why=reason)
    return [*unfinished, ctx.reply(said, [ctx.button("unblock_button", "unblock")])]


def _wish(message: InboundMessage, ctx: Context) -> tuple[datetime | None, str] | Text:
    words = (message.fields.get("reason") or message.text.plain).strip()
    until = None
    if named := message.fields.get("until", "").strip():
        found = moments.moment(named, ctx)
        if isinstance(found, Text):
            return found
        until = found
    elif begins := moments.beginning(words, ctx):
        until, words = begins
    return until, " ".join(words.split()).lstrip(",;: ")[:LONGEST_REASON]


async def unblock(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/unblock: the customer is heard again, and what they wrote meanwhile is shown."""
    known = await blocks.open_block(ctx.session, ctx.customer.id) if ctx.customer else None
    if known is None:
        return [ctx.reply(ctx.say("unblock_nothing"))]
    return [ctx.reply(ctx.say("unblocked")), *await _lift(known, ctx)]


async def _lift(known: Block, ctx: Context) -> list[OutboundMessage]:
    """Ends the block; what came meanwhile goes into the thread as it was written, and waits for an answer."""
    known.lifted_at = ctx.now
    if ctx.customer:
        ctx.customer.blocked_at = None
    came = await ctx.sent.refused_since(ctx.conversation.id, known.since)
    if not came:
        return []
    last = came[-SHOWN:]
    sentence = "blocked_meanwhile" if len(came) == len(last) else "blocked_meanwhile_more"
    told = ctx.to_desk(ctx.say(sentence, count=str(len(came)), shown=str(len(last))))
    if await people.open_ticket(ctx.session, ctx.conversation.id) is None:
        inbox_id, first = last[0]
        ctx.session.add(
            Ticket(
                conversation_id=ctx.conversation.id,
                customer_id=ctx.conversation.customer_id,
                question=first.text.plain,
                why="card",
                asked_in=inbox_id,
                opened_at=first.received_at,
            )
        )
        ctx.conversation.state = "waiting"
    desk = Desk(ctx.conversation.id)
    return [told, *[await ctx.relay(words, desk, inbox_id) for inbox_id, words in last]]


async def due(ctx: Context) -> list[OutboundMessage]:
    """Lifts a block whose time is over, and says so in the thread."""
    if ctx.customer is None or ctx.customer.blocked_at is None or ctx.public:
        return []
    known = await blocks.open_block(ctx.session, ctx.customer.id)
    if known is None or known.until is None or known.until > ctx.now:
        return []
    return [ctx.to_desk(ctx.say("block_over")), *await _lift(known, ctx)]


async def next_at(ctx: Context) -> datetime | None:
    """When the block of this conversation's customer ends by itself."""
    known = await blocks.open_block(ctx.session, ctx.customer.id) if ctx.customer else None
    return known.until if known else None


def is_blocked(message: InboundMessage, ctx: Context) -> bool:
    """Whether a blocked customer wants what they can't have now."""
    blocked = ctx.customer is not None and ctx.customer.blocked_at is not None
    asked = message.action.partition(":")[0] if message.kind in ("command", "button") else ""
    return blocked and asked not in RIGHTS


async def kept(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """What a blocked customer writes is kept; they are told so once, and nobody else is disturbed."""
    ctx.outcome = Outcome.refused
    known = await blocks.open_block(ctx.session, ctx.customer.id) if ctx.customer else None
    if known is None or ctx.public or message.kind not in ("text", "command", "button", "form"):
        return []
    key = f"blocked:{known.id}"
    before = await ctx.sent.said(key)
    if before and message.kind != "command":
        return []
    when = moments.told(known.until, ctx) if known.until else ""
    told = ctx.reply(ctx.say("blocked_until" if when else "blocked_for_now", when=when))
    return [told if before else ctx.named(told, key)]


async def beside(ctx: Context) -> list[OutboundMessage]:
    """An owner has written to somebody who is blocked: they hear once that no answer can come."""
    known = await blocks.open_block(ctx.session, ctx.customer.id) if ctx.customer and ctx.customer.blocked_at else None
    key = f"beside-block:{known.id}" if known else ""
    if known is None or await ctx.sent.said(key):
        return []
    return [ctx.named(ctx.to_desk(ctx.say("block_beside")), key)]


async def blocked(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/blocked: who is blocked, since when, until when, by whom and why."""
    rows = await blocks.all_open(ctx.session)
    text = ctx.say("blocked_list" if rows else "blocked_nobody")
    for known, name in rows[:LISTED]:
        until = ctx.say("blocked_line_until", when=moments.told(known.until, ctx)) if known.until else Text()
        since = f"{known.since.astimezone(ctx.zone):%d.%m. %H:%M}"
        why = known.reason or ctx.say("blocked_no_reason").plain
        line = ctx.say("blocked_line", name=name, since=since, until=until, by=known.by, why=why)
        text = text + "\n" + Text("• ") + line
    if len(rows) > LISTED:
        text = text + "\n" + ctx.say("gaps_more", count=str(len(rows) - LISTED))
    return [ctx.reply(text)]
