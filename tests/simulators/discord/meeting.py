"""A bare discord.py client at the simulator, for the simulator's own tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import discord
import discord.asset
import discord.gateway
import discord.http
import yarl
from discord import app_commands

from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.discord.state import real_time
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

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Doesn't wait the usual five seconds before it identifies again."""

    async def on_message(self, message: discord.Message) -> None:
        """Keeps what people say."""
        if message.author != self.user:
            self.heard.append(message)

    async def on_socket_event_type(self, name: str) -> None:
        """Keeps the events' names, in order."""
        self.events.append(name)


@asynccontextmanager
async def meeting(
    now: Callable[[], datetime] = real_time,
    *,
    intents: discord.Intents | None = None,
    traffic: Path | None = None,
    record: bool = True,
) -> AsyncIterator[tuple[DiscordSimulator, Client]]:
    """A started simulator and a client that is ready there."""
    simulator = DiscordSimulator(now, traffic=traffic, record=record)
    await simulator.start()
    try:
        async with directed(simulator), connected(simulator, Client(intents or usual_intents())) as client:
            yield simulator, client
    finally:
        await simulator.stop()


def usual_intents() -> discord.Intents:
    """What a bot that reads messages asks for."""
    intents = discord.Intents.default()
    intents.message_content = True
    return intents


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
