"""Many at once: one person's fifty lines make one thread, fifty persons make fifty, and nobody's words go astray."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.adapters.playground.codec import envelope
from bot.adapters.playground.world import ROOM, Person, World
from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from bot.messages import RawUpdate
from knowledge.shop import read_shop
from tests.stage import Stage

TOKEN = re.compile(r"\b\w+-\d+-\d+\b")

Crowd = Callable[[int], Awaitable[Stage]]


@pytest.fixture
async def crowd(database: Database, clock: Clock, shop_dir: Path) -> AsyncIterator[Crowd]:
    """A started house with as many customers as are wanted."""
    stages: list[Stage] = []

    async def made(customers: int) -> Stage:
        world = World(tuple(Person(f"c{number}", f"Customer {number}") for number in range(customers)))
        shop = read_shop(shop_dir)
        await take_in_shop(database, shop.directory, clock)
        stages.append(Stage(database, clock, shop, world))
        await stages[0].concierge.start()
        return stages[0]

    yield made
    for stage in stages:
        await stage.concierge.stop()


def tokens(lines: list[str]) -> list[str]:
    """The names of the messages in what was shown."""
    return [token for line in lines for token in TOKEN.findall(line)]


def update(number: int, customer: str, text: str, thread: str | None = None) -> RawUpdate:
    """What the playground tells of somebody's words; an owner writes in a thread."""
    return envelope(
        {
            "update_id": number,
            "kind": "message",
            "at": "2026-03-09T12:00:00+00:00",
            "chat": {"id": ROOM if thread else customer, "thread": thread, "private": thread is None},
            "sender": {"id": "hana" if thread else customer, "name": "Hana" if thread else customer.title()},
            "media": [],
            "message_id": f"m{number}",
            "text": text,
        }
    )


async def test_fifty_first_messages_at_once_from_one_person_make_one_thread_with_all_of_them(stage: Stage) -> None:
    lines = [f"/human ana-0-{number} zither" for number in range(50)]
    await asyncio.gather(*(stage.ana.writes(line) for line in lines))
    await stage.settle()
    assert [thread.title for thread in stage.adapter.world.threads()] == ["Ana"]
    assert tokens(stage.thread("Ana").hears()) == tokens(lines)
    assert set(await stage.outcomes()) == {"handed_over"}


async def test_fifty_unsure_lines_at_once_are_one_thought_in_their_order(stage: Stage) -> None:
    lines = [f"ana-0-{number} zither" for number in range(50)]
    await asyncio.gather(*(stage.ana.writes(line) for line in lines))
    await stage.wait(seconds=3)
    assert [thread.title for thread in stage.adapter.world.threads()] == ["Ana"]
    card, *words = stage.thread("Ana").hears()  # the card has their beginning
    assert card.startswith("Ana asks") and tokens(words) == tokens(lines)
    assert len(stage.ana.hears()) == 1
    assert await stage.outcomes() == ["handed_over"] * 50


async def test_fifty_first_messages_at_once_from_fifty_persons_make_a_thread_for_each(crowd: Crowd) -> None:
    stage = await crowd(50)
    await asyncio.gather(*(person.writes(f"/human {name}-0-0 zither") for name, person in stage.people.items()))
    await stage.settle()
    titles = [thread.title for thread in stage.adapter.world.threads()]
    assert sorted(titles) == sorted(customer.name for customer in stage.adapter.world.customers)
    for customer in stage.adapter.world.customers:
        assert tokens(stage.thread(customer.name).hears()) == [f"{customer.id}-0-0"]
        assert len(stage.people[customer.id].hears()) == 1


async def test_a_hundred_interleaved_customers_read_their_own_words_and_answers_alone(crowd: Crowd) -> None:
    stage = await crowd(100)
    people = stage.adapter.world.customers
    await asyncio.gather(*(stage.people[c.id].writes(f"/human {c.id}-0-0 zither") for c in people))
    await stage.settle()
    for turn in (1, 2):
        asked = [stage.people[c.id].writes(f"{c.id}-{turn}-0 zither") for c in people]
        told = [stage.thread(c.name).writes(f"{c.id}-{turn}-1 dulcimer") for c in people]
        await asyncio.gather(*(doing for pair in zip(asked, told, strict=True) for doing in pair))
        await stage.settle()
    assert len(stage.adapter.world.threads()) == 100
    for customer in people:
        chat, thread = stage.people[customer.id], stage.thread(customer.name)
        assert tokens(chat.hears()) == [f"{customer.id}-{turn}-1" for turn in (1, 2)]
        assert tokens(thread.hears()) == [f"{customer.id}-{turn}-0" for turn in (0, 1, 2)]
    assert tokens(stage.room.hears()) == []
    assert set(await stage.states()) == {"sent"}


async def test_the_same_batch_accepted_twice_and_at_once_is_handled_once(stage: Stage) -> None:
    batch = [update(number, "ana", f"/human ana-0-{number} zither") for number in range(20)]
    batch += [update(20 + number, "ben", f"/human ben-0-{number} zither") for number in range(20)]
    await asyncio.gather(*(stage.concierge.accept(batch) for _ in range(4)))
    await stage.concierge.accept(batch)
    await stage.settle()
    assert await stage.outcomes() == ["handed_over"] * 40
    assert tokens(stage.thread("Ana").hears()) == [f"ana-0-{number}" for number in range(20)]
    assert tokens(stage.thread("Ben").hears()) == [f"ben-0-{number}" for number in range(20)]
    assert len(stage.ana.hears()) == 20


async def test_batches_that_overlap_and_come_at_once_lose_nothing(stage: Stage) -> None:
    lines = [update(n, ("ana", "ben")[n % 2], f"/human {('ana', 'ben')[n % 2]}-0-{n} zither") for n in range(30)]
    batches = [lines[start : start + 10] for start in range(0, 25, 5)]
    working = [stage.concierge.accept(batch) for batch in batches]
    await asyncio.gather(*working, *(stage.concierge.work() for _ in range(10)))
    await stage.settle()
    assert await stage.outcomes() == ["handed_over"] * 30
    for name, first in (("Ana", 0), ("Ben", 1)):
        assert sorted(tokens(stage.thread(name).hears())) == sorted(
            f"{name.lower()}-0-{n}" for n in range(first, 30, 2)
        )
