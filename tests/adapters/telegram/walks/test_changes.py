"""Edits, deletes, quotes and reactions on Telegram, both ways, with the real client."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.telegram_stage import TelegramStage

UNKNOWN = "A portrait in oil, perhaps?"
FEED = "Our hens eat maize, wheat and what they find under the trees."


async def test_a_question_its_card_and_its_answer_change_in_place_and_after_a_restart(stage: TelegramStage) -> None:
    asked = await stage.ana.says(UNKNOWN)
    await stage.wait(seconds=3)
    thread = stage.thread("Ana")
    (told,), (card,) = stage.ana.news(), thread.news()
    await stage.ana.edits(asked, "A portrait in chalk?")
    assert f"A portrait in chalk?\n✎ changed; before: {UNKNOWN}" in card.text
    assert card.buttons and stage.ana.hears() == []
    await stage.wait(minutes=1)
    await stage.restart()
    await stage.ana.edits(asked, "What do the hens eat?")
    assert told.text.startswith(FEED)
    assert thread.hears() == [f"I answered: {FEED}"] and stage.ana.hears() == []
    line = await stage.ana.says("for 3 people")
    (copy,) = thread.news()
    await stage.ana.edits(line, "for 4 people")
    assert copy.text == "for 4 people\n\n✎ changed; before: for 3 people"
    assert stage.simulator.server.refusals == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_caption_that_changes_changes_under_its_picture_and_overflows_into_a_message(
    stage: TelegramStage,
) -> None:
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    thread.news()
    hers = await stage.ana.says("Like this one?", photo=True)
    (copy,) = thread.news()
    await stage.ana.edits(hers, "moss " * 200)
    assert copy.text.split() == ["moss"] * 200
    (more,) = thread.hears()
    assert more == "✎ changed; before: Like this one?"
    await stage.ana.edits(hers, "Like that one?")
    assert copy.text.startswith("Like that one?\n\n✎ changed; before: moss moss")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_owners_edit_that_needs_more_or_fewer_messages_leaves_none_over(stage: TelegramStage) -> None:
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    stage.ana.news()
    said = await thread.says("egg")
    for words in ("hen " * 1000 + "cock " * 20, "egg", "chick " * 700):
        await thread.edits(said, words)
        await stage.wait(minutes=1)
        there = [m.text for m in stage.ana.log() if m.by_bot and not m.deleted][1:]
        assert " ".join(there).split() == words.split()
    assert stage.simulator.server.refusals == []


async def test_delete_takes_the_copy_back_and_says_so_when_that_is_too_late(stage: TelegramStage) -> None:
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    first = await thread.says("I come on Monday")
    second = await thread.says("or on Tuesday")
    await stage.wait(seconds=5)
    monday, tuesday = stage.ana.log()[-2:]
    thread.news()
    await thread.says("/delete", reply_to=second)
    await stage.wait(seconds=5)
    assert tuesday.deleted and not monday.deleted
    thread.news()
    stage.clock.move_to(stage.clock.now() + timedelta(hours=49))
    await thread.says("/delete", reply_to=first)
    await stage.wait(minutes=1)
    assert not monday.deleted
    assert "I could not take this back at Ana's, where it still stands" in thread.hears()[-1]


async def test_reactions_cross_both_ways_from_a_topic_too(stage: TelegramStage) -> None:
    asked = await stage.ana.says(UNKNOWN)
    await stage.wait(seconds=3)
    thread = stage.thread("Ana")
    (card,) = thread.news()
    bot = stage.simulator.bot.id
    await thread.reacts(card, "👍")
    assert asked.reactions[bot] == ["👍"]
    await thread.reacts(card, "❤")
    assert asked.reactions[bot] == ["❤"]
    await thread.reacts(card, "")
    assert asked.reactions[bot] == []
    said = await thread.says("Gladly!")
    (copy,) = [m for m in stage.ana.news() if m.text == "Gladly!"]
    await stage.ana.reacts(copy, "🎉")
    await stage.wait(seconds=5)
    assert said.reactions[bot] == ["🎉"]
    assert stage.simulator.server.refusals == []
    assert await stage.state_of(stage.ana) == "handoff"
