"""An owner's edits and deletes reach the customer's copy, /delete does so everywhere, and a note stays a note."""

from __future__ import annotations

from bot.adapter import DeliveryError, Reason
from tests.handlers.test_changes import open_ticket
from tests.stage import Stage


async def test_two_slashes_put_in_front_by_an_edit_take_the_customers_copy_back(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("he pays late")
    await thread.edits(thread.wrote("he pays"), "// he pays late")
    assert stage.ana.log()[-1].deleted
    await thread.edits(thread.wrote("he pays"), "he pays late")
    assert [s.text.plain for s in stage.ana.log() if not s.deleted and "pays" in s.text.plain] == []
    (told,) = thread.hears()
    assert told.startswith("This was a note, so it stays here")


async def test_a_note_that_loses_its_slashes_by_an_edit_does_not_leave_the_room(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("// he pays late")
    note = thread.wrote("// he pays")
    await thread.edits(note, "he pays late")
    await thread.edits(note, "he pays very late")
    assert stage.ana.hears() == []
    told = thread.news()
    assert "stays here" in told[0].text.plain and told[0].quotes == note.message_id


async def test_delete_as_a_reply_takes_that_message_back_at_the_customers(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("I come on Monday")
    await thread.says("or on Tuesday")
    await thread.replies(thread.wrote("Monday"), "/delete")
    gone = {s.text.plain: s.deleted for s in stage.ana.log() if s.from_bot}
    assert gone["I come on Monday"] and not gone["or on Tuesday"]
    assert thread.hears() == ["I'm taking it back at Ana's. If that can't be done any more, I'll say so here."]
    await thread.replies(thread.wrote("Monday"), "/delete")
    assert thread.hears() == ["That did not go to Ana, or is taken back already."]


async def test_delete_without_a_reply_takes_the_last_back_and_then_the_one_before(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("/delete")
    assert thread.hears() == ["There is nothing here that you wrote to Ana and that could be taken back."]
    await thread.says("I come on Monday")
    await thread.says("egg " * 1500)
    for _ in range(2):
        await thread.says("/delete")
    assert all(s.deleted for s in stage.ana.log() if "Monday" in s.text.plain or "egg egg" in s.text.plain)
    thread.hears()
    await thread.says("/delete")
    assert thread.hears() == ["There is nothing here that you wrote to Ana and that could be taken back."]


async def test_what_the_customer_wrote_is_not_the_owners_to_delete(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await stage.ana.says("for 3 people")
    thread.hears()
    await thread.replies(thread.last("for 3 people"), "/delete")
    assert thread.hears() == ["I can take back what you wrote to Ana yourself: use /delete as a reply to that."]
    assert not any(s.deleted for s in stage.ana.log())


async def test_what_can_be_deleted_no_more_is_said_in_the_thread(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("I come on Monday")
    send = stage.adapter.send

    async def too_late(call):  # type: ignore[no-untyped-def]
        if call.message.op == "delete":
            raise DeliveryError(Reason.too_old, "message can't be deleted for everyone")
        return await send(call)

    stage.adapter.send = too_late  # type: ignore[method-assign]
    await thread.says("/delete")
    assert "I could not take this back at Ana's" in thread.hears()[-1]
    assert not stage.ana.log()[-1].deleted


async def test_delete_is_for_owners_alone(stage: Stage) -> None:
    await stage.ana.says("/delete")
    assert stage.ana.hears()[0].startswith("I don't know /delete.")


async def test_a_quote_of_the_card_is_a_quote_of_the_question_and_back(stage: Stage) -> None:
    asked = await open_ticket(stage)
    thread = stage.thread("Ana")
    card = thread.log()[0]
    await thread.replies(card, "In oil? Gladly.")
    assert stage.ana.log()[-1].quotes == asked.message_id
    await stage.ana.replies(asked, "or in chalk")
    assert thread.log()[-1].quotes == card.message_id and thread.log()[-1].text.plain == "or in chalk"


async def test_a_quote_of_the_bots_answer_is_a_quote_of_the_note_that_tells_of_it_and_back(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await stage.ana.says("What do the hens eat?")
    answer, note = stage.ana.last("Our hens eat"), thread.last("I answered")
    await thread.replies(note, "And snails.")
    assert stage.ana.log()[-1].quotes == answer.message_id
    await stage.ana.replies(answer, "All day?")
    assert thread.log()[-1].quotes == note.message_id


async def test_what_a_customer_quotes_and_the_owners_never_saw_stands_above_the_words(stage: Stage) -> None:
    await stage.ana.says("What do the hens eat?")
    answer = stage.ana.last("Our hens eat")
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await stage.ana.replies(answer, "And in winter?")
    assert thread.log()[-1].text.plain.startswith("Our hens eat maize, wheat")
    assert thread.log()[-1].text.plain.endswith("\nAnd in winter?")


async def test_an_owners_quote_of_a_note_shows_the_customer_nothing_of_it(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("// he pays late")
    await thread.replies(thread.wrote("// he"), "Cash, please.")
    assert (stage.ana.log()[-1].text.plain, stage.ana.log()[-1].quotes) == ("Cash, please.", None)
