"""In a channel of everybody's the bot speaks when its name falls, as a reply, and hands over in private."""

from __future__ import annotations

import pytest

from tests.discord_stage import DiscordStage, Person

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def square(stage: DiscordStage) -> Person:
    """Ana in a channel of everybody's."""
    return Person(stage, stage.ana.user, stage.simulator.text_channel("square"))


def named(stage: DiscordStage, words: str) -> str:
    """Words with the bot's name before them."""
    return f"{stage.simulator.bot.mention} {words}"


@on_sqlite
async def test_a_mention_is_answered_there_as_a_reply(stage: DiscordStage, square: Person) -> None:
    asked = await square.says(named(stage, "How do I store eggs?"))
    (answer,) = square.news()
    assert answer.content.startswith("Keep them cool") and answer.reply_to is asked
    assert answer.pings == [] and stage.ana.hears() == []


@on_sqlite
async def test_what_people_say_to_each_other_is_neither_answered_nor_stored(
    stage: DiscordStage, square: Person
) -> None:
    said = await square.says("How do I store eggs?")
    await square.edits(said, "How do I store hens?")
    await square.reacts(said, "👍")
    await square.deletes(said)
    assert square.news() == [] and await stage.outcomes() == []


@on_sqlite
async def test_a_hand_over_goes_on_in_private(stage: DiscordStage, square: Person) -> None:
    await square.says(named(stage, "I want to speak to a human about my order"))
    thread = stage.thread("Ana")
    (card,) = thread.hears()
    assert "about my order" in card and "Concierge" not in card
    (pointer,), (promise,) = square.hears(), stage.ana.hears()
    assert "written to you privately" in pointer and "order" not in pointer
    assert "I've told Hana" in promise
    await thread.says("What is it?")
    assert stage.ana.hears()[-1] == "What is it?"
    assert all("What is it?" not in words for words in square.hears())
    await stage.ana.says("It is late")
    assert thread.hears()[-1] == "It is late"


@on_sqlite
async def test_bots_webhooks_and_discord_itself_are_not_listened_to(stage: DiscordStage) -> None:
    other = stage.simulator.person("Rattle")
    other.is_bot = True
    stage.simulator.user_says(stage.simulator.dm(other), other, "How do I store eggs?")
    said = await stage.ana.says("How do I store eggs?")
    stage.simulator.unfurls(said)
    await stage.settle()
    assert await stage.outcomes() == ["answered"]
