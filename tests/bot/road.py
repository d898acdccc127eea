"""A short stretch of the road for tests: a wire in place of a platform, and a worker and a sender on both its ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox
from bot.adapter import Call, Capabilities, Core, DeliveryError, Reason
from bot.clock import Clock
from bot.database import Database, inside_write
from bot.database.doors import _writing
from bot.database.tables import Conversation, DeskRow, InboxRow, OutboxRow
from bot.jobs import Handled, Job
from bot.messages import (
    ChatRef,
    InboundMessage,
    Media,
    OutboundMessage,
    Outcome,
    RawUpdate,
    Receipt,
    Text,
)
from bot.messages import Sender as Person
from bot.outbox import Outbox
from bot.pacing import Budget
from bot.sender import Sender, Undelivered
from bot.splitting import split_text
from bot.worker import Worker

T = TypeVar("T")

ROOM = ChatRef("wire", "w", "room")


def chat(name: str) -> ChatRef:
    """A customer's chat."""
    return ChatRef("wire", "w", name)


def update(number: int, name: str = "ana", text: str = "hello", thread: str | None = None) -> RawUpdate:
    """What `name` writes (`room` for the owners), as the wire hands it over."""
    place = ChatRef("wire", "w", name, thread)
    body = {"n": number, "chat": name, "thread": thread, "text": text}
    return RawUpdate("wire", "w", str(number), place, f"p-{name}", body)


def message(key: str, to: str = "ana", words: str = "hello", **more: Any) -> OutboundMessage:
    """A message to a customer's chat."""
    return OutboundMessage(chat(to), key, text=Text(words), **more)


@dataclass
class Wire:
    """A platform that keeps what it is sent. `faults` are raised first, one for each call of that key."""

    platform: str = "wire"
    bot: str = "w"
    capabilities: Capabilities = field(default_factory=Capabilities)
    limit: int = 4096
    calls: list[Call] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    astray: str | None = None
    """The thread in which the next message for a thread ends instead."""
    pause: Callable[[Call], Awaitable[None]] | None = None

    async def start(self, core: Core) -> None:
        """Nothing to connect."""

    def private_chat(self, person_id: str) -> str:
        """A person's own chat."""
        return person_id

    async def stop(self) -> None:
        """Nothing to let go of."""

    def decode(self, raw: dict[str, Any]) -> InboundMessage:
        """Raises ValueError for a body without text."""
        if "text" not in raw:
            raise ValueError("no text")
        return InboundMessage(
            "wire",
            "w",
            str(raw["n"]),
            ChatRef("wire", "w", raw["chat"], raw["thread"]),
            Person(f"p-{raw['chat']}", raw["chat"].title()),
            "text",
            received_at=Clock().now(),
            message_id=f"m{raw['n']}",
            text=Text(raw["text"]),
        )

    def budgets(self, chat_id: str) -> Sequence[Budget]:
        """None: as fast as it goes."""
        return ()

    def plan(self, whole: OutboundMessage) -> list[OutboundMessage]:
        """Parts of at most `limit` characters."""
        parts = split_text(whole.text, self.limit, len)
        keys = [whole.key, *(f"{whole.key}/{n}" for n in range(2, len(parts) + 1))]
        return [_part(whole, key, text) for key, text in zip(keys, parts, strict=True)]

    async def send(self, call: Call) -> Receipt:
        """Keeps the call, unless a fault or a deleted thread is in the way."""
        await self._meet(call)
        if call.chat.thread_id in self.gone:
            raise DeliveryError(Reason.thread_gone)
        self.calls.append(call)
        thread, self.astray = (self.astray, None) if self.astray else (call.chat.thread_id, self.astray)
        return Receipt(f"r{len(self.calls)}", thread)

    async def open_thread(self, place: ChatRef, title: str, first: Call) -> Receipt:
        """A new thread, named t1, t2 …"""
        await self._meet(first)
        self.threads.append(title)
        self.calls.append(first)
        return Receipt(f"r{len(self.calls)}", f"t{len(self.threads)}")

    async def fetch(self, media: Media) -> bytes:
        """There are no files."""
        raise DeliveryError(Reason.rejected)

    async def fetch_since(self, place: ChatRef, last_message_id: str) -> Sequence[RawUpdate]:
        """The wire keeps its own queue."""
        return ()

    async def _meet(self, call: Call) -> None:
        assert not inside_write(), "nothing may wait for a platform inside a write"
        if self.pause:
            await self.pause(call)
        if faults := self.faults.get(call.message.key):
            raise faults.pop(0)

    def said(self, name: str | None = None) -> list[str]:
        """The words of all calls, or of those to one chat, in order."""
        return [c.message.text.plain for c in self.calls if name is None or c.chat.chat_id == name]

    def keys(self) -> list[str]:
        """The names of all calls, in order."""
        return [call.message.key for call in self.calls]


def _part(whole: OutboundMessage, key: str, text: Text) -> OutboundMessage:
    return replace(whole, key=key, text=text)


class Road:
    """An inbox, a worker, an outbox and a sender on one database. The handler echoes; a text with `boom` breaks it,
    one with `wait` is held for the rest of the thought."""

    def __init__(self, database: Database, clock: Clock, wire: Wire | None = None, room: ChatRef | None = ROOM) -> None:
        self.database = database
        self.clock = clock
        self.room = room
        self.wire = wire or Wire()
        self.outbox = Outbox({"wire": self.wire.plan}, room)
        wires = {"wire": self.wire}
        says = (self.handle, self.apologise, self.observe)
        self.worker = Worker(database, clock, wires, self.outbox, *says, stretch_s=60)
        self.sender = Sender(database, clock, wires, self.outbox, self.report)
        self.tried: list[str] = []
        self.handled: list[str] = []
        self.observed: list[tuple[str, str | None]] = []
        self.reported: list[Undelivered] = []
        self.to_say: dict[str, list[OutboundMessage]] = {}
        self.sorry = True

    async def accept(self, *updates: RawUpdate) -> int:
        """Stores updates as one batch."""
        return await inbox.accept(self.database, updates, self.room, self.clock.now())

    async def work(self) -> None:
        """Handles all that there is to handle now."""
        while await self.worker.work():
            pass

    async def send(self) -> None:
        """Sends all that there is to send now."""
        while await self.sender.send():
            pass

    async def settle(self) -> None:
        """Does all that there is to do now."""
        await self.work()
        await self.send()

    async def wait(self, seconds: float) -> None:
        """Moves the clock on and does all that there is to do then."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))
        await self.settle()

    async def enqueue(self, *messages: OutboundMessage) -> None:
        """Puts messages into the outbox, in one commit."""
        async with self.database.write() as session:
            await self.outbox.enqueue(session, messages, self.clock.now())

    async def handle(self, session: AsyncSession, job: Job) -> Handled:
        """The handler: see the class."""
        words = job.message.text.plain if job.message else "(alarm)"
        self.tried.append(words)
        if "boom" in words:
            raise RuntimeError(words)
        self.handled.append(words)
        if job.message is None:
            job.conversation.thought_due_at = None
            return Handled([], Outcome.done, Outcome.answered if job.held else None)
        if "wait" in words:
            job.conversation.thought_due_at = self.clock.now() + timedelta(seconds=3)
            return Handled(outcome=None)
        said = self.to_say.get(words, [message(f"in:{job.inbox_id}", job.message.chat.chat_id, words)])
        return Handled(said, Outcome.answered)

    async def apologise(self, session: AsyncSession, job: Job) -> Handled:
        """The apology, and the notice to the owners."""
        if not self.sorry:
            raise RuntimeError("not even that")
        to = job.conversation.chat_id
        return Handled(
            [
                message(f"sorry:{job.inbox_id}", to, "sorry"),
                OutboundMessage(ROOM, f"broken:{job.inbox_id}", "notice", text=Text("broken")),
            ],
            Outcome.failed,
        )

    def observe(self, platform: str, update_id: str, outcome: str | None, explanation: dict[str, Any] | None) -> None:
        """Keeps what became of each update."""
        self.observed.append((update_id, outcome))

    async def report(self, session: AsyncSession, failed: Undelivered) -> list[OutboundMessage]:
        """Keeps what could not be delivered, and says so in the room."""
        self.reported.append(failed)
        return [OutboundMessage(ROOM, f"undelivered:{failed.key}", "notice", text=Text(failed.state))]

    async def inbox_rows(self) -> list[InboxRow]:
        """All stored updates, in order."""
        async with self.database.read() as session:
            return list(await session.scalars(select(InboxRow).order_by(InboxRow.id)))

    async def outcomes(self) -> list[str | None]:
        """What became of each stored update, in order."""
        return [row.outcome for row in await self.inbox_rows()]

    async def rows(self) -> dict[str, OutboxRow]:
        """All rows of the outbox by their keys, in order."""
        async with self.database.read() as session:
            return {row.key: row for row in await session.scalars(select(OutboxRow).order_by(OutboxRow.id))}

    async def states(self) -> dict[str, str]:
        """The states of all rows of the outbox, in order."""
        return {key: row.state for key, row in (await self.rows()).items()}

    async def conversation(self, name: str = "ana") -> Conversation:
        """The conversation of a chat."""
        async with self.database.read() as session:
            return (await session.scalars(select(Conversation).filter_by(chat_id=name))).one()

    async def desk(self, name: str = "ana") -> DeskRow:
        """The desk of a customer's conversation."""
        conversation = await self.conversation(name)
        async with self.database.read() as session:
            return await session.get_one(DeskRow, conversation.id)

    async def known(self, name: str = "ana") -> int:
        """A conversation of that chat, with nothing to be handled; its id."""
        async with self.database.write() as session:
            return await self.known_in(session, name)

    async def known_in(self, session: AsyncSession, name: str) -> int:
        """The same, in a transaction that is open already."""
        return await inbox.conversation_id(session, chat(name), "", "customer")


async def together(*work: Awaitable[Any]) -> list[Any]:
    """Runs everything at once; a wait for each other that never ends is a failure after 20 s."""
    return list(await asyncio.wait_for(asyncio.gather(*work), 20))


async def elsewhere(work: Awaitable[T]) -> T:
    """Does `work` as another process would: outside of any write that this task is in."""

    async def alone() -> T:
        _writing.set(False)
        return await work

    return await asyncio.wait_for(asyncio.create_task(alone()), 20)


async def until_somebody_waits(database: Database) -> None:
    """On PostgreSQL: comes back when a transaction waits for a lock."""
    async with database.read() as session:
        for _ in range(10_000):
            if await session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
    raise AssertionError("nobody waits")
