"""Lines that the pace held back go out together; an edit, a delete, a quote and a fault still find each of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot import merging
from bot.adapter import Call, Capabilities, DeliveryError, Reason
from bot.clock import Clock
from bot.copies import copied_by, copies_of
from bot.database import Database
from bot.database.tables import InboxRow
from bot.messages import Button, Desk, Media, MessageRef, OutboundMessage, Receipt, Text, load
from bot.pacing import Budget
from tests.bot.road import ROOM, Road, Wire, chat, message


@dataclass
class Narrow(Wire):
    """A wire whose room takes so many calls a minute, and makes a message of each picture."""

    per_minute: int = 2

    def budgets(self, chat_id: str) -> Sequence[Budget]:
        return (Budget("room", self.per_minute, 60.0),) if chat_id == ROOM.chat_id else ()

    async def send(self, call: Call) -> Receipt:
        receipt = await super().send(call)
        parts = tuple(f"{receipt.message_id}-{number}" for number in range(len(call.message.media)))
        return Receipt(parts[0], receipt.thread_id, (), parts) if len(parts) > 1 else receipt

    def in_thread(self, thread: str) -> list[str]:
        """The words of a thread as they stand there now, in order."""
        there: dict[str, str] = {}
        for number, call in enumerate(self.calls, start=1):
            opened = call.chat.thread_id is None and call.chat.chat_id == ROOM.chat_id
            if call.message.op == "send" and (self._thread(call) if opened else call.chat.thread_id) == thread:
                there[f"r{number}"] = call.message.text.plain
            if call.target and call.target.message_id in there:
                there[call.target.message_id] = call.message.text.plain
        return list(there.values())

    def _thread(self, call: Call) -> str:
        firsts = [c for c in self.calls if c.chat.thread_id is None and c.chat.chat_id == ROOM.chat_id]
        return f"t{firsts.index(call) + 1}"


@pytest.fixture
def wire() -> Narrow:
    return Narrow(capabilities=Capabilities(reuses_files=True))


@pytest.fixture
def road(database: Database, clock: Clock, wire: Narrow) -> Road:
    return Road(database, clock, wire)


async def writes(road: Road, *numbers: int, name: str = "ana", **more: Any) -> None:
    """A customer's lines, each on its way into the thread as `line <number>`, under the key `<name><number>`."""
    async with road.database.write() as session:
        conversation_id = await road.known_in(session, name)
        for number in numbers:
            place = {"platform": "wire", "bot": "w", "chat_id": name, "message_id": f"m{number}"}
            row = InboxRow(
                **place, update_id=str(number), conversation_id=conversation_id, raw={}, state="done",
                received_at=road.clock.now(),
            )  # fmt: skip
            session.add(row)
            await session.flush()
            line = OutboundMessage(
                Desk(conversation_id), f"{name}{number}", "relay", text=Text(f"line {number}"), copy_of=row.id, **more
            )
            await road.outbox.enqueue(session, [line], road.clock.now())


async def change(road: Road, op: Any, number: int, words: str = "", name: str = "ana") -> None:
    """An edit or a delete of a line."""
    desk = Desk(await road.known(name))
    await road.enqueue(
        OutboundMessage(desk, f"{op}{number}:{words}", "relay", op, text=Text(words), target=f"{name}{number}")
    )


async def held(road: Road, *numbers: int) -> None:
    """The first line has opened the thread, which took the whole pace; the others wait, and go out a minute later."""
    await writes(road, 1)
    await road.send()
    await writes(road, *numbers)
    await road.send()


async def test_lines_that_the_pace_held_back_are_one_message_and_others_are_not(road: Road, wire: Narrow) -> None:
    await held(road, 2, 3, 4)
    assert wire.in_thread("t1") == ["line 1"]
    await road.wait(60)
    assert wire.in_thread("t1") == ["line 1", "line 2\nline 3\nline 4"]
    await writes(road, 5)
    await road.send()
    await writes(road, 6)
    await road.wait(60)
    assert wire.in_thread("t1")[2:] == ["line 5", "line 6"]
    assert set((await road.states()).values()) == {"sent"}


async def test_without_a_pace_that_holds_them_lines_stay_apart(database: Database, clock: Clock) -> None:
    road = Road(database, clock)
    await writes(road, 1, 2, 3)
    await road.send()
    assert road.wire.said() == ["line 1", "line 2", "line 3"]


async def test_an_edit_of_one_line_rewrites_it_where_it_stands(road: Road, wire: Narrow) -> None:
    await held(road, 2, 3, 4)
    await road.wait(60)
    await change(road, "edit", 3, "line three")
    await road.wait(60)
    assert wire.in_thread("t1") == ["line 1", "line 2\nline three\nline 4"]
    await change(road, "edit", 2, "line two")
    await change(road, "edit", 3, "line 3 again")
    await road.wait(60)
    assert wire.in_thread("t1") == ["line 1", "line two\nline 3 again\nline 4"]


async def test_a_delete_of_one_line_leaves_the_others_and_of_the_last_nothing(road: Road, wire: Narrow) -> None:
    await held(road, 2, 3)
    await road.wait(60)
    await change(road, "delete", 2)
    await road.wait(60)
    assert wire.in_thread("t1") == ["line 1", "line 3"]
    await change(road, "delete", 3)
    await road.wait(60)
    assert wire.calls[-1].message.op == "delete"


async def test_an_edit_while_the_message_waits_for_another_try_goes_with_it(road: Road, wire: Narrow) -> None:
    await held(road, 2, 3)
    first = (await road.rows())["ana2"].id
    wire.faults[f"{merging.NAME}{first}"] = [DeliveryError(Reason.unreachable)]
    await road.wait(60)
    await change(road, "edit", 3, "line three")
    await road.wait(60)
    assert wire.in_thread("t1") == ["line 1", "line 2\nline three"]
    assert [call.message.op for call in wire.calls] == ["send", "send"]


async def test_an_edit_while_the_message_is_being_sent_comes_after_it(road: Road, wire: Narrow) -> None:
    await held(road, 2, 3)

    async def edited(call: Call) -> None:
        wire.pause = None
        await change(road, "edit", 3, "line three")

    wire.pause = edited
    await road.wait(60)
    await road.wait(60)
    assert wire.in_thread("t1") == ["line 1", "line 2\nline three"]


async def test_each_line_is_found_by_what_the_customer_wrote_and_the_last_by_the_message(
    road: Road, wire: Narrow
) -> None:
    await held(road, 2, 3)
    await road.wait(60)
    rows = await road.rows()
    async with road.database.read() as session:
        for number in (2, 3):
            assert await copies_of(session, MessageRef(chat("ana"), f"m{number}")) == [f"ana{number}"]
            row = rows[f"ana{number}"]
            assert (row.message_id, row.thread_id, row.chat_id) == ("r2", "t1", "room")
            assert load(OutboundMessage, row.message).text.plain == f"line {number}"
        assert await copied_by(session, MessageRef(ROOM, "r2")) == rows["ana3"].copy_of
    await road.enqueue(message("quoting", "room", quotes="ana2"))
    await road.wait(60)
    assert wire.calls[-1].quotes is not None and wire.calls[-1].quotes.message_id == "r2"


async def test_pictures_with_words_become_an_album_in_which_each_is_known(road: Road, wire: Narrow) -> None:
    await writes(road, 1)
    await road.send()
    for number in (2, 3):
        await writes(road, number, media=(Media("photo", f"f{number}", origin="wire:w"),))
    await writes(road, 4)
    await road.send()
    await road.wait(60)
    assert [(len(c.message.media), c.message.text.plain) for c in wire.calls[1:]] == [
        (2, "line 2\nline 3"),
        (0, "line 4"),
    ]
    rows = await road.rows()
    assert [rows[f"ana{number}"].message_id for number in (2, 3)] == ["r2-0", "r2-1"]
    async with road.database.read() as session:
        assert await copied_by(session, MessageRef(ROOM, "r2-1")) == rows["ana3"].copy_of
        assert await copies_of(session, MessageRef(chat("ana"), "m3")) == ["ana3"]


async def test_a_line_that_can_not_be_sent_takes_no_other_with_it(road: Road, wire: Narrow) -> None:
    await held(road, 2, 3, 4)
    first = (await road.rows())["ana2"].id
    wire.faults[f"{merging.NAME}{first}"] = [DeliveryError(Reason.rejected)]
    wire.faults["ana3"] = [DeliveryError(Reason.rejected)]
    wire.per_minute = 9
    await road.wait(60)
    assert wire.in_thread("t1") == ["line 1", "line 2", "line 4"]
    assert [failed.key for failed in road.reported] == ["ana3"]


async def test_a_process_that_stops_with_a_merged_message_under_way_says_it_again_whole(
    road: Road, wire: Narrow
) -> None:
    await held(road, 2, 3)

    async def never(call: Call) -> None:
        await asyncio.Event().wait()

    wire.pause = never
    road.clock.move_to(road.clock.now() + timedelta(minutes=1))
    await road.sender.send()
    await road.sender.finish(0)
    wire.pause = None
    again = Road(road.database, road.clock, wire)
    await again.sender.recover()
    await again.send()
    assert wire.in_thread("t1") == ["line 1", "line 2\nline 3"]
    assert set((await again.states()).values()) == {"sent"}


PLAIN: dict[str, Any] = {"kind": "relay", "copy_of": 1}


def line(words: str = "words", **more: Any) -> OutboundMessage:
    """A line on its way to a thread."""
    return OutboundMessage(Desk(1), more.pop("key", "k"), text=Text(words), **(PLAIN | more))


ALONE = {
    "a card with buttons": line(buttons=(Button("Close", "close:1"),)),
    "an answer that quotes": line(quotes="in:1"),
    "a reminder": line(not_before=Clock().now()),
    "an edit": line(op="edit", target="k"),
    "a part of a long text": line(key="k/2"),
    "the bot's own words": line(copy_of=None),
    "another kind": line(kind="note"),
    "a picture after words": line(media=(Media("photo", "f"),)),
    "a sticker": line("", media=(Media("sticker", "f"),)),
}


@pytest.mark.parametrize("other", ALONE.values(), ids=ALONE.keys())
def test_what_must_stand_alone_ends_the_burst(other: OutboundMessage) -> None:
    assert merging.fitting([line(), line(), other, line()], Wire().plan) == 2


def test_a_message_takes_no_more_lines_than_the_platform_has_room_for() -> None:
    lines = [line("x" * 9) for _ in range(5)]
    assert merging.fitting(lines, Wire(limit=30).plan) == 3  # 9 + 1 + 9 + 1 + 9
    assert merging.fitting(lines, Wire(limit=9).plan) == 1
    assert merging.merged(lines[:3], "m").text.plain == "\n".join(["x" * 9] * 3)


async def test_a_hundred_customers_interleaved_at_every_await_keep_their_words_and_their_order(
    road: Road, wire: Narrow
) -> None:
    """Whoever waits for anything lets others go first, in an order of its own each time."""
    chance = random.Random(6)
    wire.per_minute = 40

    async def anybody_first(call: Call) -> None:
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)

    async def customer(number: int) -> None:
        for step in range(3):
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            await writes(road, 10 * number + step, name=f"customer {number}")

    async def sending() -> None:
        for _ in range(20):
            await road.send()
            await asyncio.sleep(0)

    wire.pause = anybody_first
    await asyncio.wait_for(asyncio.gather(*map(customer, range(100)), sending()), 120)
    for _ in range(20):
        await road.wait(60)
    assert set((await road.states()).values()) == {"sent"}
    assert len(wire.threads) == 100
    for number in range(100):
        desk = await road.desk(f"customer {number}")
        said = "\n".join(wire.in_thread(str(desk.thread_id))).splitlines()
        assert said == [f"line {10 * number + step}" for step in range(3)]
    assert len(wire.calls) < 300
