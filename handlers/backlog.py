"""The one line in the owners' general part that tells how many words wait for the platform's pace."""

from __future__ import annotations

from math import ceil

from bot.messages import ChatRef, OutboundMessage
from handlers.context import House
from handlers.texts import best_language, say


def told(house: House, room: ChatRef, messages: int, customers: int, calls: int, per_minute: int) -> OutboundMessage:
    """How many messages of how many customers are on their way; that all have arrived where none is left."""
    values = {
        "messages": str(messages),
        "customers": str(customers),
        "platform": room.platform.capitalize(),
        "most": str(per_minute),
        "minutes": str(ceil(calls / max(1, per_minute))),
    }
    text = say(best_language(*house.shop.languages), "backlog" if messages else "backlog_over", **values)
    return OutboundMessage(room, "backlog", "notice", text=text, urgent=True)
