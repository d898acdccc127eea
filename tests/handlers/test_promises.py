"""An owner's promise is kept in mind: reminders, an honest word to the customer, and no close before it is settled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.database.tables import Promise
from tests.stage import Person, Stage

ASKS = "A portrait in oil, perhaps?"


async def in_talk(stage: Stage, words: str = "Gladly!") -> Person:
    """Ana has asked, and Hana has answered; gives the thread with all heard."""
    await stage.ana.says(ASKS)
    await stage.wait(seconds=3)
    thread = stage.thread("Ana")
    await thread.says(words)
    stage.ana.hears()
    stage.room.hears()
    thread.hears()
    return thread


async def kept(stage: Stage) -> list[Promise]:
    """Every promise there is."""
    async with stage.database.read() as session:
        return list(await session.scalars(select(Promise).order_by(Promise.id)))


async def test_an_owner_who_promises_by_command_is_reminded_before_and_when_it_is_due(stage: Stage) -> None:
    thread = await in_talk(stage)
    await thread.says("/promise tomorrow 12:00 the price of a whole box")
    (noted,) = thread.hears()
    assert "tomorrow at 12:00" in noted and "tomorrow at 11:00" in noted
    assert stage.ana.hears() == []
    await stage.wait(hours=21)
    assert not any("whole box" in line for line in thread.hears())
    await stage.wait(hours=1)
    (soon,) = thread.hears()
    assert soon == "You promised Ana something today at 12:00 (“the price of a whole box”)."
    await stage.wait(hours=1)
    (due,) = thread.hears()
    assert "that is now" in due
    await stage.wait(hours=5)
    assert not any("You promised" in line for line in thread.hears())


async def test_a_promise_that_passes_in_silence_is_told_to_the_customer_once(stage: Stage) -> None:
    thread = await in_talk(stage, "I'll ask the cook by 15:00")
    assert thread.buttons() == ["Yes, remind me", "No, thank you"]
    await thread.presses("Yes, remind me")
    await stage.wait(hours=2, minutes=10)
    assert stage.ana.hears() == []
    await stage.wait(minutes=10)
    assert stage.ana.hears() == [
        "Hana wanted to come back to you today at 15:00, and hasn't yet. I have reminded Hana: you are not forgotten."
    ]
    assert any("I have told Ana that it takes longer" in line for line in thread.hears())
    await stage.wait(days=1)
    assert not any("come back to you" in line for line in stage.ana.hears())


async def test_an_owner_who_answers_in_time_can_mark_it_kept_and_nobody_is_reminded(stage: Stage) -> None:
    thread = await in_talk(stage, "I'll ask the cook by 15:00")
    await thread.presses("Yes, remind me")
    thread.hears()
    await stage.wait(minutes=30)
    await thread.says("It costs forty euros")
    assert stage.ana.hears() == ["It costs forty euros"]
    (asked,) = thread.hears()
    assert asked.endswith("Was that it?")
    await thread.presses("Kept")
    assert thread.hears() == ["Kept. Thank you!"]
    await stage.wait(hours=3)
    assert thread.hears() == [] and stage.ana.hears() == []


async def test_an_owner_who_has_spoken_since_is_reminded_but_the_customer_hears_no_reproach(stage: Stage) -> None:
    thread = await in_talk(stage, "I'll ask the cook by 15:00")
    await thread.presses("Yes, remind me")
    await stage.wait(minutes=30)
    await thread.says("It costs forty euros")
    stage.ana.hears()
    thread.hears()
    await stage.wait(hours=2)
    assert [line for line in thread.hears() if "that is now" in line]
    assert stage.ana.hears() == []


async def test_words_without_a_promise_or_without_a_time_offer_nothing(stage: Stage) -> None:
    thread = await in_talk(stage)
    for words in ("I'll look", "The market is tomorrow at 9:00", "We'll be closed tomorrow", "We'll see every friday"):
        await thread.says(words)
    assert thread.hears() == []
    await thread.says("I'll look by tomorrow")
    assert thread.hears() == ["You told Ana to expect something tomorrow at 18:00. Shall I remind you?"]
    await thread.presses("No, thank you")
    assert await kept(stage) == []


@pytest.mark.parametrize(
    "words",
    [
        "We will let you know tomorrow",
        "Ich melde mich morgen bei dir",
        "Mañana te digo",
        "明日までに確認します",
        "내일까지 확인해 드릴게요",
    ],
)
async def test_a_promise_is_noticed_in_the_owners_own_language(stage: Stage, words: str) -> None:
    thread = await in_talk(stage, words)
    assert thread.buttons() == ["Yes, remind me", "No, thank you"]
    await thread.presses("Yes, remind me")
    (one,) = await kept(stage)
    assert f"{one.due_at.astimezone(stage.shop.zone):%d.%m. %H:%M}" == "10.03. 18:00" and one.text == words


async def test_a_ticket_with_an_open_promise_says_why_it_does_not_close(stage: Stage) -> None:
    thread = await in_talk(stage)
    await thread.says("/promise tomorrow 12:00 the price")
    thread.hears()
    await thread.says("/close")
    (why,) = thread.hears()
    assert "promised something" in why and "tomorrow at 12:00 (“the price”)" in why
    await thread.presses("Keep it open")
    await stage.ana.says("How do I store eggs?")
    assert stage.ana.hears() == []  # Hana speaks still
    await thread.says("/close")
    await thread.presses("Drop it and close")
    assert thread.hears()[-1] == "Closed. I answer Ana again."
    (one,) = await kept(stage)
    assert one.dropped_at is not None and one.kept_at is None
    await stage.wait(days=1)
    assert not any("promised" in line for line in thread.hears())


async def test_the_silence_that_ends_a_handoff_does_not_close_what_was_promised(stage: Stage) -> None:
    thread = await in_talk(stage)
    await thread.says("/promise tomorrow 12:00 the price")
    await stage.wait(hours=5)
    await stage.ana.says("How do I store eggs?")
    assert stage.ana.hears()[-1] == "Keep them cool and with the tip down."
    thread.hears()
    await thread.says("/close")
    assert "promised something" in thread.hears()[0]


async def test_the_customer_is_told_of_a_promise_where_the_owner_wants_it(stage: Stage) -> None:
    thread = await in_talk(stage)
    await thread.says("/promise tomorrow 12:00 the price")
    await thread.presses("Tell Ana")
    await thread.presses("Tell Ana")
    assert stage.ana.hears() == ["Hana will come back to you tomorrow at 12:00 at the latest (“the price”)."]


async def test_promises_are_listed_the_next_one_first_and_kept_by_number(stage: Stage) -> None:
    await in_talk(stage)
    await stage.thread("Ana").says("/promise tomorrow 12:00 the price")
    await stage.ben.says("/human")
    await stage.thread("Ben").says("/promise 1h")
    await stage.wait(hours=2)
    stage.room.hears()
    await stage.room.says("/promises")
    (listed,) = stage.room.hears()
    assert listed.splitlines()[1:] == [
        "2. Ben, today at 14:00 — overdue",
        "1. Ana, tomorrow at 12:00 (“the price”)",
    ]
    await stage.room.says("/kept 2")
    await stage.thread("Ana").says("/kept")
    stage.room.hears()
    await stage.room.says("/promises")
    assert stage.room.hears() == ["No promise is open."]


async def test_a_promise_without_a_time_is_not_kept_and_says_how(stage: Stage) -> None:
    thread = await in_talk(stage)
    await thread.says("/promise")
    await thread.says("/promise the price, soon")
    await thread.says("/promise yesterday 12:00 the price")
    assert all("/promise tomorrow 12:00" in line for line in thread.hears())
    assert await kept(stage) == []


async def test_a_reproach_waits_for_the_customers_morning(stage: Stage) -> None:
    thread = await in_talk(stage)
    await thread.says("/promise today 20:55")
    await stage.wait(hours=8, minutes=30)
    assert not any("come back to you" in line for line in stage.ana.hears())
    await stage.wait(hours=11)
    assert [line for line in stage.ana.hears() if "come back to you" in line]


async def test_a_house_that_was_shut_down_reminds_once_when_it_is_open_again(stage: Stage) -> None:
    thread = await in_talk(stage)
    await thread.says("/promise in 2 hours")
    thread.hears()
    stage.clock.move_to(stage.clock.now() + timedelta(hours=3))
    await stage.settle()
    await stage.settle()
    assert len([line for line in thread.hears() if "You promised" in line]) == 1
