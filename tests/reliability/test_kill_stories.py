"""`kill -9` while stories are planned, filled, posted, edited and taken back: none twice, none lost unasked."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.curation import take_in_shop
from bot.database import Database
from tests.reliability.discord_platform import DiscordPlatform
from tests.reliability.steered import Steered
from tests.reliability.storm import Nursery
from tests.reliability.story_storm import NIGHTS, StoryStorm, noon_before
from tests.reliability.story_verdict import judge_stories
from tests.reliability.telegram_platform import TelegramPlatform

PLATFORMS: dict[str, Callable[..., TelegramPlatform | DiscordPlatform]] = {
    "telegram": TelegramPlatform,
    "discord": DiscordPlatform,
}
SEEDS = (1, 2, 3, 4, 5)
TORTURE = range(100, 300)
SHORT, LONG = 4, 14
"""What the owner does in one storm, besides the first plans and the last nights."""


@pytest.fixture
def clock(tmp_path: Path, seed: int) -> Iterator[Steered]:
    """The clock of the platform and of every bot: it is noon, a day before that storm's night."""
    clock = Steered(tmp_path / "clock")
    clock.move_to(noon_before(seed))
    yield clock
    clock.close()


@pytest.fixture(params=PLATFORMS)
async def platform(request: pytest.FixtureRequest, clock: Steered) -> AsyncIterator[TelegramPlatform | DiscordPlatform]:
    """A platform that listens."""
    platform = PLATFORMS[request.param](clock.now)
    await platform.start()
    yield platform
    await platform.stop()


@pytest.fixture
async def storm(
    request: pytest.FixtureRequest,
    platform: TelegramPlatform | DiscordPlatform,
    database: Database,
    shop_dir: Path,
    nurseries: Callable[[str], Nursery],
    clock: Steered,
    seed: int,
    tmp_path: Path,
) -> StoryStorm:
    """A storm that has not begun to blow."""
    name = "telegram" if isinstance(platform, TelegramPlatform) else "discord"
    toml = shop_dir / "shop.toml"
    toml.write_text(toml.read_text().replace("Europe/Berlin", NIGHTS[seed % len(NIGHTS)][0]))
    await take_in_shop(database, shop_dir, clock)
    shop = ["--database", database.url, "--shop", str(shop_dir), "--platform", platform.url]
    argv = [*shop, "--clock", str(tmp_path / "clock"), "--log", str(tmp_path / "bot.log")]
    acts = LONG if seed in TORTURE else SHORT
    return StoryStorm(platform, database, nurseries(f"{name}_process.py"), argv, seed, clock, acts)


async def weathered(storm: StoryStorm) -> None:
    """The storm and its verdict; the bot's own log goes with a failure."""
    try:
        await storm.blows()
        figures = await judge_stories(storm, storm.database)
    except BaseException:
        print(f"{storm.done}\n{storm.deaths}\n{Path(storm.argv[-1]).read_text()[-20_000:]}")
        raise
    assert figures.kills >= 3 and figures.posts >= 3
    if path := os.environ.get("CONCIERGE_FIGURES"):
        with Path(path).open("a") as file:
            known = {"sqlite": storm.database.is_sqlite, "platform": type(storm.platform).__name__}
            file.write(json.dumps(asdict(figures) | known) + "\n")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_bot_that_is_killed_while_it_tells_stories_tells_each_once_or_asks(storm: StoryStorm) -> None:
    await weathered(storm)


@pytest.mark.torture
@pytest.mark.parametrize("seed", TORTURE)
async def test_two_hundred_storms_tell_each_story_once_or_ask(storm: StoryStorm) -> None:
    await weathered(storm)
