"""The serving house: it outlives whatever a step raises, and when told to stop it leaves nothing half done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot import app, loops
from bot.adapter import Call
from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from bot.messages import Receipt
from knowledge.shop import Shop, read_shop
from tests.reliability.storm import until
from tests.stage import Stage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PATIENCE_S = 20


@pytest.fixture
async def shop(database: Database, shop_dir: Path) -> Shop:
    """The test shop, with its knowledge in the database."""
    await take_in_shop(database, shop_dir, Clock())
    return read_shop(shop_dir)


@asynccontextmanager
async def serving(stage: Stage) -> AsyncIterator[asyncio.Task[None]]:
    """A started house that serves in the background until the block ends."""
    await stage.concierge.start()
    task = asyncio.create_task(stage.concierge.serve())
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await stage.concierge.stop()


class Gate:
    """An adapter's `send` that begins, and ends only when it may."""

    def __init__(self, adapter: PlaygroundAdapter) -> None:
        self._send = adapter.send
        self.began = asyncio.Event()
        self.opens = asyncio.Event()

    async def send(self, call: Call) -> Receipt:
        self.began.set()
        await self.opens.wait()
        return await self._send(call)


async def test_what_is_written_is_answered_without_anybody_asking_the_house_to_work(
    database: Database, shop: Shop
) -> None:
    stage = Stage(database, Clock(), shop)
    async with serving(stage):
        await stage.ana.writes("What do the hens eat?")
        await until(lambda: len(stage.ana.log()) == 2)
    assert "maize" in stage.ana.log()[1].text.plain


async def test_a_step_that_raises_is_taken_again(
    database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "BACK_OFF_S", 0.01)
    stage, failures = Stage(database, Clock(), shop), ["work", "work", "send", "send"]
    for name in ("work", "send"):
        step = getattr(stage.concierge, name)

        async def fails(name: str = name, step: object = step) -> bool:
            if name in failures:
                failures.remove(name)
                raise OSError("the disk is away for a moment")
            assert callable(step)
            return bool(await step())

        fails.__name__ = name
        monkeypatch.setattr(stage.concierge, name, fails)
    async with serving(stage):
        await stage.ana.writes("What do the hens eat?")
        await until(lambda: len(stage.ana.log()) == 2)
    assert failures == []


async def test_a_story_that_falls_due_is_posted_by_the_tick(
    database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "TICK_S", 0.05)
    stage = Stage(database, Clock(), shop)
    async with serving(stage):
        await stage.room.writes("/story now Fresh eggs")
        await until(lambda: bool(stage.room.buttons()))
        shown = stage.room.log()[-1]
        confirm = next(button for button in shown.buttons if button.label == "Confirm")
        await stage.adapter.press(stage.room.place.chat_id, shown.message_id, confirm.data)
        await until(lambda: bool(stage.channel.log()))
    assert [s.text.plain for s in stage.channel.log()] == ["Fresh eggs"]


async def test_a_house_that_is_told_to_stop_finishes_the_call_that_is_under_way(
    database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(database, Clock(), shop)
    gate = Gate(stage.adapter)
    monkeypatch.setattr(stage.adapter, "send", gate.send)
    async with serving(stage) as task:
        await stage.ana.writes("What do the hens eat?")
        await gate.began.wait()
        task.cancel()
        asyncio.get_running_loop().call_later(0.05, gate.opens.set)
        await asyncio.wait([task])
    assert len(stage.ana.log()) == 2
    assert await stage.states() == ["sent"]


async def test_a_call_that_hangs_is_cut_and_made_again_at_the_next_start(
    database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "LAST_STEP_S", 0.05)
    stage = Stage(database, Clock(), shop)
    gate = Gate(stage.adapter)
    monkeypatch.setattr(stage.adapter, "send", gate.send)
    async with serving(stage) as task:
        await stage.ana.writes("What do the hens eat?")
        await gate.began.wait()
        task.cancel()
        await asyncio.wait([task])
    assert await stage.states() == ["sending"]
    assert await stage.outcomes() == ["answered"]
    after = Stage(database, Clock(), shop)
    async with serving(after):
        await until(lambda: bool(after.ana.log()))
    assert await after.states() == ["sent"]
