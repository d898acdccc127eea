"""The card at the head of a desk: what it says, that it is one and edited in place, and its draft answers."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, update

from bot.adapter import Call, DeliveryError, Reason
from bot.adapters.playground.world import Shown
from bot.database.tables import Conversation, Customer, Note, OutboxRow, RestockWish, Ticket
from bot.messages import Receipt
from tests.stage import Person, Stage

UNKNOWN = "A portrait in oil, perhaps?"


async def asked(stage: Stage, words: str = UNKNOWN) -> Person:
    """Ana asks what nobody knows; gives her thread."""
    await stage.ana.says(words)
    await stage.wait(seconds=3)
    stage.ana.news()
    return stage.thread("Ana")


def card(thread: Person) -> Shown:
    """The one card of a thread, as it stands now."""
    (found,) = [s for s in thread.log() if s.from_bot and "/close ends it." in s.text.plain and not s.deleted]
    return found


def head(thread: Person) -> str:
    """The card's first line, which says it all."""
    return card(thread).text.plain.splitlines()[0]


def drafts(shown: Shown) -> list[str]:
    """The draft answers under a message."""
    return [button.label for button in shown.buttons if button.label.startswith("Answer: ")]


async def test_the_card_says_who_asks_what_since_when_and_what_the_bot_thought_of(stage: Stage) -> None:
    thread = await asked(stage)
    said = card(thread).text.plain
    assert head(thread) == f"Ana asks: “{UNKNOWN}” · waits since 13:00"
    assert "What I thought of, without being sure: " in said
    assert "Playground · " in said and "here since 9 March 2026" in said
    assert [m.message_id for m in thread.log()] == [card(thread).message_id]


async def test_the_card_is_edited_in_place_when_things_change_and_says_when_words_arrived(stage: Stage) -> None:
    thread = await asked(stage)
    before = card(thread)
    await stage.wait(minutes=4)
    await thread.says("Gladly, in May")
    await stage.wait(seconds=3)
    assert head(thread) == f"Ana asks: “{UNKNOWN}” · answered at 13:04 · last words to Ana delivered"
    await stage.ana.says("In the garden?")
    await stage.wait(seconds=3)
    assert "wrote again at 13:04 and waits" in head(thread)
    await thread.says("/close")
    await stage.wait(seconds=3)
    assert "closed at 13:04" in head(thread) and card(thread).buttons == ()
    assert card(thread).message_id == before.message_id


async def test_the_card_shows_no_success_before_the_delivery_was_confirmed(stage: Stage) -> None:
    thread = await asked(stage)
    send, may_go = stage.adapter.send, False

    async def held(call: Call) -> Receipt:
        if call.message.kind == "relay" and not may_go:
            raise DeliveryError(Reason.unreachable)
        return await send(call)

    stage.adapter.send = held  # type: ignore[method-assign]
    await thread.says("Gladly, in May")
    await stage.wait(seconds=10)
    assert stage.ana.news() == []
    assert head(thread).endswith("last words to Ana on their way")
    may_go = True
    await stage.wait(minutes=2)
    assert stage.ana.hears() == ["Gladly, in May"]
    await stage.wait(minutes=5)
    assert head(thread).endswith("last words to Ana delivered")


async def test_the_card_says_why_the_last_words_were_not_delivered_until_the_customer_returns(stage: Stage) -> None:
    thread = await asked(stage)
    stage.adapter.world.blocked.add("ana")
    await thread.says("Gladly, in May")
    await stage.wait(seconds=5)
    assert head(thread).endswith("not delivered: the chat with the bot is blocked or closed")
    assert "can't be reached just now" in card(thread).text.plain
    stage.adapter.world.blocked.discard("ana")
    await stage.ana.says("Here I am")
    await thread.says("Welcome back")
    await stage.wait(seconds=5)
    assert head(thread).endswith("last words to Ana delivered")
    assert "can't be reached" not in card(thread).text.plain


async def test_what_the_card_tells_of_a_customer_comes_from_the_rows(stage: Stage) -> None:
    thread = await asked(stage)
    async with stage.database.write() as session:
        ana = (await session.scalars(select(Customer).filter_by(platform_id="ana"))).one()
        ana.language, ana.follows_stories, ana.tags = "de", True, ["kitchen", "Tuesdays"]
        session.add(Note(customer_id=ana.id, text="likes brown eggs", by="Hana", at=stage.clock.now()))
        home = (await session.scalars(select(Conversation).filter_by(chat_id="ana"))).one()
        wish = {"customer_id": ana.id, "conversation_id": home.id, "asked_at": stage.clock.now()}
        session.add(RestockWish(product_id="nothing-of-ours", **wish))
    await thread.says("// a look")
    await stage.wait(seconds=3)
    said = card(thread).text.plain
    assert "Playground · German · here since 9 March 2026 · follows the stories" in said
    assert "Tags: kitchen, Tuesdays" in said and "Remark of Hana, 13:00: likes brown eggs" in said


async def test_a_new_question_edits_the_card_and_stands_at_the_bottom_as_well(stage: Stage) -> None:
    thread = await asked(stage)
    await thread.says("/close")
    await stage.wait(minutes=1)
    first = card(thread).message_id
    thread.news()
    await stage.ana.says("A zither on the piano, perhaps?")
    await stage.wait(seconds=5)
    (line,) = thread.news()
    assert line.text.plain == "Ana asks:\nA zither on the piano, perhaps?"
    assert [b.label for b in line.buttons] == [b.label for b in card(thread).buttons]
    assert head(thread).startswith("Ana asks: “A zither on the piano, perhaps?” · waits since 13:01")
    assert card(thread).message_id == first


async def test_a_deleted_card_is_posted_anew_once(stage: Stage) -> None:
    thread = await asked(stage)
    stage.adapter.world.delete(thread.place, card(thread).message_id)
    thread.news()
    await thread.says("Gladly, in May")
    await stage.wait(minutes=2)
    assert len(thread.news()) == 1
    assert "answered at 13:00" in head(thread)


async def test_a_question_too_long_for_the_card_stands_below_it_in_full(stage: Stage) -> None:
    words = "A portrait in oil, " + "or in chalk, " * 60 + "perhaps?"
    thread = await asked(stage, f"/human {words}")
    first, below = thread.news()
    assert len(first.text.plain) < 1900 and below.text.plain == words
    assert "…" in first.text.plain


async def test_one_tap_sends_a_draft_as_the_owners_words_and_counts_as_her_answer(stage: Stage) -> None:
    thread = await asked(stage)
    label = drafts(card(thread))[0]
    await thread.presses(label)
    (answer,) = stage.ana.hears()
    assert answer.endswith("— Hana")
    assert thread.hears()[-1].startswith("On its way to Ana, as your words: ")
    await stage.wait(seconds=3)
    assert "answered at 13:00 · last words to Ana delivered" in head(thread)
    assert drafts(card(thread)) == [] and [b.label for b in card(thread).buttons] == ["Close"]
    async with stage.database.read() as session:
        assert (await session.scalars(select(Conversation.state).filter_by(chat_id="ana"))).one() == "handoff"


async def test_a_draft_goes_out_once_however_often_and_by_how_many_it_is_tapped(stage: Stage) -> None:
    thread = await asked(stage)
    shown = card(thread)
    first, second = shown.buttons[:2]
    press, place = stage.adapter.press, thread.place
    await asyncio.gather(
        *(press(place.chat_id, shown.message_id, button.data, place.thread_id) for button in (first, first, second))
    )
    await stage.settle()
    assert len(stage.ana.news()) == 1
    told = thread.hears()
    assert len([text for text in told if text.startswith("On its way to Ana")]) == 1
    assert len([text for text in told if text.startswith("That question has been answered meanwhile")]) == 2


async def test_a_draft_of_a_question_that_was_answered_or_closed_meanwhile_says_so(stage: Stage) -> None:
    thread = await asked(stage)
    shown = card(thread)
    await thread.says("Yes, do")
    await thread.presses_data(shown.message_id, shown.buttons[0].data)
    assert stage.ana.hears() == ["Yes, do"]
    assert thread.hears()[-1].startswith("That question has been answered meanwhile")
    await thread.says("/close")
    await thread.presses_data(shown.message_id, shown.buttons[0].data)
    assert stage.ana.news() == []
    assert thread.hears()[-1].startswith("That question is closed already")


async def test_a_customer_can_t_send_themselves_a_draft(stage: Stage) -> None:
    thread = await asked(stage)
    await stage.ana.presses_data("1", card(thread).buttons[0].data)
    assert all("— Hana" not in text for text in stage.ana.hears())
    async with stage.database.read() as session:
        assert (await session.scalars(select(Ticket.answered_at))).all() == [None]


async def test_answers_that_only_the_owner_may_give_are_the_first_drafts(stage: Stage) -> None:
    thread = await asked(stage)
    known = stage.concierge.house.knowledge
    modes = [
        next(e.mode for e in known.entries.values() if known.title(e.id) == label.removeprefix("Answer: "))
        for label in drafts(card(thread))
    ]
    assert "draft" in modes and modes == sorted(modes, key=lambda mode: mode != "draft")


async def test_many_changes_at_once_are_one_edit(stage: Stage) -> None:
    thread = await asked(stage)
    await stage.wait(minutes=1)
    before = await edits(stage)
    for number in range(6):
        await thread.says(f"Line {number}")
        await stage.ana.says(f"Answer {number}")
    await stage.wait(minutes=1)
    assert await edits(stage) - before <= 2


async def edits(stage: Stage) -> int:
    """How many edits of cards have gone out."""
    async with stage.database.read() as session:
        return len((await session.scalars(select(OutboxRow.id).filter_by(op="edit", state="sent"))).all())


async def test_a_card_that_can_t_be_put_together_again_and_again_stops_nobody(stage: Stage) -> None:
    thread = await asked(stage)
    async with stage.database.write() as session:
        await session.execute(update(Ticket).values(card={"buttons": ["no button"]}))
    await thread.says("Gladly, in May")
    assert stage.ana.hears() == ["Gladly, in May"]
    await stage.wait(minutes=1)
    await stage.ana.says("In the garden?")
    assert "In the garden?" in thread.hears()


@pytest.mark.parametrize("state", ["open", "closed"])
async def test_a_thread_that_is_deleted_gets_its_card_back_only_while_somebody_waits(stage: Stage, state: str) -> None:
    thread = await asked(stage)
    if state == "closed":
        await thread.says("/close")
        await stage.wait(minutes=1)
    stage.adapter.world.delete_thread(thread.place.thread_id or "")
    await (stage.ana.says("Hello?") if state == "open" else stage.wait(seconds=1))
    await stage.wait(minutes=1)
    threads = [t for t in stage.adapter.world.threads() if not t.gone]
    assert len(threads) == (1 if state == "open" else 0)
    if state == "open":
        assert head(stage.thread("Ana")).startswith("Ana asks:")
