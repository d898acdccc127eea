"""What a conversation does by itself when its time has come, apart from thoughts and handoffs.

A life that waits calls `by` when it knows until when, and stands in `handlers.LIVES`; each does what is due by now and
no more, whatever woke the conversation.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.messages import OutboundMessage
from handlers.context import Context

Life = tuple[Callable[[Context], Awaitable[list[OutboundMessage]]], Callable[[Context], Awaitable[datetime | None]]]
"""What is due now, done; and when something is due next."""


def by(ctx: Context, at: datetime) -> None:
    """Sees to it that the conversation wakes at that instant, or before."""
    conversation = ctx.conversation
    conversation.due_at = min(conversation.due_at or at, at)


async def due(ctx: Context, lives: tuple[Life, ...]) -> list[OutboundMessage]:
    """Does all that is due, and looks when the next is."""
    messages = [message for act, _ in lives for message in await act(ctx)]
    await ctx.session.flush()
    ctx.conversation.due_at = min([at for _, next_at in lives if (at := await next_at(ctx))], default=None)
    return messages
