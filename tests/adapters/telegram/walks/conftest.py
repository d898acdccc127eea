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
from tests.simulators.telegram.files import picture
from tests.simulators.telegram.simulator import TelegramSimulator
from tests.telegram_stage import TelegramStage

known_phrases = cache(partial(Phrases.load, Path("none")))


@pytest.fixture(autouse=True)
def phrases_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small shop has none of its own, and reading the house's takes longer than most of these talks."""
    monkeypatch.setattr(Phrases, "load", lambda directory, *args, **given: known_phrases(*args, **given))


@pytest.fixture
def shop_dir(shop_dir: Path) -> Path:
    """The small shop, with a picture that is one."""
    (shop_dir / "images" / "box.png").write_bytes(picture("brown", 64, 48))
    return shop_dir


@pytest.fixture
async def simulator(clock: Clock) -> AsyncIterator[TelegramSimulator]:
    """Telegram on the own machine, by the house's clock, with its budgets."""
    simulator = TelegramSimulator(clock.now)
    await simulator.start()
    simulator.budgets.on = True
    yield simulator
    await simulator.stop()


@pytest.fixture
async def house(
    database: Database, clock: Clock, shop_dir: Path, simulator: TelegramSimulator
) -> AsyncIterator[TelegramStage]:
    """A house before a forum of the owners', not started yet."""
    await take_in_shop(database, shop_dir, clock)
    stage = TelegramStage(database, clock, read_shop(shop_dir), simulator, simulator.group())
    yield stage
    await stage.stop()


@pytest.fixture
async def stage(house: TelegramStage) -> TelegramStage:
    """A started house before a forum of the owners'."""
    await house.start()
    return house
