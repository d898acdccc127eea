"""A reaction is a state of a message: whoever reacts to one side's, the bot does so to the other's for them."""

from __future__ import annotations

from bot.messages import InboundMessage, OutboundMessage
from handlers.context import Context


async def crossed(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Shows the reaction on the same message at the other side; nothing follows from it, whatever it is."""
    found = await ctx.sent.counterpart(ctx.ref(message))
    if found is None:
        return []
    to, target, customer_id = found
    return [
        OutboundMessage(
            to, ctx.key(), "relay", "react", target=target, reaction=message.action, customer_id=customer_id
        )
    ]
