"""Lanes: what goes first, what waits for whom, and what never goes at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError

from bot import claiming, outbox
from bot.clock import Clock
from bot.database import Database
from bot.database.people import customer_of
from bot.database.tables import Conversation, OutboxRow
from bot.messages import Button, ChatRef, Desk, Media, MessageRef, OutboundMessage, Text, load
from bot.messages import Sender as Person
from bot.outbox import PRIORITY, Outbox, lane_of
from tests.bot.road import ROOM, Road, Wire, elsewhere, message, together, until_somebody_waits
from tests.bot.road import update as wrote


@pytest.fixture
def road(database: Database, clock: Clock) -> Road:
    return Road(database, clock)


async def claimed(road: Road, at: datetime | None = None, limit: int = 32) -> list[str]:
    """The keys that one claim takes."""
    async with road.database.write() as session:
        return [row.key for row in await claiming.claim(session, at or road.clock.now(), limit, ["wire"])]


async def put(road: Road, key: str, **values: object) -> None:
    """Changes a row, as a sender would."""
    async with road.database.write() as session:
        await session.execute(update(OutboxRow).where(OutboxRow.key == key).values(**values))


async def test_a_lane_gives_its_first_row_alone_and_the_next_when_that_is_sent(road: Road) -> None:
    await road.enqueue(message("a1"), message("a2"), message("b1", "ben"), message("a3"))
    assert await claimed(road) == ["a1", "b1"]
    assert await claimed(road) == []
    await put(road, "a1", state="sending")
    assert await claimed(road) == []
    await put(road, "a1", state="sent")
    assert await claimed(road) == ["a2"]


async def test_the_most_urgent_goes_first_and_then_who_has_waited_longest(road: Road) -> None:
    kinds = ["post", "offer", "note", "notice", "relay", "reply"]
    await road.enqueue(*(message(kind, f"c-{kind}", kind=kind) for kind in kinds))
    road.clock.move_to(road.clock.now() + timedelta(seconds=1))
    await road.enqueue(message("later reply", "c-late"))
    assert await claimed(road) == ["relay", "reply", "later reply", "notice", "note", "offer", "post"]
    assert sorted(PRIORITY, key=PRIORITY.__getitem__) == [
        *("relay", "reply", "notice", "note", "edit", "receipt", "offer", "post")
    ]


async def test_in_a_room_words_go_first_then_replies_notices_changes_and_receipts_last(road: Road) -> None:
    desks = [Desk(await road.known(name)) for name in ("ana", "ben", "cleo", "dora")]
    inbox_id = await written_once(road)
    await road.enqueue(
        OutboundMessage(desks[0], "receipt", "note", "react", target=MessageRef(ROOM, "r1"), reaction="👍"),
        OutboundMessage(desks[1], "state", "note", "edit", text=Text("answered"), target=MessageRef(ROOM, "r2")),
        OutboundMessage(ROOM, "answer to /waiting", text=Text("two wait")),
        OutboundMessage(replace(ROOM, thread_id="t9"), "notice", "notice", text=Text("a story was posted")),
        OutboundMessage(desks[2], "card", "note", text=Text("who asks"), copy_of=inbox_id),
        OutboundMessage(desks[3], "words", "relay", text=Text("hello"), copy_of=inbox_id),
        OutboundMessage(ROOM, "digest", "notice", text=Text("many wait"), urgent=True),
    )
    order = ["digest", "card", "words", "answer to /waiting", "notice", "state", "receipt"]
    assert await claimed(road) == order


async def test_what_stands_before_a_customers_words_in_their_lane_is_as_urgent_as_they_are(road: Road) -> None:
    ana, ben = Desk(await road.known("ana")), Desk(await road.known("ben"))
    inbox_id = await written_once(road)
    await road.enqueue(
        OutboundMessage(ana, "state", "note", "edit", text=Text("answered"), target=MessageRef(ROOM, "r2")),
        OutboundMessage(ben, "state of ben", "note", "edit", text=Text("answered"), target=MessageRef(ROOM, "r3")),
        OutboundMessage(ROOM, "reply", text=Text("two wait")),
    )
    await road.enqueue(OutboundMessage(ana, "words", "relay", text=Text("hello"), copy_of=inbox_id))
    assert await claimed(road) == ["state", "reply", "state of ben"]


async def written_once(road: Road) -> int:
    """The id of something that a customer wrote."""
    await road.accept(wrote(1))
    return (await road.inbox_rows())[0].id


async def test_a_claim_takes_no_more_than_it_was_asked_for(road: Road) -> None:
    await road.enqueue(*(message(f"k{n}", f"c{n}") for n in range(5)))
    assert await claimed(road, limit=2) == ["k0", "k1"]
    assert await claimed(road, limit=2) == ["k2", "k3"]


async def test_a_row_that_waits_for_another_try_holds_up_its_lane_and_no_other(road: Road) -> None:
    await road.enqueue(message("a1"), message("a2"), message("b1", "ben"))
    later = road.clock.now() + timedelta(seconds=30)
    await put(road, "a1", attempts=1, due_at=later)
    assert await claimed(road) == ["b1"]
    assert await claimed(road, later) == ["a1"]


@pytest.mark.parametrize("state", ["uncertain", "dead", "cancelled", "sent"])
async def test_a_row_that_is_settled_or_left_to_the_owner_holds_nobody_up(road: Road, state: str) -> None:
    await road.enqueue(message("a1"), message("a2"))
    await put(road, "a1", state=state, attempts=1)
    assert await claimed(road) == ["a2"]


async def test_a_row_that_is_only_for_later_holds_nobody_up(road: Road) -> None:
    soon = road.clock.now() + timedelta(hours=1)
    await road.enqueue(message("reminder", not_before=soon), message("a2"))
    assert await claimed(road) == ["a2"]
    await put(road, "a2", state="sent")
    assert await claimed(road) == []
    assert await claimed(road, soon) == ["reminder"]


async def test_a_row_for_later_that_was_tried_holds_up_its_lane_like_any_other(road: Road) -> None:
    soon = road.clock.now() + timedelta(hours=1)
    await road.enqueue(message("reminder", not_before=soon), message("a2"))
    await put(road, "reminder", attempts=1, due_at=soon + timedelta(seconds=5))
    assert await claimed(road, soon) == []


async def test_posts_and_offers_never_hold_up_talk(road: Road) -> None:
    await road.enqueue(message("post", kind="post"), message("offer", kind="offer"), message("reply"))
    await put(road, "post", state="sending")
    assert await claimed(road) == ["reply"]


async def test_each_desk_and_each_thread_has_a_lane_of_its_own() -> None:
    a, b = (OutboundMessage(Desk(n), "k", "note") for n in (1, 2))
    places = [ChatRef("wire", "w", "room"), ChatRef("wire", "w", "room", "t1"), ChatRef("wire", "v", "room")]
    lanes = [lane_of(a), lane_of(b), *(lane_of(OutboundMessage(place, "k")) for place in places)]
    assert len(set(lanes)) == 5


async def test_rows_of_a_platform_that_is_not_there_wait(road: Road) -> None:
    await road.enqueue(OutboundMessage(ChatRef("pigeon", "p", "ana"), "far"), message("near"))
    assert await claimed(road) == ["near"]
    assert await road.states() == {"far": "waiting", "near": "claimed"}


async def test_a_name_can_be_given_once(road: Road) -> None:
    await road.enqueue(message("a1"))
    with pytest.raises(IntegrityError):
        await road.enqueue(message("a2"), message("a1", "ben"))
    assert list(await road.states()) == ["a1"]


async def test_what_is_stored_is_the_message_as_it_was(road: Road) -> None:
    whole = message(
        "a1",
        words="3 < 4 👩‍👩‍👧 \x00",
        buttons=(Button("Yes", "suggest:x"),),
        media=(Media("photo", sha256="ab"),),
        quotes="in:1",
    )
    await road.enqueue(whole)
    row = (await road.rows())["a1"]
    assert load(OutboundMessage, row.message) == whole
    assert row.due_at == row.created_at == road.clock.now()


async def test_a_long_text_becomes_rows_in_order_and_arrives_in_order(database: Database, clock: Clock) -> None:
    road = Road(database, clock, Wire(limit=10))
    await road.enqueue(message("long", words="one two three four five six"), message("after", words="end"))
    assert list(await road.states()) == ["long", "long/2", "long/3", "after"]
    await road.send()
    assert road.wire.said("ana") == ["one two", "three four", "five six", "end"]


# Edits and deletes.


def edit(key: str, target: str, words: str, **more: Any) -> OutboundMessage:
    """A change of one of ours."""
    return message(key, words=words, op="edit", target=target, **more)


def delete(key: str, target: str) -> OutboundMessage:
    """One of ours taken back."""
    return message(key, words="", op="delete", target=target)


async def test_an_edit_of_an_unsent_row_rewrites_it(road: Road) -> None:
    picture = (Media("photo", sha256="ab"),)
    await road.enqueue(message("a1", words="old", buttons=(Button("Yes", "x:y"),), media=picture))
    await road.enqueue(edit("e1", "a1", "new"))
    assert list(await road.states()) == ["a1"]
    await road.send()
    (call,) = road.wire.calls
    assert (call.message.op, call.message.text.plain, call.message.key) == ("send", "new", "a1")
    assert (call.message.buttons, call.message.media) == ((), picture)


async def test_an_edit_of_the_buttons_alone_leaves_an_unsent_rows_words(road: Road) -> None:
    await road.enqueue(message("a1", words="words", buttons=(Button("Yes", "x:y"),)))
    await road.enqueue(edit("e1", "a1", ""))
    await road.send()
    assert road.wire.said() == ["words"]
    assert road.wire.calls[0].message.buttons == ()


async def test_an_edit_of_a_sent_row_is_a_call_of_its_own(road: Road) -> None:
    await road.enqueue(message("a1", words="old"))
    await road.send()
    await road.enqueue(edit("e1", "a1", "new"))
    await road.send()
    call = road.wire.calls[1]
    assert (call.message.op, call.message.text.plain) == ("edit", "new")
    assert call.target is not None and (call.target.message_id, call.target.chat.chat_id) == ("r1", "ana")


async def test_several_unsent_edits_collapse_to_the_last(road: Road) -> None:
    await road.enqueue(message("a1", words="0 %"))
    await road.send()
    for n in range(1, 6):
        await road.enqueue(edit(f"e{n}", "a1", f"{n * 20} %"))
    await road.send()
    assert road.wire.said() == ["0 %", "100 %"]


async def test_an_edit_of_a_row_that_is_being_sent_comes_after_it(road: Road) -> None:
    await road.enqueue(message("a1", words="old"))
    await put(road, "a1", state="claimed")
    await road.enqueue(edit("e1", "a1", "new"))
    await put(road, "a1", state="waiting")
    await road.send()
    assert road.wire.said() == ["old", "new"]


async def test_a_sender_who_claims_a_row_in_the_moment_of_its_edit_does_not_lose_the_edit(road: Road) -> None:
    if road.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await road.enqueue(message("a1", words="old"))
    async with road.database.write() as session:
        await claiming.claim(session, road.clock.now(), 32, ["wire"])
        editing = asyncio.create_task(elsewhere(road.enqueue(edit("e1", "a1", "new"))))
        await until_somebody_waits(road.database)
    await asyncio.wait_for(editing, 20)
    assert await road.states() == {"a1": "claimed", "e1": "waiting"}


async def test_a_row_that_is_being_edited_is_not_claimed(road: Road) -> None:
    if road.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await road.enqueue(message("a1", words="old"), message("a2"))
    async with road.database.write() as session:
        await road.outbox.enqueue(session, [edit("e1", "a1", "new")], road.clock.now())
        assert await elsewhere(claimed(road)) == []
    await road.send()
    assert road.wire.said() == ["new", "hello"]


async def test_a_delete_of_an_unsent_row_cancels_it_and_its_edits(road: Road) -> None:
    await road.enqueue(message("a1"), message("a2"))
    await road.enqueue(delete("d1", "a1"))
    await road.send()
    assert road.wire.keys() == ["a2"]
    assert await road.states() == {"a1": "cancelled", "a2": "sent"}


async def test_a_delete_of_a_sent_row_is_a_call_and_its_unsent_edits_are_dropped(road: Road) -> None:
    await road.enqueue(message("a1"))
    await road.send()
    await road.enqueue(edit("e1", "a1", "never"))
    await road.enqueue(delete("d1", "a1"))
    await road.send()
    assert [(c.message.op, c.target.message_id if c.target else None) for c in road.wire.calls] == [
        ("send", None),
        ("delete", "r1"),
    ]


async def test_a_change_of_what_was_never_sent_is_dropped(road: Road) -> None:
    await road.enqueue(message("a1"))
    await put(road, "a1", state="dead")
    await road.enqueue(edit("e1", "a1", "new"), delete("d1", "a1"), message("a2"))
    await road.send()
    assert road.wire.keys() == ["a2"]
    states = await road.states()
    assert (states["e1"], states["d1"]) == ("cancelled", "cancelled")


async def test_a_quote_of_ours_is_resolved_and_an_unknown_one_is_left_out(road: Road) -> None:
    await road.enqueue(message("a1"), message("a2", quotes="a1"), message("a3", quotes="nobody"))
    await road.send()
    assert [c.quotes.message_id if c.quotes else None for c in road.wire.calls] == [None, "r1", None]


# Places.


async def test_concurrent_enqueues_give_every_row_a_place_of_its_own(road: Road) -> None:
    await together(*(road.enqueue(message(f"k{n}"), message(f"l{n}"), message(f"b{n}", "ben")) for n in range(20)))
    rows = (await road.rows()).values()
    for lane in {row.lane for row in rows}:
        places = sorted(row.place for row in rows if row.lane == lane)
        assert places == list(range(1, len(places) + 1))
    ours = {row.key: row.place for row in rows}
    assert all(ours[f"l{n}"] == ours[f"k{n}"] + 1 for n in range(20))


async def test_places_follow_the_order_of_commits(road: Road) -> None:
    """A lane's next row waits until the one before it is committed, or gone."""
    if road.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    async with road.database.write() as session:
        await road.outbox.enqueue(session, [message("first")], road.clock.now())
        second = asyncio.create_task(elsewhere(road.enqueue(message("second"))))
        await asyncio.wait_for(elsewhere(road.enqueue(message("other", "ben"))), 20)
        await until_somebody_waits(road.database)
        assert not second.done()
    await asyncio.wait_for(second, 20)
    rows = await road.rows()
    assert (rows["first"].place, rows["second"].place) == (1, 2)


async def test_two_enqueues_that_want_the_same_lanes_do_not_wait_for_each_other(road: Road) -> None:
    await together(
        *(road.enqueue(message(f"x{n}", "ana"), message(f"y{n}", "ben")) for n in range(10)),
        *(road.enqueue(message(f"p{n}", "ben"), message(f"q{n}", "ana")) for n in range(10)),
    )
    assert len(await road.states()) == 40


async def test_two_claimers_never_get_one_row(road: Road) -> None:
    await road.enqueue(*(message(f"k{n}-{m}", f"c{n}") for n in range(20) for m in range(2)))
    taken = await together(*(claimed(road, limit=7) for _ in range(6)))
    flat = [key for keys in taken for key in keys]
    assert len(flat) == len(set(flat))
    assert all(key.endswith("-0") for key in flat)
    rest = await claimed(road, limit=100)
    assert sorted(flat + rest) == sorted(f"k{n}-0" for n in range(20))


async def test_a_claim_passes_over_what_another_is_just_claiming(road: Road) -> None:
    if road.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await road.enqueue(message("a1"), message("a2"), message("b1", "ben"))
    async with road.database.write() as session:
        first = await claiming.claim(session, road.clock.now(), 1, ["wire"])
        assert [row.key for row in first] == ["a1"]
        assert await elsewhere(claimed(road)) == ["b1"]


# After a stop, and what the owner decides.


async def test_a_stopped_process_leaves_nothing_in_between(road: Road) -> None:
    kinds = {"claimed": "post", "talk": "reply", "told": "relay", "posted": "post", "offered": "offer"}
    await road.enqueue(*(message(key, f"c-{key}", kind=kind) for key, kind in kinds.items()))
    await put(road, "claimed", state="claimed")
    for key in ("talk", "told", "posted", "offered"):
        await put(road, key, state="sending", attempts=1)
    await road.sender.recover()
    states = await road.states()
    assert {key: states[key] for key in kinds} == {
        "claimed": "waiting",
        "talk": "waiting",
        "told": "waiting",
        "posted": "uncertain",
        "offered": "uncertain",
    }
    assert sorted(failed.key for failed in road.reported) == ["offered", "posted"]
    assert (states["undelivered:posted"], states["undelivered:offered"]) == ("waiting", "waiting")


async def test_a_start_is_not_stopped_by_a_notice_that_can_not_be_made(road: Road) -> None:
    await road.enqueue(message("p1", kind="post"), message("undelivered:p1", "ben"))
    await put(road, "p1", state="sending", attempts=1)
    await road.sender.recover()
    assert (await road.states())["p1"] == "uncertain"


@pytest.mark.parametrize("state", ["waiting", "claimed", "sending", "sent", "dead", "cancelled"])
async def test_only_an_uncertain_row_can_be_resent_or_discarded(road: Road, state: str) -> None:
    await road.enqueue(message("p1", kind="post"))
    await put(road, "p1", state=state)
    async with road.database.write() as session:
        assert not await outbox.resend(session, "p1", road.clock.now())
        assert not await outbox.discard(session, "p1")
        assert not await outbox.discard(session, "unknown")
    assert await road.states() == {"p1": state}


async def test_a_resent_row_goes_at_once_and_a_second_press_changes_nothing(road: Road) -> None:
    await road.enqueue(message("p1", kind="post"))
    await put(road, "p1", state="uncertain", attempts=4)
    async with road.database.write() as session:
        assert await outbox.resend(session, "p1", road.clock.now())
        assert not await outbox.resend(session, "p1", road.clock.now())
    await road.send()
    assert road.wire.keys() == ["p1"]


async def test_a_discarded_row_is_never_sent(road: Road) -> None:
    await road.enqueue(message("p1", kind="post"))
    await put(road, "p1", state="uncertain")
    async with road.database.write() as session:
        assert await outbox.discard(session, "p1")
        assert not await outbox.resend(session, "p1", road.clock.now())
    await road.send()
    assert road.wire.keys() == []


async def test_who_says_stop_gets_no_waiting_post_or_offer_but_every_reply(road: Road) -> None:
    ana, ben = await _customer(road, "ana"), await _customer(road, "ben")
    await road.enqueue(
        message("post", kind="post", customer_id=ana),
        message("offer", kind="offer", customer_id=ana, not_before=road.clock.now() + timedelta(days=1)),
        message("reply", customer_id=ana),
        message("sent", kind="post", customer_id=ana),
        message("bens", "ben", kind="post", customer_id=ben),
    )
    await put(road, "sent", state="sent")
    async with road.database.write() as session:
        assert await outbox.cancel_for(session, ana) == 2
    assert await road.states() == {
        "post": "cancelled",
        "offer": "cancelled",
        "reply": "waiting",
        "sent": "sent",
        "bens": "waiting",
    }


async def _customer(road: Road, name: str) -> int:
    conversation_id = await road.known(name)
    async with road.database.write() as session:
        conversation = await session.get_one(Conversation, conversation_id)
        return (await customer_of(session, conversation, Person(name, name), road.clock.now())).id


async def test_the_next_instant_is_that_of_the_first_waiting_row(road: Road) -> None:
    soon, late = (road.clock.now() + timedelta(hours=h) for h in (1, 2))
    await road.enqueue(message("a", not_before=late), message("b", not_before=soon), message("c"))
    await put(road, "c", state="uncertain")
    async with road.database.read() as session:
        assert await outbox.next_due(session, road.clock.now()) == soon


async def test_what_goes_to_a_desk_waits_while_there_is_no_room_and_goes_when_there_is_one(
    database: Database, clock: Clock
) -> None:
    without = Road(database, clock, room=None)
    ana = await without.known()
    await without.enqueue(OutboundMessage(Desk(ana), "card", "note", text=Text("card")), message("reply"))
    await without.sender.recover()
    await without.send()
    assert without.wire.keys() == ["reply"]
    assert (await without.states())["card"] == "waiting"
    furnished = Road(database, clock)
    await furnished.sender.recover()
    await furnished.send()
    assert [(c.message.key, c.chat) for c in furnished.wire.calls] == [("card", ROOM)]
    assert (await furnished.desk()).thread_id == "t1"


async def test_a_plan_is_asked_of_the_platform_that_the_message_goes_to(database: Database, clock: Clock) -> None:
    asked: list[str] = []

    def plan(whole: OutboundMessage) -> list[OutboundMessage]:
        asked.append(whole.key)
        return [whole]

    rows = Outbox({"wire": plan}, ROOM)
    other = OutboundMessage(ChatRef("pigeon", "p", "ana"), "far")
    async with database.write() as session:
        await rows.enqueue(session, [message("near"), other], clock.now())
    assert asked == ["near"]
    async with database.read() as session:
        assert len((await session.scalars(select(OutboxRow))).all()) == 2


async def test_who_is_next_is_found_by_the_index_of_live_rows(database: Database, clock: Clock) -> None:
    """Else SQLite looks through all that waits, for each row that waits: 63 ms of the processor at 600 rows, not 1."""
    if not database.is_sqlite:
        return
    statements: list[tuple[str, Any]] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda conn, cursor, sql, parameters, *more: statements.append((sql, parameters)),
    )
    async with database.write() as session:
        await claiming.claim(session, clock.now(), 1, ["wire"])
        sql, parameters = next(each for each in statements if "EXISTS" in each[0])
        connection = await session.connection()
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)).all()
    assert any("ix_outbox_live" in str(row) for row in plan)
