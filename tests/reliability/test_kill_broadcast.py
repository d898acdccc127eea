"""`kill -9` in the middle of a broadcast: nobody is lost, and nobody gets it twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database, broadcasts, plans
from bot.database.tables import Broadcast, BroadcastRecipient, Conversation, Customer
from bot.messages import Text
from tests.reliability.storm import Nursery
from tests.reliability.telegram_platform import TelegramPlatform
from tests.simulators.telegram.simulator import BOT_ID

SEEDS = (1, 2, 3, 4, 5)
MANY, KILLS, WITHIN_S = 160, 3, 120.0
EVENTS = ("called", "accepted", "answered")
"""A bot may die before Telegram took its call, before it was answered, or after."""


@pytest.fixture
def nursery(nurseries: Callable[[str], Nursery]) -> Nursery:
    """Where the bots come from."""
    return nurseries("telegram_process.py")


@pytest.fixture
async def platform() -> AsyncIterator[TelegramPlatform]:
    """Telegram on the own machine."""
    platform = TelegramPlatform()
    await platform.start()
    yield platform
    await platform.stop()


async def begun(database: Database, platform: TelegramPlatform) -> list[int]:
    """A broadcast that has just begun; returns the chats of its subscribers."""
    now, chats = Clock().now(), list[int]()
    async with database.write() as session:
        for number in range(MANY):
            person = platform.simulator.person(f"Customer {number}")
            platform.simulator.private(person).started = True
            chats.append(person.id)
            customer = Customer(platform="telegram", platform_id=str(person.id), name=person.first_name, created_at=now,
                                follows_stories=True, reachable=True, quiet=[0, 0])  # fmt: skip
            session.add(customer)
            await session.flush()
            chat = Conversation(platform="telegram", bot=str(BOT_ID), chat_id=str(person.id), customer_id=customer.id)
            session.add(chat)
        story = await plans.keep(session, Text("Fresh eggs"), (), now)
        broadcast = Broadcast(story_id=story.id, kind="stories", state="running", cursor=-1, looks=0, created_at=now,
                              created_by="42", begun_at=now, next_at=now)  # fmt: skip
        session.add(broadcast)
        await session.flush()
        assert await broadcasts.snapshot(session, broadcast) == MANY
    return chats


class Killer:
    """Kills the bot that is running, at moments that follow from a seed, and starts the next one."""

    def __init__(self, nursery: Nursery, argv: list[str], seed: int) -> None:
        self._nursery, self._argv, self._chance = nursery, argv, random.Random(seed)
        self.kills = 0
        self._start()

    def _start(self) -> None:
        self.pid = self._nursery.starts(self._argv)
        self._left = self._chance.randrange(3, MANY // (2 * KILLS))
        self._at = self._chance.choice(EVENTS)

    def __call__(self, event: str) -> bool:
        """Told of each event on the line to Telegram."""
        self._left -= event == self._at
        if self._left > 0 or self.kills == KILLS:
            return False
        self.end()
        self.kills += 1
        self._start()
        return True

    def end(self) -> None:
        """Kills it, as a power cut would, and waits until it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
            while True:
                os.kill(self.pid, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_broadcast_that_is_killed_three_times_reaches_everybody_once(
    database: Database, shop_dir: Path, platform: TelegramPlatform, nursery: Nursery, tmp_path: Path, seed: int
) -> None:
    await take_in_shop(database, shop_dir, Clock())
    chats = await begun(database, platform)
    shop = ["--database", database.url, "--shop", str(shop_dir), "--platform", platform.url]
    killer = Killer(nursery, [*shop, "--log", str(tmp_path / "bot.log")], seed)
    platform.simulator.set_weather(killer)
    try:
        async with asyncio.timeout(WITHIN_S):
            while not await is_done(database):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        killer.end()
    got = Counter(int(c.given["chat_id"]) for c in platform.simulator.calls if c.method == "sendMessage")
    async with database.read() as session:
        rows = await session.execute(
            select(Customer.platform_id, BroadcastRecipient.state)
            .join(Customer, Customer.id == BroadcastRecipient.customer_id)
        )  # fmt: skip
        became = {int(chat): state for chat, state in rows}
    assert killer.kills == KILLS
    assert {chat: times for chat, times in got.items() if times > 1 and chat in chats} == {}
    assert set(became) == set(chats) and set(became.values()) <= {"sent", "uncertain"}
    assert [chat for chat in chats if became[chat] == "sent" and got[chat] != 1] == []
    assert sum(state == "uncertain" for state in became.values()) <= KILLS * 32  # what one sender has under way


async def is_done(database: Database) -> bool:
    """Whether nobody is left."""
    async with database.read() as session:
        return await session.scalar(select(Broadcast.state)) == "done"
