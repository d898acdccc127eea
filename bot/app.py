"""The composition root: the one place where real parts are chosen, started and stopped in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import handlers
from bot import attachments, inbox, outbox
from bot.adapter import Adapter, Core, Position
from bot.alarm import Alarm
from bot.backlog import Backlog, Digest
from bot.carrying import MB, Carrier
from bot.clock import Clock
from bot.database import Database, blobs, chats
from bot.database.entries import load_all, newest_revision
from bot.database.tables import Conversation
from bot.fetching import Fetcher
from bot.fitting import fitted, read_ahead
from bot.jobs import Handled, Job
from bot.lives import next_ones
from bot.loops import repeat
from bot.messages import ChatRef, OutboundMessage, Outcome, RawUpdate
from bot.metrics import Metrics
from bot.outbox import Outbox
from bot.retention import forget_old
from bot.sender import Sender, Undelivered
from bot.surroundings import context_of, handled
from bot.worker import Worker
from handlers import backlog, delivery
from handlers.completion import complete
from handlers.context import Context, House
from knowledge.answers import Knowledge
from knowledge.matching import Sentences
from knowledge.phrases import Phrases
from knowledge.shop import Shop

log = structlog.get_logger()

TICK_S, REFRESH_S, DAY_S = 1.0, 10.0, 86_400.0
LAST_STEP_S = 5.0
"""How long a stopping house waits for the message that is being handled and the calls that are under way."""


@dataclass(frozen=True)
class Places:
    """Where the shop lives: the owners' room, the story channels, and owners outside the room (`telegram:123`)."""

    room: ChatRef | None = None
    channels: tuple[ChatRef, ...] = ()
    owner_ids: frozenset[str] = frozenset()


class Concierge:
    """The running house. `start`, then either `settle` again and again (a standing clock) or `serve`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        adapters: Sequence[Adapter],
        shop: Shop,
        places: Places,
        *,
        paced: bool = True,
        model: Sentences | None = None,
    ) -> None:
        self._model = model
        self.database = database
        self.clock = clock
        self.places = places
        self._adapters = {adapter.platform: adapter for adapter in adapters}
        self.metrics = Metrics(self._adapters)
        phrases = Phrases.load(shop.directory, shop.languages, owner_name=shop.owner.name)
        self.house = House(shop, Knowledge(()), phrases, places.room, places.channels, places.owner_ids)
        self._revision = 0
        most_bytes = int(shop.media_mb_at_most * MB)
        self._fetcher = Fetcher(database, clock, self._adapters, most_bytes)
        self._outbox = Outbox({name: adapter.plan for name, adapter in self._adapters.items()}, places.room)
        self._worker = Worker(
            database, clock, self._adapters, self._outbox, self._handle, self._apologise, self._observe
        )
        self._sender = Sender(
            database,
            clock,
            self._adapters,
            self._outbox,
            self._report,
            moved=self.relocate,
            paced=paced,
            carrier=Carrier(self._adapters, most_bytes, partial(delivery.not_carried, self.house)),
            observe=self.metrics.delivered,
            digest=Digest(self._tell_of_backlog),
        )
        self.work_waits = asyncio.Event()
        self.mail_waits = asyncio.Event()
        self.files_wait = asyncio.Event()

    async def start(self) -> None:
        """Loads what the shop knows, sorts out what a stopped process left, and connects the platforms."""
        await self.load()
        await self.recover()
        await self.receive()

    async def load(self) -> None:
        """Takes in what the shop knows, and where its chats are now."""
        await self.refresh()
        await self.relocate()

    async def recover(self) -> None:
        """Sorts out what a stopped sender left. Only for the one process that sends, before its first `send`."""
        await self._sender.recover()

    async def receive(self) -> None:
        """Connects the platforms, which hand over what people write from then on."""
        for adapter in self._adapters.values():
            await adapter.start(self.core(adapter.platform))

    def core(self, platform: str) -> Core:
        """What that platform may ask of us."""
        return Core(self.accept, self.read_blob, partial(self._positions, platform), partial(self._complete, platform))

    async def stop(self) -> None:
        """Lets go of the platforms. What is under way in the database stays consistent by itself."""
        await asyncio.gather(*(adapter.stop() for adapter in self._adapters.values()))

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Stores updates; when it returns they are committed."""
        stored = await inbox.accept(self.database, updates, self.places.room, self.clock.now(), self._needs_bytes)
        self._count(updates, stored)
        if any(update.moved_to for update in updates):
            await self.relocate()
        if unreadable := [update for update in updates if update.chat is None]:
            await self._tell_of(unreadable)
        self.work_waits.set()
        if any(update.media for update in updates):
            self.files_wait.set()

    def _needs_bytes(self, update: RawUpdate, in_room: bool) -> bool:
        """Whether files that come in will be needed where their ids are worth nothing, or must be fetched at once."""
        here, room = self._adapters[update.platform].capabilities, self.places.room
        if in_room:  # they may go to customers elsewhere, or be posted
            return here.links_expire or not here.cleans_photos or len(self._adapters) > 1
        return here.links_expire or (room is not None and room.platform != update.platform)

    async def _tell_of(self, unreadable: Sequence[RawUpdate]) -> None:
        """The owner hears, once, of what came in and can't even be put anywhere."""
        async with self.database.write() as session:
            for update in unreadable:
                for message in delivery.unreadable(self.house, f"{update.platform}:{update.bot}:{update.update_id}"):
                    if await outbox.by_key(session, message.key) is None:
                        await self._outbox.enqueue(session, [message], self.clock.now())
        self.mail_waits.set()

    async def relocate(self) -> None:
        """Takes note of chats that got a new id: settings name them by the old one."""
        async with self.database.read() as session:
            moves = await chats.moves(session)
        room = chats.present(self.places.room, moves) if self.places.room else None
        channels = tuple(chats.present(channel, moves) for channel in self.places.channels)
        self.places = replace(self.places, room=room, channels=channels)
        self.house = replace(self.house, room=room, channels=channels)
        self._outbox.room = room
        for adapter in self._adapters.values():
            if room and room.platform == adapter.platform and hasattr(adapter, "room_is"):
                adapter.room_is(room.chat_id)

    async def refresh(self) -> bool:
        """Takes in knowledge that was changed since; False when nothing was."""
        async with self.database.read() as session:
            newest = await newest_revision(session)
            if newest == self._revision:
                return False
            entries, products = await load_all(session)
        knowledge = await fitted(entries, products, self.house.shop, self._model)
        self.house = replace(self.house, knowledge=knowledge)
        self._revision = newest
        return True

    async def work(self) -> bool:
        """Handles one stored update or one alarm of a conversation."""
        worked = await self._worker.work()
        if worked:
            self.mail_waits.set()
        return worked

    async def send(self) -> bool:
        """Sends what is due now, one message a lane."""
        sent = await self._sender.send()
        if not sent and self._sender.paced_until:  # a look that comes late would leave the pace unused
            pause_s = (self._sender.paced_until - self.clock.now()).total_seconds()
            asyncio.get_running_loop().call_later(max(0.0, pause_s), self.mail_waits.set)
        return sent

    async def fetch(self) -> bool:
        """Fetches files whose bytes are wanted."""
        fetched = await self._fetcher.fetch()
        if fetched:
            self.mail_waits.set()
        return fetched

    async def due(self) -> bool:
        """Enqueues one post whose time has come, or tells those for whom a product is back."""
        now = self.clock.now()
        async with self.database.read() as session:
            due = [life for at, life in await next_ones(session) if at <= now]
        for life in due:
            async with self.database.write() as session:
                messages = await life.due(session, self.house, now)
                await self._outbox.enqueue(session, messages or [], now)
            if messages is not None:
                self.mail_waits.set()
                return True
        return False

    async def settle(self) -> None:
        """Does everything that there is to do at the clock's present time."""
        while await self.due() or await self.work() or await self.fetch() or await self.send():
            pass

    async def serve(self, *, work: bool = True, send: bool = True, fetch: bool = True) -> None:
        """Works, sends and watches the clock until cancelled; then what is under way is finished first.

        Each may be left to another process. A call that takes longer than LAST_STEP_S is cut: its row stays as
        sending, and the next start sorts it out.
        """
        stopping = asyncio.Event()
        steps = [(self.work, self.work_waits)] * work + [(self.send, self.mail_waits)] * send
        steps += [(self.fetch, self.files_wait)] * fetch
        loops = [asyncio.ensure_future(repeat(step, waits, stopping)) for step, waits in steps]
        looks = [Alarm(self._look_for_news, REFRESH_S)] + [Alarm(self._post_what_is_due, TICK_S)] * work
        looks += [Alarm(self.tidy, DAY_S)] * fetch
        for look in looks:
            look.start()
        if fetch:
            await looks[-1].ring()
        try:
            await asyncio.wait(loops)
        finally:
            for look in looks:
                await look.stop()
            for event in (stopping, self.work_waits, self.mail_waits, self.files_wait):
                event.set()
            loop_time = asyncio.get_running_loop().time
            deadline = loop_time() + LAST_STEP_S
            await asyncio.wait(loops, timeout=LAST_STEP_S)
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self._sender.finish(max(0.0, deadline - loop_time()))

    async def _post_what_is_due(self) -> None:
        while await self.due():
            pass

    async def tidy(self) -> None:
        """Deletes the files and the messages that were kept for long enough."""
        now, shop = self.clock.now(), self.house.shop
        await self._fetcher.forget(timedelta(days=shop.keep_media_days))
        await forget_old(self.database, now - timedelta(days=shop.keep_messages_days), now)

    async def _look_for_news(self) -> None:
        await self.load()

    async def next_due(self) -> tuple[datetime, str] | None:
        """The next instant at which something will happen by itself, and what that is."""
        async with self.database.read() as session:
            found = [
                *[(at, life.what) for at, life in await next_ones(session) if life.what],
                (await session.scalar(select(func.min(Conversation.wake_at))), "a conversation goes on"),
                (await session.scalar(select(func.min(Conversation.next_at))), "a message is tried again"),
                (await outbox.next_due(session, self.clock.now()), "a message is sent again"),
                (await attachments.next_due(session, self.clock.now()), "a file is fetched again"),
                (self._sender.paced_until, "the platform takes the next message"),
            ]
        return min(((at, what) for at, what in found if at), default=None)

    async def read_blob(self, sha256: str) -> bytes:
        """The bytes of a stored picture, for the platforms."""
        async with self.database.read() as session:
            return await blobs.read_blob(session, sha256)

    async def _positions(self, platform: str) -> Sequence[Position]:
        async with self.database.read() as session:
            return await inbox.positions(session, platform)

    async def _complete(
        self, platform: str, command: str, argument: str, typed: str, person_id: str, in_room: bool
    ) -> Sequence[tuple[str, str]]:
        if not in_room and f"{platform}:{person_id}" not in self.places.owner_ids:
            return ()
        async with self.database.read() as session:
            return await complete(session, self.house, self.clock.now(), f"{command} {argument}", typed)

    async def _handle(self, session: AsyncSession, job: Job) -> Handled:
        ctx = await self._context(session, job)
        if self._model:
            await read_ahead(job.message, ctx)
        messages = await (handlers.route(job.message, ctx) if job.message else handlers.wake(ctx))
        return handled(messages, ctx, job.message, self._adapters[ctx.conversation.platform])

    async def _apologise(self, session: AsyncSession, job: Job) -> Handled:
        ctx = await self._context(session, job)
        messages = await delivery.broken(job.message, ctx)
        return handled(messages, ctx, job.message, self._adapters[ctx.conversation.platform])

    async def _context(self, session: AsyncSession, job: Job) -> Context:
        return await context_of(session, job, self.house, self._adapters, self.clock.now())

    def _tell_of_backlog(self, found: Backlog) -> OutboundMessage:
        room = self.places.room
        assert room is not None  # else nothing waits for its pace
        return backlog.told(self.house, room, found.messages, found.customers, found.calls, found.per_minute)

    async def _report(self, session: AsyncSession, failed: Undelivered) -> list[OutboundMessage]:
        room = self.places.room
        room_id = await inbox.conversation_id(session, room, "", "room") if room else 0
        failure = delivery.Failure(
            failed.message, failed.key, failed.state, failed.error.reason, self.clock.now(), room_id
        )
        return await delivery.undelivered(session, self.house, failure)

    def _count(self, updates: Sequence[RawUpdate], stored: int) -> None:
        """Counts stored updates; those that nobody can place have their outcome already."""
        if stored:
            self.metrics.received(updates[0].platform, stored)
            for _ in range(min(stored, sum(update.chat is None for update in updates))):
                self.metrics.ended(Outcome.failed)

    def _observe(self, platform: str, update_id: str, outcome: str | None, explanation: dict[str, Any] | None) -> None:
        if outcome:
            self.metrics.ended(outcome)
        explain = getattr(self._adapters[platform], "explain", None)
        if explain and explanation:
            explain(update_id, explanation | {"outcome": outcome or "waiting"})
