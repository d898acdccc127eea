from __future__ import annotations

import pytest

from bot.adapter import Core
from bot.adapters.playground.adapter import PlaygroundAdapter
from tests.adapters.playground.little_core import LittleClock, LittleCore, no_blob


@pytest.fixture
async def core() -> LittleCore:
    """A little core, started on a playground of its own."""
    clock = LittleClock()
    core = LittleCore(clock, PlaygroundAdapter(clock.now))
    await core.adapter.start(Core(core.accept, no_blob))
    return core
