"""After an answer: did it help, asked once and later of whoever said yes to that; stars and a word on them reach the
owner; a question is no comment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.database.tables import Consent, OutboxRow, Rating, Ticket
from tests.stage import Person, Stage

ASKS = "A portrait in oil, perhaps?"
ASKED = f"Did Hana's answer about “{ASKS}” help you?"
OFFER = "Ask me later whether it helped"


async def answered(stage: Stage, *, says_yes: bool = True) -> Person:
    """Ana asked and may be asked herself, Hana answered and closed it; gives the thread with all heard."""
    await stage.ana.says(ASKS)
    await stage.wait(seconds=3)
    if says_yes:
        await stage.ana.presses(OFFER)
    thread = stage.thread("Ana")
    await thread.says("Gladly, in May!")
    await thread.says("/close")
    stage.ana.hears()
    thread.hears()
    return thread


async def asked(stage: Stage) -> Person:
    """As before, and Ana has been asked."""
    thread = await answered(stage)
    await stage.wait(days=1)
    assert stage.ana.hears() == [ASKED]
    return thread


async def consents(stage: Stage) -> list[tuple[str, bool, str]]:
    """Every yes and no, with its words."""
    async with stage.database.read() as session:
        rows = await session.scalars(select(Consent).order_by(Consent.id))
        return [(row.kind, row.given, row.wording) for row in rows]


async def test_nobody_is_asked_without_a_yes_to_being_asked(stage: Stage) -> None:
    await answered(stage, says_yes=False)
    await stage.wait(days=5)
    assert stage.ana.hears() == []
    async with stage.database.read() as session:
        assert not list(await session.scalars(select(OutboxRow).where(OutboxRow.kind == "offer")))


async def test_whether_they_want_to_be_asked_is_asked_under_their_first_question_alone(stage: Stage) -> None:
    await answered(stage, says_yes=False)
    assert stage.ana.buttons() == [OFFER]
    await stage.ana.says("/human")
    assert "I've told Hana" in stage.ana.hears()[-1]
    assert sum(OFFER in [b.label for b in shown.buttons] for shown in stage.ana.log()) == 1


async def test_a_yes_is_kept_in_its_words_and_takes_the_button_away(stage: Stage) -> None:
    await answered(stage)
    assert await consents(stage) == [("follow_up", True, OFFER)]
    assert not any(OFFER in [b.label for b in shown.buttons] for shown in stage.ana.log())


async def test_a_yes_in_the_settings_counts_for_the_answer_that_waits(stage: Stage) -> None:
    await answered(stage, says_yes=False)
    await stage.ana.says("/settings")
    await stage.ana.presses("Ask me whether it helped")
    stage.ana.hears()
    await stage.wait(days=1)
    assert stage.ana.hears() == [ASKED]


async def test_a_shop_that_asks_nobody_offers_nothing(stage: Stage) -> None:
    stage.concierge.house = replace(stage.concierge.house, shop=replace(stage.shop, ask_if_solved=False))
    await stage.ana.says(ASKS)
    await stage.wait(seconds=3)
    assert stage.ana.buttons() == []


async def test_a_complaint_is_no_moment_to_ask_for_anything(stage: Stage) -> None:
    await stage.ana.says("This is terrible, my parcel arrived broken!")
    await stage.wait(seconds=3)
    assert OFFER not in stage.ana.buttons()


async def ratings(stage: Stage) -> list[tuple[int, str]]:
    """The stars and words that are kept."""
    async with stage.database.read() as session:
        return [(row.stars, row.comment) for row in await session.scalars(select(Rating).order_by(Rating.id))]


async def test_a_customer_is_asked_once_on_the_next_day_in_opening_hours(stage: Stage) -> None:
    await answered(stage)  # on Monday at 13:00
    await stage.wait(hours=19, minutes=59)
    assert stage.ana.hears() == []
    await stage.wait(minutes=2)
    assert stage.ana.hears() == [ASKED]
    assert stage.ana.buttons() == ["Yes, it did", "Not yet", "Why did I get this?"]
    await stage.wait(days=14)
    assert stage.ana.hears() == []


async def test_stars_and_a_word_on_them_reach_the_owner(stage: Stage) -> None:
    thread = await asked(stage)
    await stage.ana.presses("Yes, it did")
    assert stage.ana.hears() == ["Good to hear! How was it, from 1 to 5?"]
    await stage.ana.presses("4 ★")
    await stage.ana.says("It was lovely of you, and quick")
    assert stage.ana.hears()[-1] == "Thank you, I've passed that on to Hana."
    assert thread.hears() == [
        f"Ana says that your answer about “{ASKS}” helped.",
        f"Ana gives ★★★★☆ for “{ASKS}”.",
        "Ana adds to the stars:",
        "It was lovely of you, and quick",
    ]
    assert await ratings(stage) == [(4, "It was lovely of you, and quick")]


async def test_a_question_after_the_stars_is_answered_and_not_taken_for_a_comment(stage: Stage) -> None:
    await asked(stage)
    await stage.ana.presses("Yes, it did")
    await stage.ana.presses("5 ★")
    stage.ana.hears()
    await stage.ana.says("How do I store eggs")
    assert stage.ana.hears() == ["Keep them cool and with the tip down."]
    await stage.ana.says("Could you paint my cat?")
    await stage.wait(seconds=3)
    assert "I've asked Hana" in stage.ana.hears()[-1]
    assert await ratings(stage) == [(5, "")]


async def test_words_that_come_much_later_are_no_comment(stage: Stage) -> None:
    await asked(stage)
    await stage.ana.presses("Yes, it did")
    await stage.ana.presses("5 ★")
    await stage.wait(minutes=16)
    await stage.ana.says("A cat in oil and vinegar")
    await stage.wait(seconds=3)
    assert await ratings(stage) == [(5, "")]


async def test_stars_can_be_changed_and_the_owner_hears_of_the_change_alone(stage: Stage) -> None:
    thread = await asked(stage)
    await stage.ana.presses("Yes, it did")
    await stage.ana.presses("2 ★")
    await stage.ana.presses("2 ★")
    await stage.ana.presses("5 ★")
    assert [line for line in thread.hears() if "★" in line] == [
        f"Ana gives ★★☆☆☆ for “{ASKS}”.",
        f"Ana gives ★★★★★ for “{ASKS}”.",
    ]
    assert await ratings(stage) == [(5, "")]


async def test_what_did_not_help_is_open_again_with_its_words(stage: Stage) -> None:
    thread = await asked(stage)
    await stage.ana.presses("Not yet")
    assert stage.ana.hears()[-1].startswith("Thank you for saying so. I've told Hana, and your question is open again.")
    (line,) = thread.hears()
    assert "isn't solved yet" in line and ASKS in line
    await stage.ana.says("It should be of three hens, not of one")
    assert thread.hears() == ["It should be of three hens, not of one"]
    await thread.says("Three, then!")
    assert stage.ana.hears() == ["Three, then!"]
    await thread.says("/close")
    await stage.wait(days=10)
    assert stage.ana.hears() == []  # asked once
    async with stage.database.read() as session:
        assert len(list(await session.scalars(select(Ticket)))) == 1


@pytest.mark.parametrize("how", ["/close silently", "/stop", "unanswered", "again"])
async def test_nobody_is_asked_who_got_no_answer_said_stop_or_asks_again(stage: Stage, how: str) -> None:
    await stage.ana.says("/human")
    await stage.ana.presses(OFFER)
    thread = stage.thread("Ana")
    if how != "unanswered":
        await thread.says("Here I am")
    await thread.says(how if how.startswith("/close") else "/close")
    if how == "/stop":
        await stage.ana.says("/stop")
    if how == "again":
        await stage.wait(hours=19)
        await stage.ana.says("/human")
    stage.ana.hears()
    await stage.wait(days=3)
    assert not any("help you" in line for line in stage.ana.hears())


async def test_nobody_is_asked_twice_in_a_week(stage: Stage) -> None:
    thread = await asked(stage)
    await stage.ana.says("/human")
    await thread.says("Here I am")
    await thread.says("/close")
    stage.ana.hears()
    await stage.wait(days=3)
    assert not any("help you" in line for line in stage.ana.hears())


async def test_why_it_came_is_told_on_a_press(stage: Stage) -> None:
    await asked(stage)
    await stage.ana.presses("Why did I get this?")
    (why,) = stage.ana.hears()
    assert why.startswith("You had asked Hana something, and you said that I may ask") and "/stop" in why


async def test_it_waits_in_the_lane_of_what_nobody_asked_for_and_stop_cancels_it(stage: Stage) -> None:
    await asked(stage)
    async with stage.database.read() as session:
        row = (await session.scalars(select(OutboxRow).where(OutboxRow.key.startswith("helped:")))).one()
    assert row.kind == "offer" and row.customer_id is not None
