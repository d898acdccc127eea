"""The newcomer's main job, as dialogues: an answer, a guess, a hand-over and back."""

from __future__ import annotations

from tests.stage import Stage


async def test_a_sure_answer_comes_at_once_and_alone(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    (answer,) = stage.ana.hears()
    assert answer.startswith("Yes, we ship to Germany every Tuesday.")
    assert stage.room.log() == []
    assert await stage.outcomes() == ["answered"]


async def test_the_first_answer_carries_the_privacy_line_and_the_second_does_not(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    await stage.ana.says("What do the hens eat?")
    first, second = stage.ana.hears()
    assert "Hana can read it" in first
    assert second == "Our hens eat maize, wheat and what they find under the trees."


async def test_what_nobody_knows_goes_to_the_owner_and_back(stage: Stage) -> None:
    await stage.ana.says("A portrait in oil, perhaps?")
    assert stage.ana.hears() == []  # there may be more to the thought
    await stage.wait(seconds=3)
    (promise,) = stage.ana.hears()
    assert "I've asked Hana" in promise
    assert "open until 18:00" in promise
    thread = stage.thread("Ana")
    (card,) = thread.hears()
    assert "A portrait in oil, perhaps?" in card
    await thread.says("// she means the farm, I think")
    assert stage.ana.hears() == []
    await thread.says("Gladly, in May!")
    assert stage.ana.hears() == ["Gladly, in May!"]
    await stage.ana.says("In the garden?")
    assert thread.hears() == ["In the garden?"]
    assert stage.ana.hears() == []
    await thread.says("/close")
    assert thread.hears() == ["Closed. I answer Ana again."]
    await stage.ana.says("What do the hens eat?")
    assert stage.ana.hears() == ["Our hens eat maize, wheat and what they find under the trees."]
    assert thread.hears() == []
    expected = ["handed_over", "done", "relayed", "relayed", "done", "answered"]
    assert await stage.outcomes() == expected


async def test_lines_of_one_thought_are_read_as_one_question(stage: Stage) -> None:
    await stage.ana.says("could you possibly")
    await stage.wait(seconds=2)
    await stage.ana.says("a portrait in oil perhaps")
    await stage.wait(seconds=2.5)
    assert stage.ana.hears() == []
    await stage.wait(seconds=0.5)
    assert len(stage.ana.hears()) == 1
    (card,) = stage.thread("Ana").hears()
    assert "could you possibly\na portrait in oil perhaps" in card
    assert await stage.outcomes() == ["handed_over", "handed_over"]
