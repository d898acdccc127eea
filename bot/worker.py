"""Takes stored updates in order for each conversation and hands each to its handler.

State, the messages to be sent and the update's outcome are committed together or not at all. The next messages of many
conversations share a transaction, which makes them cheap; where one of them breaks it, nothing of it was done, and they
are taken one by one. A message that breaks its handler holds its own conversation only; after `ATTEMPTS` tries it is
set aside, and both sides are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import takewhile

import structlog
from sqlalchemy import Integer, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import albums, belonging, inbox
from bot.adapter import Adapter
from bot.clock import Clock
from bot.database.doors import Database
from bot.database.people import customers_in
from bot.database.tables import Conversation, Customer, InboxRow
from bot.database.tables.base import Instant
from bot.history import searchable
from bot.jobs import ALARMS, Handle, Handled, Job, Observe, Seen, finish, release, storable
from bot.messages import InboundMessage, OutboundMessage, Outcome
from bot.outbox import Outbox

log = structlog.get_logger()

AT_LEAST, AT_ONCE = 8, 64
"""How many conversations share a transaction, where that many wait: however slow the machine, and at the most."""
STRETCH_S = 0.1
"""For how long a transaction takes further messages in: whoever sends or stores wants to write as well."""
ATTEMPTS = 3
RETRY_S = 1.0
LATER_S = 3600.0
OPENING_S = 60.0
"""How long words from an unknown thread wait for the thread's opening to be recorded."""
HELD = {"key_share": True}
"""A conversation is held against other holders, but not against rows that only name it (FOR NO KEY UPDATE): else a
sender who puts a note into its desk's lane, and the worker who wants that lane, would wait for each other."""


_NOW = bindparam("now", type_=Instant)
_MAY = Conversation.next_at.is_(None) | (Conversation.next_at <= _NOW)
_READY = (
    select(Conversation)
    .where((Conversation.pending_since.is_not(None) & _MAY) | (Conversation.wake_at <= _NOW))
    .order_by(func.coalesce(Conversation.pending_since, Conversation.wake_at), Conversation.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, key_share=True)
)
"""Who has waited longest. Built once: putting a statement together costs more than running it."""


@dataclass(frozen=True)
class _Line:
    """What stands in line in a conversation: the update that is next, the held ones, and whether more are pending."""

    conversation: Conversation
    row: InboxRow | None
    held: tuple[InboxRow, ...]
    more: bool


@dataclass
class _Stretch:
    """What is done in one transaction. `begun` are ids of conversations and of their updates; `known` customers stay
    in the session while they are kept here."""

    begun: list[tuple[int, int | None]] = field(default_factory=list)
    known: Sequence[Customer] = ()
    seen: list[Seen] = field(default_factory=list)
    to_send: list[OutboundMessage] = field(default_factory=list)
    over: bool = False


class Worker:
    """Hands messages over. `handle` decides, `apologise` says what both sides hear of a broken one."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        adapters: Mapping[str, Adapter],
        outbox: Outbox,
        handle: Handle,
        apologise: Handle,
        observe: Observe,
        *,
        stretch_s: float = STRETCH_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._adapters = adapters
        self._outbox = outbox
        self._handle = handle
        self._apologise = apologise
        self._observe = observe
        self._stretch_s = stretch_s
        self._apart = 0  # how many messages have yet to be taken one by one

    async def work(self) -> bool:
        """Handles a message or an alarm of each of those who have waited longest; False when there was none."""
        stretch = _Stretch()
        try:
            async with self._database.write() as session:
                await self._work_on(session, stretch)
        except Exception as error:  # nothing of it was committed
            if not stretch.begun:
                raise
            if len(stretch.begun) > 1:
                log.warning("Messages are handled one by one, because one breaks", error=repr(error))
                self._apart = len(stretch.begun)
                return True
            stretch.seen = await self._set_back(*stretch.begun[0], error)
        self._apart = max(0, self._apart - 1)
        for update in stretch.seen:
            self._observe(*update)
        return bool(stretch.begun)

    async def _work_on(self, session: AsyncSession, stretch: _Stretch) -> None:
        """Handles what waits until the stretch is over, and stores what is to be said of it all at the end."""
        loop_time = asyncio.get_running_loop().time
        until = loop_time() + self._stretch_s
        conversations = await self._take(session)
        stretch.known = await customers_in(session, conversations)
        for line in await self._lines(session, conversations):
            stretch.begun.append((line.conversation.id, line.row.id if line.row else None))
            await self._run(session, line, stretch)
            if stretch.over or (len(stretch.begun) >= AT_LEAST and loop_time() > until):
                break
            await asyncio.sleep(0)  # SQLite keeps no thread busy: calls and signals want their turn as well
        await self._outbox.enqueue(session, stretch.to_send, self._clock.now())

    async def _take(self, session: AsyncSession) -> Sequence[Conversation]:
        """Those who have waited longest; one that broke before has a transaction of its own."""
        given = {"now": self._clock.now(), "most": 1 if self._apart else AT_ONCE}
        found = (await session.scalars(_READY, given)).all()
        sound = list(takewhile(lambda c: c.next_at is None and not c.wake_attempts, found))
        return sound or found[:1]

    async def _lines(self, session: AsyncSession, conversations: Sequence[Conversation]) -> list[_Line]:
        found = await inbox.open_ones(session, [c.id for c in conversations]) if conversations else {}
        return [self._line(conversation, found[conversation.id]) for conversation in conversations]

    def _line(self, conversation: Conversation, found: inbox.Open) -> _Line:
        if conversation.next_at is not None and conversation.next_at > self._clock.now():
            return _Line(conversation, None, found.held, found.first is not None)
        return _Line(conversation, found.first, found.held, found.more)

    async def _run(self, session: AsyncSession, line: _Line, stretch: _Stretch) -> None:
        now, row, conversation = self._clock.now(), line.row, line.conversation
        parts = await albums.parts(session, row) if row else []
        if parts and albums.still_comes(conversation, parts, now):
            return
        if row or not line.more:
            conversation.next_at = None
        if row is None and not line.more:
            conversation.pending_since = None
        if row is None and (conversation.wake_at is None or conversation.wake_at > now):
            return
        message = None
        if row:
            row, message = await albums.joined(session, parts, self._decode)
        if message and await self._elsewhere(session, conversation, parts, message):
            stretch.over = True  # what was read of the conversation that it went to is out of date
            return
        held = albums.lines(line.held, self._decode)
        job = Job(
            conversation,
            message,
            row.id if row else None,
            row.chat_id if row else None,
            tuple(said for _, said in held),
            tuple(lead.id for lead, _ in held),
        )
        handled = await self._handle(session, job)
        stretch.to_send += handled.messages
        stretch.seen += [finish(h, handled.settles, handled.explanation, now) for h in line.held if handled.settles]
        if row and message:
            row.message_id = message.message_id
            row.words = searchable(message)
        for part in parts:
            part.customer_id = conversation.customer_id
            stretch.seen.append(finish(part, handled.outcome, handled.explanation, now))
        release(conversation, line.more, now)

    def _decode(self, row: InboxRow) -> InboundMessage:
        return storable(self._adapters[row.platform].decode(row.raw))

    async def _elsewhere(
        self, session: AsyncSession, conversation: Conversation, rows: Sequence[InboxRow], message: InboundMessage
    ) -> bool:
        """An owner's words in a thread, or in reply to a message, that was unknown when they were stored: they go to
        its desk, or they wait while one is being opened or sent, which is no failure of theirs."""
        reply_to = message.reply_to.message_id if message.reply_to else ""
        if conversation.kind != "room" or not (message.chat.thread_id or reply_to):
            return False
        now, chat = self._clock.now(), replace(message.chat, chat_id=rows[0].chat_id or "")
        if found := await belonging.desk_behind(session, chat, reply_to):
            for row in rows:
                row.conversation_id = found
            await session.flush()  # the other conversation may have had its turn just now
            await inbox.mark_pending(session, found, now)
            return True
        if now - rows[0].received_at > timedelta(seconds=OPENING_S):
            return False
        waits = await belonging.may_become_known(session, chat, reply_to)
        if waits:
            conversation.next_at = now + timedelta(seconds=RETRY_S)
        return waits

    async def _set_back(self, conversation_id: int, inbox_id: int | None, error: Exception) -> list[Seen]:
        """Counts the failure, so that even a crash in the next try is the next try; at last sets it aside."""
        log.error("A message failed", inbox_id=inbox_id, conversation_id=conversation_id, error=repr(error))
        now = self._clock.now()
        async with self._database.write() as session:
            conversation = await session.get_one(Conversation, conversation_id, with_for_update=HELD)
            row = await session.get(InboxRow, inbox_id) if inbox_id else None
            if _settled(conversation, row, now):
                return []
            attempts = _count(conversation, row, error)
            again = now + timedelta(seconds=RETRY_S * 2 ** (attempts - 1))
            if row:
                conversation.next_at = again
            else:
                conversation.wake_at = again
        if attempts < ATTEMPTS:
            return []
        try:
            return await self._set_aside(conversation_id, inbox_id, self._apologise)
        except Exception as worse:
            log.error("Not even the apology could be made", inbox_id=inbox_id, error=repr(worse))
            return await self._set_aside(conversation_id, inbox_id, _say_nothing)

    async def _set_aside(self, conversation_id: int, inbox_id: int | None, apologise: Handle) -> list[Seen]:
        """Ends a message (or the lines of a thought) as failed, and tells both sides."""
        now = self._clock.now()
        async with self._database.write() as session:
            conversation = await session.get_one(Conversation, conversation_id, with_for_update=HELD)
            row = await session.get(InboxRow, inbox_id) if inbox_id else None
            if row and row.state != "pending":
                return []
            rows = await albums.parts(session, row) if row else list(await inbox.held(session, conversation.id))
            if row:
                conversation.next_at = None
            else:
                _put_off(conversation, now)
            if rows:  # an alarm about nobody's words needs no apology
                job = self._job_of(conversation, rows)
                await self._outbox.enqueue(session, (await apologise(session, job)).messages, now)
            seen = [finish(r, Outcome.failed, None, now) for r in rows]
            await session.flush()
            release(conversation, await inbox.first_pending(session, conversation.id) is not None, now)
        return seen

    def _job_of(self, conversation: Conversation, rows: Sequence[InboxRow]) -> Job:
        """What broke, for the apology: the last of these, as far as it can be read."""
        lead, message = rows[-1], None
        with suppress(Exception):  # the very decoding may be what failed
            lead, message = albums.lines(rows, self._decode)[-1]
        return Job(conversation, message, lead.id, lead.chat_id)


def _put_off(conversation: Conversation, now: datetime) -> None:
    """The lines of the thought are set aside; what else is due is tried again later, else it would never be done."""
    conversation.thought_due_at = None
    for alarm in ALARMS:
        if (due_at := getattr(conversation, alarm)) and due_at <= now:
            setattr(conversation, alarm, now + timedelta(seconds=LATER_S))


async def _say_nothing(session: AsyncSession, job: Job) -> Handled:
    return Handled(outcome=Outcome.failed)


def _settled(conversation: Conversation, row: InboxRow | None, now: datetime) -> bool:
    """Whether another worker has handled it since it failed here."""
    if row:
        return row.state != "pending"
    return conversation.wake_at is None or conversation.wake_at > now


def _count(conversation: Conversation, row: InboxRow | None, error: Exception) -> int:
    if row:
        row.attempts += 1
        row.error = repr(error)[:500]
        return row.attempts
    conversation.wake_attempts += 1
    return conversation.wake_attempts
