"""`kill -9` of a bot on Discord: nothing is lost, and nothing doubled but a post of the forum whose opening was cut."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from tests.reliability.discord_platform import DiscordPlatform
from tests.reliability.storm import Nursery, Storm
from tests.reliability.verdict import judge
from tests.simulators.telegram.files import picture

SEEDS = (1, 2, 3, 4, 5)
TORTURE = range(100, 300)
THOUGHT_S = "0.3"


@pytest.fixture
def nursery(nurseries: Callable[[str], Nursery]) -> Nursery:
    """Where the bots come from."""
    return nurseries("discord_process.py")


@pytest.fixture
async def platform() -> AsyncIterator[DiscordPlatform]:
    """Discord on the own machine."""
    platform = DiscordPlatform()
    await platform.start()
    yield platform
    await platform.stop()


@pytest.fixture
async def argv(database: Database, shop_dir: Path, platform: DiscordPlatform, tmp_path: Path) -> list[str]:
    """What a bot is told, on a database that knows the shop."""
    (shop_dir / "images" / "box.png").write_bytes(picture("brown", 64, 48))
    await take_in_shop(database, shop_dir, Clock())
    shop = ["--database", database.url, "--shop", str(shop_dir), "--platform", platform.url]
    return [*shop, "--thought", THOUGHT_S, "--log", str(tmp_path / "bot.log")]


async def weathered(
    platform: DiscordPlatform, database: Database, nursery: Nursery, argv: list[str], seed: int
) -> None:
    """A storm and its verdict; the bot's own log goes with a failure."""
    storm = Storm(platform, database, nursery, argv, seed)
    try:
        await storm.blows()
        figures = await judge(storm, database)
    except BaseException:
        print(f"{storm.deaths}\n{Path(argv[-1]).read_text()[-20_000:]}")
        raise
    assert figures.kills >= 3
    assert figures.doubled <= figures.second_threads, "a message that has a nonce was doubled"
    if path := os.environ.get("CONCIERGE_FIGURES"):
        with Path(path).open("a") as file:
            known = {"sqlite": database.is_sqlite, "platform": "discord"}
            file.write(json.dumps(asdict(figures) | known) + "\n")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_bot_on_discord_that_is_killed_again_and_again_loses_and_doubles_nothing(
    platform: DiscordPlatform, database: Database, nursery: Nursery, argv: list[str], seed: int
) -> None:
    await weathered(platform, database, nursery, argv, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", TORTURE)
async def test_two_hundred_storms_on_discord_lose_and_double_nothing(
    platform: DiscordPlatform, database: Database, nursery: Nursery, argv: list[str], seed: int
) -> None:
    await weathered(platform, database, nursery, argv, seed)
