"""Each stored update is handled once, in order, and ends in one outcome, whatever breaks on the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.database import Database
from bot.database.tables import Conversation, DeskRow, InboxRow
from bot.jobs import Handled, Job
from bot.messages import ChatRef, Desk, OutboundMessage, Outcome, Text
from bot.worker import AT_LEAST, OPENING_S
from tests.bot import road as r
from tests.bot.road import Road, elsewhere, together, until_somebody_waits


@pytest.fixture
def road(database: Database, clock: Clock) -> Road:
    return Road(database, clock)


async def test_messages_of_one_conversation_are_handled_in_the_order_of_arrival(road: Road) -> None:
    await road.accept(*(r.update(n, text=f"line {n}") for n in range(1, 8)))
    await road.work()
    assert road.handled == [f"line {n}" for n in range(1, 8)]


async def test_a_chatty_customer_does_not_hold_up_the_others(road: Road) -> None:
    await road.accept(*(r.update(n, "ana", f"ana {n}") for n in range(5)))
    road.clock.move_to(road.clock.now() + timedelta(milliseconds=1))
    await road.accept(r.update(10, "ben", "ben"), r.update(11, "mei", "mei"))
    for _ in range(2):
        road.clock.move_to(road.clock.now() + timedelta(milliseconds=1))
        await road.worker.work()
    assert road.handled == ["ana 0", "ben", "mei", "ana 1"]


async def test_state_replies_and_outcome_are_one_commit(road: Road) -> None:
    """A handler that changes rows and then breaks leaves none of it."""

    async def half(session: AsyncSession, job: Job) -> Handled:
        job.conversation.state = "handoff"
        await road.outbox.enqueue(session, [r.message("half")], road.clock.now())
        raise RuntimeError("in the middle")

    road.worker._handle = half
    await road.accept(r.update(1))
    await road.work()
    assert (await road.conversation()).state == "bot"
    assert await road.rows() == {}
    assert await road.outcomes() == [None]


async def test_a_message_that_breaks_its_handler_is_tried_after_1_s_and_2_s_and_then_set_aside(road: Road) -> None:
    await road.accept(r.update(1, text="boom"))
    await road.settle()
    assert road.tried == ["boom"]
    await road.wait(0.999)
    assert road.tried == ["boom"]
    await road.wait(0.001)
    assert road.tried == ["boom"] * 2
    await road.wait(1.999)
    assert road.tried == ["boom"] * 2
    assert road.wire.said() == []
    await road.wait(0.001)
    assert road.tried == ["boom"] * 3
    assert road.wire.said("ana") == ["sorry"]
    assert road.wire.said("room") == ["broken"]
    (row,) = await road.inbox_rows()
    assert (row.state, row.outcome, row.attempts) == ("failed", "failed", 3)
    assert "boom" in row.error
    await road.wait(60)
    assert road.tried == ["boom"] * 3
    assert road.wire.said() == ["sorry", "broken"]


async def test_a_broken_message_holds_its_own_conversation_only_and_only_for_a_while(road: Road) -> None:
    await road.accept(r.update(1, text="boom"), r.update(2, text="after"), r.update(3, "ben", "meanwhile"))
    await road.settle()
    assert road.handled == ["meanwhile"]
    await road.wait(1)
    assert road.handled == ["meanwhile"]
    await road.wait(2)
    assert road.handled == ["meanwhile", "after"]
    assert road.wire.said("ana") == ["sorry", "after"]
    assert await road.outcomes() == ["failed", "answered", "answered"]


async def test_a_message_that_breaks_once_is_handled_at_the_next_try(road: Road) -> None:
    real, broken = road.worker._handle, [RuntimeError("once")]

    async def once(session: AsyncSession, job: Job) -> Handled:
        if broken:
            raise broken.pop()
        return await real(session, job)

    road.worker._handle = once
    await road.accept(r.update(1))
    await road.settle()
    await road.wait(1)
    assert road.wire.said() == ["hello"]
    assert await road.outcomes() == ["answered"]


async def test_the_count_of_tries_outlives_a_restart(road: Road) -> None:
    await road.accept(r.update(1, text="boom"))
    await road.settle()
    await road.wait(1)
    again = Road(road.database, road.clock)
    await again.wait(2)
    assert await again.outcomes() == ["failed"]
    assert again.wire.said("ana") == ["sorry"]


async def test_a_broken_apology_sets_the_message_aside_all_the_same(road: Road) -> None:
    road.sorry = False
    await road.accept(r.update(1, text="boom"), r.update(2, text="after"))
    await road.settle()
    await road.wait(1)
    await road.wait(2)
    assert await road.outcomes() == ["failed", "answered"]
    assert road.wire.said() == ["after"]


async def test_an_apology_that_breaks_halfway_leaves_no_half_of_it(road: Road) -> None:
    async def half(session: AsyncSession, job: Job) -> Handled:
        await road.outbox.enqueue(session, [r.message("half")], road.clock.now())
        raise RuntimeError("in the middle")

    road.worker._apologise = half
    await road.accept(r.update(1, text="boom"))
    for seconds in (0, 1, 2):
        await road.wait(seconds)
    assert await road.states() == {}
    assert await road.outcomes() == ["failed"]


async def test_an_update_that_can_not_be_decoded_ends_as_failed_and_harms_no_other(road: Road) -> None:
    unreadable = replace(r.update(1), body={"n": 1, "surprise": True})
    await road.accept(unreadable, r.update(2, text="after"), r.update(3, "ben", "meanwhile"))
    await road.settle()
    assert road.handled == ["meanwhile"]
    await road.wait(1)
    await road.wait(2)
    assert road.handled == ["meanwhile", "after"]
    assert await road.outcomes() == ["failed", "answered", "answered"]
    assert (await road.inbox_rows())[0].raw == {"n": 1, "surprise": True}  # to be read by a later version
    assert road.wire.said("room") == ["broken"]


async def test_a_reply_whose_name_is_taken_fails_the_message_and_nothing_else(road: Road) -> None:
    await road.enqueue(r.message("taken"))
    road.to_say["twice"] = [r.message("taken")]
    await road.accept(r.update(1, text="twice"), r.update(2, "ben", "meanwhile"))
    for seconds in (0, 1, 2):
        await road.wait(seconds)
    assert await road.outcomes() == ["failed", "answered"]
    assert road.wire.said("ana") == ["hello", "sorry"]


async def test_a_held_line_has_no_outcome_until_the_thought_is_complete(road: Road) -> None:
    await road.accept(r.update(1, text="wait a"), r.update(2, text="wait b"))
    await road.settle()
    assert await road.outcomes() == [None, None]
    assert [row.state for row in await road.inbox_rows()] == ["held", "held"]
    assert (await road.conversation()).wake_at == road.clock.now() + timedelta(seconds=3)
    await road.wait(2.9)
    assert await road.outcomes() == [None, None]
    await road.wait(0.1)
    assert road.handled == ["wait a", "wait b", "(alarm)"]
    assert await road.outcomes() == ["answered", "answered"]
    assert (await road.conversation()).wake_at is None
    assert road.observed == [("1", None), ("2", None), ("1", "answered"), ("2", "answered")]


async def test_a_handler_sees_the_held_lines_and_may_leave_them_held(road: Road) -> None:
    seen: list[tuple[str, ...]] = []
    real = road.worker._handle

    async def looks(session: AsyncSession, job: Job) -> Handled:
        seen.append(tuple(line.text.plain for line in job.held))
        return await real(session, job)

    road.worker._handle = looks
    await road.accept(r.update(1, text="wait a"), r.update(2, text="sure"))
    await road.settle()
    assert seen == [(), ("wait a",)]
    assert await road.outcomes() == [None, "answered"]
    await road.wait(3)
    assert await road.outcomes() == ["answered", "answered"]


async def test_an_alarm_that_breaks_is_tried_again_and_then_its_lines_are_set_aside(road: Road) -> None:
    real = road.worker._handle

    async def no_alarm(session: AsyncSession, job: Job) -> Handled:
        if job.message is None:
            road.tried.append("(alarm)")
            raise RuntimeError("the alarm broke")
        return await real(session, job)

    road.worker._handle = no_alarm
    await road.accept(r.update(1, text="wait a"), r.update(2, text="wait b"))
    await road.settle()
    await road.wait(3)
    assert road.tried == ["wait a", "wait b", "(alarm)"]
    await road.accept(r.update(3, "ben", "meanwhile"))
    await road.wait(1)
    assert road.wire.said("ben") == ["meanwhile"]
    assert road.tried.count("(alarm)") == 2
    await road.wait(2)
    assert road.tried.count("(alarm)") == 3
    assert await road.outcomes() == ["failed", "failed", "answered"]
    assert road.wire.said("ana") == ["sorry"]
    await road.wait(60)
    assert road.tried.count("(alarm)") == 3
    assert (await road.conversation()).wake_at is None


async def test_an_alarm_is_not_put_off_by_a_message_that_waits_for_another_try(road: Road) -> None:
    """And the message keeps its own wait."""
    await road.accept(r.update(1, text="wait a"))
    await road.settle()
    await road.wait(2.5)
    await road.accept(r.update(2, text="boom"))
    await road.settle()
    await road.wait(0.5)
    assert road.tried == ["wait a", "boom", "(alarm)"]
    await road.wait(0.4)
    assert road.tried == ["wait a", "boom", "(alarm)"]
    await road.wait(0.1)
    assert road.tried == ["wait a", "boom", "(alarm)", "boom"]


async def test_a_message_that_fails_leaves_the_held_lines_to_their_alarm(road: Road) -> None:
    await road.accept(r.update(1, text="wait a"), r.update(2, text="boom"))
    for seconds in (0, 1, 2):
        await road.wait(seconds)
    assert await road.outcomes() == ["answered", "failed"]


async def test_every_message_ends_in_exactly_one_outcome(road: Road) -> None:
    texts = ["a", "boom", "wait b", "c", "wait d", "boom", "e"]
    people = ["ana", "ben", "mei"]
    batch = [r.update(n, people[n % 3], words) for n, words in enumerate(texts * 6)]
    for start in range(0, len(batch), 5):
        await road.accept(*batch[start : start + 5])
        await road.wait(0.7)
    for _ in range(40):
        await road.wait(1)
    ends = [update_id for update_id, outcome in road.observed if outcome is not None]
    assert sorted(ends, key=int) == [str(n) for n in range(len(batch))]
    expected = ["failed" if "boom" in words else "answered" for words in texts * 6]
    assert await road.outcomes() == expected
    assert {row.state for row in await road.inbox_rows()} == {"done", "failed"}


async def test_many_conversations_share_a_transaction(road: Road) -> None:
    await road.accept(*(r.update(n, f"c{n % 10}", f"line {n}") for n in range(30)))
    for turn in range(1, 4):
        assert await road.worker.work()
        assert await road.outcomes() == ["answered"] * 10 * turn + [None] * 10 * (3 - turn)
    assert not await road.worker.work()
    await road.send()
    for customer in range(10):
        assert road.wire.said(f"c{customer}") == [f"line {n}" for n in range(customer, 30, 10)]


@pytest.mark.parametrize("place", [0, 7, 19])
async def test_one_message_among_many_that_breaks_is_set_aside_alone(road: Road, place: int) -> None:
    await road.accept(*(r.update(n, f"c{n}", "boom" if n == place else f"line {n}") for n in range(20)))
    await road.settle()
    assert len(road.wire.calls) == 19
    assert (await road.inbox_rows())[place].attempts == 1
    await road.accept(*(r.update(100 + n, f"c{n}", f"again {n}") for n in range(20)))
    await road.wait(1)
    await road.wait(2)
    assert road.tried.count("boom") == (4 if place else 3)  # once after others, then three times alone
    for n in range(20):
        assert road.wire.said(f"c{n}") == ["sorry" if n == place else f"line {n}", f"again {n}"]
    ends = [update_id for update_id, outcome in road.observed if outcome]
    assert sorted(ends, key=int) == [str(n) for n in [*range(20), *range(100, 120)]]


async def test_what_breaks_at_the_commit_alone_is_set_aside_alone(road: Road) -> None:
    """Its handler does nothing wrong: the name that it gives is taken."""
    await road.enqueue(r.message("taken"))
    road.to_say["twice"] = [r.message("taken")]
    await road.accept(*(r.update(n, f"c{n}", "twice" if n == 3 else f"line {n}") for n in range(6)))
    for seconds in (0, 1, 2):
        await road.wait(seconds)
    assert await road.outcomes() == ["failed" if n == 3 else "answered" for n in range(6)]
    assert [row.attempts for row in await road.inbox_rows()] == [3 if n == 3 else 0 for n in range(6)]


async def test_an_alarm_that_broke_does_not_break_others_again(road: Road) -> None:
    real = road.worker._handle

    async def no_alarm(session: AsyncSession, job: Job) -> Handled:
        if job.message is None:
            raise RuntimeError("the alarm broke")
        return await real(session, job)

    road.worker._handle = no_alarm
    await road.accept(r.update(1, text="wait a"))
    await road.settle()
    await road.wait(3)
    road.clock.move_to(road.clock.now() + timedelta(seconds=0.5))
    await road.accept(*(r.update(10 + n, f"c{n}", f"line {n}") for n in range(3)))
    road.clock.move_to(road.clock.now() + timedelta(seconds=0.5))
    await road.work()
    assert road.handled == ["wait a", "line 0", "line 1", "line 2"]
    assert (await road.conversation()).wake_attempts == 2


async def test_a_stretch_ends_after_a_while_and_who_has_waited_longest_goes_first(road: Road) -> None:
    """So that whoever sends or stores meanwhile comes to write as well."""
    road.worker._stretch_s = -1
    names = [f"c{n:02}" for n in range(AT_LEAST + 2)]
    await road.accept(*(r.update(n, name, f"{name} 1") for n, name in enumerate(names)))
    road.clock.move_to(road.clock.now() + timedelta(milliseconds=1))
    await road.accept(*(r.update(100 + n, name, f"{name} 2") for n, name in enumerate(names)))
    for done in (AT_LEAST, 2 * AT_LEAST, 2 * len(names)):
        road.clock.move_to(road.clock.now() + timedelta(milliseconds=1))
        await road.worker.work()
        assert len(road.handled) == done
    in_turn = [f"{name} 1" for name in names] + [f"{name} 2" for name in names]
    assert road.handled == in_turn


@pytest.mark.parametrize("first", ["room", "ana"])
async def test_words_that_go_to_another_conversation_in_the_same_stretch_are_handled_there(
    road: Road, first: str
) -> None:
    ana = await road.known()
    await road.enqueue(OutboundMessage(Desk(ana), "card", "note", text=Text("card")))
    hers, his = r.update(1, "ana", "hers"), r.update(2, "room", "his", thread="t9")
    for update_ in (his, hers) if first == "room" else (hers, his):
        await road.accept(update_)
        road.clock.move_to(road.clock.now() + timedelta(milliseconds=1))
    await _set_desk(road, state="open", thread_id="t9")
    await road.work()
    assert sorted(road.handled) == ["hers", "his"]
    assert {row.conversation_id for row in await road.inbox_rows()} == {ana}


async def test_a_duplicate_that_is_marked_as_pending_ends_in_silence(road: Road) -> None:
    await road.accept(r.update(1))
    await road.settle()
    await road.accept(r.update(1))
    assert await road.worker.work()
    assert not await road.worker.work()
    assert road.handled == ["hello"]


@pytest.mark.parametrize("workers", [2, 4])
async def test_several_workers_handle_each_message_once_and_in_order(road: Road, workers: int) -> None:
    people = [f"p{n}" for n in range(6)]
    await road.accept(*(r.update(n, people[n % 6], f"{people[n % 6]} {n}") for n in range(48)))
    crew = [Road(road.database, road.clock, road.wire) for _ in range(workers)]
    order: list[str] = []
    for member in crew:
        member.handled = order
    while any(await together(*(member.worker.work() for member in crew))):
        pass
    assert len(order) == 48
    for name in people:
        mine = [int(words.split()[1]) for words in order if words.startswith(name + " ")]
        assert mine == sorted(mine)
    assert set(await road.outcomes()) == {"answered"}


async def test_a_failure_here_does_not_undo_what_another_worker_has_done_since(road: Road) -> None:
    """The row is free between a failed try and its count; whoever takes it then may well succeed."""
    await road.accept(r.update(1, text="boom"))
    real = road.worker._set_back

    async def late(conversation_id: int, inbox_id: int | None, error: Exception) -> list[object]:
        async with road.database.write() as session:
            await session.execute(update(InboxRow).values(state="done", outcome="answered", attempts=2))
            await session.execute(update(Conversation).values(pending_since=None))
        return list(await real(conversation_id, inbox_id, error))

    road.worker._set_back = late  # type: ignore[assignment, method-assign]
    await road.work()
    assert await road.outcomes() == ["answered"]
    assert [row.attempts for row in await road.inbox_rows()] == [2]
    assert (await road.conversation()).next_at is None
    assert await road.rows() == {}


async def test_an_owners_words_in_a_thread_whose_opening_is_not_recorded_yet_reach_the_customer(road: Road) -> None:
    ana = await road.known()
    await road.enqueue(OutboundMessage(Desk(ana), "card", "note", text=Text("card")))
    await road.accept(r.update(1, "room", "in general"))
    await _set_desk(road, state="opening")
    await road.accept(r.update(2, "room", "hello Ana", thread="t9"), r.update(3, "room", "later"))
    for _ in range(5):
        await road.work()
        await road.wait(1)
    assert road.handled == ["in general"]
    await _set_desk(road, state="open", thread_id="t9")
    await road.wait(1)
    assert sorted(road.handled) == ["hello Ana", "in general", "later"]
    row = (await road.inbox_rows())[1]
    assert (row.conversation_id, row.outcome, row.attempts) == (ana, "answered", 0)
    assert (await road.conversation("room")).next_at is None


async def test_words_that_wait_for_their_threads_opening_are_not_overtaken_when_it_is_recorded(road: Road) -> None:
    ana = await road.known()
    await road.enqueue(OutboundMessage(Desk(ana), "card", "note", text=Text("card")))
    await _set_desk(road, state="opening")
    await road.accept(r.update(1, "room", "first", thread="t9"))
    await road.work()
    await _set_desk(road, state="open", thread_id="t9")
    await road.accept(r.update(2, "room", "second", thread="t9"))
    for _ in range(3):
        await road.work()
        await road.wait(1)
    assert road.handled == ["first", "second"]
    assert [row.conversation_id for row in await road.inbox_rows()] == [ana, ana]


async def test_words_in_a_thread_that_nobody_opens_are_taken_for_the_owners_own(road: Road) -> None:
    await road.accept(r.update(1, "room", "among us", thread="t9"))
    await road.work()
    assert road.handled == ["among us"]


async def test_an_opening_that_never_ends_does_not_hold_the_room_for_ever(road: Road) -> None:
    ana = await road.known()
    await road.enqueue(OutboundMessage(Desk(ana), "card", "note", text=Text("card")))
    await _set_desk(road, state="opening")
    await road.accept(r.update(1, "room", "among us", thread="t9"))
    for _ in range(int(OPENING_S) + 2):
        await road.work()
        road.clock.move_to(road.clock.now() + timedelta(seconds=1))
    assert road.handled == ["among us"]


async def _set_desk(road: Road, **values: object) -> None:
    async with road.database.write() as session:
        await session.execute(update(DeskRow).values(**values))


async def test_a_note_for_a_desk_does_not_wait_for_the_worker_who_holds_the_conversation(road: Road) -> None:
    """Else the two would wait for each other: one has the lane and wants the row, the other the row and the lane."""
    if road.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await road.accept(r.update(1))
    ana = (await road.conversation()).id
    note = OutboundMessage(Desk(ana), "note", "note", text=Text("note"))
    real = road.worker._handle

    async def meanwhile(session: AsyncSession, job: Job) -> Handled:
        await asyncio.wait_for(elsewhere(road.enqueue(note)), 20)
        handled = await real(session, job)
        return replace(handled, messages=[replace(note, key="card"), *handled.messages])

    road.worker._handle = meanwhile
    await road.work()
    assert await road.outcomes() == ["answered"]
    assert list(await road.states()) == ["note", "card", "in:1"]


async def test_two_workers_never_hold_one_conversation(road: Road) -> None:
    if road.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await road.accept(r.update(1, text="first"), r.update(2, text="second"), r.update(3, "ben", "ben"))
    real = road.worker._handle
    other = Road(road.database, road.clock)

    async def meanwhile(session: AsyncSession, job: Job) -> Handled:
        if not road.handled:
            await elsewhere(road.accept(r.update(4, "mei", "mei")))
            assert await elsewhere(other.worker.work())
        assert not await elsewhere(other.worker.work())
        return await real(session, job)

    road.worker._handle = meanwhile
    await road.worker.work()
    assert (road.handled, other.handled) == (["first", "ben"], ["mei"])


async def test_a_row_that_waits_is_what_the_next_one_waits_for(road: Road) -> None:
    """A conversation that is locked by an arriving batch is passed over, not waited for."""
    if road.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await road.accept(r.update(1), r.update(2, "ben", "ben"))
    async with road.database.write() as session:
        await session.execute(select(Conversation).filter_by(chat_id="ana").with_for_update(key_share=True))
        assert await elsewhere(road.worker.work())
        assert not await elsewhere(road.worker.work())
        blocked = asyncio.create_task(elsewhere(road.accept(r.update(3))))
        await until_somebody_waits(road.database)
    await blocked
    assert road.handled == ["ben"]


async def test_outcomes_are_told_after_the_commit_only(road: Road) -> None:
    async def failing(session: AsyncSession, job: Job) -> Handled:
        return Handled([r.message("a"), r.message("a")], Outcome.answered)

    road.worker._handle = failing
    await road.accept(r.update(1))
    await road.work()
    assert road.observed == []


async def test_a_message_in_a_group_is_answered_where_it_was_written(road: Road) -> None:
    await road.accept(replace(r.update(1, "group"), private=False))
    await road.settle()
    assert [call.chat for call in road.wire.calls] == [ChatRef("wire", "w", "group")]
