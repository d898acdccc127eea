"""Never dismissive: what goes out to somebody who is unhappy is looked at first; nothing is lost or out of order."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import Concierge
from bot.demo import PLACES, PlaygroundControls
from tests.stage import Person, Stage

COLD = "As already stated, that is not our problem."
KIND = "I'm so sorry, Ana. A new box leaves today."


async def complaint(stage: Stage) -> Person:
    """Ana complains; gives the owner's view of her thread."""
    await stage.ana.says("my eggs arrived broken")
    assert stage.ana.hears()[0].startswith("I'm sorry about that.")
    thread = stage.thread("Ana")
    thread.news()
    return thread


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        (COLD, "“is not our problem” may read"),
        ("as alredy mentioned, no", "may read as if"),
        ("Please read our terms again", "“read our terms again” may read"),
        ("https://example.org/faq", "a link by itself"),
        ("See here: https://example.org/faq", "a link by itself"),
        ("We don't accept returns.", "a rule (“we dont accept returns”)"),
    ],
)
async def test_words_that_may_read_as_dismissive_wait_for_the_owner(stage: Stage, words: str, quoted: str) -> None:
    thread = await complaint(stage)
    await thread.says(words)
    (asked,) = thread.news()
    assert asked.text.plain.startswith("Not sent yet. Ana is unhappy") and quoted in asked.text.plain
    assert [button.label for button in asked.buttons] == ["Send anyway", "Change"]
    assert asked.quotes == thread.wrote(words).message_id
    await stage.wait(minutes=5)
    assert stage.ana.hears() == []


@pytest.mark.parametrize(
    "words",
    [
        KIND,
        "Oh no! How many are broken?",
        "Sorry, we don't accept returns of eggs, so I'll send you new ones.",
        "I'm sorry. The address for photos is here, as the post wants it: https://example.org/photos",
        "It is not your fault at all",
    ],
)
async def test_words_that_answer_as_one_would_go_out_at_once(stage: Stage, words: str) -> None:
    thread = await complaint(stage)
    await thread.says(words)
    assert stage.ana.hears() == [words]
    assert not [text for text in thread.hears() if "Not sent" in text]


async def test_to_a_customer_who_is_not_unhappy_the_same_words_simply_go_out(stage: Stage) -> None:
    await stage.ana.says("/human")
    stage.ana.hears()
    thread = stage.thread("Ana")
    await thread.says(COLD)
    assert stage.ana.hears() == [COLD]


async def test_the_owner_sends_them_anyway(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    await thread.presses("Send anyway")
    assert stage.ana.hears() == [COLD]
    asked = thread.last("Sent as it was.")
    assert not asked.buttons and asked.from_bot
    await thread.says(KIND)
    assert stage.ana.hears() == [KIND]


async def test_the_owner_changes_them_and_writes_anew(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    await thread.presses("Change")
    assert thread.last("Not sent. What you write here now goes to Ana.")
    await thread.says(KIND)
    assert stage.ana.hears() == [KIND]


async def test_an_edit_of_words_that_are_held_changes_what_goes_out(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    await thread.edits(thread.wrote(COLD), KIND)
    assert stage.ana.hears() == [KIND]
    assert thread.last("Sent as you changed it.").buttons == ()
    await thread.edits(thread.wrote(KIND), "I'm so sorry, Ana. Two boxes leave today.")
    assert [line.text.plain for line in stage.ana.log() if "sorry, Ana" in line.text.plain] == [
        "I'm so sorry, Ana. Two boxes leave today."
    ]


async def test_an_edit_that_is_no_better_waits_on_and_says_why(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    await thread.edits(thread.wrote(COLD), "That is your own fault.")
    assert stage.ana.hears() == []
    assert "your own fault”" in thread.last("Not sent yet").text.plain
    await thread.presses("Send anyway")
    assert stage.ana.hears() == ["That is your own fault."]


async def test_an_edit_into_a_note_keeps_them_in_the_room(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    await thread.edits(thread.wrote(COLD), "// what I would like to say")
    await thread.says(KIND)
    assert stage.ana.hears() == [KIND]


async def test_words_that_are_taken_back_never_go_out(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    await thread.deletes(thread.wrote(COLD))
    assert thread.last("Not sent: you took it back.").buttons == ()
    await thread.says(KIND)
    await stage.wait(hours=1)
    assert stage.ana.hears() == [KIND]


async def test_delete_takes_back_what_is_held_before_what_was_said(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(KIND)
    await thread.says(COLD)
    await thread.says("/delete")
    assert thread.last("Not sent: you took it back.")
    assert stage.ana.hears() == [KIND]
    assert not stage.ana.last(KIND).deleted


async def test_what_the_owner_writes_next_waits_behind_and_all_arrive_in_order(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    await thread.says("The hens are well, by the way.")
    await thread.says("And a box is on its way.")
    assert stage.ana.hears() == []
    assert "in order: 2." in thread.last("Not sent yet").text.plain
    await thread.presses("Send anyway")
    assert stage.ana.hears() == [COLD, "The hens are well, by the way.", "And a box is on its way."]


async def test_change_drops_only_what_was_held_and_sends_what_waits_behind_it(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    await thread.says(KIND)
    await thread.says("whatever")
    await thread.says("See you on Friday.")
    await thread.presses("Send anyway")  # under the second
    assert stage.ana.hears() == []
    assert thread.last("right after your words above")
    await thread.presses("Change")
    assert stage.ana.hears() == [KIND, "whatever", "See you on Friday."]


async def test_after_a_word_of_understanding_a_rule_may_be_named(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(KIND)
    await thread.says("We don't accept returns of food.")
    assert stage.ana.hears() == [KIND, "We don't accept returns of food."]


async def test_an_edit_that_makes_cold_words_of_kind_ones_waits_too(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(KIND)
    stage.ana.hears()
    await thread.edits(thread.wrote(KIND), COLD)
    assert stage.ana.last(KIND) and thread.last("Not sent yet")
    await thread.presses("Send anyway")
    assert stage.ana.last(COLD) and stage.ana.hears() == []


async def test_held_words_survive_a_restart(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    await stage.concierge.stop()
    stage.concierge = Concierge(stage.database, stage.clock, [stage.adapter], stage.shop, PLACES)
    stage.controls = PlaygroundControls(stage.concierge, stage.shop.zone)
    await stage.concierge.start()
    assert stage.ana.hears() == []
    await thread.presses("Send anyway")
    assert stage.ana.hears() == [COLD]


async def test_a_second_press_sends_nothing_twice(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    asked = thread.last("Not sent yet")
    send = next(button.data for button in asked.buttons if button.label == "Send anyway")
    await thread.presses_data(asked.message_id, send)
    await thread.presses_data(asked.message_id, send)
    assert stage.ana.hears() == [COLD]
    assert thread.hears()[-1] == "That is settled already."


async def test_what_was_left_when_the_owner_closed_goes_out_by_its_button_alone(stage: Stage) -> None:
    thread = await complaint(stage)
    await thread.says(COLD)
    await thread.says("/close")
    stage.ana.hears()
    await stage.wait(minutes=1)
    await stage.ana.says("the second box arrived broken too")
    stage.ana.hears()
    await thread.says(KIND)
    assert stage.ana.hears() == [KIND]
    await thread.presses("Send anyway")
    assert stage.ana.hears() == [COLD]


async def test_a_complaint_while_a_human_speaks_is_one(stage: Stage) -> None:
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    await thread.says("Hello Ana!")
    await stage.ana.says("my eggs arrived broken")
    assert stage.ana.hears()[1:] == ["Hello Ana!"]
    thread.news()
    await thread.says(COLD)
    assert stage.ana.hears() == [] and thread.hears()[0].startswith("Not sent yet.")


@pytest.fixture
def shop_dir(shop_dir: Path) -> Path:
    """The small shop with an answer that is right and cold."""
    words = '---\nid: returns\nquestions: ["Do you take eggs back?"]\n---\nWe don\'t accept returns.\n'
    (shop_dir / "knowledge" / "returns.md").write_text(words, encoding="utf-8")
    return shop_dir


async def test_a_sure_answer_that_may_read_as_dismissive_is_left_to_the_owner(stage: Stage) -> None:
    thread = await complaint(stage)
    await stage.ana.says("What do the hens eat?")
    assert stage.ana.hears() == ["Our hens eat maize, wheat and what they find under the trees."]
    thread.news()
    await stage.ben.says("Do you take eggs back?")
    assert stage.ben.hears()[0].startswith("We don't accept returns.")
    await stage.ana.says("Do you take eggs back?")
    assert stage.ana.hears() == []
    relayed, draft = thread.hears()
    assert relayed == "Do you take eggs back?"
    assert "I know an answer to “Do you take eggs back?”" in draft and "We don't accept returns." in draft
    await thread.presses("Send anyway")
    assert stage.ana.hears() == ["We don't accept returns."]
    assert await stage.outcomes() == ["handed_over", "answered", "answered", "relayed", "done"]
