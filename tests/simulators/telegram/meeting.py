"""A simulator with the real python-telegram-bot at its door, for the tests of the simulator itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest
from telegram.request import HTTPXRequest

from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.simulator import TelegramSimulator
from tests.simulators.telegram.state import real_time


@asynccontextmanager
async def meeting(
    now: Callable[[], datetime] = real_time, *, traffic: Path | None = None, record: bool = True
) -> AsyncIterator[tuple[TelegramSimulator, Bot]]:
    """A started simulator and a bot that is connected to it."""
    simulator = TelegramSimulator(now, traffic=traffic, record=record)
    await simulator.start()
    try:
        async with client(simulator) as bot:
            yield simulator, bot
    finally:
        await simulator.stop()


def client(simulator: TelegramSimulator) -> Bot:
    """Another bot process, as it were, with the same token."""
    # Without the certificates, which nobody needs on the loopback and which take a tenth of a second to read.
    requests = [HTTPXRequest(connection_pool_size=64, httpx_kwargs={"verify": False}) for _ in range(2)]
    return Bot(
        simulator.token,
        base_url=f"{simulator.url}/bot",
        base_file_url=f"{simulator.url}/file/bot",
        request=requests[0],
        get_updates_request=requests[1],
    )


async def until(holds: Callable[[], bool], within_s: float = 10) -> None:
    """Lets everybody else work until something holds; TimeoutError after `within_s`."""
    async with asyncio.timeout(within_s):
        while not holds():
            await _a_turn()


async def _a_turn() -> None:
    await asyncio.sleep(0)


def met(simulator: TelegramSimulator) -> Chat:
    """The private chat of somebody who pressed Start."""
    ana = simulator.person("Ana")
    simulator.press_start(ana)
    return simulator.private(ana)


async def refused(call: Any, words: str, error: type[Exception] = BadRequest) -> None:
    """The call is refused with these words; without words it is taken."""
    if not words:
        await call
        return
    with pytest.raises(error) as refusal:
        await call
    assert words.lower() in str(refusal.value).lower()
