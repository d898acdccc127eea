"""Canned replies: kept in the room, sent in a thread as the owner's words, with variables that we truly know."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.adapters.playground.world import Person as Somebody
from bot.database.entries import store
from knowledge.entry import Product
from tests.handlers.desk import talks, waits
from tests.stage import Stage

KNOWN = "{customer}, {owner}, {shop}, {hours}, {opening}, {price:ID}"


async def test_a_canned_reply_is_kept_and_sent_as_the_owners_words(stage: Stage) -> None:
    await stage.room.says("/snippet add hello Hello {customer},\n{owner} of {shop} here. {unclear")
    (kept,) = stage.room.hears()
    assert kept.startswith("Kept as “hello”.") and kept.endswith("Hello Ana,\nHana of Test Farm here. {unclear")
    thread = await waits(stage, stage.ben)
    await thread.says("/s hello")
    assert stage.ben.hears() == ["Hello Ben,\nHana of Test Farm here. {unclear"]
    assert thread.hears() == ["To Ben:\nHello Ben,\nHana of Test Farm here. {unclear"]
    await stage.ben.says("Thank you, and on Sunday?")
    assert thread.hears() == ["Thank you, and on Sunday?"] and stage.ben.hears() == []  # a human speaks


async def test_hours_and_the_next_opening_are_those_of_now(stage: Stage) -> None:
    await stage.room.says("/snippet add open Today: {hours}. We open {opening}.")
    thread = await waits(stage)
    await thread.says("/s open")
    (said,) = stage.ana.hears()
    assert said == "Today: 09:00–18:00. We open tomorrow at 09:00."
    await stage.wait(days=2)
    await thread.says("/s open")
    assert stage.ana.hears()[-1] == "Today: closed today. We open on Monday at 09:00."


@pytest.mark.parametrize("name", ["order", "customer.name", "", " customer", "0", "customer!r", "price:nothing"])
async def test_an_unknown_variable_is_refused_when_it_is_kept(stage: Stage, name: str) -> None:
    await stage.room.says(f"/snippet add x Dear {{{name}}}")
    (told,) = stage.room.hears()
    if name.startswith("price:"):
        assert told == "I can't fill in a price for “nothing”: there is no product of that id with a price."
    else:
        assert told == f"I can't fill in {{{name}}}; I know {KNOWN}."
    await stage.room.says("/snippet")
    assert stage.room.hears()[-1].startswith("/snippet add, a name and a text")


async def test_a_variable_that_has_become_unknown_is_refused_when_it_is_sent(stage: Stage) -> None:
    from bot.database import owners

    async with stage.database.write() as session:
        await owners.keep_snippet(session, "old", "Your {order} is here", "Hana", stage.clock.now())
    thread = await waits(stage)
    await thread.says("/s old")
    assert thread.hears() == [f"I can't fill in {{order}}; I know {KNOWN}."]
    assert stage.ana.hears() == []


async def test_a_name_that_looks_like_a_variable_is_never_filled_in(stage: Stage) -> None:
    await stage.room.says("/snippet add hi Hi {customer}!")
    thread = await waits(stage)
    await stage.adapter._says(Somebody("ana", "{shop} *x* <3"), stage.ana.place, "And me?", (), None)
    await stage.settle()
    await thread.says("/s hi")
    assert stage.ana.hears() == ["Hi {shop} *x* <3!"]


async def test_canned_replies_are_listed_changed_and_removed(stage: Stage) -> None:
    await stage.room.says("/snippet add bye Goodbye!")
    await stage.room.says("/snippet add bye Again!")
    assert stage.room.hears()[-1] == "“bye” is there already. /snippet change bye and the new text changes it."
    await stage.room.says("/snippet change bye See you soon!")
    await stage.room.says("/snippet")
    assert stage.room.hears()[-1] == "Your canned replies:\nbye · See you soon!"
    await stage.room.says("/snippet bye")
    assert stage.room.hears()[-1] == "“bye” would read:\nSee you soon!"
    await stage.room.says("/snippet remove bye")
    assert stage.room.hears()[-1] == "“bye” is removed. It said: See you soon!"
    await stage.room.says("/snippet remove bye")
    assert stage.room.hears()[-1] == "No canned reply is called “bye”. /snippet shows them all."


@pytest.mark.parametrize("words", ["add", "add x", "add two-words!? text", "add remove text", "change"])
async def test_what_can_not_be_kept_is_explained(stage: Stage, words: str) -> None:
    await stage.room.says(f"/snippet {words}")
    (told,) = stage.room.hears()
    assert KNOWN in told


async def test_a_note_can_not_become_a_canned_reply(stage: Stage) -> None:
    await stage.room.says("/snippet add x // between us")
    assert stage.room.hears() == ["A canned reply goes to customers, so it can't begin with //."]


async def test_a_preview_is_sent_by_its_button(stage: Stage) -> None:
    await stage.room.says("/snippet add hi Hi {customer}!")
    thread = await talks(stage)
    await thread.says("/snippet")
    await thread.presses("hi")
    assert thread.hears()[-1] == "“hi” would read:\nHi Ana!"
    assert stage.ana.hears() == []
    await thread.presses("Use it")
    assert stage.ana.hears() == ["Hi Ana!"]


async def test_a_preview_that_is_out_of_date_is_shown_anew_instead_of_sent(stage: Stage) -> None:
    await stage.room.says("/snippet add hi Hi {customer}!")
    thread = await talks(stage)
    await thread.says("/snippet show hi")
    await stage.room.says("/snippet change hi Hello {customer}!")
    await thread.presses("Use it")
    assert stage.ana.hears() == []
    assert thread.hears()[-1] == "“hi” would read:\nHello Ana!"
    await thread.presses("Use it")
    assert stage.ana.hears() == ["Hello Ana!"]


async def test_an_edit_of_the_command_sends_nothing_more(stage: Stage) -> None:
    await stage.room.says("/snippet add hi Hi {customer}!")
    thread = await talks(stage)
    await thread.says("/s hi")
    await thread.edits(thread.wrote("/s hi"), "/s nonsense about Ana")
    await stage.wait(minutes=1)
    assert stage.ana.hears() == ["Hi Ana!"]


async def test_delete_takes_a_canned_reply_back_at_the_customers(stage: Stage) -> None:
    await stage.room.says("/snippet add hi Hi {customer}!")
    thread = await talks(stage)
    await thread.says("/s hi")
    await thread.says("/delete")
    assert stage.ana.last("Hi Ana!").deleted


async def test_a_customer_has_no_canned_replies(stage: Stage) -> None:
    await stage.room.says("/snippet add hi Hi {customer}!")
    for words in ("/s hi", "/snippet", "/snippet add x y"):
        await stage.ana.says(words)
        (told,) = stage.ana.hears()
        assert told.startswith("I don't know /s")


async def test_a_canned_reply_that_may_read_as_dismissive_needs_a_second_tap(stage: Stage) -> None:
    await stage.room.says("/snippet add stated As already stated, {shop} ships on Tuesdays.")
    await stage.ana.says("all my eggs arrived broken!")
    thread = stage.thread("Ana")
    stage.ana.hears()
    await thread.says("/s stated")
    assert stage.ana.hears() == []
    await thread.presses("Send anyway")
    assert stage.ana.hears() == ["As already stated, Test Farm ships on Tuesdays."]


async def test_a_price_is_filled_in_as_it_is_now(stage: Stage) -> None:
    async with stage.database.write() as session:
        await store(
            session, [Product("castella", "Plum castella", "", Decimal("18.50"), "EUR", 4)], "x", stage.clock.now()
        )
    await stage.concierge.refresh()
    await stage.room.says("/snippet add cake It costs {price:castella}.")
    thread = await waits(stage)
    await thread.says("/s cake")
    assert stage.ana.hears() == ["It costs 18.5 EUR."]
