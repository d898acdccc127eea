"""The scenes in which every platform is asked for the same promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from knowledge.shop import read_shop
from tests.scenes import Scene, Side
from tests.scenes.discord import DiscordSide
from tests.scenes.playground import PlaygroundSide
from tests.scenes.telegram import TelegramSide
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.telegram.files import picture
from tests.simulators.telegram.simulator import TelegramSimulator

PAIRS = [
    ("playground", "playground"),
    ("telegram", "telegram"),
    ("discord", "discord"),
    ("telegram", "discord"),
    ("discord", "telegram"),
]


@pytest.fixture(params=PAIRS, ids=["-".join(pair) for pair in PAIRS])
async def scene(
    request: pytest.FixtureRequest, database: Database, clock: Clock, shop_dir: Path
) -> AsyncIterator[Scene]:
    """An open house: customers on the first platform, owners on the second."""
    (shop_dir / "images" / "box.png").write_bytes(picture("brown", 64, 48))
    await take_in_shop(database, shop_dir, clock)
    shop = read_shop(shop_dir)
    theirs, ours = request.param
    telegram, discord = TelegramSimulator(clock.now), DiscordSimulator(clock.now)
    names = {"owner": shop.owner_name, "shop": shop.name, "name": ""}
    sides: dict[str, Side] = {}
    for platform in {theirs, ours}:
        if platform == "telegram":
            await telegram.start()
            telegram.budgets.on = True
            sides[platform] = TelegramSide(telegram, clock, owners=platform == ours)
        elif platform == "discord":
            await discord.start()
            sides[platform] = DiscordSide(discord, clock, names, owners=platform == ours)
        else:
            sides[platform] = PlaygroundSide(clock, shop.owner_name)
    scene = Scene(database, clock, shop, sides[theirs], sides[ours])
    await scene.start()
    yield scene
    await scene.concierge.stop()
    if "telegram" in sides:
        await telegram.stop()
    if "discord" in sides:
        await discord.stop()
