"""Takes rows out of the outbox and makes the calls; what follows from a refusal is `next_attempt` and one table."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import desks, outbox
from bot.adapter import CONSEQUENCES, Adapter, Call, Consequence, DeliveryError, Reason
from bot.clock import Clock
from bot.database import chats
from bot.database.doors import Database
from bot.database.tables import DeskRow, InboxRow, OutboxRow
from bot.messages import ChatRef, Desk, MessageRef, OutboundMessage, Receipt, load
from bot.outbox import AT_MOST_ONCE, Outbox
from bot.pacing import Pacer
from bot.retries import next_attempt

log = structlog.get_logger()

AT_ONCE = 32
MOMENT_S = 0.05
READINGS = 5
"""How often a row that raises before its call is looked at."""


@dataclass(frozen=True)
class Undelivered:
    """A message that ended as dead or uncertain, for whoever must be told."""

    message: OutboundMessage
    key: str
    state: str
    error: DeliveryError
    customer_id: int | None


Change = Callable[[AsyncSession, OutboxRow], Awaitable[None]]
Report = Callable[[AsyncSession, Undelivered], Awaitable[list[OutboundMessage]]]
Observe = Callable[[str, str, str, float | None], None]
"""Told of each row that ended, after the commit: platform, kind, state, and where it is a reply that was sent, the
seconds since what it answers was stored."""


class _Astray(DeliveryError):
    """The platform put a message for a desk elsewhere: the thread is gone, and the stray copy too many."""

    def __init__(self, stray: MessageRef) -> None:
        super().__init__(Reason.thread_gone, "The platform put it elsewhere.")
        self.stray = stray


@dataclass(frozen=True)
class _Ready:
    """A row that is committed as sending, with the call that it stands for; `since` is when it might first go."""

    row_id: int
    kind: str
    attempts: int
    since: datetime
    call: Call
    adapter: Adapter
    desk: DeskRow | None
    opens: bool


class Sender:
    """Sends what is due, the first row of each lane at a time. `report` says what people hear of a failure, `moved` is
    told when a chat got a new id. Without `paced` every platform is called as fast as it goes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        adapters: Mapping[str, Adapter],
        rows: Outbox,
        report: Report,
        *,
        moved: Callable[[], Awaitable[None]] | None = None,
        paced: bool = True,
        observe: Observe = lambda platform, kind, state, seconds: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._adapters = adapters
        self._outbox = rows
        self._report = report
        self._moved = moved
        self._observe = observe
        self._pacer = Pacer() if paced else None
        self._under_way: set[asyncio.Task[None]] = set()
        self._unsettled: list[Callable[[], Awaitable[None]]] = []
        self.paced_until: datetime | None = None
        """When the next row may go that is held by its platform's pace alone."""

    async def recover(self) -> None:
        """To be called once before the first `send`: sorts out what a stopped process left behind."""
        async with self._database.write() as session:
            await self._outbox.adopt(session)
            cut = await outbox.recover(session, self._adapters)
        for row in cut:
            await self._end(row.id, DeliveryError(Reason.uncertain, "The bot was stopped while sending."), _uncertain)

    async def send(self) -> bool:
        """Begins to send what is due, one row of each lane; False when nothing was, and nothing is under way.

        Returns when the first call has ended, or after a moment: one chat that hangs holds up no other.
        """
        unsettled, self._unsettled = self._unsettled, []
        for settle in unsettled:
            await self._settle(settle)
        if free := AT_ONCE - len(self._under_way):
            for row_id in await self._claim(free):
                self._under_way.add(asyncio.create_task(self._deliver(row_id)))
        if not self._under_way:
            return False
        ended, self._under_way = await asyncio.wait(
            self._under_way, timeout=MOMENT_S, return_when=asyncio.FIRST_COMPLETED
        )
        for task in ended:
            task.result()
        return True

    async def finish(self, within_s: float) -> None:
        """Waits for the calls that are under way; what takes longer is cut and stays as sending."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            self._under_way = set()

    async def _claim(self, limit: int) -> list[int]:
        async with self._database.write() as session:
            self.paced_until = None
            rows = await outbox.claim(session, self._clock.now(), limit, self._adapters, self._in_pace)
            return [row.id for row in rows]

    async def _in_pace(self, session: AsyncSession, row: OutboxRow) -> bool:
        """Whether its platform's pace lets the row go now; if so, its calls are counted."""
        if self._pacer is None:
            return True
        now = self._clock.now()
        budgets = self._adapters[row.platform].budgets(row.chat.split("/", 2)[2])
        desk = await session.get(DeskRow, row.conversation_id) if row.conversation_id else None
        calls = 2 if desk and desk.thread_id is None else 1  # a new thread costs a call of its own
        ready_at = self._pacer.ready_at(budgets, now, calls)
        if ready_at > now:
            self.paced_until = min(ready_at, self.paced_until or ready_at)
            return False
        self._pacer.take(budgets, now, calls)
        return True

    async def _deliver(self, row_id: int) -> None:
        try:
            async with self._database.write() as session:
                row = await session.get_one(OutboxRow, row_id)
                ready = await self._prepare(session, row)
        except Exception as error:
            log.error("A row could not be prepared", row_id=row_id, error=repr(error))
            await self._settle(partial(self._unprepared, row_id, repr(error)))
            return
        if ready is not None:
            await self._settle(await self._call(ready))
        elif row.state == "cancelled":
            self._observe(row.platform, row.kind, row.state, None)

    async def _call(self, ready: _Ready) -> Callable[[], Awaitable[None]]:
        """Makes the call; returns what stores its end."""
        try:
            return partial(self._sent, ready, await self._make(ready))
        except DeliveryError as error:
            return partial(self._refused, ready, error)
        except Exception as error:
            log.error("A call ended in an unknown way", key=ready.call.message.key, error=repr(error))
            return partial(self._refused, ready, DeliveryError(Reason.uncertain, type(error).__name__))

    async def _settle(self, settle: Callable[[], Awaitable[None]]) -> None:
        """Stores how a call ended; what the database can't take now is stored at the next `send`, not forgotten."""
        try:
            await settle()
        except Exception as error:
            log.error("The end of a call could not be stored", error=repr(error))
            self._unsettled.append(settle)

    async def _prepare(self, session: AsyncSession, row: OutboxRow) -> _Ready | None:
        """Resolves every name in the row; commits it as sending. None when there is nothing to call."""
        if row.state != "claimed":
            return None  # cancelled since
        message = load(OutboundMessage, row.message)
        target = await _resolve(session, message.target)
        if message.op != "send" and target is None:
            row.state, row.error = "cancelled", "The message that it is about was never sent."
            return None
        desk = await desks.ensure(session, message.to.conversation_id, None) if isinstance(message.to, Desk) else None
        homeless = desk is not None and desk.thread_id is None
        if homeless and message.op != "send" and target and target.chat.thread_id is not None:
            row.state, row.error = "cancelled", "The thread of what it is about is gone."
            return None
        opens = homeless and message.op == "send"
        if desk and opens and not await desks.begin_opening(session, desk):
            row.state, row.due_at = "waiting", self._clock.now() + timedelta(seconds=1)
            return None
        row.state, row.attempts = "sending", row.attempts + 1
        chat = desks.chat_of(desk) if desk else message.to
        assert isinstance(chat, ChatRef)
        quotes = await _resolve(session, message.quotes)
        call = Call(chat, message, f"{row.id:x}-{row.created_at.timestamp():.0f}", target, quotes)
        since = max(row.created_at, row.not_before or row.created_at)
        return _Ready(row.id, row.kind, row.attempts, since, call, self._adapters[chat.platform], desk, opens)

    async def _unprepared(self, row_id: int, error: str) -> None:
        """Gives a row back that could not even be read; one that can't be read again and again is dead."""
        async with self._database.write() as session:
            row = await session.get_one(OutboxRow, row_id)
            row.attempts, row.error = row.attempts + 1, error[:500]
            row.state = "waiting" if row.attempts < READINGS else "dead"
            row.due_at = self._clock.now() + timedelta(seconds=2.0**row.attempts)
        if row.state == "dead":
            self._observe(row.platform, row.kind, row.state, None)

    async def _make(self, ready: _Ready) -> Receipt:
        if ready.desk and ready.opens:
            return await ready.adapter.open_thread(ready.call.chat, ready.desk.title, ready.call)
        receipt = await ready.adapter.send(ready.call)
        asked = ready.call.chat.thread_id
        if ready.desk and asked and receipt.thread_id not in (None, asked):
            raise _Astray(MessageRef(replace(ready.call.chat, thread_id=receipt.thread_id), receipt.message_id))
        return receipt

    async def _sent(self, ready: _Ready, receipt: Receipt) -> None:
        async with self._database.write() as session:
            row = await session.get_one(OutboxRow, ready.row_id)
            row.state, row.sent_at, row.error = "sent", self._clock.now(), ""
            row.chat_id, row.message_id = ready.call.chat.chat_id, receipt.message_id
            row.thread_id = receipt.thread_id or ready.call.chat.thread_id
            row.media_ids = {"ids": list(receipt.media_ids)} if receipt.media_ids else None
            if ready.desk and ready.opens and receipt.thread_id:
                await desks.opened(session, ready.desk, receipt.thread_id)
            elif ready.desk and ready.opens:
                await desks.not_opened(session, ready.desk)
            seconds = await _reply_s(session, row, ready.call.message)
        self._observe(row.platform, row.kind, row.state, seconds)

    async def _refused(self, ready: _Ready, error: DeliveryError) -> None:
        if error.reason is Reason.limited and error.retry_after_s is not None and self._pacer:
            budgets = ready.adapter.budgets(ready.call.chat.chat_id)
            for budget in budgets[:1] if error.scope == "bot" else budgets[-1:]:
                self._pacer.pause(budget.name, self._clock.now() + timedelta(seconds=error.retry_after_s))
        await self._end(ready.row_id, error, partial(self._judge, ready, error))
        if error.reason is Reason.migrated and self._moved:
            await self._moved()

    async def _judge(self, ready: _Ready, error: DeliveryError, session: AsyncSession, row: OutboxRow) -> None:
        """What follows from a refusal, for the row and its desk."""
        now = self._clock.now()
        consequence = CONSEQUENCES[error.reason]
        if ready.desk and ready.opens:
            await desks.not_opened(session, ready.desk)
        if consequence is Consequence.heal and ready.desk and not ready.opens:
            await desks.lost(session, ready.desk)
        target = ready.call.target
        if consequence is Consequence.redirect and error.new_chat_id:
            await chats.move(session, target.chat if target else ready.call.chat, error.new_chat_id, now)
        again = next_attempt(ready.attempts, error, now, ready.since)
        if consequence is Consequence.undecided and ready.kind in AT_MOST_ONCE:
            row.state = "uncertain"
        elif again is None or (consequence is Consequence.redirect and target):
            row.state = "dead"  # what was said in the chat that is no more stays as it is
        else:
            mended = consequence in (Consequence.heal, Consequence.redirect) and ready.attempts == 1
            row.state, row.due_at = "waiting", now if mended else again
        if isinstance(error, _Astray):
            await self._outbox.enqueue(session, [_taken_back(row, error.stray)], now)

    async def _end(self, row_id: int, error: DeliveryError, change: Change) -> None:
        """Stores what became of a row, and in the same commit tells whoever must know. That it ends counts more: where
        it can't be told, it ends untold."""
        for tell in (True, True, False):
            try:
                async with self._database.write() as session:
                    row = await session.get_one(OutboxRow, row_id)
                    if row.state != "sending":
                        return  # it has ended already
                    row.error = str(error)
                    await change(session, row)
                    if tell and row.state != "waiting":
                        await self._tell(session, row, error)
                if row.state != "waiting":
                    self._observe(row.platform, row.kind, row.state, None)
                return
            except Exception as worse:
                log.error("The end of a message could not be stored", row_id=row_id, tell=tell, error=repr(worse))
                if not tell:
                    raise

    async def _tell(self, session: AsyncSession, row: OutboxRow, error: DeliveryError) -> None:
        undelivered = Undelivered(load(OutboundMessage, row.message), row.key, row.state, error, row.customer_id)
        messages = await self._report(session, undelivered)
        await self._outbox.enqueue(session, messages, self._clock.now())


async def _uncertain(session: AsyncSession, row: OutboxRow) -> None:
    row.state = "uncertain"


def _taken_back(row: OutboxRow, stray: MessageRef) -> OutboundMessage:
    """Deletes the copy that went astray, so that the same message is there once."""
    key = f"astray:{row.key}:{stray.message_id}"
    return OutboundMessage(stray.chat, key, "note", "delete", target=stray, customer_id=row.customer_id)


async def _reply_s(session: AsyncSession, row: OutboxRow, message: OutboundMessage) -> float | None:
    """How long a reply took, from the storing of what it answers (else of itself) to now."""
    if row.kind != "reply" or row.op != "send" or row.sent_at is None:
        return None
    answered = select(InboxRow.received_at).where(InboxRow.id == message.in_answer_to)
    stored_at = await session.scalar(answered) if message.in_answer_to else None
    return (row.sent_at - (stored_at or row.created_at)).total_seconds()


async def _resolve(session: AsyncSession, name: str | MessageRef | None) -> MessageRef | None:
    """What the platform calls the message of that name; None while it has not been sent."""
    if name is None or isinstance(name, MessageRef):
        return name
    row = await outbox.by_key(session, name)
    if row is None or row.message_id is None or row.chat_id is None:
        return None
    to = load(OutboundMessage, row.message).to
    bot = to.bot if isinstance(to, ChatRef) else (await session.get_one(DeskRow, to.conversation_id)).bot
    return MessageRef(ChatRef(row.platform, bot, row.chat_id, row.thread_id), row.message_id)
