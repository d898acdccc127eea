"""Bad weather on the way to Discord: closed doors, cut sends, limits; nobody waits for somebody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.discord_stage import DiscordStage, Person
from tests.simulators.discord import faults
from tests.simulators.discord.waiting import until

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SEND = "POST /channels/*/messages"


async def talk(stage: DiscordStage) -> Person:
    """Ana and the owner are speaking; the thread in which they do."""
    await stage.ana.says("I want to speak to a human about my order")
    thread = stage.thread("Ana")
    await thread.says("What is it?")
    for person in (stage.ana, thread):
        person.hears()
    return thread


@on_sqlite
async def test_a_closed_door_is_told_once_and_opened_again(stage: DiscordStage) -> None:
    thread = await talk(stage)
    stage.simulator.user_closes_dm(stage.ana.user)
    await thread.says("A dulcimer")
    await thread.says("Or a harp")
    (told,) = thread.hears()
    assert "Ana" in told
    assert stage.ana.hears() == []
    stage.simulator.user_opens_dm(stage.ana.user)
    await stage.ana.says("I am back")
    back = thread.hears()
    assert len(back) == 2 and back[-1] == "I am back"
    await thread.says("Welcome")
    assert stage.ana.hears() == ["Welcome"]
    assert (await stage.states()).count("dead") == 2


@on_sqlite
@pytest.mark.parametrize(
    "fault",
    [
        faults.cut(after=True),
        faults.cut(),
        faults.server_error(500, after=True),
        faults.server_error(503),
    ],
    ids=["taken and cut", "cut", "taken and 500", "503"],
)
async def test_words_whose_sending_was_cut_arrive_once(stage: DiscordStage, fault: faults.Fault) -> None:
    thread = await talk(stage)
    stage.simulator.faults.inject(f"POST /channels/{stage.ana.channel.id}/messages", fault)
    await thread.says("A dulcimer")
    await thread.says("Or a harp")
    await stage.wait(minutes=1)
    assert stage.simulator.faults.met
    assert stage.ana.hears() == ["A dulcimer", "Or a harp"]
    assert set(await stage.states()) == {"sent"}


@on_sqlite
async def test_one_channels_limit_holds_up_nobody_else(stage: DiscordStage) -> None:
    await talk(stage)
    stage.simulator.faults.inject(f"POST /channels/{stage.ana.channel.id}/messages", faults.limited(40.0))
    stage.thread("Ana").writes("A dulcimer")
    await stage.ben.says("What do the hens eat?")
    assert len(stage.ben.hears()) == 1
    until_then = stage.clock.now() + timedelta(seconds=39)
    while stage.clock.now() < until_then and (due := await stage.concierge.next_due()) and due[0] < until_then:
        await stage._controls.next_thing()
    await stage.wait(seconds=60)
    assert stage.ana.hears() == ["A dulcimer"]
    assert set(await stage.states()) == {"sent"}


@on_sqlite
async def test_one_threads_limit_holds_up_no_other_thread(stage: DiscordStage) -> None:
    thread = await talk(stage)
    await stage.ben.says("I want to speak to a human")
    bens = stage.thread("Ben")
    bens.hears()
    stage.simulator.faults.inject(f"POST /channels/{thread.channel.id}/messages", faults.limited(40.0))
    stage.ana.writes("one zither")
    stage.ben.writes("one flute")
    await stage.settle()
    await stage.wait(minutes=2)
    assert (thread.hears(), bens.hears()) == (["one zither"], ["one flute"])


@on_sqlite
async def test_a_bots_own_limit_pauses_everything_and_loses_nothing(stage: DiscordStage) -> None:
    thread = await talk(stage)
    stage.simulator.faults.inject(SEND, faults.limited(20.0, everywhere=True))
    thread.writes("A dulcimer")
    stage.ben.writes("What do the hens eat?")
    await stage.settle()
    await stage.wait(minutes=1)
    assert stage.ana.hears() == ["A dulcimer"] and len(stage.ben.hears()) == 1
    assert set(await stage.states()) == {"sent"}


@on_sqlite
async def test_an_address_that_is_shut_out_pauses_and_tries_again(stage: DiscordStage) -> None:
    thread = await talk(stage)
    stage.simulator.faults.inject(SEND, faults.banned())
    await thread.says("A dulcimer")
    await stage.wait(minutes=3)
    assert stage.ana.hears() == ["A dulcimer"]


@on_sqlite
async def test_a_hundred_words_keep_the_pace_of_the_channel_and_their_order(stage: DiscordStage) -> None:
    thread = await talk(stage)
    said = [f"note {number}" for number in range(30)]
    begun = stage.clock.now()
    for words in said:
        thread.writes(words)
    await stage.settle()
    assert stage.ana.hears() == said
    assert stage.clock.now() - begun >= timedelta(seconds=25)
    assert stage.simulator.buckets.overrun == 0


@on_sqlite
async def test_a_bucket_that_discord_calls_empty_is_not_asked_again_before_its_time(stage: DiscordStage) -> None:
    await talk(stage)
    stage.simulator.buckets.limit("POST /channels/{channel}/messages", 2, 0.3)
    stage.paced = False
    said = [f"note {number}" for number in range(5)]
    for words in said:
        stage.ana.writes(words)
    await stage.settle()
    await stage.wait(minutes=1)
    await until(lambda: True)
    assert "\n".join(stage.thread("Ana").hears()).split("\n") == said  # held back, they may come together
    assert stage.simulator.buckets.overrun == 0
