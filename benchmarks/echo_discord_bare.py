"""The yardstick on Discord: the smallest bot that discord.py's own quickstart leads to.

python benchmarks/echo_discord_bare.py TOKEN URL
"""

from __future__ import annotations

import asyncio
import signal
import sys

import discord
import yarl
from discord.gateway import DiscordWebSocket


class Echo(discord.Client):
    """Says what was said."""

    async def on_message(self, message: discord.Message) -> None:
        """Whoever writes hears it again."""
        if message.author != self.user:
            await message.channel.send(message.content)


async def main(token: str, url: str) -> None:
    """Listens and echoes until SIGTERM."""
    discord.http.Route.BASE = f"{url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"{url.replace('http', 'ws', 1)}/gateway")
    intents = discord.Intents.default()
    intents.message_content = True
    async with Echo(intents=intents) as client:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        serving = asyncio.create_task(client.start(token))
        await asyncio.wait([serving, asyncio.create_task(ended.wait())], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
