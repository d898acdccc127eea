"""Slots as a channel's readers see them, through the real client of either platform: in the nights of clock changes,
slept through, and with a clock that jumps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from knowledge.shop import read_shop
from tests.scenes import Scene
from tests.scenes.discord import DiscordSide
from tests.scenes.telegram import TelegramSide
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.telegram.simulator import TelegramSimulator

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NIGHTS = [
    ("Europe/Berlin", "2026-03-28T12:00+01:00", "02:30", ["29 03:30+0200", "30 02:30+0200"]),
    ("Europe/Berlin", "2026-10-24T12:00+02:00", "02:30", ["25 02:30+0200", "26 02:30+0100"]),
    ("America/New_York", "2026-03-07T12:00-05:00", "02:30", ["08 03:30-0400", "09 02:30-0400"]),
    ("America/New_York", "2026-10-31T12:00-04:00", "01:30", ["01 01:30-0400", "02 01:30-0500"]),
    ("Australia/Lord_Howe", "2026-10-03T12:00+10:30", "02:15", ["04 02:45+1100", "05 02:15+1100"]),
    ("Australia/Lord_Howe", "2026-04-04T12:00+11:00", "01:45", ["05 01:45+1100", "06 01:45+1030"]),
    ("Asia/Kathmandu", "2026-03-28T12:00+05:45", "02:30", ["29 02:30+0545", "30 02:30+0545"]),
]
BERLIN = "Europe/Berlin"
House = Callable[[str, str], AbstractAsyncContextManager[Scene]]


@pytest.fixture(params=["telegram", "discord"])
def house(request: pytest.FixtureRequest, database: Database, shop_dir: Path) -> House:
    """Opens a house on that platform, in a zone and at an instant."""

    @asynccontextmanager
    async def opened(zone: str, now: str) -> AsyncIterator[Scene]:
        clock = Clock(datetime.fromisoformat(now), running=False)
        toml = shop_dir / "shop.toml"
        toml.write_text(toml.read_text().replace(BERLIN, zone))
        await take_in_shop(database, shop_dir, clock)
        shop = read_shop(shop_dir)
        simulator: Any = (TelegramSimulator if request.param == "telegram" else DiscordSimulator)(clock.now)
        await simulator.start()
        names = {"owner": shop.owner_name, "shop": shop.name, "name": ""}
        side: Any = (
            TelegramSide(simulator, clock, owners=True)
            if request.param == "telegram"
            else DiscordSide(simulator, clock, names, owners=True)
        )
        scene = Scene(database, clock, shop, side, side)
        await scene.start()
        try:
            yield scene
        finally:
            await scene.concierge.stop()
            await simulator.stop()

    return opened


async def planned(scene: Scene, when: str) -> None:
    """A story that its owner has confirmed."""
    await scene.room.plans_story(when, "Good morning")
    await scene.room.presses("Confirm")
    scene.room.news()


def shown_at(scene: Scene) -> list[str]:
    """When the channel's posts came, by the platform's own dates and the shop's clocks."""
    posts = [line.message for line in scene.channel.log()]
    dates = [p.created_at if hasattr(p, "created_at") else datetime.fromtimestamp(p.date, UTC) for p in posts]
    return [f"{date.astimezone(scene.concierge.house.shop.zone):%d %H:%M%z}" for date in dates]


async def sets_clock(scene: Scene, **by: float) -> None:
    """The machine's clock jumps, forward or back, and the house does what there is to do."""
    scene.clock._base = (scene.clock.now() + timedelta(**by)).astimezone(UTC)
    await scene.settle()


@pytest.mark.parametrize(("zone", "now", "at", "expected"), NIGHTS)
async def test_a_daily_story_comes_once_in_a_night_of_a_clock_change_and_in_the_next(
    house: House, zone: str, now: str, at: str, expected: list[str]
) -> None:
    async with house(zone, now) as scene:
        await planned(scene, f"daily {at}")
        await scene.wait(hours=44)
        assert shown_at(scene) == expected


async def test_who_sleeps_through_a_slot_for_less_than_an_hour_posts_then_and_once(house: House) -> None:
    async with house(BERLIN, "2026-03-10T08:00+01:00") as scene:
        await planned(scene, "daily 09:00")
        await sets_clock(scene, minutes=115)
        assert shown_at(scene) == ["10 09:55+0100"]
        await scene.wait(hours=24)
        assert shown_at(scene) == ["10 09:55+0100", "11 09:00+0100"]


async def test_who_sleeps_through_a_slot_for_longer_posts_nothing_and_asks(house: House) -> None:
    async with house(BERLIN, "2026-03-10T08:00+01:00") as scene:
        await planned(scene, "daily 09:00")
        await sets_clock(scene, hours=3)
        assert shown_at(scene) == []
        assert "10.03. 09:00" in scene.room.hears()[-1]
        await scene.room.presses("Post now")
        await scene.settle()
        assert shown_at(scene) == ["10 11:00+0100"]
        await scene.wait(hours=24)
        assert shown_at(scene) == ["10 11:00+0100", "11 09:00+0100"]


async def test_a_clock_that_is_set_back_and_comes_there_again_posts_nothing_twice(house: House) -> None:
    async with house(BERLIN, "2026-03-10T08:00+01:00") as scene:
        await planned(scene, "daily 09:00")
        for minutes in (61, -30, 31, -600, 605):
            await sets_clock(scene, minutes=minutes)
        assert len(shown_at(scene)) == 1
        await scene.wait(hours=24)
        assert len(shown_at(scene)) == 2
        assert "Shall I post it now?" not in "\n".join(scene.room.hears())
