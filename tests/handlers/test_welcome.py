"""Commands of customers, and of those who are no owners."""

from __future__ import annotations

import pytest

from bot.commands import COMMANDS
from tests.stage import Stage

HELP = "Just write your question. These work too:"


async def test_start_welcomes_by_name_and_offers_the_stories(stage: Stage) -> None:
    await stage.ana.says("/start")
    (welcome,) = stage.ana.hears()
    assert welcome.startswith("Hello Ana, welcome to Test Farm!")
    assert stage.ana.buttons() == ["Follow the stories"]


async def test_start_with_a_payload_is_a_start(stage: Stage) -> None:
    await stage.ana.says("/start qr-window_7")
    assert len(stage.ana.hears()) == 1


async def test_help_lists_what_is_built_and_nothing_else(stage: Stage) -> None:
    await stage.ana.says("/help")
    (text,) = stage.ana.hears()
    listed = {line.split(":")[0] for line in text.splitlines() if line.startswith("/")}
    assert listed == {f"/{c.name}" for c in COMMANDS if c.audience == "customer" and c.built}
    assert "/story" not in text


@pytest.mark.parametrize("name", [c.name for c in COMMANDS if c.audience == "customer" and not c.built])
async def test_a_command_that_is_not_built_says_so_in_one_sentence(stage: Stage, name: str) -> None:
    await stage.ana.says(f"/{name}")
    (text,) = stage.ana.hears()
    assert text.startswith(f"/{name} is not here yet")
    assert await stage.outcomes() == ["refused"]


OWNERS_ONLY = sorted({c.name for c in COMMANDS if c.audience != "customer"} - {"help", "customer"})


@pytest.mark.parametrize("words", [*(f"/{name} now x" for name in OWNERS_ONLY), "/nonsense"])
async def test_an_owners_command_from_a_customer_is_an_unknown_command(stage: Stage, words: str) -> None:
    await stage.ana.says(words)
    (text,) = stage.ana.hears()
    assert text.startswith(f"I don't know {words.split()[0]}.")
    assert stage.room.log() == []
    assert stage.channel.log() == []
    assert stage.adapter.world.threads() == []
    assert await stage.outcomes() == ["refused"]


async def test_following_and_leaving_are_one_press_each(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    assert "you'll get Hana's stories here" in stage.ana.hears()[-1]
    await stage.ana.presses("No more stories")
    assert stage.ana.hears() == ["Done, no more stories here. You can still ask me anything."]


async def test_stop_ends_stories_and_questions_stay_welcome(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await stage.ana.says("/stop")
    assert stage.ana.hears()[-1].startswith("Done: no more stories")
    await stage.room.says("/story now Eggs!")
    await stage.room.presses("Confirm")
    assert stage.ana.hears() == []
    assert stage.channel.hears() == ["Eggs!"]
    await stage.ana.says("What do the hens eat?")
    assert len(stage.ana.hears()) == 1


async def test_a_forged_button_does_nothing(stage: Stage) -> None:
    await stage.room.says("/story now Eggs!")
    confirm = next(b.data for b in stage.room.log()[-1].buttons if b.label == "Confirm")
    await stage.ana.says("/start")
    message_id = stage.ana.log()[-1].message_id
    stage.ana.hears()
    for data in (confirm, "close:1", "story_confirm:", "", ":", "suggest:../x", "follow"):
        await stage.ana.presses_data(message_id, data)
        (text,) = stage.ana.hears()
        assert text == "That button belongs to something that is over. Just write what you need."
    assert stage.channel.log() == []


async def test_a_button_of_one_customer_is_dead_in_anothers_chat(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ben.says("/start")
    follow = stage.ana.log()[-1].buttons[0].data
    stage.ben.hears()
    await stage.ben.presses_data(stage.ben.log()[-1].message_id, follow)
    assert stage.ben.hears() == ["That button belongs to something that is over. Just write what you need."]


@pytest.mark.parametrize("words", ["hi", "thanks"])
async def test_a_pleasantry_gets_a_friendly_word_and_no_ticket(stage: Stage, words: str) -> None:
    await stage.ana.says(words)
    await stage.wait(hours=1)
    (text,) = stage.ana.hears()
    assert "Ana" in text
    assert stage.adapter.world.threads() == []
    assert await stage.outcomes() == ["done"]


async def test_owners_help_fits_the_place(stage: Stage) -> None:
    await stage.room.says("/help")
    (text,) = stage.room.hears()
    assert "/story" in text
    await stage.ana.says("/human")
    await stage.thread("Ana").says("/help")
    assert "/close" in stage.thread("Ana").hears()[-1]


async def test_owners_talk_among_themselves_is_left_alone(stage: Stage) -> None:
    await stage.room.says("Who feeds the hens tonight?")
    await stage.wait(minutes=1)
    assert stage.room.hears() == []
    assert await stage.outcomes() == ["done"]
