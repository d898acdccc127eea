"""Three seconds for a first answer, though two hundred people want one at once and the disk is slow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.messages import RawUpdate
from tests.discord_stage import ACKNOWLEDGE_S, DiscordStage
from tests.simulators.discord.waiting import until

PEOPLE = 100


class SlowDatabase:
    """Commits nothing until it is let go; the adapter's pauses go by the house's clock meanwhile."""

    def __init__(self, stage: DiscordStage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = asyncio.Event()
        self._accept, self._clock = stage.concierge.accept, stage.clock
        monkeypatch.setattr(stage.adapter, "_accept", self._slowly)
        monkeypatch.setattr(stage.adapter._interactions, "_wait", self._by_the_clock)

    async def _slowly(self, updates: Sequence[RawUpdate]) -> None:
        await self.free.wait()
        await self._accept(updates)

    async def _by_the_clock(self, seconds: float) -> None:
        end = self._clock.now() + timedelta(seconds=seconds)
        await until(lambda: self._clock.now() >= end, within_s=60)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_two_hundred_commands_and_presses_at_once_are_each_acknowledged_in_time_and_answered_once(
    house: DiscordStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.paced = False
    house._build()
    await house.start()
    people = [house.customer(f"Customer {number}") for number in range(PEOPLE)]
    for person in people:
        house.simulator.user_commands(person.channel, person.user, "start")
    await house.settle()
    greetings = [person.news()[0] for person in people]
    database = SlowDatabase(house, monkeypatch)
    set_off = []
    for person, greeting in zip(people, greetings, strict=True):
        set_off.append(house.simulator.user_commands(person.channel, person.user, "help"))
        set_off.append(house.simulator.user_presses(greeting, "Follow the stories", person.user))
    await until(lambda: house.adapter._arrivals.waiting == len(set_off), within_s=60)
    assert not any(each.answered for each in set_off)  # nobody is told of what is not stored, before there is need
    house.clock.move_to(house.clock.now() + timedelta(seconds=ACKNOWLEDGE_S))
    await until(lambda: all(each.answered or each.failed for each in set_off), within_s=60)
    assert max(each.took for each in set_off if each.took) < timedelta(seconds=3)
    assert not any(each.failed or each.refused for each in set_off)
    house.clock.move_to(house.clock.now() + timedelta(seconds=20))
    database.free.set()
    await house.settle()
    for person, asked in zip(people, set_off[::2], strict=True):
        news = person.hears()
        assert len(news) == 2 and sum("you'll get Hana's stories" in words for words in news) == 1
        assert asked.original and not asked.thinking
    assert set(await house.states()) == {"sent"}
