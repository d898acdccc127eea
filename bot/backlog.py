"""What customers wrote and waits for the pace of the owners' room, and the one line there that tells of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.database.doors import Database
from bot.database.tables import DeskRow, OutboxRow
from bot.messages import ChatRef, OutboundMessage, load
from bot.pacing import Budget

NAME, OVER = "backlog:", ":over"
"""Begin and end the names of the line and of its last change."""
AGAIN = timedelta(minutes=1)
"""How often the line is changed: each change takes a place in the very pace."""
SOON = timedelta(seconds=5)
"""How often it is looked whether there is anything to be told."""
ON_THE_WAY = ("waiting", "claimed", "sending", "joined")


@dataclass(frozen=True)
class Backlog:
    """How many messages of how many customers wait, how many calls they take, and how many go out in a minute."""

    messages: int
    customers: int
    calls: int
    per_minute: int

    @property
    def is_long(self) -> bool:
        """Whether it takes more than a minute."""
        return self.calls > self.per_minute


Say = Callable[[Backlog], OutboundMessage]
"""The line that tells of a backlog, or that it is over where no message is left; it is named by who asks."""


async def backlog(session: AsyncSession, room: ChatRef, budgets: Sequence[Budget]) -> Backlog:
    """What waits for the room now. A call is counted for each message and each thread that has yet to be opened."""
    chat = f"{room.platform}/{room.bot}/{room.chat_id}"
    words = (
        select(func.count(), func.count(OutboxRow.conversation_id.distinct()))
        .where(OutboxRow.state.in_(ON_THE_WAY), OutboxRow.chat == chat, OutboxRow.op == "send")
        .where(OutboxRow.copy_of.is_not(None), OutboxRow.conversation_id.is_not(None))
    )
    messages, customers = (await session.execute(words)).one()
    unopened = words.with_only_columns(func.count(OutboxRow.conversation_id.distinct()))
    without = unopened.join(DeskRow, DeskRow.conversation_id == OutboxRow.conversation_id)
    threads = await session.scalar(without.where(DeskRow.thread_id.is_(None))) or 0
    per_minute = min((int(budget.count * 60 / budget.per_s) for budget in budgets), default=messages + threads)
    return Backlog(messages, customers, messages + threads, per_minute)


class Digest:
    """The line: said when more than a minute of words waits, changed once a minute, and finished when none is left."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._line: tuple[str, ChatRef] | None = None
        self._told: Backlog | None = None
        self._next_at: datetime | None = None

    async def recover(self, session: AsyncSession) -> None:
        """Finds the line that a stopped process left unfinished."""
        line, over = aliased(OutboxRow), aliased(OutboxRow)
        finished = select(over.id).where(over.key == line.key + OVER).exists()
        last = select(line).where(line.key.startswith(NAME), line.op == "send", line.state != "dead", ~finished)
        row = await session.scalar(last.order_by(line.id.desc()).limit(1))
        if row and isinstance(to := load(OutboundMessage, row.message).to, ChatRef):
            self._line = (row.key, to)

    def _wants_look(self, held: bool, now: datetime) -> bool:
        return self._line is not None if not held else self._next_at is None or now >= self._next_at

    async def look(
        self, database: Database, room: ChatRef, budgets: Sequence[Budget], held: bool, now: datetime
    ) -> OutboundMessage | None:
        """What has to be said now. `held`: the room's pace holds words back at this moment."""
        if not self._wants_look(held, now):
            return None
        async with database.read() as session:
            found = await backlog(session, room, budgets)
        return self._change(room, found, held, now)

    def _change(self, room: ChatRef, found: Backlog, held: bool, now: datetime) -> OutboundMessage | None:
        if held:
            self._next_at = now + (AGAIN if self._line or found.is_long else SOON)
        if self._line is None:
            return self._begun(room, found, now) if held and found.is_long else None
        key, there = self._line
        if found.messages == 0:
            self._line = self._told = self._next_at = None
            return replace(self._say(found), to=there, key=key + OVER, op="edit", target=key)
        if not held or found == self._told:
            return None
        self._told = found
        return replace(self._say(found), to=there, key=f"{key}:{now.timestamp():.3f}", op="edit", target=key)

    def _begun(self, room: ChatRef, found: Backlog, now: datetime) -> OutboundMessage:
        key = f"{NAME}{now.timestamp():.3f}"
        self._line, self._told = (key, room), found
        return replace(self._say(found), to=room, key=key)
