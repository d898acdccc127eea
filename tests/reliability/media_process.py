"""A house on Telegram whose owner sits on another platform, as a process of its own, to be killed."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.adapters.playground.codec import BOT
from bot.adapters.playground.world import ROOM
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.database import Database
from bot.messages import ChatRef
from knowledge.shop import read_shop


async def run(database_url: str, shop: str, url: str, token: str) -> None:
    """Serves until the process is killed."""
    database = Database(database_url)
    telegram = TelegramAdapter(token, api_base_url=url, now=lambda: datetime.now(UTC))
    page = PlaygroundAdapter(lambda: datetime.now(UTC))
    places = Places(ChatRef("playground", BOT, ROOM))
    concierge = Concierge(database, Clock(), [telegram, page], read_shop(Path(shop)), places)
    await concierge.start()
    await concierge.serve()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
