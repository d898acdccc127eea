"""A bare discord.py client at the simulator, for the simulator's own tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import discord.asset
import discord.gateway
import discord.http
import yarl
from discord import app_commands

from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.discord.waiting import PATIENCE_S, until


@asynccontextmanager
async def directed(simulator: DiscordSimulator) -> AsyncIterator[None]:
    """Points discord.py at the simulator within the block."""
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.asset.Asset.BASE
    discord.http.Route.BASE = simulator.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(simulator.gateway_url)
    discord.asset.Asset.BASE = simulator.cdn_url
    try:
        yield
    finally:
        (
            discord.http.Route.BASE,
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY,
            discord.asset.Asset.BASE,
        ) = before


class Client(discord.Client):
    """Keeps what it hears: `heard` messages, `events` by name."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.01, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.events: list[str] = []

    async def on_message(self, message: discord.Message) -> None:
        """Keeps what people say."""
        if message.author != self.user:
            self.heard.append(message)

    async def on_socket_event_type(self, name: str) -> None:
        """Keeps the events' names, in order."""
        self.events.append(name)


@asynccontextmanager
async def meeting(
    simulator: DiscordSimulator | None = None, *, intents: discord.Intents | None = None
) -> AsyncIterator[tuple[DiscordSimulator, Client]]:
    """A simulator and a client that is ready; both are stopped at the end."""
    simulator = simulator or DiscordSimulator()
    await simulator.start()
    usual = discord.Intents.default()
    usual.message_content = True
    async with directed(simulator):
        async with connected(simulator, Client(intents or usual)) as client:
            yield simulator, client
    await simulator.stop()


@asynccontextmanager
async def connected(simulator: DiscordSimulator, client: Client) -> AsyncIterator[Client]:
    """A client that is ready within the block, and closed at its end."""
    running = asyncio.create_task(client.start(simulator.token))
    ready = asyncio.create_task(_ready(client))
    try:
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_S)
        if running.done():
            await running
        assert ready.done(), "the client never became ready"
        yield client
    finally:
        ready.cancel()
        await client.close()
        await asyncio.wait({running, ready})


async def _ready(client: discord.Client) -> None:
    await until(client.is_ready)
