"""The customer's thread in the owners' room: one, whoever writes first, and a new one when it is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot import desks
from bot.adapter import Call, DeliveryError, Reason
from bot.clock import Clock
from bot.database import Database
from bot.database.tables import Conversation, DeskRow, InboxRow, OutboxRow
from bot.messages import ChatRef, Desk, OutboundMessage, Text
from tests.bot.road import ROOM, Road, message, together
from tests.bot.road import update as written
from tests.stage import Stage


@pytest.fixture
def road(database: Database, clock: Clock) -> Road:
    return Road(database, clock)


def note(desk: int, key: str) -> OutboundMessage:
    """The bot's own words in a desk."""
    return OutboundMessage(Desk(desk), key, "note", text=Text(key))


async def test_two_first_messages_at_once_open_one_thread(road: Road) -> None:
    ana = await road.known()
    await together(*(road.enqueue(note(ana, f"n{n}")) for n in range(5)))
    others = [Road(road.database, road.clock, road.wire) for _ in range(3)]
    while any(await together(*(other.sender.send() for other in others))):
        pass
    assert len(road.wire.threads) == 1
    assert [call.chat.thread_id for call in road.wire.calls] == [None, "t1", "t1", "t1", "t1"]
    assert sorted(road.wire.said()) == [f"n{n}" for n in range(5)]


async def test_messages_of_two_lanes_to_one_new_desk_open_one_thread(road: Road) -> None:
    ana = await road.known()
    post = OutboundMessage(Desk(ana), "post", "post", text=Text("post"))
    await road.enqueue(note(ana, "card"), post)
    await road.send()
    await road.wait(1)
    assert road.wire.threads == ["Customer"]
    assert sorted(road.wire.said()) == ["card", "post"]


async def test_the_thread_bears_the_customers_name(road: Road) -> None:
    await road.accept(written(1))
    await road.settle()
    ana = (await road.conversation()).id
    await road.enqueue(note(ana, "card"))
    await road.send()
    assert road.wire.threads == ["Customer"]  # the short road knows no customers
    desk = await road.desk()
    assert (desk.state, desk.thread_id, desk.chat_id) == ("open", "t1", "room")
    assert desks.chat_of(desk) == ChatRef("wire", "w", "room", "t1")


async def test_a_desk_that_is_being_opened_holds_up_no_other(road: Road) -> None:
    ana, ben = await road.known("ana"), await road.known("ben")
    ben_has_his = asyncio.Event()
    states: list[str] = []

    async def slow_for_ana(call: Call) -> None:
        if call.message.key == "b1":
            ben_has_his.set()
        else:
            await asyncio.wait_for(ben_has_his.wait(), 20)
            states.append((await road.desk("ana")).state)

    road.wire.pause = slow_for_ana
    await road.enqueue(note(ana, "a1"), note(ben, "b1"))
    await road.send()
    assert states == ["opening"]
    assert sorted(road.wire.keys()) == ["a1", "b1"]


async def test_a_deleted_thread_is_opened_anew_and_the_same_message_arrives_once(road: Road) -> None:
    ana = await road.known()
    await road.enqueue(note(ana, "n1"))
    await road.send()
    road.wire.gone = {"t1"}
    await road.enqueue(note(ana, "n2"), note(ana, "n3"))
    await road.send()
    assert road.wire.threads == ["Customer", "Customer"]
    assert road.wire.keys() == ["n1", "n2", "n3"]
    assert [call.chat.thread_id for call in road.wire.calls] == [None, None, "t2"]
    desk = await road.desk()
    assert (desk.state, desk.thread_id, desk.generation) == ("open", "t2", 1)


async def test_a_message_that_the_platform_put_elsewhere_is_said_in_a_new_thread_and_taken_back_there(
    road: Road,
) -> None:
    ana = await road.known()
    await road.enqueue(note(ana, "n1"))
    await road.send()
    road.wire.astray = "general"
    await road.enqueue(note(ana, "n2"))
    await road.send()
    ends = [(c.message.op, c.message.key.partition(":")[0], c.chat.thread_id) for c in road.wire.calls]
    assert sorted(ends[1:], key=str) == sorted(
        [("send", "n2", "t1"), ("send", "n2", None), ("delete", "astray", "general")], key=str
    )
    removal = next(c for c in road.wire.calls if c.message.op == "delete")
    assert removal.target is not None and removal.target.message_id == "r2"
    assert (await road.desk()).thread_id == "t2"


async def test_a_refused_opening_is_tried_again(road: Road) -> None:
    ana = await road.known()
    road.wire.faults["n1"] = [DeliveryError(Reason.limited, retry_after_s=30), DeliveryError(Reason.unreachable)]
    await road.enqueue(note(ana, "n1"), note(ana, "n2"))
    await road.send()
    assert (await road.desk()).state == "absent"
    await road.wait(30)
    assert road.wire.threads == []
    await road.wait(2)
    assert road.wire.threads == ["Customer"]
    assert road.wire.keys() == ["n1", "n2"]


async def test_an_opening_that_is_refused_for_good_leaves_the_desk_to_the_next_message(road: Road) -> None:
    ana = await road.known()
    road.wire.faults["n1"] = [DeliveryError(Reason.rejected)]
    await road.enqueue(note(ana, "n1"), note(ana, "n2"))
    await road.send()
    assert road.wire.threads == ["Customer"]
    assert (await road.states())["n1"] == "dead"
    assert (await road.states())["n2"] == "sent"


async def test_a_room_that_is_gone_is_asked_again_with_patience(road: Road) -> None:
    ana = await road.known()
    road.wire.faults["n1"] = [DeliveryError(Reason.thread_gone)] * 3
    await road.enqueue(note(ana, "n1"))
    await road.send()
    assert len(road.wire.faults["n1"]) in (1, 2)  # at once, but not for ever
    for _ in range(3):
        await road.wait(4)
    assert road.wire.threads == ["Customer"]
    assert (await road.desk()).generation == 0


async def test_a_crash_while_a_thread_was_opened_leaves_the_desk_to_the_next_start(road: Road) -> None:
    ana = await road.known()
    await road.enqueue(note(ana, "n1"))
    async with road.database.write() as session:
        await session.execute(update(DeskRow).values(state="opening"))
        await session.execute(update(OutboxRow).values(state="sending", attempts=1))
    again = Road(road.database, road.clock)
    await again.sender.recover()
    await again.send()
    assert again.wire.threads == ["Customer"]
    assert (await again.desk()).state == "open"
    assert await again.states() == {"n1": "sent"}


async def test_an_opening_whose_receipt_names_no_thread_does_not_block_the_desk(road: Road) -> None:
    ana = await road.known()
    real = road.wire.open_thread

    async def nameless(place: ChatRef, title: str, first: Call) -> object:
        road.wire.open_thread = real  # type: ignore[method-assign]
        return await road.wire.send(first)

    road.wire.open_thread = nameless  # type: ignore[assignment, method-assign]
    await road.enqueue(note(ana, "n1"), note(ana, "n2"))
    await road.send()
    assert await road.states() == {"n1": "sent", "n2": "sent"}
    assert road.wire.threads == ["Customer"]


async def test_a_change_in_a_thread_that_is_gone_opens_no_new_one(road: Road) -> None:
    ana = await road.known()
    await road.enqueue(note(ana, "n1"))
    await road.send()
    async with road.database.write() as session:
        assert await desks.lost(session, await session.get_one(DeskRow, ana), road.clock.now())
    await road.enqueue(OutboundMessage(Desk(ana), "e1", "note", "edit", text=Text("new"), target="n1"))
    await road.send()
    assert road.wire.threads == ["Customer"]
    assert (await road.states())["e1"] == "cancelled"


async def test_only_one_of_many_may_open_and_only_one_may_mend(road: Road) -> None:
    ana = await road.known()
    async with road.database.write() as session:
        await desks.ensure(session, ana, ROOM)

    async def begin() -> bool:
        async with road.database.write() as session:
            return await desks.begin_opening(session, await session.get_one(DeskRow, ana))

    assert (await together(*(begin() for _ in range(8)))).count(True) == 1
    stale = await road.desk()
    async with road.database.write() as session:
        assert await desks.opened(session, await session.get_one(DeskRow, ana), "t1")

    async def lose() -> bool:
        async with road.database.write() as session:
            return await desks.lost(session, stale, road.clock.now())

    assert (await together(*(lose() for _ in range(8)))).count(True) == 1
    mended = await road.desk()
    assert (mended.state, mended.thread_id, mended.generation) == ("absent", None, 1)


async def test_a_late_word_of_an_earlier_generation_changes_nothing(road: Road) -> None:
    ana = await road.known()
    async with road.database.write() as session:
        early = await desks.ensure(session, ana, ROOM)
        await session.execute(update(DeskRow).values(state="opening", generation=7))
    async with road.database.write() as session:
        early.generation = 6
        assert not await desks.opened(session, early, "t6")
        assert not await desks.not_opened(session, early)
    assert (await road.desk()).state == "opening"


async def test_a_desk_is_made_once_by_many_at_once(road: Road) -> None:
    ana = await road.known()

    async def ensure() -> int:
        async with road.database.write() as session:
            return (await desks.ensure(session, ana, ROOM)).conversation_id

    assert await together(*(ensure() for _ in range(8))) == [ana] * 8


# In the house, with its people.


async def test_in_the_house_the_thread_bears_the_customers_name_and_is_one(stage: Stage) -> None:
    await stage.ana.writes("/human")
    await stage.ana.writes("I need a human")
    await stage.ben.writes("/human")
    await stage.settle()
    assert sorted(t.title for t in stage.adapter.world.threads()) == ["Ana", "Ben"]
    assert len(stage.thread("Ana").hears()) == 2


async def test_in_the_house_a_deleted_thread_comes_back_with_the_customers_next_words(stage: Stage) -> None:
    await stage.ana.says("/human")
    await stage.thread("Ana").says("What is it?")
    stage.ana.news()
    stage.adapter.world.delete_thread(stage.thread("Ana").place.thread_id or "")
    await stage.ana.says("My eggs are blue")
    thread = stage.thread("Ana")
    assert thread.hears() == ["My eggs are blue"]
    await thread.says("That breed does that")
    assert stage.ana.hears() == ["That breed does that"]
    await stage.wait(seconds=30)
    (card,) = thread.hears()
    assert card.startswith("Ana would like to talk to you:")


async def test_in_the_house_words_in_a_thread_that_is_just_being_opened_reach_the_customer(stage: Stage) -> None:
    await stage.ana.says("/human")
    stage.ana.news()
    thread = stage.thread("Ana")
    thread_id = thread.place.thread_id
    async with stage.database.write() as session:  # the moment after the platform opened it, before that is stored
        await session.execute(update(DeskRow).values(state="opening", thread_id=None))
    await thread.says("Hello Ana")
    await stage.wait(seconds=2)
    assert stage.ana.hears() == []
    async with stage.database.write() as session:
        await session.execute(update(DeskRow).values(state="open", thread_id=thread_id))
    await stage.wait(seconds=1)
    assert stage.ana.hears() == ["Hello Ana"]
    async with stage.database.read() as session:
        row = await session.get_one(InboxRow, 2)
        conversation = await session.get_one(Conversation, row.conversation_id)
    assert (row.outcome, conversation.kind, conversation.state) == ("relayed", "customer", "handoff")


async def test_replies_do_not_wait_for_a_desk(road: Road) -> None:
    ana = await road.known()
    road.wire.faults["card"] = [DeliveryError(Reason.limited, retry_after_s=60)]
    await road.enqueue(note(ana, "card"), message("reply"))
    await road.send()
    assert road.wire.keys() == ["reply"]
    road.clock.move_to(road.clock.now() + timedelta(seconds=60))
    await road.send()
    assert road.wire.keys() == ["reply", "card"]
