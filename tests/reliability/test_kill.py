"""`kill -9` at random moments: nothing is lost, and nothing is doubled but what a kill cut off while it was sent."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from tests.reliability.storm import PROGRAM, Nursery, Storm, until
from tests.reliability.verdict import Figures, judge
from tests.simulators.loopback import Loopback

SEEDS = (1, 2, 3, 4, 5)
TORTURE = range(100, 300)
THOUGHT_S = "0.3"


@pytest.fixture
def nursery(nurseries: Callable[[str], Nursery]) -> Nursery:
    """Where the bots come from."""
    return nurseries("bot_process.py")


@pytest.fixture
async def platform() -> AsyncIterator[Loopback]:
    """A platform that listens."""
    platform = Loopback()
    await platform.start()
    yield platform
    await platform.stop()


@pytest.fixture
async def argv(database: Database, shop_dir: Path, platform: Loopback, tmp_path: Path) -> list[str]:
    """What a bot is told, on a database that knows the shop."""
    await take_in_shop(database, shop_dir, Clock())
    shop = ["--database", database.url, "--shop", str(shop_dir), "--platform", platform.url]
    return [*shop, "--thought", THOUGHT_S, "--log", str(tmp_path / "bot.log")]


async def weathered(platform: Loopback, database: Database, nursery: Nursery, argv: list[str], seed: int) -> Figures:
    """A storm and its verdict; the bot's own log goes with a failure."""
    storm = Storm(platform, database, nursery, argv, seed)
    try:
        await storm.blows()
        figures = await judge(storm, database)
    except BaseException:
        print(f"{storm.deaths}\n{Path(argv[-1]).read_text()[-20_000:]}")
        raise
    assert figures.kills >= 3
    if path := os.environ.get("CONCIERGE_FIGURES"):
        with Path(path).open("a") as file:
            file.write(json.dumps(asdict(figures) | {"sqlite": database.is_sqlite}) + "\n")
    return figures


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_bot_that_is_killed_again_and_again_loses_nothing(
    platform: Loopback, database: Database, nursery: Nursery, argv: list[str], seed: int
) -> None:
    await weathered(platform, database, nursery, argv, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", TORTURE)
async def test_two_hundred_storms_lose_nothing(
    platform: Loopback, database: Database, nursery: Nursery, argv: list[str], seed: int
) -> None:
    await weathered(platform, database, nursery, argv, seed)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sigterm_ends_a_busy_process_within_ten_seconds(platform: Loopback, argv: list[str]) -> None:
    bot = await asyncio.create_subprocess_exec(sys.executable, str(PROGRAM), *argv, stdin=subprocess.DEVNULL)
    try:
        for number in range(50):
            platform.writes("Ana", "Ana", f"/human q{number:03} zither")
        async with asyncio.timeout(30):
            await until(lambda: bool(platform.calls))
        bot.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await bot.wait() == 0, Path(argv[-1]).read_text()
    finally:
        if bot.returncode is None:
            bot.kill()
