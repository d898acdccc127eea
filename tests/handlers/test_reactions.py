"""Reactions cross as a state, and nothing follows from them."""

from __future__ import annotations

from tests.handlers.test_changes import open_ticket
from tests.stage import Stage


async def test_a_reaction_is_set_on_the_same_message_at_the_other_side_and_taken_back(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await stage.ana.says("for 3 people")
    await thread.reacts(thread.last("for 3 people"), "👍")
    assert stage.ana.wrote("for 3").reactions == ("👍",)
    await thread.reacts(thread.last("for 3 people"), "🎉")
    assert stage.ana.wrote("for 3").reactions == ("🎉",)
    await thread.reacts(thread.last("for 3 people"), "")
    assert stage.ana.wrote("for 3").reactions == ()
    await thread.says("Gladly!")
    await stage.ana.reacts(stage.ana.last("Gladly!"), "❤")
    assert thread.wrote("Gladly!").reactions == ("❤",)


async def test_a_reaction_to_the_card_is_one_to_the_question(stage: Stage) -> None:
    await open_ticket(stage)
    await stage.thread("Ana").reacts(stage.thread("Ana").log()[0], "👀")
    assert stage.ana.wrote("portrait").reactions == ("👀",)


async def test_a_thumb_from_the_owner_is_no_answer(stage: Stage) -> None:
    asked = await open_ticket(stage)
    await stage.thread("Ana").reacts(stage.thread("Ana").log()[0], "👍")
    await stage.room.says("/waiting")
    assert "Ana" in stage.room.hears()[-1]
    await stage.ana.reacts(asked, "👍")
    assert stage.ana.hears() == [] and stage.thread("Ana").hears() == []


async def test_a_reaction_opens_no_ticket_and_keeps_nobody_waiting(stage: Stage) -> None:
    await stage.ana.says("What do the hens eat?")
    await stage.ana.reacts(stage.ana.last("Our hens eat"), "😡")
    await stage.wait(minutes=1)
    assert stage.adapter.world.threads() == []
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("Gladly, in May!")
    await stage.wait(minutes=1)
    await stage.ana.reacts(stage.ana.last("Gladly"), "❤")
    stage.ana.hears()
    await stage.wait(hours=4)
    assert stage.ana.hears()[0].startswith("Hana is away from the chat for now.")
