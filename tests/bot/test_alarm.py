"""One tick: never twice at once, and one that breaks is not the last."""

from __future__ import annotations

import asyncio

import pytest

from bot.alarm import Alarm

SOON_S = 0.01


async def test_it_ticks_again_and_again_until_it_is_stopped() -> None:
    ticks = 0
    enough = asyncio.Event()

    async def tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks == 3:
            enough.set()

    alarm = Alarm(tick, SOON_S)
    alarm.start()
    await asyncio.wait_for(enough.wait(), 20)
    await alarm.stop()
    then = ticks
    await alarm_would_have_rung()
    assert ticks == then


async def alarm_would_have_rung() -> None:
    """Lets another alarm of the same pace ring twice."""
    rung = asyncio.Event()
    times = 0

    async def tick() -> None:
        nonlocal times
        times += 1
        if times == 2:
            rung.set()

    other = Alarm(tick, SOON_S)
    other.start()
    await asyncio.wait_for(rung.wait(), 20)
    await other.stop()


async def test_nothing_ticks_before_the_start() -> None:
    ticks: list[int] = []

    async def tick() -> None:
        ticks.append(1)

    Alarm(tick, SOON_S)
    await alarm_would_have_rung()
    assert ticks == []


async def test_a_tick_that_is_under_way_is_not_begun_again() -> None:
    begun: list[int] = []
    may_end = asyncio.Event()

    async def tick() -> None:
        begun.append(1)
        await asyncio.wait_for(may_end.wait(), 20)

    alarm = Alarm(tick, 3600)
    for _ in range(5):
        await alarm.ring()
        await asyncio.sleep(0)
    assert begun == [1]
    may_end.set()
    while alarm._under_way is not None and not alarm._under_way.done():
        await asyncio.wait([alarm._under_way])
    await alarm.ring()
    await asyncio.sleep(0)
    assert begun == [1, 1]


async def test_a_tick_that_breaks_is_not_the_last() -> None:
    begun: list[int] = []

    async def tick() -> None:
        begun.append(1)
        raise RuntimeError("broken")

    alarm = Alarm(tick, 3600)
    for _ in range(3):
        await alarm.ring()
        assert alarm._under_way is not None
        await alarm._under_way
    assert begun == [1, 1, 1]


async def test_stopping_waits_for_the_tick_that_is_under_way() -> None:
    ended: list[int] = []
    may_end = asyncio.Event()

    async def tick() -> None:
        await asyncio.wait_for(may_end.wait(), 20)
        ended.append(1)

    alarm = Alarm(tick, 3600)
    alarm.start()
    await alarm.ring()
    await asyncio.sleep(0)
    stopping = asyncio.create_task(alarm.stop())
    await asyncio.sleep(0)
    assert not stopping.done() and ended == []
    may_end.set()
    await stopping
    assert ended == [1]


@pytest.mark.parametrize("every_s", [0.2, 1.0])
async def test_an_alarm_that_never_rang_stops_at_once(every_s: float) -> None:
    async def tick() -> None:
        raise AssertionError("too early")

    alarm = Alarm(tick, every_s)
    alarm.start()
    await asyncio.wait_for(alarm.stop(), 20)
