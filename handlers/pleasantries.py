"""Greetings and thanks: a friendly word back, and no ticket."""

from __future__ import annotations

from bot.messages import InboundMessage, OutboundMessage
from handlers.context import Context


def is_pleasantry(message: InboundMessage, ctx: Context) -> bool:
    """Whether the whole message is a greeting, thanks, a goodbye, or an "I have a question"."""
    return not message.media and ctx.house.phrases.pleasantry(message.text.plain) is not None


async def answer(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The friendly word."""
    kind = ctx.house.phrases.pleasantry(message.text.plain)
    return [ctx.reply(ctx.say(kind or "greeting"))]
