"""A process that only speaks: it hears no events, and finds by itself what it must know."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.discord_stage import WITHIN_S, DiscordStage
from tests.simulators.discord import faults
from tests.simulators.discord.describing import news_of
from tests.simulators.discord.waiting import until

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
in_both_rooms = pytest.mark.parametrize("room_kind", ["forum", "text channel"])


@pytest.fixture
async def speaking(house: DiscordStage) -> DiscordStage:
    """A house whose events another process takes."""
    await house.concierge.load()
    await house.adapter.attend(house.concierge.core("discord"))
    await until(lambda: bool(house.adapter.health()["connected"]), WITHIN_S)
    return house


async def ana_writes(stage: DiscordStage, words: str) -> None:
    """What the other process stores of Ana's words."""
    told = news_of(stage.simulator.world, stage.ana.writes(words), content=True)
    await stage.concierge.accept([stage.adapter.envelope({"t": "MESSAGE_CREATE", "d": told})])
    await stage._controls.settle()


@on_sqlite
@in_both_rooms
@pytest.mark.parametrize("fault", [None, faults.cut(after=True)], ids=["fair weather", "cut"])
async def test_it_opens_one_thread_for_a_customer(speaking: DiscordStage, fault: faults.Fault | None) -> None:
    if fault:
        speaking.simulator.faults.inject(f"POST /channels/{speaking.room_channel.id}/threads", fault)
    await ana_writes(speaking, "I want to speak to a human about my order")
    await speaking._controls.advance(timedelta(minutes=1))
    assert len(speaking.ana.hears()) == 1
    (card,) = speaking.thread("Ana").hears()
    assert "about my order" in card
    assert speaking.simulator.gateway.identifies == 0
    assert speaking.simulator.commands() == []
