"""Posts by the real alarm: through clock changes, sleeps and jumps, and from two processes on one database, once."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.alarm import Alarm
from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from bot.database.tables import OutboxRow, Post
from knowledge.shop import read_shop
from tests.scenes import until
from tests.stage import Stage

TICK_S = 0.005
STEP = timedelta(minutes=15)
PROCESS = Path(__file__).with_name("due_process.py")
WITHIN_S = 60.0


class Watch:
    """The alarm of a house whose clock the test moves; it rings in real time."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._ticks = 0
        self.alarm = Alarm(self._tick, TICK_S)

    async def _tick(self) -> None:
        while await self.stage.concierge.due():
            pass
        self._ticks += 1

    async def move_to(self, moment: datetime) -> None:
        """Moves the clock there and lets the alarm ring at that time."""
        self.stage.clock._base = moment.astimezone(UTC)  # back too, as a machine's clock may be set
        wanted = self._ticks + 2  # the one under way may have looked before
        await until(lambda: self._ticks >= wanted, WITHIN_S)
        await self.stage.settle()

    async def live_through(self, last: datetime) -> None:
        """Moves on in small steps."""
        while (now := self.stage.clock.now()) < last:
            await self.move_to(min(now + STEP, last))


@asynccontextmanager
async def house(database: Database, shop_dir: Path, zone: str, now: str) -> AsyncIterator[Watch]:
    """An open house in that zone, whose alarm rings."""
    toml = shop_dir / "shop.toml"
    toml.write_text(toml.read_text().replace("Europe/Berlin", zone))
    clock = Clock(datetime.fromisoformat(now), running=False)
    await take_in_shop(database, shop_dir, clock)
    stage = Stage(database, clock, read_shop(shop_dir))
    await stage.concierge.start()
    watch = Watch(stage)
    watch.alarm.start()
    try:
        yield watch
    finally:
        await watch.alarm.stop()
        await stage.concierge.stop()


NIGHTS = [
    ("Europe/Berlin", "2026-03-29T00:00+01:00", "02:30", ["29 03:30+0200"]),
    ("Europe/Berlin", "2026-10-25T00:00+02:00", "02:30", ["25 02:30+0200"]),
    ("America/New_York", "2026-03-08T00:00-05:00", "02:30", ["08 03:30-0400"]),
    ("America/New_York", "2026-11-01T00:00-04:00", "01:30", ["01 01:30-0400"]),
    ("Australia/Lord_Howe", "2026-10-04T00:00+10:30", "02:15", ["04 02:45+1100"]),
    ("Australia/Lord_Howe", "2026-04-05T00:00+11:00", "01:45", ["05 01:45+1100"]),
    ("Asia/Kathmandu", "2026-03-29T00:00+05:45", "02:30", ["29 02:30+0545"]),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("zone", "now", "at", "expected"), NIGHTS)
async def test_the_alarm_posts_once_in_a_night_of_a_clock_change(
    database: Database, shop_dir: Path, zone: str, now: str, at: str, expected: list[str]
) -> None:
    async with house(database, shop_dir, zone, now) as watch:
        stage = watch.stage
        await stage.room.says(f"/story daily {at} Good morning")
        await stage.room.presses("Confirm")
        await watch.live_through(stage.clock.now() + timedelta(hours=6))
        posted = [shown.at.astimezone(stage.shop.zone) for shown in stage.channel.log()]
        assert [f"{moment:%d %H:%M%z}" for moment in posted] == expected


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_alarm_that_sleeps_through_the_slot_asks_and_posts_nothing_late(
    database: Database, shop_dir: Path
) -> None:
    async with house(database, shop_dir, "Europe/Berlin", "2026-03-10T07:00+01:00") as watch:
        stage = watch.stage
        await stage.room.says("/story daily 09:00 Good morning")
        await stage.room.presses("Confirm")
        await watch.move_to(datetime.fromisoformat("2026-03-10T13:00+01:00"))
        assert stage.channel.hears() == []
        assert "Shall I post it now?" in stage.room.hears()[-1]
        await watch.move_to(datetime.fromisoformat("2026-03-11T09:20+01:00"))
        assert stage.channel.hears() == ["Good morning"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_clock_that_jumps_back_posts_nothing_twice(database: Database, shop_dir: Path) -> None:
    async with house(database, shop_dir, "Europe/Berlin", "2026-03-10T08:59+01:00") as watch:
        stage = watch.stage
        await stage.room.says("/story daily 09:00 Good morning")
        await stage.room.presses("Confirm")
        slot = datetime.fromisoformat("2026-03-10T09:00+01:00")
        for minutes in (1, -30, 1, -600, 5):
            await watch.move_to(slot + timedelta(minutes=minutes))
        assert stage.channel.hears() == ["Good morning"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_processes_on_one_postgresql_post_once(database: Database, shop_dir: Path, clock: Clock) -> None:
    await take_in_shop(database, shop_dir, clock)
    stage = Stage(database, clock, read_shop(shop_dir))
    await stage.concierge.start()
    for number in range(20):
        await stage.room.says(f"/story daily 09:{number:02} Story {number}")
        await stage.room.presses("Confirm")
    argv = [sys.executable, str(PROCESS), database.url, str(shop_dir), "2026-03-10T09:30:00+01:00"]
    processes = [await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE) for _ in range(2)]
    async with asyncio.timeout(WITHIN_S):
        told = [await process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum(int(out) for out, _ in told) == 20
    async with database.read() as session:
        rows = list(await session.scalars(select(OutboxRow.key).filter_by(kind="post")))
        states = Counter(await session.scalars(select(Post.state)))
    assert len(rows) == len(set(rows)) == 20
    assert states == {"posted": 20, "planned": 20}
    await stage.concierge.stop()
