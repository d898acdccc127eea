"""A process that claims every post that is due at an instant, and prints how many it claimed: one of two that try."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.clock import Clock
from bot.database import Database
from knowledge.shop import read_shop
from tests.stage import Stage


async def main(url: str, shop: str, now: str) -> None:
    """Claims what is due, as the tick does."""
    database = Database(url)
    stage = Stage(database, Clock(datetime.fromisoformat(now), running=False), read_shop(Path(shop)))
    await stage.concierge.load()
    claimed = 0
    while await stage.concierge.due():
        claimed += 1
    await database.close()
    print(claimed)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
