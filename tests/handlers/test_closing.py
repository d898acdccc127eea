"""A ticket ends with a reason, silently, or later unless the customer writes, and may begin again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.database.tables import Ticket
from tests.handlers.desk import UNKNOWN, talks, waits
from tests.stage import Stage


async def tickets(stage: Stage) -> list[Ticket]:
    async with stage.database.read() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


async def test_the_reason_of_a_close_stays_in_the_room(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/close sold out until May")
    assert thread.hears() == ["Closed. I answer Ana again. Because: sold out until May (only we here see that.)"]
    assert stage.ana.hears() == []
    (ticket,) = await tickets(stage)
    assert (ticket.closed_why, ticket.closed_silently) == ("sold out until May", False)


async def test_who_got_no_answer_hears_of_the_close_without_its_reason(stage: Stage) -> None:
    thread = await waits(stage)
    await thread.says("/close joker")
    (told,) = stage.ana.hears()
    assert "closed it without an answer" in told and "joker" not in told


@pytest.mark.parametrize("words", ["/close silently", "/close quietly, spam", "/close silently in 2h"])
async def test_a_silent_close_tells_the_customer_nothing(stage: Stage, words: str) -> None:
    thread = await waits(stage)
    await thread.says(words)
    await stage.wait(hours=3)
    (ticket,) = await tickets(stage)
    assert ticket.closed_at and ticket.closed_silently
    assert stage.ana.hears() == []


async def test_a_close_in_two_hours_comes_by_itself(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/close in 2h unless they write")
    assert thread.hears() == ["I close this today 15:00, unless Ana writes before. /close closes it now."]
    await stage.wait(hours=1, minutes=59)
    assert thread.hears() == []
    await stage.wait(minutes=2)
    assert thread.hears() == ["Ana has not written again, so this is closed. I answer Ana again."]
    await stage.ana.says("What do the hens eat?")
    assert len(stage.ana.hears()) == 1 and thread.hears() == []
    await stage.wait(days=2)
    assert thread.hears() == []


async def test_the_customers_words_call_a_close_off(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/close in 2h")
    thread.hears()
    await stage.ana.says("And with a frame?")
    assert thread.hears() == ["Ana writes, so this stays open.", "And with a frame?"]
    await stage.wait(hours=3)
    assert (await tickets(stage))[0].closed_at is None
    assert "closed" not in " ".join(thread.hears())


async def test_a_mere_thank_you_does_not_call_a_close_off(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/close in 2h")
    await stage.ana.says("Thank you!")
    assert "stays open" not in " ".join(thread.hears())
    await stage.wait(hours=3)
    assert (await tickets(stage))[0].closed_at is not None
    assert "Ana has not written again" in " ".join(thread.hears())


@pytest.mark.parametrize("words", ["Thanks!", "👍", "ok thank you", "great, thanks a lot 🙏"])
async def test_a_pleasantry_after_a_close_opens_nothing(stage: Stage, words: str) -> None:
    thread = await talks(stage)
    await thread.says("/close")
    thread.hears()
    await stage.ana.says(words)
    await stage.wait(minutes=1)
    assert thread.hears() == [] and len(stage.ana.hears()) <= 1
    assert [ticket.closed_at is None for ticket in await tickets(stage)] == [False]


async def test_a_real_question_after_a_close_opens_a_new_ticket_in_the_same_thread(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/close")
    thread.hears()
    await stage.ana.says("Could you paint my dog instead?")
    await stage.wait(seconds=3)
    assert "Could you paint my dog instead?" in " ".join(stage.thread("Ana").hears())
    assert [ticket.closed_at is None for ticket in await tickets(stage)] == [False, True]


@pytest.mark.parametrize("by_button", [True, False])
async def test_a_closed_ticket_is_reopened_as_it_stood(stage: Stage, by_button: bool) -> None:
    thread = await talks(stage)
    await thread.says("/close done")
    thread.hears()
    await (thread.presses("Reopen") if by_button else thread.says("/reopen"))
    assert thread.hears() == ["Open again: what you write goes to Ana, and what Ana writes comes here."]
    await stage.ana.says("What do the hens eat?")
    assert thread.hears() == ["What do the hens eat?"]
    assert stage.ana.hears() == []
    (ticket,) = await tickets(stage)
    assert (ticket.closed_at, ticket.closed_why, ticket.question) == (None, None, UNKNOWN)


async def test_what_is_open_or_never_was_is_not_reopened(stage: Stage) -> None:
    thread = await waits(stage)
    await thread.says("/reopen")
    assert thread.hears() == ["This is open already."]


async def test_a_close_that_was_to_come_is_overtaken_by_one_at_once(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/close in 2h")
    await thread.says("/close")
    thread.hears()
    await stage.wait(hours=3)
    assert thread.hears() == []


async def test_a_customer_can_neither_close_nor_reopen_nor_snooze_nor_claim(stage: Stage) -> None:
    thread = await waits(stage)
    for command in ("close", "reopen", "snooze", "claim", "unclaim", "assign", "mine"):
        await stage.ana.says(f"/{command}")
        (told,) = stage.ana.hears()
        assert told.startswith(f"I don't know /{command}.")
    assert thread.hears() == []
    assert (await tickets(stage))[0].closed_at is None
