"""The house that `broadcast.py` measures: a process of its own, which is killed and started again."""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.database import Database
from bot.messages import ChatRef
from bot.pacing import Budget
from knowledge.shop import read_shop


def budgets_times(pace: float) -> type[TelegramAdapter]:
    """Telegram's adapter, for a Telegram that takes more or fewer calls a second."""

    class Scaled(TelegramAdapter):
        def budgets(self, chat_id: str) -> Sequence[Budget]:
            bot, *others = super().budgets(chat_id)
            return (Budget(bot.name, max(1, round(bot.count * pace)), bot.per_s), *others)

    return Scaled


async def serve(options: argparse.Namespace) -> None:
    """The house, until it is killed or told to end."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    clock, database = Clock(), Database(options.database)
    adapter = budgets_times(options.pace)(
        options.token, api_base_url=options.url, room_chat_id=options.room, now=clock.now
    )
    places = Places(ChatRef("telegram", adapter.bot, options.room))
    concierge = Concierge(database, clock, [adapter], read_shop(Path(options.shop)), places)
    try:
        await concierge.start()
        await concierge.serve()
    except asyncio.CancelledError:
        pass
    finally:
        await concierge.stop()
        await database.close()


def main() -> None:
    """Serves; with --profile it writes where the time went."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--database", "--url", "--token", "--room", "--shop"):
        parser.add_argument(name, required=True)
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--profile", default="")
    options = parser.parse_args()
    if not options.profile:
        asyncio.run(serve(options))
        return
    with cProfile.Profile() as profile:
        asyncio.run(serve(options))
    profile.dump_stats(options.profile)


if __name__ == "__main__":
    main()
