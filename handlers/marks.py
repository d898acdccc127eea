"""How a customer's desk stands: the customer's words wait, the owner has spoken last, or nothing is open."""

from __future__ import annotations

from bot.database.tables import Conversation
from bot.messages import Desk, Mark, OutboundMessage
from handlers.context import Context

OPENS_AS: Mark = "needs_reply"
"""How every platform that can shows a thread that it opens: there a customer's words wait."""


def standing(conversation: Conversation) -> Mark:
    """How it stands now."""
    if conversation.state == "bot":
        return "closed"
    owner, customer = conversation.last_owner_at, conversation.last_customer_at
    answered = conversation.state == "handoff" and owner is not None and (customer is None or customer <= owner)
    return "waiting" if answered else "needs_reply"


def shown(ctx: Context) -> list[OutboundMessage]:
    """The change of the mark, where it has changed. A desk that never was open needs none."""
    conversation = ctx.conversation
    if conversation.kind != "customer" or ctx.public:
        return []
    mark, before = standing(conversation), conversation.mark
    if mark == (before or "closed"):
        return []
    conversation.mark = mark
    if before is None and mark == OPENS_AS:
        return []  # a new thread shows that by itself
    return [OutboundMessage(Desk(conversation.id), ctx.key(), "note", "mark", mark=mark)]
