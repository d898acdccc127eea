from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache, partial
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from knowledge.phrases import Phrases
from knowledge.shop import read_shop
from tests.discord_stage import DiscordStage
from tests.simulators.discord.simulator import DiscordSimulator

known_phrases = cache(partial(Phrases.load, Path("none")))


@pytest.fixture(autouse=True)
def phrases_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small shop has none of its own, and reading the house's takes longer than most of these talks."""
    monkeypatch.setattr(Phrases, "load", lambda directory, *args, **given: known_phrases(*args, **given))


@pytest.fixture
async def simulator(clock: Clock) -> AsyncIterator[DiscordSimulator]:
    """Discord on the own machine, by the house's clock."""
    simulator = DiscordSimulator(clock.now)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def room_kind() -> str:
    """Where the owners meet: a forum, unless a test names it otherwise."""
    return "forum"


@pytest.fixture
async def house(
    database: Database, clock: Clock, shop_dir: Path, simulator: DiscordSimulator, room_kind: str
) -> AsyncIterator[DiscordStage]:
    """A house before an owners' room, not started yet."""
    await take_in_shop(database, shop_dir, clock)
    room = simulator.forum("owners") if room_kind == "forum" else simulator.text_channel("owners")
    stage = DiscordStage(database, clock, read_shop(shop_dir), simulator, room)
    yield stage
    await stage.stop()


@pytest.fixture
async def stage(house: DiscordStage) -> DiscordStage:
    """A started house."""
    await house.start()
    return house
