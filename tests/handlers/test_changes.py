"""What a customer changes or takes back: both versions stay to be seen, and the bot's answer follows."""

from __future__ import annotations

import pytest

from bot.adapters.playground.world import Shown
from bot.messages import Media
from tests.stage import Stage

UNKNOWN = "A portrait in oil, perhaps?"
FEED = "Our hens eat maize, wheat and what they find under the trees."


async def open_ticket(stage: Stage) -> Shown:
    """Ana's question that nobody can answer, as it stands in her chat."""
    await stage.ana.says(UNKNOWN)
    await stage.wait(seconds=3)
    stage.ana.hears()
    stage.thread("Ana").hears()
    return stage.ana.last(UNKNOWN)


def spoken(person_log: list[Shown]) -> list[str]:
    """What the bot says in a place now, deleted messages left out."""
    return [s.text.plain for s in person_log if s.from_bot and not s.deleted]


async def test_an_edit_stands_in_the_thread_in_place_above_what_stood_there_before(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await stage.ana.says("for 3 people")
    thread.hears()
    await stage.ana.edits(stage.ana.last("for 3 people"), "for 4 people")
    assert thread.hears() == []
    assert thread.log()[-1].text.plain == "for 4 people\n\n✎ changed; before: for 3 people"
    await stage.ana.edits(stage.ana.last("for 4 people"), "for 5 people")
    assert thread.log()[-1].text.plain == "for 5 people\n\n✎ changed; before: for 4 people"
    assert stage.ana.hears() == []


async def test_the_first_question_is_changed_inside_the_card_which_keeps_its_button(stage: Stage) -> None:
    asked = await open_ticket(stage)
    thread = stage.thread("Ana")
    await stage.ana.edits(asked, "A portrait in chalk, perhaps?")
    assert thread.hears() == []
    (card,) = thread.log()
    assert card.text.plain.startswith("Ana asks: “A portrait in chalk, perhaps?” · waits since 13:00")
    assert f"\nA portrait in chalk, perhaps?\n✎ changed; before: {UNKNOWN}\n" in card.text.plain
    assert card.text.plain.endswith("/close ends it.")
    assert thread.buttons()[-1] == "Close"
    assert stage.ana.hears() == []


async def test_an_edit_of_any_line_of_a_question_changes_the_card(stage: Stage) -> None:
    await stage.ana.says("A portrait in oil, perhaps?")
    await stage.ana.says("Of my aunt")
    await stage.wait(seconds=3)
    await stage.ana.edits(stage.ana.last("Of my aunt"), "Of my uncle")
    (card,) = stage.thread("Ana").log()
    assert "A portrait in oil, perhaps?\nOf my uncle\n✎ changed; before: Of my aunt\n" in card.text.plain


async def test_an_edit_shows_in_the_thread_after_close_and_wakes_nobody(stage: Stage) -> None:
    asked = await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("/close")
    stage.ana.hears(), thread.hears()
    await stage.ana.edits(asked, "A portrait in chalk?")
    await stage.wait(minutes=1)
    assert "A portrait in chalk?\n✎ changed; before:" in thread.log()[0].text.plain
    assert (stage.ana.hears(), thread.hears()) == ([], [])


async def test_a_sure_answer_follows_the_question_when_that_is_changed(stage: Stage) -> None:
    await stage.ana.says("How do I store eggs?")
    (answer,) = stage.ana.hears()
    await stage.ana.edits(stage.ana.last("How do I store"), "What do the hens eat?")
    assert stage.ana.hears() == []
    (said,) = spoken(stage.ana.log())
    assert said.startswith(FEED) and "I am the bot of Test Farm" in said and answer != said
    assert stage.adapter.world.threads() == []


async def test_a_sure_answer_turns_into_a_question_to_the_owner(stage: Stage) -> None:
    await stage.ana.says("How do I store eggs?")
    await stage.ana.edits(stage.ana.last("How do I store"), UNKNOWN)
    await stage.wait(minutes=1)
    (said,) = spoken(stage.ana.log())
    assert said.startswith("I don't know that myself, so I've asked Hana.")
    (card,) = stage.thread("Ana").hears()
    assert UNKNOWN in card
    await stage.ana.edits(stage.ana.last(UNKNOWN), "A portrait in chalk?")
    assert "A portrait in chalk?\n✎" in stage.thread("Ana").log()[0].text.plain


async def test_guesses_follow_the_question_and_what_was_chosen_does_too(stage: Stage) -> None:
    await stage.ana.says("can you send to Poland?")
    await stage.wait(seconds=3)
    await stage.ana.edits(stage.ana.last("can you send to"), "What do the hens eat?")
    (said,) = spoken(stage.ana.log())
    assert said.startswith(FEED)
    await stage.ben.says("can you send to Poland?")
    await stage.wait(seconds=3)
    await stage.ben.presses("Do you ship to Germany?")
    await stage.ben.edits(stage.ben.last("can you send to"), "What do the hens eat?")
    assert [words.split(".")[0] for words in spoken(stage.ben.log())] == [
        "Did you mean one of these?\n\nI am the bot of Test Farm",
        FEED[:-1],
    ]


async def test_a_question_before_the_owner_that_becomes_answerable_is_answered_once_and_the_thread_told(
    stage: Stage,
) -> None:
    asked = await open_ticket(stage)
    thread = stage.thread("Ana")
    await stage.ana.edits(asked, "What do the hens eat?")
    (said,) = spoken(stage.ana.log())
    assert said.startswith(FEED)
    assert thread.hears() == [f"I answered: {FEED}"]
    await stage.ana.edits(asked, "How do I store eggs?")
    (said,) = spoken(stage.ana.log())
    assert said.startswith("Keep them cool")
    assert thread.hears() == [] and thread.log()[-1].text.plain == "I answered: Keep them cool and with the tip down."
    await stage.room.says("/waiting")
    assert "Ana" in stage.room.hears()[-1]


async def test_an_answer_with_a_picture_takes_the_place_of_one_without(stage: Stage) -> None:
    await stage.ana.says("What do the hens eat?")
    await stage.ana.edits(stage.ana.last("What do"), "Do you ship to Germany?")
    (said,) = [s for s in stage.ana.log() if s.from_bot and not s.deleted]
    assert said.text.plain.startswith("Yes, we ship") and [m.kind for m in said.media] == ["photo"]
    await stage.ana.edits(stage.ana.last("Do you ship"), "How do I store eggs?")
    (said,) = [s for s in stage.ana.log() if s.from_bot and not s.deleted]
    assert said.text.plain.startswith("Keep them cool") and said.media == ()


async def test_an_edit_while_a_human_speaks_is_for_the_human_alone(stage: Stage) -> None:
    asked = await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("Gladly!")
    stage.ana.hears()
    await stage.ana.edits(asked, "What do the hens eat?")
    assert stage.ana.hears() == []
    assert "before: " + UNKNOWN in thread.log()[0].text.plain


async def test_a_line_that_is_changed_while_it_waits_is_asked_as_it_is_now(stage: Stage) -> None:
    await stage.ana.says("and in oil")
    await stage.ana.edits(stage.ana.last("and in oil"), "What do the hens eat?")
    await stage.wait(seconds=3)
    (said,) = stage.ana.hears()
    assert said.startswith(FEED)
    assert await stage.outcomes() == ["answered", "done"]


async def test_a_line_that_is_taken_back_while_it_waits_is_not_asked_at_all(stage: Stage) -> None:
    await stage.ana.says("and in oil")
    await stage.ana.deletes(stage.ana.last("and in oil"))
    await stage.wait(minutes=1)
    assert stage.ana.hears() == [] and stage.adapter.world.threads() == []
    assert await stage.outcomes() == ["done", "done"]


async def test_an_edit_that_needs_more_parts_grows_and_one_that_needs_fewer_shrinks(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await stage.ana.says("egg")
    for words in ("hen " * 1000, "cock " * 800, "egg", "chick " * 650):
        await stage.ana.edits(stage.ana.wrote(), words)
        shown = "\n".join(s.text.plain for s in thread.log()[1:] if not s.deleted)
        assert shown.split()[: len(words.split())] == words.split()
        assert "✎ changed; before:" in shown
    assert sum(not s.deleted for s in thread.log()) == 3


async def test_a_picture_whose_words_change_keeps_the_picture(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    photo = Media("photo", stage.adapter.world.upload("hen.png", "image/png", b"hen"))
    await stage.ana.says("Like this?", [photo])
    await stage.ana.edits(stage.ana.last("Like this?"), "Like that?")
    assert thread.log()[-1].text.plain == "Like that?\n\n✎ changed; before: Like this?"
    assert thread.log()[-1].media


async def test_what_a_customer_takes_back_stays_in_the_thread_struck_out(stage: Stage) -> None:
    asked = await open_ticket(stage)
    thread = stage.thread("Ana")
    await stage.ana.says("for 3 people")
    thread.hears()
    await stage.ana.deletes(stage.ana.last("for 3 people"))
    copy = thread.log()[-1]
    assert copy.text.plain == "for 3 people\n✗ Ana took this back."
    assert copy.text.spans[0].kind == "strike"
    await stage.ana.deletes(asked)
    card = thread.log()[0].text
    assert f"{UNKNOWN}\n✗ Ana took this back.\n" in card.plain and "strike" in {s.kind for s in card.spans}
    assert thread.hears() == [] and stage.ana.hears() == []


async def test_an_edit_of_a_message_from_before_a_restart_finds_its_copy(stage: Stage) -> None:
    await open_ticket(stage)
    await stage.ana.says("for 3 people")
    again = Stage(stage.database, stage.clock, stage.shop, stage.adapter.world)
    await stage.concierge.stop()
    again.adapter._last_update = 100
    await again.concierge.start()
    await again.ana.edits(again.ana.last("for 3 people"), "for 4 people")
    assert again.thread("Ana").log()[-1].text.plain == "for 4 people\n\n✎ changed; before: for 3 people"
    await again.concierge.stop()


async def test_an_edit_of_words_in_a_thread_that_is_gone_is_said_anew(stage: Stage) -> None:
    await open_ticket(stage)
    await stage.ana.says("for 3 people")
    gone = stage.thread("Ana").place.thread_id
    assert gone
    stage.adapter.world.delete_thread(gone)
    await stage.ana.edits(stage.ana.last("for 3 people"), "for 4 people")
    await stage.wait(seconds=5)
    words, card = stage.thread("Ana").hears()
    assert words == "for 4 people\n\n✎ changed; before: for 3 people" and card.startswith("Ana asks")


async def test_an_edited_command_is_no_new_command_and_its_words_follow(stage: Stage) -> None:
    await stage.ana.says("/human about ducks")
    await stage.ana.edits(stage.ana.last("/human"), "/human about geese")
    (card,) = stage.thread("Ana").log()
    assert "about geese\n✎ changed; before: about ducks" in card.text.plain
    await stage.ben.says("/help")
    stage.ben.hears()
    await stage.ben.edits(stage.ben.wrote("/help"), "/human")
    assert stage.ben.hears() == [] and len(stage.adapter.world.threads()) == 1


@pytest.mark.parametrize("words", ["Are you open at Easter?"])
async def test_what_stands_beside_the_question_in_a_card_stays_there(stage: Stage, words: str) -> None:
    await stage.ana.says(words)
    await stage.wait(seconds=3)
    await stage.ana.edits(stage.ana.last(words), words + "!")
    assert "(easter)" in stage.thread("Ana").log()[0].text.plain
    assert "At Easter 2025 we are closed." in stage.thread("Ana").log()[0].text.plain
