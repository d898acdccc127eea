"""Which messages did not end as they should, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.database import Database
from bot.database.tables import Conversation, Customer, InboxRow, OutboxRow
from bot.stuck import AT_MOST, oldest_unhandled_at, stuck_messages, unsent

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Desk:
    """Puts rows into a database, each with what a test says of it."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now
        self.conversation_id = 0
        self.count = 0

    async def open(self) -> None:
        """Ana, who has been here before."""
        async with self.database.write() as session:
            ana = Customer(platform="telegram", platform_id="7", name="Ana", created_at=self.now)
            session.add(ana)
            await session.flush()
            talk = Conversation(platform="telegram", bot="1", chat_id="7", customer_id=ana.id)
            session.add(talk)
            await session.flush()
            self.conversation_id = talk.id

    async def stored(self, state: str, age: timedelta, **more: Any) -> None:
        """An update that came so long ago."""
        self.count += 1
        async with self.database.write() as session:
            known = {"conversation_id": self.conversation_id, "chat_id": "7"} | more
            row = InboxRow(platform="telegram", bot="1", update_id=str(self.count), raw={}, state=state, **known)
            row.received_at = self.now - age
            session.add(row)
            talk = await session.get_one(Conversation, self.conversation_id)
            talk.pending_since = self.now if state == "pending" else talk.pending_since
            talk.thought_due_at = self.now if state == "held" else talk.thought_due_at

    async def to_send(self, state: str, age: timedelta, due: timedelta = timedelta(), **more: Any) -> None:
        """A call that was enqueued so long ago, and is due `due` after that."""
        self.count += 1
        known: dict[str, Any] = {"kind": "reply", "conversation_id": self.conversation_id, "error": ""} | more
        at = self.now - age
        async with self.database.write() as session:
            session.add(
                OutboxRow(
                    key=str(self.count),
                    lane=str(self.count),
                    place=1,
                    priority=0,
                    op="send",
                    platform="telegram",
                    chat="telegram/1/7",
                    message={},
                    state=state,
                    created_at=at,
                    due_at=at + due,
                    **known,
                )
            )

    async def stuck(self) -> list[tuple[str, str, str, str]]:
        """What is found, in short."""
        async with self.database.read() as session:
            found = await stuck_messages(session, self.now)
        return [(one.side, one.state, one.who, one.error) for one in found]


async def desk(database: Database, clock: Clock) -> Desk:
    """An open desk."""
    desk = Desk(database, clock.now())
    await desk.open()
    return desk


async def test_nothing_is_stuck_that_ended_or_is_on_its_way(database: Database, clock: Clock) -> None:
    house = await desk(database, clock)
    await house.stored("done", 2 * DAY)
    await house.stored("pending", 9 * MINUTE)
    for state in ("sent", "cancelled"):
        await house.to_send(state, DAY)
    await house.to_send("waiting", 9 * MINUTE)
    await house.to_send("waiting", DAY, due=2 * DAY)
    assert await house.stuck() == []


async def test_what_waits_too_long_is_named_with_its_person(database: Database, clock: Clock) -> None:
    house = await desk(database, clock)
    await house.stored("pending", 11 * MINUTE)
    await house.stored("held", 11 * MINUTE, error="slow")
    await house.to_send("sending", 11 * MINUTE, error="unreachable: no road")
    assert await house.stuck() == [
        ("inbox", "held", "Ana (telegram:7)", "slow"),
        ("inbox", "pending", "Ana (telegram:7)", ""),
        ("outbox", "sending", "Ana (telegram:7)", "unreachable: no road"),
    ]


async def test_what_failed_is_told_for_a_week(database: Database, clock: Clock) -> None:
    house = await desk(database, clock)
    await house.stored("failed", 6 * DAY)
    await house.stored("failed", 8 * DAY)
    await house.to_send("dead", 6 * DAY, error="rejected: CHAT_RESTRICTED")
    await house.to_send("dead", 8 * DAY, error="rejected: CHAT_RESTRICTED")
    assert [state for _, state, _, _ in await house.stuck()] == ["failed", "dead"]


async def test_an_undecided_call_is_told_until_somebody_decides(database: Database, clock: Clock) -> None:
    house = await desk(database, clock)
    await house.to_send("uncertain", 90 * DAY, kind="post")
    assert [state for _, state, _, _ in await house.stuck()] == ["uncertain"]


async def test_a_customer_who_blocked_the_bot_is_no_fault(database: Database, clock: Clock) -> None:
    house = await desk(database, clock)
    await house.to_send("dead", DAY, error="blocked: bot was blocked by the user")
    assert await house.stuck() == []


async def test_what_belongs_to_nobody_known_is_named_by_its_chat(database: Database, clock: Clock) -> None:
    house = await desk(database, clock)
    await house.stored("failed", MINUTE, conversation_id=None, chat_id=None)
    await house.to_send("dead", MINUTE, conversation_id=None, error="rejected: no rights")
    assert [who for _, _, who, _ in await house.stuck()] == ["an unknown chat", "chat telegram/1/7"]


async def test_a_thousand_of_them_are_no_thousand_lines(database: Database, clock: Clock) -> None:
    house = await desk(database, clock)
    for _ in range(AT_MOST + 2):
        await house.stored("failed", MINUTE)
    assert len(await house.stuck()) == AT_MOST


async def test_the_figures_count_what_is_not_finished(database: Database, clock: Clock) -> None:
    house = await desk(database, clock)
    async with database.read() as session:
        assert (await unsent(session), await oldest_unhandled_at(session)) == (0, None)
    await house.stored("done", DAY)
    await house.stored("pending", 3 * MINUTE)
    await house.stored("held", 5 * MINUTE)
    for state in ("waiting", "claimed", "sending", "sent", "dead", "uncertain"):
        await house.to_send(state, MINUTE)
    async with database.read() as session:
        assert (await unsent(session), await oldest_unhandled_at(session)) == (3, clock.now() - 5 * MINUTE)
