"""Questions that nobody answers come back to the owners: one line, at growing intervals, while the shop is open."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.database.waiting import next_reminder_at
from bot.outbox import by_key
from handlers import reminders
from knowledge.hours import Hours, parse_openings
from knowledge.shop import Shop
from tests.stage import Stage

BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_SIX = dict.fromkeys(range(5), parse_openings("09:00-18:00"))


def lines(stage: Stage) -> list[str]:
    """The lines about who waits that stand in the room now."""
    return [s.text.plain for s in stage.room.log() if s.from_bot and not s.deleted and "for an answer" in s.text.plain]


async def asks(stage: Stage, name: str = "ana") -> None:
    """Somebody asks for the owner."""
    await stage.people[name].says("/human")


async def test_whoever_waits_is_brought_back_once_and_the_line_is_edited_not_repeated(stage: Stage) -> None:
    await asks(stage)
    await stage.wait(minutes=29)
    assert lines(stage) == []
    await stage.wait(minutes=1)
    assert lines(stage) == ["Ana has waited for an answer for 30 min. /waiting shows what it is about. (13:30)"]
    await asks(stage, "ben")
    await stage.wait(minutes=30)
    assert lines(stage) == [
        "2 wait for an answer, the longest for 60 min: Ana, Ben. /waiting shows what it is about. (14:00)"
    ]


async def test_the_line_says_when_nobody_waits_any_more(stage: Stage) -> None:
    await asks(stage)
    await stage.wait(minutes=40)
    await stage.thread("Ana").says("Here I am")
    assert lines(stage) == ["Nobody waits for an answer any more. (13:40)"]
    await stage.wait(days=2)
    assert lines(stage) == ["Nobody waits for an answer any more. (13:40)"]


async def test_it_comes_back_at_growing_intervals_in_opening_hours_only(stage: Stage) -> None:
    await asks(stage)  # on Monday at 13:00
    seen: list[list[str]] = []
    for _ in range(24 * 8 + 1):
        await stage.wait(hours=1)
        if not seen or seen[-1] != lines(stage):
            seen.append(lines(stage))
    assert [line[-1][-6:-1] for line in seen if line] == ["13:30", "15:00", "09:00", "13:00", "09:00", "13:00", "13:00"]
    assert all(len(line) <= 1 for line in seen)


async def test_a_line_that_is_hours_old_stands_anew_at_the_bottom_and_the_old_one_goes(stage: Stage) -> None:
    await asks(stage)
    await stage.wait(hours=3)
    stage.room.hears()
    await stage.wait(hours=17)
    assert len(stage.room.news()) == 1 and len(lines(stage)) == 1


async def test_an_answer_ends_the_reminders_until_the_customer_writes_again(stage: Stage) -> None:
    await asks(stage)
    await stage.thread("Ana").says("Here I am")
    await stage.wait(minutes=45)
    assert lines(stage) == []
    await stage.ana.says("In the garden, then?")
    await stage.wait(minutes=29)
    assert lines(stage) == []
    await stage.wait(minutes=1)
    assert "for 30 min" in lines(stage)[0]


async def test_what_was_promised_for_later_or_put_off_is_not_brought_back_before(stage: Stage) -> None:
    await asks(stage)
    await stage.thread("Ana").says("/promise in 4 hours")
    await asks(stage, "ben")
    await stage.thread("Ben").says("/snooze")
    await stage.wait(hours=3, minutes=59)
    assert lines(stage) == []


async def test_two_processes_tell_it_once(stage: Stage) -> None:
    await asks(stage)
    stage.clock.move_to(stage.clock.now() + timedelta(minutes=31))

    async def tick() -> bool:
        return await stage.concierge.due()

    await asyncio.gather(*(tick() for _ in range(4)))
    await stage.settle()
    assert len(lines(stage)) == 1
    async with stage.database.read() as session:
        at = await next_reminder_at(session)
        assert at is not None and at > stage.clock.now()
        assert await by_key(session, "waiting:nothing") is None


def test_a_reminder_moves_to_the_next_opening_and_grows() -> None:
    shop = Shop("Farm", "Europe/Berlin", hours=Hours(NINE_TO_SIX, {}, BERLIN))
    friday = datetime(2026, 3, 13, 17, 45, tzinfo=BERLIN)
    monday = datetime(2026, 3, 16, 9, 0, tzinfo=BERLIN)
    assert reminders.after(friday, friday, shop) == monday
    assert reminders.after(friday, monday, shop) == datetime(2026, 3, 16, 17, 45, tzinfo=BERLIN)


def test_where_nobody_knows_the_hours_the_night_is_quiet() -> None:
    shop = Shop("Farm", "UTC")
    night = datetime(2026, 3, 13, 23, 0, tzinfo=UTC)
    assert reminders.after(night, night, shop) == datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
