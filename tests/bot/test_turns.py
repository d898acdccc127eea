"""Lines that a customer writes within seconds stand together in the thread, whatever happens to them on the way."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest

from bot import turns
from bot.adapter import Call, DeliveryError, Reason
from bot.clock import Clock
from bot.database import Database
from bot.database.tables import InboxRow
from bot.merging import NAME
from bot.messages import Desk, OutboundMessage, Text
from tests.bot.road import ROOM, Road, Wire

pytestmark = pytest.mark.usefixtures("in_turns")


@pytest.fixture
def road(database: Database, clock: Clock) -> Road:
    return Road(database, clock)


async def writes(road: Road, *lines: str, name: str = "ana") -> None:
    """A customer's lines, each under its words as its key."""
    async with road.database.write() as session:
        conversation_id = await road.known_in(session, name)
        for words in lines:
            row = InboxRow(
                platform="wire", bot="w", chat_id=name, message_id=words, update_id=f"{name}:{words}", raw={},
                conversation_id=conversation_id, state="done", received_at=road.clock.now(),
            )  # fmt: skip
            session.add(row)
            await session.flush()
            line = OutboundMessage(Desk(conversation_id), words, "relay", text=Text(words), copy_of=row.id)
            await road.outbox.enqueue(session, [line], road.clock.now())


async def follows(road: Road, *lines: str) -> None:
    """Lines that are written one after the other, half a second apart."""
    for words in lines:
        await writes(road, words)
        await road.wait(0.5)


async def change(road: Road, op: str, line: str, words: str = "", number: int = 0) -> None:
    """The customer edits or deletes a line."""
    desk = Desk(await road.known())
    changed = OutboundMessage(desk, f"{op}:{line}:{number}", "relay", "edit", text=Text(words), target=line)
    if op == "delete":
        changed = OutboundMessage(desk, f"{op}:{line}", "relay", "delete", target=line)
    await road.enqueue(changed)


async def says(road: Road, words: str) -> None:
    """The bot's own words in the thread."""
    await road.enqueue(OutboundMessage(Desk(await road.known()), words, "note", text=Text(words)))


def shown(wire: Wire, thread: str | None = None) -> list[str]:
    """What stands in the threads, or in one, as it is now, in order of the messages."""
    there: dict[str, str] = {}
    opened = 0
    for number, call in enumerate(wire.calls, start=1):
        here = call.chat.thread_id
        if call.chat.chat_id == ROOM.chat_id and here is None and call.message.op == "send":
            opened += 1
            here = f"t{opened}"
        if call.chat.chat_id != ROOM.chat_id or (thread and here != thread):
            continue
        if call.message.op == "send":
            there[f"r{number}"] = call.message.text.plain
        elif call.target and call.message.op == "edit":
            there[call.target.message_id] = call.message.text.plain
        elif call.target:
            del there[call.target.message_id]
    return list(there.values())


async def test_the_first_line_comes_at_once_and_the_others_together_when_the_customer_pauses(road: Road) -> None:
    await follows(road, "one", "two", "three", "four")
    assert shown(road.wire) == ["one"]
    await road.wait(turns.PAUSE_S)
    assert shown(road.wire) == ["one", "two\nthree\nfour"]
    await road.wait(60)
    await follows(road, "five")
    assert shown(road.wire)[2:] == ["five"]  # a turn of its own


async def test_lines_that_came_as_one_batch_stand_in_one_message_at_once(road: Road) -> None:
    await writes(road, "one", "two", "three")
    await road.send()
    assert shown(road.wire) == ["one\ntwo\nthree"]


async def test_somebody_who_never_pauses_is_heard_all_the_same(road: Road) -> None:
    for number in range(30):
        await writes(road, f"line {number}")
        await road.wait(1)
        heard = "\n".join(shown(road.wire)).splitlines()
        assert len(heard) >= number - turns.AT_MOST_S - 1
    await road.wait(turns.PAUSE_S)
    assert "\n".join(shown(road.wire)).splitlines() == [f"line {number}" for number in range(30)]


async def test_what_the_bot_says_ends_the_turn_and_stands_below_it(road: Road) -> None:
    await follows(road, "one", "two")
    await says(road, "note")
    await road.send()
    assert shown(road.wire) == ["one", "two", "note"]
    await follows(road, "three")
    assert shown(road.wire)[3:] == ["three"]  # below the note, at once


async def test_two_customers_turns_are_never_one(road: Road) -> None:
    for step in range(3):
        await writes(road, f"ana {step}")
        await writes(road, f"ben {step}", name="ben")
        await road.wait(0.5)
    await road.wait(turns.PAUSE_S)
    assert shown(road.wire, "t1") == ["ana 0", "ana 1\nana 2"]
    assert shown(road.wire, "t2") == ["ben 0", "ben 1\nben 2"]


async def test_a_line_that_is_changed_or_taken_back_while_it_is_held_goes_as_it_is_then(road: Road) -> None:
    await follows(road, "one", "two", "three", "four")
    await change(road, "edit", "three", "THREE")
    await change(road, "delete", "two")
    await road.wait(turns.PAUSE_S)
    assert shown(road.wire) == ["one", "THREE\nfour"]
    await follows(road, "five", "six")
    await change(road, "delete", "six")
    await road.wait(turns.PAUSE_S)
    assert shown(road.wire) == ["one", "THREE\nfour", "five"]


async def test_a_line_of_a_turn_that_is_there_is_changed_and_taken_back_where_it_stands(road: Road) -> None:
    await follows(road, "one", "two", "three")
    await road.wait(turns.PAUSE_S)
    await change(road, "edit", "two", "TWO")
    await change(road, "delete", "three")
    await road.wait(1)
    assert shown(road.wire) == ["one", "TWO"]
    await change(road, "delete", "two")
    await road.wait(1)
    assert shown(road.wire) == ["one"]


async def test_a_line_that_is_taken_back_while_the_turn_is_being_sent_disappears_and_stays_away(road: Road) -> None:
    await follows(road, "one", "two", "three")

    async def back(call: Call) -> None:
        road.wire.pause = None
        await change(road, "delete", "three")

    road.wire.pause = back
    await road.wait(turns.PAUSE_S)
    await change(road, "edit", "two", "TWO")
    await road.wait(1)
    assert shown(road.wire) == ["one", "TWO"]


async def test_a_thread_that_is_deleted_while_lines_are_held_yields_one_new_one_with_them(road: Road) -> None:
    await follows(road, "one", "two", "three")
    road.wire.gone.add("t1")
    await road.wait(turns.PAUSE_S)
    await follows(road, "four", "five")
    await road.wait(turns.PAUSE_S)
    assert len(road.wire.threads) == 2
    assert "\n".join(shown(road.wire, "t2")).splitlines() == ["two", "three", "four", "five"]


async def test_a_429_with_further_lines_behind_it_loses_none_and_keeps_their_order(road: Road) -> None:
    await follows(road, "one", "two", "three")
    second = (await road.rows())["two"].id
    road.wire.faults[f"{NAME}{second}"] = [DeliveryError(Reason.limited, retry_after_s=20, scope="chat")]
    await road.wait(turns.PAUSE_S)
    await follows(road, "four", "five", "six")
    assert shown(road.wire) == ["one"]
    await road.wait(30)
    assert shown(road.wire) == ["one", "two\nthree", "four\nfive\nsix"]


async def test_a_turn_that_is_too_long_for_one_message_takes_several_and_tears_no_line(road: Road) -> None:
    road.wire.limit = 20
    await follows(road, "one", "a" * 9, "b" * 9, "c" * 9, "d" * 50, "e" * 9)
    await road.wait(turns.AT_MOST_S)
    assert shown(road.wire)[:3] == ["one", "a" * 9 + "\n" + "b" * 9, "c" * 9]
    assert "".join(shown(road.wire)[3:]) == "d" * 50 + "e" * 9


async def test_a_refused_turn_comes_apart_and_only_the_line_at_fault_is_reported(road: Road) -> None:
    await follows(road, "one", "two", "three", "four")
    second = (await road.rows())["two"].id
    road.wire.faults[f"{NAME}{second}"] = [DeliveryError(Reason.rejected)]
    road.wire.faults["three"] = [DeliveryError(Reason.rejected)]
    await road.wait(turns.PAUSE_S)
    assert shown(road.wire, "t1") == ["one", "two", "four"]
    assert [failed.key for failed in road.reported] == ["three"]


async def test_a_process_that_dies_while_lines_are_held_says_them_together_when_it_is_back(road: Road) -> None:
    await follows(road, "one", "two", "three")
    again = Road(road.database, road.clock, road.wire)
    await again.sender.recover()
    await again.wait(turns.PAUSE_S)
    assert shown(road.wire) == ["one", "two\nthree"]
    assert set((await again.states()).values()) == {"sent"}


async def dies(road: Road) -> Road:
    """The process is killed with its calls under way, taken or not; gives the next one."""
    await road.sender.finish(0)
    road.wire.pause = None
    again = Road(road.database, road.clock, road.wire)
    await again.sender.recover()
    return again


@pytest.mark.parametrize("taken", [True, False], ids=["its words arrived", "its words did not arrive"])
async def test_a_process_that_dies_while_a_turn_is_sent_says_it_again_whole_and_then_the_rest(
    road: Road, taken: bool
) -> None:
    await follows(road, "one", "two", "three")

    async def never(call: Call) -> None:
        if taken:
            road.wire.calls.append(call)
        await asyncio.Event().wait()

    road.wire.pause = never
    road.clock.move_to(road.clock.now() + timedelta(seconds=turns.PAUSE_S))
    await road.sender.send()
    await writes(road, "four")
    again = await dies(road)
    await writes(again, "five")
    await again.wait(turns.AT_MOST_S)
    turn = ["two\nthree"] * (2 if taken else 1)  # the cut call alone may be there twice
    assert shown(road.wire)[0] == "one" and shown(road.wire)[1 : 1 + len(turn)] == turn
    assert "\n".join(shown(road.wire)[1 + len(turn) :]).splitlines() == ["four", "five"]


def fault(chance: random.Random) -> DeliveryError:
    """What may go wrong with any call, after which it is tried again."""
    return chance.choice(
        [
            DeliveryError(Reason.limited, retry_after_s=chance.randrange(1, 9), scope="chat"),
            DeliveryError(Reason.unreachable),
            DeliveryError(Reason.rejected),
            DeliveryError(Reason.too_long),
        ]
    )


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_is_written_changed_taken_back_refused_or_cut_each_line_stands_once_in_order(
    road: Road, seed: int
) -> None:
    """Nothing doubles either: a process that dies here dies between two calls."""
    chance, wire = random.Random(seed), road.wire
    wire.limit = 60
    expected: dict[str, str] = {}

    async def stormy(call: Call) -> None:
        together = call.message.key.startswith(NAME) and call.message.op == "send"
        if together and chance.random() < 0.3:
            raise fault(chance)
        if chance.random() < 0.15:
            raise DeliveryError(Reason.limited, retry_after_s=chance.randrange(1, 9), scope="chat")

    wire.pause = stormy
    for number in range(24):
        doing = chance.random()
        if doing < 0.6 or not expected:
            expected[f"line {number}"] = f"line {number}"
            await writes(road, f"line {number}")
        elif doing < 0.8:
            line = chance.choice([*expected])
            expected[line] = f"{line} changed {number}"
            await change(road, "edit", line, expected[line], number)
        elif doing < 0.9:
            line = chance.choice([*expected])
            del expected[line]
            await change(road, "delete", line)
        else:
            road = Road(road.database, road.clock, wire)
            await road.sender.recover()
        await road.wait(chance.choice([0, 0, 0.5, 1, 3, 10]))
    wire.pause = None
    for _ in range(10):
        await road.wait(60)
    assert "\n".join(shown(wire)).splitlines() == list(expected.values())
    assert set((await road.states()).values()) <= {"sent", "cancelled"} and road.reported == []
    assert any(call.message.key.startswith(NAME) for call in wire.calls)


async def test_a_hundred_customers_turns_interleaved_at_every_await_keep_their_words_and_their_order(
    road: Road,
) -> None:
    chance = random.Random(7)

    async def anybody_first(call: Call) -> None:
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)

    async def customer(number: int) -> None:
        for step in range(4):
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            await writes(road, f"{number}-{step}", name=f"customer {number}")

    async def sending() -> None:
        for _ in range(20):
            await road.send()
            await asyncio.sleep(0)

    road.wire.pause = anybody_first
    await asyncio.wait_for(asyncio.gather(*map(customer, range(100)), sending()), 120)
    await road.wait(turns.AT_MOST_S)
    assert set((await road.states()).values()) == {"sent"}
    for number in range(100):
        desk = await road.desk(f"customer {number}")
        said = "\n".join(shown(road.wire, desk.thread_id)).splitlines()
        assert said == [f"{number}-{step}" for step in range(4)]
    assert len(road.wire.calls) < 400
