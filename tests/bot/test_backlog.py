"""The owners' one line about what waits for the pace of their room: said in time, kept true, and finished."""

from __future__ import annotations

from bot.backlog import Backlog, Digest
from bot.clock import Clock
from bot.database import Database
from bot.messages import OutboundMessage, Text
from bot.sender import Sender
from tests.bot.road import ROOM, Road
from tests.bot.test_merging import Narrow, writes


def say(found: Backlog) -> OutboundMessage:
    """The line, in figures."""
    figures = f"{found.messages} of {found.customers}, {found.calls} at {found.per_minute}"
    return OutboundMessage(ROOM, "line", "notice", text=Text(figures if found.messages else "over"), urgent=True)


def with_digest(database: Database, clock: Clock, wire: Narrow | None = None) -> Road:
    """A road whose owners hear what waits; four calls a minute go to their room."""
    road = Road(database, clock, wire or Narrow(per_minute=4))
    wires = {"wire": road.wire}
    road.sender = Sender(database, clock, wires, road.outbox, road.report, digest=Digest(say))
    return road


def line(road: Road) -> list[str]:
    """What the general part said of it, every change."""
    return [c.message.text.plain for c in road.wire.calls if c.message.kind == "notice"]


async def test_what_is_gone_within_a_minute_is_not_told(database: Database, clock: Clock) -> None:
    road = with_digest(database, clock)
    for number, name in enumerate(("ana", "ben")):
        await writes(road, number, name=name)
    await road.send()
    await road.wait(60)
    assert line(road) == []
    assert len(road.wire.calls) == 2


async def test_more_than_a_minute_of_words_is_one_line_that_is_changed_once_a_minute_and_finished(
    database: Database, clock: Clock
) -> None:
    road = with_digest(database, clock)
    for number in range(6):
        await writes(road, 10 * number, 10 * number + 1, name=f"customer {number}")
    await road.send()
    assert line(road) == []  # the minute's calls are used up
    for _ in range(6):
        await road.wait(20)
    assert line(road)[0] == "12 of 6, 18 at 4"
    for _ in range(30):
        await road.wait(20)
    told = line(road)
    assert told[-1] == "over" and len(told) <= 7
    sends = [c for c in road.wire.calls if c.message.kind == "notice" and c.message.op == "send"]
    assert len(sends) == 1
    assert {c.target.message_id for c in road.wire.calls if c.target} == {"r3"}
    assert set((await road.states()).values()) == {"sent"}


async def test_a_line_that_a_stopped_process_left_is_finished_by_the_next(database: Database, clock: Clock) -> None:
    road = with_digest(database, clock)
    for number in range(6):
        await writes(road, number, name=f"customer {number}")
    await road.send()
    await road.wait(60)
    assert line(road)[0] == "6 of 6, 12 at 4"
    again = with_digest(database, clock, road.wire if isinstance(road.wire, Narrow) else None)
    await again.sender.recover()
    for _ in range(10):
        await again.wait(60)
    assert line(again)[-1] == "over"
    assert len([c for c in again.wire.calls if c.message.kind == "notice" and c.message.op == "send"]) == 1
