"""When a human is called, and what the owner sees of it."""

from __future__ import annotations

import pytest

from tests.stage import Stage

SHIPPING = "Yes, we ship to Germany every Tuesday."


@pytest.mark.parametrize("again", ["Do you ship to Germany?", "do you ship to germany??", "Hi, do you ship to Germny"])
async def test_the_same_question_twice_goes_to_the_owner_with_the_answer_that_was_given(
    stage: Stage, again: str
) -> None:
    await stage.ana.says("Do you ship to Germany?")
    stage.ana.hears()
    await stage.wait(minutes=2)
    await stage.ana.says(again)
    (told,) = stage.ana.hears()
    assert "You asked this a moment ago" in told and "I've asked Hana too" in told
    (card,) = stage.thread("Ana").hears()
    assert card.startswith("Ana asks again what I have answered already:")
    assert again in card and f"What I had said:\n{SHIPPING}" in card
    assert await stage.outcomes() == ["answered", "handed_over"]


async def test_a_sure_answer_is_said_once_more_in_case_it_was_not_seen(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    stage.ana.hears()
    await stage.ana.says("Do you ship to Germany?")
    (told,) = stage.ana.hears()
    assert told.startswith(SHIPPING) and "I've asked Hana too" in told


async def test_asking_again_what_was_only_guessed_at_goes_to_the_owner_at_once(stage: Stage) -> None:
    await stage.ana.says("can you send to Poland?")
    await stage.wait(seconds=3)
    assert stage.ana.hears()[0].startswith("Did you mean")
    await stage.ana.says("Can you send to Poland!")
    (told,) = stage.ana.hears()
    assert told.startswith("You asked this a moment ago")
    assert "Do you ship to Germany?" in stage.thread("Ana").hears()[0]


@pytest.mark.parametrize("other", ["What do the hens eat?", "Where should I keep the eggs?"])
async def test_another_question_is_simply_answered(stage: Stage, other: str) -> None:
    await stage.ana.says("Do you ship to Germany?")
    await stage.ana.says(other)
    assert len(stage.ana.hears()) == 2
    assert await stage.outcomes() == ["answered", "answered"]


async def test_who_asks_the_same_another_day_is_answered_again(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    await stage.wait(hours=1)
    await stage.ana.says("Do you ship to Germany?")
    assert len(stage.ana.hears()) == 2
    assert await stage.outcomes() == ["answered", "answered"]


async def test_two_customers_who_ask_the_same_are_both_answered(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    await stage.ben.says("Do you ship to Germany?")
    assert await stage.outcomes() == ["answered", "answered"]


@pytest.mark.parametrize(
    "words", ["That didn't help", "that's not what i asked!", "this dosn't help me", "Not helpful."]
)
async def test_an_answer_that_was_no_help_goes_to_the_owner_with_question_and_answer(stage: Stage, words: str) -> None:
    await stage.ana.says("Do you ship to Germany?")
    stage.ana.hears()
    await stage.ana.says(words)
    (told,) = stage.ana.hears()
    assert told.startswith("I'm sorry that this was no help.")
    (card,) = stage.thread("Ana").hears()
    assert f"Do you ship to Germany?\n{words}" in card and SHIPPING in card


async def test_without_an_answer_before_it_no_help_is_an_ordinary_line(stage: Stage) -> None:
    await stage.ana.says("that didn't help")
    assert stage.ana.hears() == []
    await stage.wait(seconds=3)
    assert "I've asked Hana" in stage.ana.hears()[0]


async def test_after_the_owner_has_closed_the_bot_starts_afresh(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    await stage.ana.says("That didn't help")
    await stage.thread("Ana").says("/close")
    stage.ana.hears()
    await stage.ana.says("Do you ship to Germany?")
    assert stage.ana.hears() == [SHIPPING]


@pytest.mark.parametrize("words", ["I don't need a refund", "what is your refund policy?", "are cracked eggs safe?"])
async def test_a_false_friend_of_a_complaint_alarms_nobody(stage: Stage, words: str) -> None:
    await stage.ana.says(words)
    assert stage.ana.hears() == []
    await stage.wait(seconds=3)
    assert "sorry" not in stage.ana.hears()[0]


async def test_two_customers_who_complain_of_the_same_raise_one_alert_and_a_third_is_added_to_it(stage: Stage) -> None:
    await stage.ana.says("my eggs arrived broken")
    await stage.wait(hours=5)
    assert not [line for line in stage.room.hears() if "complain" in line]
    await stage.ben.says("Half of the eggs were cracked!")
    (alert,) = stage.room.news()
    assert alert.text.plain.startswith("2 customers complain of the same within 48 hours.")
    assert "Ana: “my eggs arrived broken”" in alert.text.plain
    assert "Ben: “Half of the eggs were cracked!”" in alert.text.plain
    await stage.people["mei"].says("the box was smashed, very disappointed")
    assert stage.room.hears() == []
    now = stage.room.last("customers complain of the same")
    assert now.message_id == alert.message_id
    assert now.text.plain.startswith("3 customers") and "Mei: “the box was smashed" in now.text.plain


@pytest.mark.parametrize("other", ["my order never arrived", "you charged me twice"])
async def test_other_complaints_raise_no_alert(stage: Stage, other: str) -> None:
    await stage.ana.says("my eggs arrived broken")
    await stage.ben.says(other)
    assert "sorry" in stage.ben.hears()[0]
    assert stage.room.hears() == []


async def test_the_same_customer_alone_and_a_complaint_of_last_week_raise_no_alert(stage: Stage) -> None:
    await stage.ana.says("my eggs arrived broken")
    await stage.ana.says("and again: broken eggs were delivered. My eggs arrived broken!")
    await stage.wait(hours=49)
    await stage.ben.says("my eggs arrived broken")
    assert not [text for text in stage.room.hears() if "complain" in text]


async def test_stories_pause_for_whoever_has_a_complaint_open(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await stage.room.says("/story daily 10:00\nGood morning")
    await stage.room.presses("Confirm")
    await stage.wait(days=1)
    assert stage.ana.hears()[-1] == "Good morning"
    await stage.ana.says("my eggs arrived broken")
    stage.ana.hears()
    await stage.wait(days=1)
    assert "Good morning" not in stage.ana.hears()
    await stage.thread("Ana").says("/close")
    stage.ana.hears()
    await stage.wait(days=1)
    assert "Good morning" in stage.ana.hears()


async def test_a_person_is_called_in_the_middle_of_a_guess_and_of_an_open_thought(stage: Stage) -> None:
    await stage.ana.says("can you send to Poland?")
    await stage.wait(seconds=3)
    assert stage.ana.hears()[0].startswith("Did you mean")
    await stage.ana.says("no, I want to talk to a human")
    assert stage.ana.hears()[0].startswith("I've told Hana that you would like to talk.")
    await stage.ben.says("there is something about the box")
    await stage.ben.says("can I speak to Hana?")
    assert stage.ben.hears()[0].startswith("I've told Hana that you would like to talk.")
    shown = "\n".join(line.text.plain for line in stage.thread("Ben").log())
    assert "there is something about the box" in shown and "can I speak to Hana?" in shown


async def test_an_insult_gets_one_calm_sentence_and_no_argument(stage: Stage) -> None:
    await stage.ana.says("you idiots")
    (told,) = stage.ana.hears()
    assert told.startswith("I've passed this to Hana.")
    await stage.ana.says("stupid bot!!")
    (told,) = stage.ana.hears()
    assert told.startswith("Hana has your question already.")
