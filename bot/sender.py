"""Takes rows out of the outbox and makes the calls; what follows from a refusal is `next_attempt` and one table."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot import claiming, desks, merging, outbox, turns
from bot.adapter import CONSEQUENCES, Adapter, Consequence, DeliveryError, Reason
from bot.backlog import Digest
from bot.calls import Astray, Ended, Ready, make, prepare, taken, taken_back
from bot.carrying import Carrier
from bot.clock import Clock
from bot.database import chats
from bot.database.doors import Database
from bot.database.tables import OutboxRow
from bot.messages import OutboundMessage, load
from bot.outbox import AT_MOST_ONCE, Outbox
from bot.permits import Permits
from bot.retries import next_attempt

log = structlog.get_logger()

AT_ONCE, POSTS_AT_ONCE = 32, 24
"""So many calls are under way, and so many that go to many: where those hang, there is still room for a reply."""
MOMENT_S, TOGETHER_S = 0.05, 0.01
"""So long a call is waited for before others may go; and so long, where the pace holds back what is next, for others to
end, whose ends are stored together."""
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


class Sender:
    """Sends what is due, the first row of each lane at a time. `report` says what people hear of a failure, `moved` is
    told when a chat got a new id, `carrier` brings files over, `digest` tells the owners how much waits for the pace of
    their room. Without `paced` every platform is called as fast as it goes."""

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
        carrier: Carrier | None = None,
        digest: Digest | None = None,
        observe: Observe = lambda platform, kind, state, seconds: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._adapters = adapters
        self._outbox = rows
        self._report = report
        self._moved = moved
        self._observe = observe
        self._carrier = carrier or Carrier(adapters)
        self._permits = Permits(adapters, paced=paced)
        self._digest = digest
        self._under_way: set[asyncio.Task[None]] = set()
        self._ended: list[Ended] = []
        self._unsettled: list[Callable[[], Awaitable[None]]] = []

    @property
    def paced_until(self) -> datetime | None:
        """When the next row may go that is held by its platform's pace alone."""
        return self._permits.paced_until

    async def recover(self) -> None:
        """To be called once before the first `send`: sorts out what a stopped process left behind."""
        async with self._database.write() as session:
            await self._outbox.adopt(session)
            cut = await outbox.recover(session, self._adapters)
            if self._digest:
                await self._digest.recover(session)
        for row in cut:
            await self._end(row.id, DeliveryError(Reason.uncertain, "The bot was stopped while sending."), _uncertain)

    async def send(self) -> bool:
        """Begins to send what is due, one row of each lane; False when nothing was, and nothing is under way.

        Returns when the first call has ended, or after a moment: one chat that hangs holds up no other.
        """
        unsettled, self._unsettled = self._unsettled, []
        for settle in unsettled:
            await self._settle(settle)
        claimed: list[int] = []
        for ready in await self._round(claimed):
            self._under_way.add(asyncio.create_task(self._deliver(ready)))
        told = await self._tell_how_much_waits()
        if not self._under_way:
            return bool(claimed) or told
        for task in await self._ended_now():
            task.result()
        return True

    async def _ended_now(self) -> set[asyncio.Task[None]]:
        """Calls that have ended, as soon as one has or something else may go."""
        until = self.paced_until
        wait_s = (until - self._clock.now()).total_seconds() if until else MOMENT_S
        wait_s = min(max(wait_s, 0.001), MOMENT_S)
        ended, left = await asyncio.wait(self._under_way, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        if ended and left and until:
            more, left = await asyncio.wait(left, timeout=TOGETHER_S)
            ended |= more
        self._under_way = left
        return ended

    async def finish(self, within_s: float) -> None:
        """Waits for the calls that are under way; what takes longer is cut and stays as sending."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        ended, self._ended, self._under_way = self._ended, [], set()
        await self._store_apart(ended)

    async def _round(self, claimed: list[int]) -> list[Ready]:
        """Stores the ends of calls, and commits what may go now as sending: in one commit, or where something breaks
        it, each for itself. The ids of what may go are added to `claimed`."""
        ended, free = list[Ended](), AT_ONCE - len(self._under_way)
        if not free and not self._ended:
            return []
        try:
            async with self._database.write() as session:
                ended, self._ended = self._ended, []
                took = await taken(session, ended, self._clock.now(), self._carrier)
                rows = await self._claim(session, free) if free else ()
                claimed += [row.id for row in rows]
                rows = [await self._with_its_burst(session, row) for row in rows]
                found = [await self._prepare(session, row) for row in rows]
        except Exception as error:
            if not ended and not claimed:
                raise
            log.warning("Ends and calls are stored one by one, because one breaks", error=repr(error))
            await self._store_apart(ended)
            return await self._prepared_apart(claimed)
        except BaseException:
            self._ended += ended  # `finish` stores them
            raise
        self._tell_ended(ended, took)
        self._tell_cancelled(rows)
        return [ready for ready in found if ready]

    async def _claim(self, session: AsyncSession, free: int) -> Sequence[OutboxRow]:
        posts = max(0, free - AT_ONCE + POSTS_AT_ONCE)
        return await self._permits.claim(session, self._clock.now(), free, posts)

    async def _store_apart(self, ended: Sequence[Ended]) -> None:
        for one in ended:
            await self._settle(partial(self._store, [one]))

    async def _store(self, ended: Sequence[Ended]) -> None:
        async with self._database.write() as session:
            took = await taken(session, ended, self._clock.now(), self._carrier)
        self._tell_ended(ended, took)

    def _tell_ended(self, ended: Sequence[Ended], took: Sequence[float | None]) -> None:
        for (ready, _), seconds in zip(ended, took, strict=True):
            self._observe(ready.adapter.platform, ready.kind, "sent", seconds)

    def _tell_cancelled(self, rows: Sequence[OutboxRow]) -> None:
        for row in rows:
            if row.state == "cancelled":
                self._observe(row.platform, row.kind, row.state, None)

    async def _with_its_burst(self, session: AsyncSession, row: OutboxRow) -> OutboxRow:
        """What goes in the place of a claimed row: lines of a customer that the pace held back go together."""
        if not self._permits.held_back(row) and not turns.is_of_a_turn(row):
            return row
        return await merging.merge(session, row, self._adapters[row.platform].plan, self._clock.now())

    async def _tell_how_much_waits(self) -> bool:
        """Says in the owners' room, or in its line there, how much waits for the room's pace; whether it did."""
        room, now = self._outbox.room, self._clock.now()
        if self._digest is None or room is None or room.platform not in self._adapters:
            return False
        held = self._permits.holds(outbox.pace_name(room), now)
        budgets = self._adapters[room.platform].budgets(room.chat_id)
        if message := await self._digest.look(self._database, room, budgets, held, now):
            async with self._database.write() as session:
                await self._outbox.enqueue(session, [message], now)
        return message is not None

    async def _prepare(self, session: AsyncSession, row: OutboxRow) -> Ready | None:
        """The call of a claimed row, which becomes sending; what has to be said besides goes behind it."""
        ready = await prepare(session, row, self._adapters, self._clock.now(), self._carrier)
        if ready and ready.more:
            await self._outbox.enqueue(session, [ready.more], self._clock.now())
        return ready

    async def _prepared_apart(self, row_ids: list[int]) -> list[Ready]:
        """The calls of rows that may go, each committed as sending for itself."""
        async with self._database.write() as session:
            await claiming.claim_these(session, row_ids)
        return [ready for row_id in row_ids if (ready := await self._prepared(row_id))]

    async def _prepared(self, row_id: int) -> Ready | None:
        """The call of a claimed row, which is committed as sending."""
        try:
            async with self._database.write() as session:
                row = await session.get_one(OutboxRow, row_id, with_for_update=True)
                ready = await self._prepare(session, row)
        except Exception as error:
            log.error("A row could not be prepared", row_id=row_id, error=repr(error))
            await self._settle(partial(self._unprepared, row_id, repr(error)))
            return None
        self._tell_cancelled([row])
        return ready

    async def _deliver(self, ready: Ready) -> None:
        """Makes the call. A refusal is stored at once, a receipt at the next `send` together with others."""
        counted = self._permits.begun(ready.row_id, self._clock.now())
        try:
            try:
                receipt = await make(ready)
            finally:
                self._permits.arrived(counted, self._clock.now())
        except DeliveryError as error:
            await self._settle(partial(self._refused, ready, error))
        except Exception as error:
            log.error("A call ended in an unknown way", key=ready.call.message.key, error=repr(error))
            await self._settle(partial(self._refused, ready, DeliveryError(Reason.uncertain, type(error).__name__)))
        else:
            self._ended.append((ready, receipt))

    async def _settle(self, settle: Callable[[], Awaitable[None]]) -> None:
        """Stores how a call ended; what the database can't take now is stored at the next `send`, not forgotten."""
        try:
            await settle()
        except Exception as error:
            log.error("The end of a call could not be stored", error=repr(error))
            self._unsettled.append(settle)

    async def _unprepared(self, row_id: int, error: str) -> None:
        """Gives a row back that could not even be read; one that can't be read again and again is dead."""
        async with self._database.write() as session:
            row = await session.get_one(OutboxRow, row_id, with_for_update=True)
            row.attempts, row.error = row.attempts + 1, error[:500]
            if row.state == "claimed":  # else it was cancelled meanwhile
                row.state = "waiting" if row.attempts < READINGS else await self._dead(session, row)
            row.due_at = self._clock.now() + timedelta(seconds=2.0**row.attempts)
        if row.state == "dead":
            self._observe(row.platform, row.kind, row.state, None)

    async def _refused(self, ready: Ready, error: DeliveryError) -> None:
        self._permits.refused(ready, error, self._clock.now())
        await self._end(ready.row_id, error, partial(self._judge, ready, error))
        if error.reason is Reason.migrated and self._moved:
            await self._moved()

    async def _judge(self, ready: Ready, error: DeliveryError, session: AsyncSession, row: OutboxRow) -> None:
        """What follows from a refusal, for the row and its desk."""
        now = self._clock.now()
        consequence = CONSEQUENCES[error.reason]
        if ready.desk and ready.opens:
            await desks.not_opened(session, ready.desk)
        if consequence is Consequence.heal and ready.desk and not ready.opens:
            await desks.lost(session, ready.desk, now)
        target = ready.call.target
        if consequence is Consequence.redirect and error.new_chat_id:
            await chats.move(session, target.chat if target else ready.call.chat, error.new_chat_id, now)
        again = next_attempt(ready.attempts, error, now, ready.since)
        if consequence is Consequence.undecided and ready.kind in AT_MOST_ONCE and ready.call.message.op == "send":
            row.state = "uncertain"
        elif again is None or (consequence is Consequence.redirect and target):
            row.state = await self._dead(session, row)  # what was said in the chat that is no more stays as it is
        else:
            mended = consequence in (Consequence.heal, Consequence.redirect) and ready.attempts == 1
            outbox.put_back(row, now if mended else again)
        if isinstance(error, Astray):
            await self._outbox.enqueue(session, [taken_back(row, error.stray)], now)

    async def _dead(self, session: AsyncSession, row: OutboxRow) -> str:
        """The state of a row that can't be sent; lines that it carried together go each for itself."""
        told = row.op != "mark"  # how a desk that is no more stands, nobody has to know
        return "dead" if told and not await merging.parted(session, row, self._clock.now()) else "cancelled"

    async def _end(self, row_id: int, error: DeliveryError, change: Change) -> None:
        """Stores what became of a row, and in the same commit tells whoever must know. That it ends counts more: where
        it can't be told, it ends untold."""
        for tell in (True, True, False):
            try:
                async with self._database.write() as session:
                    row = await session.get_one(OutboxRow, row_id, with_for_update=True)
                    if row.state != "sending":
                        return  # it has ended already
                    await change(session, row)
                    row.error = str(error)
                    if tell and row.state in ("dead", "uncertain"):
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
        await self._outbox.enqueue(session, await self._report(session, undelivered), self._clock.now())


async def _uncertain(session: AsyncSession, row: OutboxRow) -> None:
    row.state = "uncertain"
