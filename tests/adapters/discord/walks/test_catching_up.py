"""What was missed is read back, also where the bot dies again while it reads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.discord_stage import DiscordStage, Person
from tests.simulators.discord import faults
from tests.simulators.discord.messages import Message
from tests.simulators.discord.waiting import until

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
in_both_rooms = pytest.mark.parametrize("room_kind", ["forum", "text channel"])


async def dies_while_reading(stage: DiscordStage, place: Person) -> None:
    """A start catches up with everything but `place`, and ends; then another start."""
    history = f"GET /channels/{place.channel.id}/messages"
    stage.simulator.faults.inject(history, faults.stalled())
    stored = len(await stage.outcomes())
    stage._build()
    await stage.concierge.start()
    await until(lambda: history in stage.simulator.faults.met)
    while len(await stage.outcomes()) == stored:
        await stage._wait(0)
    await stage.concierge.stop()
    stage.simulator.faults.clear()
    stage._build()
    await stage.start()
    await stage.settle()


@on_sqlite
@in_both_rooms
async def test_the_first_words_ever_in_the_general_part_are_not_passed_over_for_later_ones_elsewhere(
    stage: DiscordStage,
) -> None:
    await stage.ana.says("How do I store eggs?")
    await stage.concierge.stop()
    stage.room.hears()
    stage.room.writes("/story tomorrow 18:00 Chicks!")
    stage.ana.writes("What do the hens eat?")
    await dies_while_reading(stage, stage.room)
    assert stage.ana.hears()[1].startswith("Our hens eat")
    (preview,) = stage.room.hears()
    assert preview.startswith("Chicks!")


@on_sqlite
async def test_an_edit_is_not_passed_over_for_later_words_elsewhere(stage: DiscordStage) -> None:
    said = await stage.ana.says("I want to speak to a human about two zithers")
    await stage.ben.says("How do I store eggs?")
    (card,) = stage.thread("Ana").hears()
    await stage.concierge.stop()
    stage.simulator.user_edits(said, "I want to speak to a human about three zithers")
    stage.clock.move_to(stage.clock.now().replace(hour=14))
    stage.ben.writes("What do the hens eat?")
    await dies_while_reading(stage, stage.ana)
    assert "two zithers" in card
    assert sum("three zithers" in message.content for message in stage.thread("Ana").log()) == 1


@on_sqlite
@in_both_rooms
async def test_what_owners_said_among_themselves_before_the_bot_came_is_left_alone(
    house: DiscordStage, room_kind: str
) -> None:
    simulator, owner = house.simulator, house.simulator.owner
    old = simulator.user_opens_thread(house.room_channel, owner, "Old") if room_kind != "forum" else None
    place = old or simulator.user_posts(house.room_channel, owner, "Old", "An old matter")
    simulator.user_says(place, owner, "Shall we?")
    if old:
        house.room.writes("/story tomorrow 18:00 Chicks!")
    house.clock.move_to(house.clock.now() + timedelta(hours=1))
    await house.start()
    await house.ana.says("How do I store eggs?")
    house.room.hears()
    await house.restart()
    await house.settle()
    assert await house.outcomes() == ["answered"]
    assert [m for m in place.from_bot if not m.is_system] == [] and house.room.hears() == []


@on_sqlite
@pytest.mark.parametrize("resumable", [True, False], ids=["resumed", "begun anew"])
@pytest.mark.parametrize("step", range(4))
async def test_a_talk_goes_on_wherever_the_gateway_drops(stage: DiscordStage, step: int, resumable: bool) -> None:
    await stage.ana.says("I want to speak to a human about my order")
    thread = stage.thread("Ana")
    gateway = stage.simulator.gateway
    said: list[Message] = []
    lines = [(stage.ana, "one zither"), (thread, "A dulcimer"), (thread, ""), (stage.ana, "two zithers")]

    async def act(number: int) -> None:
        who, words = lines[number]
        if number == step:
            stage.simulator.drop_gateway(resumable=resumable)
        if words:
            said.append(who.writes(words))
        else:
            stage.simulator.user_edits(said[1], "A small dulcimer")
        if number == step:
            await until(lambda: gateway.resumes == 1 if resumable else gateway.identifies == 2)
            await stage.connected()
        await stage.settle()

    for person in (stage.ana, thread):
        person.hears()
    for number in range(4):
        await act(number)
    assert thread.hears() == ["one zither", "two zithers"]
    assert stage.ana.hears() == ["A small dulcimer"]
    assert gateway.identifies == (1 if resumable else 2)
