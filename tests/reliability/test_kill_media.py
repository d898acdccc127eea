"""`kill -9` between the storing of a message and the fetching of its picture: the picture comes after the restart."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import select

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from bot.database.blobs import read_blob
from bot.database.tables import Attachment, InboxRow, OutboxRow
from tests.simulators.telegram import faults
from tests.simulators.telegram.files import picture
from tests.simulators.telegram.simulator import TelegramSimulator

PROGRAM = Path(__file__).with_name("media_process.py")
WITHIN_S = 60.0


@asynccontextmanager
async def bot(*told: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A bot of its own process, which is killed at the end."""
    process = await asyncio.create_subprocess_exec(sys.executable, str(PROGRAM), *told)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def until(met: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while True:
            if await met():
                return
            await asyncio.sleep(0.02)


async def test_a_picture_that_was_stored_and_not_fetched_at_the_kill_is_fetched_by_the_next_start(
    database: Database, shop_dir: Path
) -> None:
    await take_in_shop(database, shop_dir, Clock())
    simulator = TelegramSimulator()
    await simulator.start()
    told = (database.url, str(shop_dir), simulator.url, simulator.token)

    async def states() -> list[str]:
        async with database.read() as session:
            return list(await session.scalars(select(Attachment.state)))

    async def is_asked_for() -> bool:
        return "getFile" in simulator.faults.met

    async def reached_the_owner() -> bool:
        async with database.read() as session:
            rows = await session.scalars(select(OutboxRow).where(OutboxRow.platform == "playground"))
            return [row.state for row in rows if row.message.get("media")] == ["sent"]

    stalled = faults.stalled()
    simulator.faults.inject("getFile", stalled)
    try:
        async with bot(*told):
            ana = simulator.person("Ana")
            simulator.user_says(ana, ana, photo=picture("green"))
            await until(is_asked_for)
        assert await states() == ["wanted"]
        stalled.release()
        async with bot(*told):
            await until(reached_the_owner)
        assert await states() == ["fetched"]
        async with database.read() as session:
            sha256 = await session.scalar(select(Attachment.sha256))
            assert await read_blob(session, sha256 or "") == picture("green")
            assert list(await session.scalars(select(InboxRow.outcome))) == ["handed_over"]
    finally:
        stalled.release()
        await simulator.stop()
