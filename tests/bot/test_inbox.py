"""Stored before told: what comes in is committed once, in order, in the right conversation."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot import inbox
from bot.clock import Clock
from bot.database import Database
from bot.database.tables import Conversation, InboxRow
from tests.bot.road import ROOM, Road, elsewhere, together, until_somebody_waits, update


@pytest.fixture
def road(database: Database, clock: Clock) -> Road:
    return Road(database, clock)


async def test_the_same_update_twice_is_handled_once(road: Road) -> None:
    assert await road.accept(update(1)) == 1
    assert await road.accept(update(1)) == 0
    assert await road.accept(update(2), update(2)) == 1
    await road.work()
    assert await road.accept(update(1), update(2)) == 0
    await road.settle()
    assert road.handled == ["hello", "hello"]
    assert road.wire.said() == ["hello", "hello"]
    assert (await road.conversation()).pending_since is None


async def test_the_same_update_from_two_pollers_at_once_is_stored_once(road: Road) -> None:
    batch = [update(n, name) for n, name in enumerate(("ana", "ben", "ana", "mei"))]
    stored = await together(road.accept(*batch), road.accept(*reversed(batch)), road.accept(*batch))
    assert sum(stored) == 4
    assert len(await road.inbox_rows()) == 4


async def test_the_same_number_from_another_bot_is_another_update(road: Road) -> None:
    other = replace(update(1), bot="w2")
    assert await road.accept(update(1), other) == 2


async def test_an_update_is_committed_when_accept_returns(road: Road, database_url: str) -> None:
    await road.accept(update(1, text="lasting"))
    another = Database(database_url)  # as a process that starts after a crash sees it
    async with another.read() as session:
        row = (await session.scalars(select(InboxRow))).one()
        pending = await session.scalar(select(Conversation.pending_since))
    await another.close()
    assert (row.raw["text"], row.state, row.outcome) == ("lasting", "pending", None)
    assert pending is not None


async def test_a_batch_that_can_not_be_stored_is_not_stored_in_part(road: Road) -> None:
    unstorable = replace(update(2, "ben"), body={"n": object()})
    with pytest.raises(Exception, match="serializable"):
        await road.accept(update(1), unstorable)
    assert await road.inbox_rows() == []
    assert await road.accept(update(1)) == 1


async def test_an_update_without_a_chat_is_kept_as_failed_and_harms_no_other(road: Road) -> None:
    await road.accept(update(1), replace(update(2), chat=None), update(3))
    await road.work()
    first, lost, third = await road.inbox_rows()
    assert (lost.state, lost.outcome, lost.conversation_id) == ("failed", "failed", None)
    assert lost.raw == update(2).body
    assert "which chat" in lost.error
    assert (first.outcome, third.outcome) == ("answered", "answered")


async def test_a_group_has_a_conversation_for_each_person_and_a_private_chat_one(road: Road) -> None:
    def in_group(number: int, who: str) -> None:
        batch.append(replace(update(number, "group"), sender_id=who, private=False))

    batch = [update(1), update(2)]
    in_group(3, "ana")
    in_group(4, "ben")
    in_group(5, "ana")
    await road.accept(*batch)
    ids = [row.conversation_id for row in await road.inbox_rows()]
    assert ids[0] == ids[1]
    assert ids[2] == ids[4] != ids[3]
    assert len(set(ids)) == 3


async def test_the_owners_room_is_one_conversation_whoever_writes_there(road: Road) -> None:
    await road.accept(
        replace(update(1, "room"), sender_id="hana", private=False),
        replace(update(2, "room"), sender_id="jun", private=False),
    )
    first, second = await road.inbox_rows()
    assert first.conversation_id == second.conversation_id
    assert (await road.conversation("room")).kind == "room"


async def test_a_chat_that_is_the_room_on_another_platform_is_a_customers(road: Road) -> None:
    await road.accept(replace(update(1, "room"), chat=replace(ROOM, platform="other")))
    assert (await road.conversation("room")).kind == "customer"


async def test_numbers_follow_the_order_of_commits_within_a_conversation(road: Road) -> None:
    """On PostgreSQL a batch that waits to commit holds up the next one of its conversation, and no other."""
    if road.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await road.accept(update(1))
    async with road.database.write() as session:
        ana = await road.known_in(session, "ana")
        await inbox.mark_pending(session, ana, road.clock.now())
        second = asyncio.create_task(elsewhere(road.accept(update(2))))
        other = asyncio.create_task(elsewhere(road.accept(update(3, "ben"))))
        assert await asyncio.wait_for(other, 20) == 1
        await until_somebody_waits(road.database)
        assert not second.done()
    assert await asyncio.wait_for(second, 20) == 1


async def test_an_update_that_comes_while_its_conversation_is_handled_is_not_forgotten(road: Road) -> None:
    """The worker looks for more, finds nothing and says so; an update stored in that moment must still be seen."""
    if road.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await road.accept(update(1))
    arrived: list[asyncio.Task[int]] = []

    async def interrupted(*job: object) -> object:
        arrived.append(asyncio.create_task(elsewhere(road.accept(update(2)))))
        await until_somebody_waits(road.database)
        return await real(*job)  # type: ignore[arg-type]

    real = road.worker._handle
    road.worker._handle = interrupted  # type: ignore[assignment]
    assert await road.worker.work()
    assert await asyncio.wait_for(arrived[0], 20) == 1
    road.worker._handle = real
    await road.work()
    assert await road.outcomes() == ["answered", "answered"]


async def test_words_no_database_likes_are_kept_as_they_came(road: Road) -> None:
    odd = ["nul \x00 in it", "half an emoji \ud83d", "👩‍👩‍👧 ﷽ \u202e", "'; DROP TABLE inbox; --"]
    await road.accept(*(update(n, text=words) for n, words in enumerate(odd)))
    assert [row.raw["text"] for row in await road.inbox_rows()] == odd


async def test_held_lines_and_the_first_pending_one_come_in_the_order_of_arrival(road: Road) -> None:
    await road.accept(update(1, text="wait a"), update(2, text="wait b"), update(3, text="c"))
    await road.worker.work()
    await road.worker.work()
    conversation = await road.conversation()
    async with road.database.read() as session:
        held = await inbox.held(session, conversation.id)
        first = await inbox.first_pending(session, conversation.id)
    assert [row.raw["text"] for row in held] == ["wait a", "wait b"]
    assert first is not None and first.raw["text"] == "c"
