"""What the bot asks about a story, and whether a message is the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.messages import Button, InboundMessage, OutboundMessage, Text
from handlers.context import Context

PATIENCE = timedelta(minutes=10)
"""How long a question about a story waits for its answer; later words are not taken for one."""


def ask(
    text: Text, step: str, series_id: int, asker: str, ctx: Context, buttons: list[Button] | None = None
) -> list[OutboundMessage]:
    """Asks, and expects the answer of the one who is asked as the next message here. `step` says what it is about."""
    expect(step, series_id, asker, ctx)
    return [ctx.reply(text, buttons or ())]


def expect(step: str, series_id: int, asker: str, ctx: Context) -> None:
    """Takes what `asker` writes next here for an answer."""
    ctx.conversation.awaiting = {"step": step, "series": series_id, "by": asker, "since": ctx.now.isoformat()}


def is_awaited(message: InboundMessage, ctx: Context) -> bool:
    """Whether the message is the answer to a question about a story, by the one who was asked."""
    awaiting = ctx.conversation.awaiting
    return (
        message.kind == "text"
        and awaiting is not None
        and awaiting["by"] == message.sender.id
        and ctx.now - datetime.fromisoformat(awaiting["since"]) <= PATIENCE
    )
