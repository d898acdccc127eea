"""The house on Discord as a process of its own, to be killed: `bot_process` with Discord's adapter.

Each call bears its row's nonce as the reason that Discord keeps for its audit log, so that a verdict can tell which
row it was made for where the message itself has no nonce. Nothing else differs from the adapter that serves a shop.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from unittest.mock import patch

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.adapter import Call
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.api import Rest
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.database import Database
from bot.messages import ChatRef, Receipt
from knowledge.shop import Shop
from tests.reliability import bot_process

NONCE: ContextVar[str] = ContextVar("nonce", default="")
plain_request = Rest.request


async def marked(self: Rest, route: Any, **given: Any) -> Any:
    """The client's request, which says for which row it is made."""
    if nonce := NONCE.get():
        given.setdefault("reason", nonce)
    return await plain_request(self, route, **given)


class Marked(DiscordAdapter):
    """Discord's adapter, whose calls say for which row they are made. `told` is what the platform gave as its url."""

    def __init__(self, told: str, clock: Clock) -> None:
        given = json.loads(told)
        story = given.pop("story_chat_id")
        super().__init__(**given, story_chat_ids=(story,), now=clock.now)
        room = ChatRef(self.platform, self.bot, given["room_chat_id"])
        self.places = Places(room, (ChatRef(self.platform, self.bot, story),))

    async def send(self, call: Call) -> Receipt:
        """Makes one call, marked."""
        NONCE.set(call.nonce)
        return await super().send(call)

    async def open_thread(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        """A post with its first message in it, marked."""
        NONCE.set(first.nonce)
        return await super().open_thread(chat, title, first)


def unpaced(database: Database, clock: Clock, adapters: Sequence[Marked], shop: Shop, places: Places) -> Concierge:
    """The house before the places that the platform has, without the pace: a storm would take a minute."""
    return Concierge(database, clock, adapters, shop, adapters[0].places, paced=False)


if __name__ == "__main__":
    patch.object(Rest, "request", marked).start()
    patch.multiple(bot_process, adapter_of=Marked, Concierge=unpaced).start()
    if sys.argv[1:] == ["--nursery"]:
        bot_process.nursery()
    else:
        bot_process.main(sys.argv[1:])
