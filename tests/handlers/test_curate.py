"""Owners teach, find, change, take out and bring back in the chat; a customer's details never become knowledge."""

from __future__ import annotations

import pytest

from tests.handlers.test_answer import NEAR
from tests.stage import Person, Stage

PAINT = "Do you paint portraits in oil?"


async def asked_in_vain(stage: Stage, person: Person, question: str = PAINT) -> None:
    """A question that goes to the owner."""
    await person.says(question)
    await stage.wait(seconds=4)
    person.hears()


async def taught(stage: Stage, words: str, command: str = "/teach") -> str:
    """Ana asks, the owner answers her with these words and replies to them with a command; what is said to that."""
    await asked_in_vain(stage, stage.ana)
    thread = stage.thread("Ana")
    await thread.says(words)
    thread.hears()
    await thread.replies(thread.wrote(words[:10]), command)
    return "\n".join(thread.hears())


async def known(stage: Stage, question: str) -> list[str]:
    """What Ben hears to a question, with the knowledge as it is now."""
    await stage.concierge.refresh()
    stage.ben.hears()
    await stage.ben.says(question)
    return [said.partition("\n\nI am the bot")[0] for said in stage.ben.hears()]


async def test_an_owners_reply_becomes_an_answer_once_the_owner_agrees(stage: Stage) -> None:
    said = await taught(stage, "We do, in winter, from 200 euros.")
    assert f"I would answer “{PAINT}” with:\nWe do, in winter, from 200 euros." in said
    assert stage.thread("Ana").buttons()[0] == "Learn it"
    assert await known(stage, PAINT) == []  # nothing is learnt alone
    await stage.thread("Ana").presses("Learn it")
    assert stage.thread("Ana").hears()[0].startswith("Learnt as do-you-paint-portraits-in-oil;")
    assert await known(stage, PAINT) == ["We do, in winter, from 200 euros."]


async def test_pressing_twice_learns_once(stage: Stage) -> None:
    await taught(stage, "We do, in winter.")
    for _ in range(2):
        await stage.thread("Ana").presses("Learn it")
    await stage.room.says("/undo")
    await stage.room.says("/undo")
    assert "was not made here" in stage.room.hears()[-1]  # only the first import is left


async def test_a_customers_details_are_taken_out_and_named(stage: Stage) -> None:
    said = await taught(stage, "Hi Ana, your order #4711 goes out on Tuesday; write to ana@example.com.")
    assert "with:\nYour order … goes out on Tuesday; write to …." in said
    assert "Taken out, because others will read it: ana@example.com, #4711, Ana" in said
    await stage.thread("Ana").presses("Learn it")
    (answer,) = await known(stage, PAINT)
    assert "4711" not in answer and "Ana" not in answer and "@" not in answer


async def test_the_owner_may_say_the_question_and_the_last_day(stage: Stage) -> None:
    said = await taught(stage, "Only on Fridays.", "/teach When do you bake? until 2026-03-10")
    assert "I would answer “When do you bake?”" in said
    assert "True until 2026-03-10." in said
    await stage.thread("Ana").presses("Learn it")
    assert await known(stage, "When do you bake?") == ["Only on Fridays."]
    await stage.wait(days=2)
    assert "Only on Fridays." not in str(await known(stage, "When do you bake?"))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/teach until 2026-03-08", "2026-03-08 is over already."),
        ("/teach until Easter", "“Easter” is no day that I know."),
    ],
)
async def test_a_day_that_cannot_be_is_said(stage: Stage, command: str, said: str) -> None:
    assert said in await taught(stage, "Only on Fridays.", command)


async def test_the_nearest_answers_are_shown_and_the_question_can_be_added_to_one(stage: Stage) -> None:
    await asked_in_vain(stage, stage.ana)
    thread = stage.thread("Ana")
    await thread.says("Maize and wheat.")
    await thread.replies(thread.wrote("Maize"), "/teach What food do the hens get to eat?")
    said = "\n".join(thread.hears())
    assert "Near to it: What do the hens eat? (feed): Our hens eat" in said
    await thread.presses("Add the question to feed")
    assert thread.hears()[0].startswith("“What food do the hens get to eat?” now leads to feed.")
    (answer,) = await known(stage, "What food do the hens get to eat?")
    assert answer.startswith("Our hens eat maize")


async def test_a_note_is_never_taught(stage: Stage) -> None:
    await asked_in_vain(stage, stage.ana)
    thread = stage.thread("Ana")
    await thread.says("// she pays late")
    thread.hears()
    await thread.replies(thread.wrote("she pays"), "/teach Who is she?")
    assert thread.hears() == ["I can learn only from what you wrote to a customer. Reply with /teach to that."]
    assert "Learn it" not in thread.buttons()


async def test_the_customers_own_words_are_never_taught(stage: Stage) -> None:
    await asked_in_vain(stage, stage.ana)
    await stage.ana.says("My number is 0301234567")
    thread = stage.thread("Ana")
    thread.hears()
    relayed = next(s for s in reversed(thread.log()) if "0301234567" in s.text.plain)
    await thread.replies(relayed, "/teach")
    assert thread.hears() == ["I can learn only from what you wrote to a customer. Reply with /teach to that."]


async def test_teach_without_a_reply_means_the_last_words_and_says_how_where_there_are_none(stage: Stage) -> None:
    await asked_in_vain(stage, stage.ana)
    thread = stage.thread("Ana")
    thread.hears()
    await thread.says("/teach")
    assert thread.hears()[0].startswith("There are no words of yours here yet.")
    await thread.says("We do, in winter.")
    await thread.says("From 200 euros.")
    await thread.says("// she pays late")
    thread.hears()
    await thread.says("/teach What does a portrait cost?")
    assert "I would answer “What does a portrait cost?” with:\nFrom 200 euros." in thread.hears()[0]


async def test_a_changed_reply_is_taught_as_it_stands_now(stage: Stage) -> None:
    await asked_in_vain(stage, stage.ana)
    thread = stage.thread("Ana")
    await thread.says("From 200 euros.")
    await thread.edits(thread.wrote("From 200"), "From 250 euros.")
    thread.hears()
    await thread.replies(thread.wrote("From 250"), "/teach")
    assert "From 250 euros." in thread.hears()[0]


async def test_the_question_is_the_last_that_the_customer_asked_before_that_reply(stage: Stage) -> None:
    await asked_in_vain(stage, stage.ana)
    thread = stage.thread("Ana")
    await thread.says("We do, in winter.")
    await stage.ana.says("And do you frame them as well?")
    await stage.ana.says("It is for my mother.")
    await thread.says("Yes, in oak.")
    await stage.ana.says("Lovely! Until when?")
    thread.hears()
    await thread.replies(thread.wrote("in oak"), "/teach")
    assert "I would answer “And do you frame them as well?” with:\nYes, in oak." in thread.hears()[0]
    await thread.replies(thread.wrote("in winter"), "/teach")
    assert f"I would answer “{PAINT}” with:\nWe do, in winter." in thread.hears()[0]


async def test_a_customer_cannot_teach(stage: Stage) -> None:
    await stage.ana.says("/teach")
    assert "I don't know /teach" in stage.ana.hears()[0]


async def test_the_others_who_asked_in_vain_are_told_once_if_the_owner_taps(stage: Stage) -> None:
    await asked_in_vain(stage, stage.ben, "portraits in oil, do you paint these?")
    await asked_in_vain(stage, stage.people["mei"], "Is the river deep enough to swim?")
    await taught(stage, "Hi Ana, we do, in winter.")
    thread = stage.thread("Ana")
    await thread.presses("Learn it")
    (said,) = thread.hears()
    assert "These asked alike, and nobody has answered them yet:\n• portraits in oil, do you paint these?" in said
    stage.ana.hears()
    await thread.presses("Tell the one who asked")
    (told,) = stage.ben.hears()
    assert "Hana's answer" in told and "portraits in oil, do you paint these?" in told and "We do, in winter." in told
    assert "Ana" not in told.replace("Hana", "")
    assert (stage.ana.hears(), stage.people["mei"].hears()) == ([], [])
    assert "I have told them" in stage.thread("Ben").hears()[-1]
    thread.hears()
    await thread.presses("Tell the one who asked")
    assert thread.hears() == ["Nobody is waiting for it any more."]
    assert stage.ben.hears() == []


async def test_whoever_the_owner_answered_meanwhile_is_not_told(stage: Stage) -> None:
    await asked_in_vain(stage, stage.ben, "portraits in oil, do you paint these?")
    await taught(stage, "We do, in winter.")
    thread = stage.thread("Ana")
    await thread.presses("Learn it")
    await stage.thread("Ben").says("Yes, we do.")
    stage.ben.hears()
    thread.hears()
    await thread.presses("Tell the one who asked")
    assert thread.hears() == ["Nobody is waiting for it any more."]
    assert stage.ben.hears() == []


async def test_a_customers_choice_becomes_a_phrasing_only_if_the_owner_says_so(stage: Stage) -> None:
    words = NEAR
    await stage.ana.says(words)
    await stage.wait(seconds=4)
    assert "Do you ship to Germany?" in stage.ana.buttons()
    await stage.ana.presses("Do you ship to Germany?")
    stage.room.hears()
    await stage.room.says("/gaps")
    assert f"• “{words}” → shipping" in stage.room.hears()[0]
    assert stage.room.buttons() == [f"Learn “{words}”", "None of these"]
    await stage.room.presses(f"Learn “{words}”")
    assert stage.room.hears() == [f"“{words}” now leads to shipping. /undo takes it back."]
    (answer,) = await known(stage, words)
    assert answer.startswith("Yes, we ship")
    await stage.room.presses(f"Learn “{words}”")
    assert stage.room.hears() == ["That is settled already."]


async def test_a_choice_that_the_owner_does_not_want_is_not_asked_about_again(stage: Stage) -> None:
    for person in (stage.ana, stage.ben):
        await person.says(NEAR)
        await stage.wait(seconds=4)
        await person.presses("Do you ship to Germany?")
    await stage.room.says("/gaps")
    assert stage.room.hears()[-1].count(NEAR) == 1  # the same words of two are shown once
    await stage.room.presses("None of these")
    await stage.ana.presses("Do you ship to Germany?")
    stage.room.hears()
    await stage.room.says("/gaps")
    assert NEAR not in stage.room.hears()[0]


async def test_find_shows_what_comes_nearest_with_its_name(stage: Stage) -> None:
    await stage.room.says("/find hens eat")
    (said,) = stage.room.hears()
    assert "• feed · What do the hens eat?: Our hens eat maize" in said
    await stage.room.says("/find Easter hours")
    assert "easter" in (said := stage.room.hears()[0]) and "(out of date since 2025-04-30)" in said
    await stage.room.says("/find")
    assert "There are 5 answers and 0 products." in stage.room.hears()[0]
    await stage.room.says("/find zzzz qqqq")
    assert "Nothing is written down about “zzzz qqqq”." in stage.room.hears()[0]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("+ what is chicken fodder", "• what is chicken fodder\n"),
        ("until 2026-12-24", "True until 2026-12-24."),
        ("Only **maize**.\n\nAnd wheat.", "Only maize.\n\nAnd wheat."),
    ],
)
async def test_edit_changes_a_part_and_undo_takes_it_back(stage: Stage, change: str, shown: str) -> None:
    await stage.room.says("/edit feed")
    (before,) = stage.room.hears()
    await stage.room.says(f"/edit feed {change}")
    (after,) = stage.room.hears()
    assert after.startswith("Changed. /undo takes it back.") and shown in after
    await stage.room.says("/undo")
    assert stage.room.hears() == ["Taken back: /edit feed (0 removed, 1 as before, 0 brought back)."]
    await stage.room.says("/edit feed")
    assert stage.room.hears() == [before]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/edit", "To change it: /edit, its name"),
        ("/edit fead", "No answer is called fead. Did you mean feed?"),
        ("/edit xyz", "No answer is called xyz."),
        ("/edit feed - nonsense", "feed has no such phrasing."),
        ("/edit feed +", "To change it"),
        ("/edit feed until Easter", "I need a day such as 2026-12-24, or never."),
        ("/edit feed + What do the hens eat?", "That is how it stands already."),
        ("/retire", "Write the answer's name behind /retire"),
        ("/retire fead", "Did you mean feed?"),
    ],
)
async def test_an_edit_that_cannot_be_says_why(stage: Stage, words: str, said: str) -> None:
    await stage.room.says(words)
    assert said in stage.room.hears()[0]


async def test_the_last_phrasing_stays(stage: Stage) -> None:
    for question in ("What do the hens eat?", "What is the chicken feed?"):
        await stage.room.says(f"/edit feed - {question}")
    stage.room.hears()
    await stage.room.says("/edit feed - are the hens fed organic grain?")
    assert "That is its last phrasing" in stage.room.hears()[0]


async def test_what_is_retired_is_not_given_any_more_until_undo_brings_it_back(stage: Stage) -> None:
    await stage.room.says("/retire feed")
    assert stage.room.hears() == ["feed is taken out and not given any more. /undo brings it back."]
    assert await known(stage, "What do the hens eat?") == []
    await stage.wait(seconds=4)
    await stage.room.says("/undo")
    assert "1 brought back" in stage.room.hears()[-1]
    (answer,) = await known(stage, "What do the hens eat?")
    assert answer.startswith("Our hens eat")


async def test_undo_asks_before_it_takes_an_import_back(stage: Stage) -> None:
    await stage.room.says("/undo")
    assert "The last change is shop, of 09.03. 13:00, and was not made here." in stage.room.hears()[0]
    await stage.room.says("/edit feed until 2026-12-24")
    await stage.room.presses("Take it back")
    assert stage.room.hears()[-1] == "Something was changed since. Send /undo again."
    for _ in range(2):
        await stage.room.says("/undo")
    await stage.room.presses("Take it back")
    assert "5 removed" in stage.room.hears()[-1]
    await stage.room.says("/undo")
    assert stage.room.hears() == ["There is nothing to take back."]


@pytest.mark.parametrize("command", ["/find eggs", "/edit feed no", "/retire feed", "/undo", "/teach x"])
async def test_nobody_but_owners_can_use_any_of_it(stage: Stage, command: str) -> None:
    await stage.ana.says(command)
    assert f"I don't know {command.split()[0]}" in stage.ana.hears()[0]
    await stage.room.says("/edit feed")
    assert "• What do the hens eat?" in stage.room.hears()[-1]
