"""/gaps tells the owner what is missing, and what to do next."""

from __future__ import annotations

from tests.stage import Person, Stage


async def ask_in_vain(stage: Stage, person: Person, question: str) -> None:
    """A question that goes to the owner; the owner answers in the thread and closes it."""
    await person.says(question)
    await stage.wait(seconds=4)
    thread = stage.thread(next(c.name for c in stage.adapter.world.customers if c.id == person.place.chat_id))
    await thread.says("I will tell you.")
    await thread.says("/close")
    person.hears()


async def shown(stage: Stage) -> str:
    """What /gaps says."""
    stage.room.hears()
    await stage.room.says("/gaps")
    (text,) = stage.room.hears()
    return text


async def test_what_was_asked_in_vain_is_counted_together_where_it_asks_alike(stage: Stage) -> None:
    await ask_in_vain(stage, stage.ana, "Do you paint portraits in oil?")
    await ask_in_vain(stage, stage.ben, "portraits in oil, do you paint these?")
    await ask_in_vain(stage, stage.ana, "Which football club is yours?")
    text = await shown(stage)
    assert "Asked in vain in the last 30 days:" in text
    assert "• “Do you paint portraits in oil?” (2×)" in text or "• “portraits in oil, do you paint these?” (2×)" in text
    assert "• “Which football club is yours?” (1×)" in text
    assert "/teach" in text


async def test_a_wish_for_a_person_and_a_complaint_are_no_gaps(stage: Stage) -> None:
    await ask_in_vain(stage, stage.ana, "I want to talk to a human")
    await ask_in_vain(stage, stage.ben, "all my eggs arrived broken, this is a scandal")
    assert "Asked in vain" not in await shown(stage)


async def test_what_was_asked_long_ago_is_no_gap_any_more(stage: Stage) -> None:
    await ask_in_vain(stage, stage.ana, "Do you paint portraits in oil?")
    await stage.wait(days=31)
    assert "portraits" not in await shown(stage)


async def test_answers_that_are_out_of_date_are_named(stage: Stage) -> None:
    assert "Out of date, so not given any more: easter." in await shown(stage)


async def test_how_often_it_would_be_wrong_is_said(stage: Stage) -> None:
    text = await shown(stage)
    assert "I asked myself 9 of your phrasings" in text  # three entries can answer, three rounds


async def test_a_customer_gets_nothing_of_it(stage: Stage) -> None:
    await stage.ana.says("/gaps")
    (text,) = stage.ana.hears()
    assert "I don't know /gaps" in text
