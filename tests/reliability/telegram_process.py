"""The house on Telegram as a process of its own, to be killed: `bot_process` with Telegram's adapter.

Each call bears its row's nonce as a parameter that Telegram does not know, so that a verdict can tell which row it
was made for. Nothing else differs from the adapter that serves a shop.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.adapter import Call
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.messages import ChatRef, Receipt
from tests.reliability import bot_process
from tests.reliability.telegram_platform import CHANNEL_ID, ROOM_ID, TOKEN

BOT = TOKEN.partition(":")[0]
PLACES = Places(ChatRef("telegram", BOT, str(ROOM_ID)), (ChatRef("telegram", BOT, str(CHANNEL_ID)),))
NONCE: ContextVar[str] = ContextVar("nonce", default="")


class Marked(TelegramAdapter):
    """Telegram's adapter, whose calls say for which row they are made."""

    def __init__(self, url: str, clock: Clock) -> None:
        super().__init__(
            TOKEN,
            api_base_url=url,
            room_chat_id=str(ROOM_ID),
            story_chat_ids=(str(CHANNEL_ID),),
            now=clock.now,
        )
        made = self._api.call

        async def marked(method: str, *where: Any, **given: Any) -> Any:
            if nonce := NONCE.get():
                given["nonce"] = nonce
            return await made(method, *where, **given)

        self._api.call = marked  # type: ignore[method-assign]

    async def send(self, call: Call) -> Receipt:
        """Makes one call, marked."""
        NONCE.set(call.nonce)
        return await super().send(call)

    async def open_thread(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        """A topic with its first message in it, both marked."""
        NONCE.set(first.nonce)
        return await super().open_thread(chat, title, first)


if __name__ == "__main__":
    # Without the pace: a storm would take twenty messages a minute.
    unpaced = partial(Concierge, paced=False)
    patch.multiple(bot_process, adapter_of=Marked, PLACES=PLACES, Concierge=unpaced).start()
    if sys.argv[1:] == ["--nursery"]:
        bot_process.nursery()
    else:
        bot_process.main(sys.argv[1:])
