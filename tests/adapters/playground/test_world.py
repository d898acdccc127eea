"""The world knows who waits, who watches, and what stood where."""

from __future__ import annotations

import pytest

from bot.adapters.playground.world import MAX_UPLOADED_BYTES, Change, Place, World
from tests.adapters.playground.little_core import LittleCore, call, chat


async def test_whoever_watches_sees_every_change_until_they_leave(core: LittleCore) -> None:
    changes: list[Change] = []
    leave = core.adapter.world.subscribe(changes.append)
    await core.adapter.customer_says("ana", "ship")
    leave()
    await core.adapter.customer_says("ana", "ship")
    assert [(c.place, c.shown.text.plain if c.shown else "") for c in changes] == [
        (Place("ana"), "ship"),
        (Place("ana"), "Yes, **we do**:\nto Germany too"),
    ]


async def test_a_customer_waits_until_the_owner_writes_or_presses(core: LittleCore) -> None:
    world = core.adapter.world

    def waits() -> bool:
        return world.waiting(world.thread("Ana"))

    await core.adapter.customer_says("ana", "ship")
    await core.adapter.open_thread(chat("room"), "Ana", call(chat("room"), "Ana asks"))
    assert waits()
    await core.adapter.owner_says("// she is a regular", "t1")
    assert waits()
    await core.adapter.owner_says("Hello Ana", "t1")
    assert not waits()
    await core.adapter.customer_says("ana", "and another thing")
    assert not waits(), "the thread doesn't know of it yet"
    card = await core.say(chat("room", "t1"), "Ana: and another thing", "Close")
    assert waits()
    await core.adapter.press("room", card.message_id, "close:1", "t1")
    await core.say(chat("room", "t1"), "Closed.")
    assert not waits()


async def test_the_newest_thread_of_a_title_counts_and_a_deleted_one_is_gone(core: LittleCore) -> None:
    world = core.adapter.world
    world.open_thread("Ana")
    second = world.open_thread("Ana")
    assert world.thread("Ana") == second
    world.delete_thread(second.thread_id)
    assert world.thread("Ana").thread_id == "t1"
    assert world.open_thread("Ben").thread_id == "t3"


def test_nobody_else_lives_here() -> None:
    with pytest.raises(KeyError):
        World().customer("Zoe")


def test_the_memory_for_photos_has_an_end() -> None:
    world = World()
    world.upload("a.png", "image/png", bytes(MAX_UPLOADED_BYTES))
    with pytest.raises(ValueError, match="memory for photos is full"):
        world.upload("b.png", "image/png", b"x")
