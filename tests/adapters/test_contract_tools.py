"""The owners' tools, asked of every pair of a customers' and an owners' platform."""

from __future__ import annotations

import pytest

from tests.adapters.test_contract import UNKNOWN, ask_hana, in_talk
from tests.scenes import Scene
from tests.simulators.telegram.files import picture

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_canned_reply_goes_out_as_the_owners_words_with_its_variables_filled_in(scene: Scene) -> None:
    await scene.room.commands("snippet", "add hello Hello {customer}, {owner} of {shop} here")
    assert scene.room.hears()[-1].startswith("Kept as “hello”.")
    thread = await ask_hana(scene)
    await thread.commands("s", "hello")
    assert scene.ana.hears() == ["Hello Ana, Hana of Test Farm here"]
    assert "Hello Ana, Hana of Test Farm here" in " ".join(thread.hears())
    await scene.ana.says("Good to hear")
    assert thread.hears() == ["Good to hear"] and scene.ana.hears() == []
    await scene.room.commands("snippet", "add wrong Your {order}")
    assert "I can't fill in {order}; I know {customer}" in scene.room.hears()[-1]


async def test_a_canned_reply_is_looked_at_before_it_is_sent(scene: Scene) -> None:
    await scene.room.commands("snippet", "add hello Hello {customer}")
    thread = await in_talk(scene)
    await thread.commands("snippet")
    await thread.presses("hello")
    assert "Hello Ana" in thread.hears()[-1] and scene.ana.hears() == []
    await thread.presses("Use it")
    assert scene.ana.hears() == ["Hello Ana"]


async def test_a_snooze_ends_when_its_time_has_come(scene: Scene) -> None:
    thread = await ask_hana(scene)
    await thread.commands("snooze", "2h")
    assert "Out of your way until today 15:00, or until Ana writes." in thread.hears()[-1]
    await scene.wait(hours=1, minutes=50)
    assert "⏰" not in " ".join(thread.hears())
    await scene.wait(minutes=10)
    assert "⏰ You wanted this back now" in " ".join(thread.hears())
    assert scene.ana.hears() == []


async def test_a_snooze_ends_with_the_customers_next_word(scene: Scene) -> None:
    thread = await ask_hana(scene)
    await thread.commands("snooze")
    assert "Out of your way until Ana writes." in thread.hears()[-1]
    await scene.ana.says("Or a drawing?")
    told = thread.hears()
    assert "⏰ Ana writes, so this is back." in told and "Or a drawing?" in told
    assert scene.ana.hears() == []


async def test_a_close_with_a_reason_keeps_it_in_the_room(scene: Scene) -> None:
    thread = await ask_hana(scene)
    await thread.commands("close", "joker")
    assert "Because: joker (only we here see that.)" in thread.hears()[-1]
    (told,) = scene.ana.hears()
    assert "closed it without an answer" in told and "joker" not in told


async def test_a_silent_close_says_nothing_to_the_customer(scene: Scene) -> None:
    thread = await ask_hana(scene)
    await thread.commands("close", "silently")
    assert thread.hears()[-1].startswith("Closed.")
    assert scene.ana.hears() == [] and await scene.conversations() == ["bot"]


async def test_a_close_in_two_hours_comes_unless_the_customer_writes(scene: Scene) -> None:
    anas, bens = await in_talk(scene), await in_talk(scene, scene.ben)
    await anas.commands("close", "in 2h")
    await bens.commands("close", "in 2h")
    await scene.ben.says("One more thing")
    assert "Ben writes, so this stays open." in bens.hears()
    await scene.wait(hours=2, minutes=1)
    assert "Ana has not written again, so this is closed. I answer Ana again." in anas.hears()
    assert await scene.conversations() == ["bot", "handoff"]
    assert "so this is closed" not in " ".join(bens.hears())


async def test_what_was_closed_is_reopened_and_a_thank_you_opens_nothing(scene: Scene) -> None:
    thread = await in_talk(scene)
    await thread.commands("close")
    await scene.ana.says("Thank you!")
    assert len(scene.ana.hears()) == 1 and await scene.conversations() == ["bot"]
    await thread.presses("Reopen")
    assert "Open again" in thread.hears()[-1]
    await scene.ana.says("And in red?")
    assert "And in red?" in thread.hears()
    assert scene.ana.hears() == []


async def test_a_real_question_after_a_close_comes_into_the_same_thread(scene: Scene) -> None:
    thread = await in_talk(scene)
    await thread.commands("close")
    thread.hears()
    await scene.ana.says("Could you carve a goose in oak?")
    await scene.wait(seconds=3)
    assert "Could you carve a goose in oak?" in " ".join(scene.thread("Ana").hears())
    assert await scene.conversations() == ["waiting"]


async def test_a_blocked_customers_words_are_kept_and_shown_when_the_block_ends(scene: Scene) -> None:
    thread = await in_talk(scene)
    await thread.commands("block", "2h shouting")
    assert thread.hears()[-1].startswith("Ana is blocked until today 15:00")
    await scene.ana.says("Hello?")
    await scene.ana.says("Like this?", photo=picture("green"))
    (told,) = scene.ana.hears()
    assert told == "Hana takes no messages from you here until today 15:00. What you write is kept."
    assert thread.hears() == []
    await scene.room.commands("blocked")
    assert "Ana" in scene.room.hears()[-1]
    await scene.wait(hours=2, minutes=1)
    shown = thread.news()
    assert any("Meanwhile Ana wrote this (2):" in line.text for line in shown)
    assert any(line.text == "Hello?" for line in shown)
    assert any((line.text, line.media) == ("Like this?", ("photo",)) for line in shown)


async def test_a_transcript_comes_as_files_into_the_thread(scene: Scene) -> None:
    thread = await in_talk(scene)
    await thread.says("// she haggles")
    await thread.commands("transcript")
    media = [kind for line in thread.news() for kind in line.media]
    assert len(media) == 2
    assert scene.ana.hears() == []
    await scene.wait(minutes=5)
    assert await scene.states() <= {"sent", "cancelled"}


async def test_a_note_and_a_search_stay_in_the_room(scene: Scene) -> None:
    thread = await ask_hana(scene)
    await thread.commands("note", "allergic to feathers")
    assert thread.hears()[-1] == "Noted about Ana. /notes shows all."
    await thread.commands("customer")
    assert "allergic to feathers" in thread.hears()[-1]
    await scene.room.commands("search", "portrait oil")
    (found,) = scene.room.hears()
    assert "Ana" in found and UNKNOWN in found
    assert scene.ana.hears() == []


async def test_words_are_kept_as_a_note_from_where_they_stand(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.ana.says("I live above the bakery")
    (copy,) = thread.news()
    await thread.commands("note", about=copy)
    await thread.commands("notes")
    assert "I live above the bakery" in thread.hears()[-1]
    assert scene.ana.hears() == []


async def test_a_customer_has_none_of_the_owners_tools(scene: Scene) -> None:
    thread = await ask_hana(scene)
    for command in ("block", "snippet", "transcript", "search goose", "notes"):
        await scene.ana.says(f"/{command}")
        assert len(scene.ana.hears()) == 1
    assert thread.hears() == [] and scene.room.hears() == []
