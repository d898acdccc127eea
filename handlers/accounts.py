"""Owners connect an account of theirs, so that stories can go to its own stories; anybody else's is left alone."""

from __future__ import annotations

from bot.database import accounts
from bot.messages import InboundMessage, OutboundMessage
from handlers.context import Context


async def connected(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Somebody lets the bot use their account, changes what it may do there, or takes that back."""
    person = message.sender
    if not message.fields["connected"]:
        row = await accounts.disconnect(ctx.session, message.chat, person.id, message.action)
        return await _told("account_gone", row.name, ctx) if row else []
    if not (ctx.is_owner or await accounts.is_owner(ctx.session, message.platform, person.id)):
        return [ctx.reply(ctx.say("account_not_owner"))]
    posts = bool(message.fields["posts"])
    row, before = await accounts.connect(
        ctx.session, message.chat, person.id, person.name, message.action,
        posts=posts, at=message.received_at, now=ctx.now,
    )  # fmt: skip
    if posts == before and row.connected:
        return [] if posts else await _told("account_no_leave", row.name, ctx)
    return await _told("account_posts" if posts else "account_leave_gone", row.name, ctx)


async def _told(sentence: str, who: str, ctx: Context) -> list[OutboundMessage]:
    """A word in the owners' room; where a leave is gone, with how many plans that concerns."""
    text = ctx.say(sentence, who=who)
    if sentence in ("account_gone", "account_leave_gone") and (count := await accounts.count_planned(ctx.session)):
        text = text + " " + ctx.say("account_plans", count=str(count))
    return ctx.notice(text)
