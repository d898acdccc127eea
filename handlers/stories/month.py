"""/stories month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.messages import OutboundMessage
from handlers.context import Context, House


async def shown(which: str, ctx: Context) -> list[OutboundMessage]:
    """The calendar."""
    return [ctx.reply(ctx.say("stories_none"))]


def months(house: House, now: datetime, typed: str) -> Sequence[tuple[str, str]]:
    """Months to choose from."""
    return ()
