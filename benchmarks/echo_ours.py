"""Our side: the whole house with the real adapter, as `concierge run` puts it together, without pacing.

python benchmarks/echo_ours.py TOKEN URL --database URL [--platform discord] [--profile]
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
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.database import Database
from bot.examples import sample_shop
from bot.messages import ChatRef
from knowledge.shop import read_shop

ROOMS = {"telegram": "-1001", "discord": "1001"}


def adapter_for(options: argparse.Namespace, clock: Clock) -> TelegramAdapter | DiscordAdapter:
    """The platform's, before the benchmark's server."""
    room = ROOMS[options.platform]
    if options.platform == "telegram":
        return TelegramAdapter(options.token, api_base_url=options.url, room_chat_id=room, now=clock.now)
    return DiscordAdapter(
        options.token,
        api_base_url=f"{options.url}/api/v10",
        gateway_url=f"{options.url.replace('http', 'ws', 1)}/gateway",
        guild_id="1002",
        room_chat_id=room,
        now=clock.now,
    )


async def serve(options: argparse.Namespace, profile: Profile | None) -> None:
    """Serves until SIGTERM."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    clock, database = Clock(), Database(options.database)
    adapter = adapter_for(options, clock)
    places = Places(ChatRef(adapter.platform, adapter.bot, ROOMS[options.platform]))
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
    parser.add_argument("--platform", choices=tuple(ROOMS), default="telegram")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    profile = Profile() if options.profile else None
    asyncio.run(serve(options, profile))
    if profile:
        print("\n".join(profile.report()))


if __name__ == "__main__":
    main()
