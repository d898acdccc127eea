"""Two doors: whoever reads can't change anything, whoever writes loses nothing and waits for nobody for long."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox
from bot.clock import Clock
from bot.database import Database, doors, inside_write
from bot.database.people import customer_of
from bot.database.tables import Conversation, Customer, Lane, Ticket
from bot.messages import Sender
from tests.bot.road import chat, elsewhere, together

COUNT = 200
DURABLE = doors.SYNCHRONOUS  # read before the tests turn it off


async def _lane(database: Database, name: str = "counter") -> None:
    async with database.write() as session:
        session.add(Lane(lane=name, last_place=0))


async def _value(database: Database, name: str = "counter") -> int:
    async with database.read() as session:
        return (await session.get_one(Lane, name)).last_place


async def test_a_write_is_committed_at_its_end(database: Database) -> None:
    await _lane(database)
    assert await _value(database) == 0


async def test_what_sqlite_has_committed_outlives_a_power_cut(tmp_path: Path) -> None:
    assert doors.SYNCHRONOUS == "OFF"  # in the tests alone, which pull no plug
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doors, "SYNCHRONOUS", DURABLE)
        database = Database(f"sqlite+aiosqlite:///{tmp_path}/concierge.db")
        async with database.write() as session:
            assert await session.scalar(text("PRAGMA synchronous")) == 2
        await database.close()


async def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    await _lane(database)

    async def break_halfway() -> None:
        async with database.write() as session:
            await session.execute(update(Lane).values(last_place=5))
            session.add(Lane(lane="other", last_place=1))
            await session.flush()
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        await break_halfway()
    assert await _value(database) == 0
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Lane)) == 1


async def test_a_write_that_is_cancelled_leaves_nothing_and_the_door_open(database: Database) -> None:
    await _lane(database)
    inside = asyncio.Event()

    async def never_ends() -> None:
        async with database.write() as session:
            await session.execute(update(Lane).values(last_place=5))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await asyncio.wait_for(inside.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(_lane(database, "after"), 20)
    assert await _value(database) == 0


async def test_a_write_inside_a_write_raises(database: Database) -> None:
    async with database.write():
        assert inside_write()
        with pytest.raises(RuntimeError, match="inside a write"):
            async with database.write():
                pass
    assert not inside_write()
    await _lane(database)  # and the door still opens


async def test_one_who_waits_is_not_inside(database: Database) -> None:
    async with database.write():
        assert await elsewhere(_inside()) is False
    with pytest.raises(RuntimeError):
        async with database.write():
            raise RuntimeError
    assert not inside_write()


async def _inside() -> bool:
    return inside_write()


CHANGES = {
    "update": update(Lane).values(last_place=5),
    "insert": insert(Lane).values(lane="other", last_place=1),
    "delete": delete(Lane),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_nothing_can_be_changed_through_the_reading_door(database: Database, change: str) -> None:
    await _lane(database)
    async with database.read() as session:
        with pytest.raises(DBAPIError, match=r"(?i)read-?only"):
            await session.execute(CHANGES[change])
    assert await _value(database) == 0


async def test_what_is_changed_on_a_row_that_was_read_is_not_stored(database: Database) -> None:
    await _lane(database)
    async with database.read() as session:
        (await session.get_one(Lane, "counter")).last_place = 9
    assert await _value(database) == 0


async def test_the_writing_door_still_writes_after_many_readings(database: Database) -> None:
    """On PostgreSQL the two share their connections."""
    await _lane(database)
    for _ in range(3):
        await together(*(_value(database) for _ in range(12)))
        await together(*(_add_one(database) for _ in range(12)))
    assert await _value(database) == 36


async def test_a_reading_is_one_look_whatever_happens_meanwhile(database: Database) -> None:
    await _lane(database)
    async with database.read() as session:
        first = await session.scalar(select(Lane.last_place))
        await _add_one(database)
        await _lane(database, "other")
        assert await session.scalar(select(Lane.last_place).filter_by(lane="counter")) == first == 0
        assert await session.scalar(select(func.count()).select_from(Lane)) == 1
    assert await _value(database) == 1


async def _add_one(database: Database) -> None:
    async with database.write() as session:
        lane = await session.get_one(Lane, "counter", with_for_update=True)
        seen = lane.last_place
        await asyncio.sleep(0)
        lane.last_place = seen + 1


async def test_200_at_once_who_read_change_and_write_lose_nothing(database: Database) -> None:
    await _lane(database)
    await asyncio.wait_for(asyncio.gather(*(_add_one(database) for _ in range(COUNT))), 60)
    assert await _value(database) == COUNT


async def test_two_open_databases_on_one_file_lose_nothing(database: Database, database_url: str) -> None:
    await _lane(database)
    second = Database(database_url)
    await together(*(_add_one(door) for _ in range(20) for door in (database, second)))
    await second.close()
    assert await _value(database) == 40


async def test_on_sqlite_writers_go_in_the_order_in_which_they_came(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has no queue")
    order: list[int] = []

    async def write(number: int) -> None:
        async with database.write() as session:
            order.append(number)
            await session.scalar(select(func.count()).select_from(Lane))

    await together(*(write(number) for number in range(30)))
    assert order == list(range(30))


async def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    await _lane(database)
    async with database.write() as session:
        await session.execute(update(Lane).values(last_place=5))
        assert await asyncio.wait_for(_value(database), 20) == 0
    assert await _value(database) == 5


async def test_a_row_that_names_a_missing_one_is_refused(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"):
        async with database.write() as session:
            session.add(Ticket(conversation_id=999, question="", why="", opened_at=Clock().now()))


async def test_an_instant_comes_back_as_the_same_instant_in_utc(database: Database, clock: Clock) -> None:
    tokyo = timezone(timedelta(hours=9))
    at = datetime(2026, 3, 10, 1, 30, 0, 123456, tzinfo=tokyo)
    async with database.write() as session:
        session.add(_customer(at))
    async with database.read() as session:
        found = (await session.scalars(select(Customer))).one()
        assert found.created_at == at and found.created_at.utcoffset() == timedelta(0)
        assert await session.scalar(select(Customer.id).where(Customer.created_at <= at.astimezone(UTC))) is not None
        assert await session.scalar(select(Customer.id).where(Customer.created_at < at)) is None


async def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="needs a zone"):
        async with database.write() as session:
            session.add(_customer(datetime(2026, 3, 10)))


def _customer(at: object) -> Customer:
    return Customer(platform="wire", platform_id="1", name="Ana", created_at=at)


async def test_one_customer_is_made_by_many_first_messages_at_once(database: Database, clock: Clock) -> None:
    async def write(session: AsyncSession, name: str) -> int:
        found = await inbox.conversation_id(session, chat(name), "", "customer")
        conversation = await session.get_one(Conversation, found)
        return (await customer_of(session, conversation, Sender("42", "Ana"), clock.now())).id

    async def arrive(name: str) -> int:
        async with database.write() as session:
            return await write(session, name)

    ids = await together(*(arrive(f"chat{n}") for n in range(6)))
    assert len(set(ids)) == 1
