from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.adapters.telegram.adapter import TelegramAdapter
from tests.adapters.telegram.little_telegram import LittleClock, LittleTelegram, Make, Waits
from tests.simulators.telegram.simulator import TelegramSimulator


@pytest.fixture
async def simulator() -> AsyncIterator[TelegramSimulator]:
    """Telegram on the own machine."""
    simulator = TelegramSimulator()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def make(simulator: TelegramSimulator) -> AsyncIterator[Make]:
    """Makes an adapter for the simulator, with the given options."""
    made: list[LittleTelegram] = []

    async def build(**options: Any) -> LittleTelegram:
        clock, waits = LittleClock(), Waits()
        server = {"token": simulator.token, "api_base_url": simulator.url}
        adapter = TelegramAdapter(**(server | options), now=clock.now, wait=waits)
        made.append(LittleTelegram(simulator, clock, waits, adapter))
        return made[-1]

    yield build
    for little in made:
        await little.adapter.stop()
    simulator.faults.clear()


@pytest.fixture
async def telegram(make: Make) -> LittleTelegram:
    """An adapter without a room, not started."""
    return await make()
