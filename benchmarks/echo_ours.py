"""Our side: the whole house with the real adapter, as `concierge run` puts it together, without pacing.

python benchmarks/echo_ours.py TOKEN URL --database URL [--profile]
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.echo_profile import Profile
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.database import Database
from bot.examples import sample_shop
from bot.messages import ChatRef
from knowledge.shop import read_shop

ROOM = "-1001"


async def serve(options: argparse.Namespace, profile: Profile | None) -> None:
    """Serves until SIGTERM."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    clock, database = Clock(), Database(options.database)
    adapter = TelegramAdapter(options.token, api_base_url=options.url, room_chat_id=ROOM, now=clock.now)
    places = Places(ChatRef("telegram", adapter.bot, ROOM))
    concierge = Concierge(database, clock, [adapter], read_shop(sample_shop()), places, paced=False)
    try:
        await concierge.start()
        with profile or nullcontext():
            await concierge.serve()
    except asyncio.CancelledError:
        pass
    finally:
        await concierge.stop()
        await database.close()


def main() -> None:
    """Runs one bot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("token")
    parser.add_argument("url")
    parser.add_argument("--database", required=True)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    profile = Profile() if options.profile else None
    asyncio.run(serve(options, profile))
    if profile:
        print("\n".join(profile.report()))


if __name__ == "__main__":
    main()
