"""A reaction is a state of a message: it is shown on the other side for whoever reacts, and counted for a post."""

from __future__ import annotations

from datetime import timedelta

from bot.database import posted, talk
from bot.messages import InboundMessage, MessageRef, OutboundMessage
from handlers import stories
from handlers.context import Context

SOON = timedelta(minutes=1)
"""So long counts are gathered before a story's receipt tells of them."""


async def crossed(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Shows the reaction on the same message at the other side; nothing follows from it, whatever it is. One to a post
    is counted."""
    channel = stories.channel_called(message.chat, message.fields.get("chat_name", ""), ctx)
    if copy := posted.copy_named(await posted.name_of(ctx.session, MessageRef(channel, message.message_id))):
        await _counted(copy, message, ctx)
        await talk.touched(ctx.session, copy[0], ctx.now + SOON)
        return []
    found = await ctx.sent.counterpart(ctx.ref(message))
    if found is None:
        return []
    to, target, customer_id = found
    return [
        OutboundMessage(
            to, ctx.key(), "relay", "react", target=target, reaction=message.action, customer_id=customer_id
        )
    ]


async def _counted(copy: tuple[int, int], message: InboundMessage, ctx: Context) -> None:
    """One reaction of each person with each emoji; where a platform tells only how many there are, that number."""
    customer_id = ctx.customer.id if ctx.customer else None
    if "count" in message.fields:
        await posted.react(ctx.session, copy, "", "", count=int(message.fields["count"]), customer_id=None)
        return
    person = f"{message.platform}:{message.sender.id}"
    if not message.action or message.platform == "telegram":  # there the new state stands for all before
        await posted.react_no_longer(ctx.session, copy, person, message.fields.get("removed", ""))
    if message.action:
        await posted.react(ctx.session, copy, person, message.action, customer_id=customer_id)
