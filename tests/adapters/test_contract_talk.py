"""Stories as the beginning of a talk, asked of every pair of a customers' and an owners' platform."""

from __future__ import annotations

import pytest

from tests.adapters.test_contract import UNKNOWN
from tests.adapters.test_contract_stories import bare, posted
from tests.scenes import Scene

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_followers_reply_to_a_story_reaches_the_owner_with_the_story(scene: Scene) -> None:
    _, copy = await posted(scene)
    await scene.ana.says(UNKNOWN, quotes=copy)
    await scene.wait(seconds=30)
    card = bare(scene.thread("Ana").news()[0])
    assert UNKNOWN in card and "About story 1: “Ten boxes left”" in card
    await scene.thread("Ana").says("Gladly, in May!")
    assert scene.ana.hears()[-1] == "Gladly, in May!"


async def test_the_list_says_how_many_reply_and_a_sure_answer_comes_at_once(scene: Scene) -> None:
    _, copy = await posted(scene)
    await scene.ana.says("What do the hens eat?", quotes=copy)
    assert scene.ana.hears()[0].startswith("Our hens eat")
    await scene.room.commands("stories")
    assert "👍 0 · 💬 1" in scene.room.hears()[-1]
    await scene.wait(minutes=2)
    (receipt,) = [line for line in scene.room.log() if line.text.startswith("On its way")]
    assert receipt.text.endswith("👍 0 · 💬 1") and receipt.buttons == ("Edit", "Undo")


async def test_a_follower_learns_why_a_story_came_and_ends_it_there(scene: Scene) -> None:
    await posted(scene)
    await scene.ana.presses("Why did I get this?")
    assert "You follow Hana's stories" in scene.ana.hears()[-1]
    await scene.ana.presses("No more stories")
    scene.ana.news()
    await scene.room.plans_story("now", "Nine boxes left")
    await scene.room.presses("Confirm")
    await scene.wait(seconds=5)
    assert scene.ana.hears() == [] and scene.channel.news()[-1].text == "Nine boxes left"


async def test_a_button_under_a_story_tells_more_from_the_entry_that_was_chosen(scene: Scene) -> None:
    known = scene.concierge.house.knowledge
    entry = next(id for id in known.entries if known.stored(id).startswith("Our hens eat"))
    channel, copy = await posted(scene, f"Ten boxes left\nmore: {entry}")
    assert (channel.text, copy.text) == ("Ten boxes left", "Ten boxes left")
    assert "Tell me more" in channel.buttons
    await scene.ana.presses("Tell me more")
    assert scene.ana.hears()[-1].startswith("Our hens eat")


async def test_a_live_hour_takes_questions_answers_them_in_turn_and_tells_of_all(scene: Scene) -> None:
    await posted(scene)
    await scene.room.commands("live", "Ask the hens")
    await scene.wait(seconds=5)
    (told,), _ = scene.ana.news(), scene.room.news()
    assert "Live now: Ask the hens" in bare(told)
    await scene.ana.says("Do they dream of worms?", quotes=told)
    await scene.wait(seconds=5)
    assert "number 1" in scene.ana.hears()[0]
    (question,) = scene.room.news()
    assert "Ana asks:" in bare(question) and "Do they dream of worms?" in question.text
    await scene.ana.presses("You may say my name")
    await scene.ana.says("And of what else?", quotes=told)
    await scene.room.says("All night.", quotes=question)
    await scene.wait(seconds=5)
    assert "All night." in scene.ana.hears()
    await scene.room.presses("Next question")
    await scene.room.says("Of foxes, sometimes.")
    await scene.wait(seconds=5)
    assert "Of foxes, sometimes." in scene.ana.hears()
    scene.channel.news()
    await scene.room.presses("End the live hour")
    await scene.wait(seconds=30)
    (round_up,) = scene.channel.news()
    assert "Ana: Do they dream of worms?\nAll night." in bare(round_up)
    assert "A guest: And of what else?\nOf foxes, sometimes." in bare(round_up)
    assert "failed" not in await scene.outcomes()
