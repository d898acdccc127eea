"""Which rows of the outbox may go now: the platforms' paces, asked for each row, talk before what goes to many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot import claiming, outbox
from bot.adapter import Adapter, DeliveryError, Reason
from bot.calls import Ready
from bot.database.tables import DeskRow, OutboxRow
from bot.pacing import Budget, Counted, Pacer, spread

LONG_AGO = datetime.min.replace(tzinfo=UTC)
LOT = 8
"""Posts that are looked at together where it is not known yet how many a platform takes at once."""


class Permits:
    """Asked at each look at the outbox. Without `paced` everything may go.

    Posts and offers go in lots, each when there is room for a part of it: a commit then carries several of them, and
    what a person waits for finds its place between two lots.
    """

    def __init__(self, adapters: Mapping[str, Adapter], *, paced: bool) -> None:
        self._adapters = adapters
        self._pacer = Pacer() if paced else None
        self._held_at: dict[str, datetime] = {}
        self._lots: dict[str, int] = {}
        self._lots_until: dict[str, datetime] = {}
        self.paced_until: datetime | None = None
        """When the next row may go that is held by its platform's pace alone."""
        self._open, self._posts, self._begun = set(adapters), set[str](), set[str]()
        self._now = LONG_AGO
        self.counted: dict[int, Counted] = {}
        """What was counted for rows whose calls have not begun."""

    async def claim(self, session: AsyncSession, now: datetime, most: int, most_posts: int) -> list[OutboxRow]:
        """The rows that may go now, claimed: at most so many, and so many posts and offers among them."""
        self.paced_until, self.counted, self._now = None, {}, now
        self._open, self._begun = set(self._adapters), set[str]()
        rows = await claiming.claim(session, now, most, self._open, self._may_go, outbox.TALK)
        for platform in self._adapters:
            lot = 1 if self._lots_until.get(platform, now) > now else self._lots.get(platform, LOT)
            lot = min(lot if self._pacer else most, most - len(rows), most_posts)
            if lot > 0 and platform in self._open:
                self._posts = {platform}
                found = await claiming.claim(session, now, lot, self._posts, self._may_go, outbox.POSTS)
                rows, most_posts = [*rows, *found], most_posts - len(found)
        return list(rows)

    async def _may_go(self, session: AsyncSession, row: OutboxRow) -> bool:
        """Whether its platform's pace lets the row go now; if so, its calls are counted."""
        if self._pacer is None:
            return True
        budgets = self._adapters[row.platform].budgets(row.chat.split("/", 2)[2])
        if row.priority >= outbox.POSTS[0] and budgets:
            return self._post_may_go(self._pacer, row, budgets)
        desk = await session.get(DeskRow, row.conversation_id) if row.conversation_id else None
        calls = 2 if desk and desk.thread_id is None else 1  # a new thread costs a call of its own
        ready_at = self._pacer.ready_at(budgets, self._now, calls)
        if ready_at > self._now:
            if (bot_at := self._pacer.ready_at(budgets[:1], self._now)) > self._now:
                self._open.discard(row.platform)  # the bot's own budget is used up, for all its chats,
                self._wait_until(bot_at)  # which may wait for that alone, and this one for its own chat's
            self._wait_until(ready_at)
            if row.conversation_id:
                self._held_at[row.chat] = self._now
            return False
        self.counted[row.id] = self._pacer.take(budgets, self._now, calls)
        return True

    def _post_may_go(self, pacer: Pacer, row: OutboxRow, budgets: Sequence[Budget]) -> bool:
        lots, now = spread(budgets[0]), self._now
        if row.platform not in self._begun:
            self._begun.add(row.platform)
            self._lots[row.platform] = lots.count
            part = max(1, lots.count // 3)  # a whole lot would leave the places around each reply unused
            self._lots_until[row.platform] = pacer.ready_at((budgets[0], lots), now, part)
        whole_at = self._lots_until[row.platform]
        all_of = (*budgets, lots)
        if whole_at > now or pacer.ready_at((budgets[0], lots), now) > now:
            self._posts.discard(row.platform)
            self._wait_until(max(whole_at, pacer.ready_at(all_of, now)))
            return False
        if (ready_at := pacer.ready_at(all_of, now)) > now:
            self._wait_until(ready_at)
            return False
        self.counted[row.id] = pacer.take(all_of, now)
        return True

    def _wait_until(self, at: datetime) -> None:
        self.paced_until = min(at, self.paced_until or at)

    def begun(self, row_id: int, now: datetime) -> Counted | None:
        """The call of a row is made now."""
        counted = self.counted.pop(row_id, None)
        return self._pacer.begun(counted, now) if self._pacer and counted else None

    def arrived(self, counted: Counted | None, now: datetime) -> None:
        """A call has ended; from when it counts is known better now."""
        if self._pacer and counted:
            self._pacer.arrived(counted, now)

    def refused(self, ready: Ready, error: DeliveryError, now: datetime) -> None:
        """A 429 pauses the bot's or the chat's budget for as long as the platform says."""
        if error.reason is not Reason.limited or error.retry_after_s is None or not self._pacer:
            return
        budgets = ready.adapter.budgets(ready.call.chat.chat_id)
        for budget in budgets[:1] if error.scope == "bot" else budgets[-1:]:
            self._pacer.pause(budget.name, now + timedelta(seconds=error.retry_after_s))
        if ready.desk:
            self._held_at[outbox.pace_name(ready.call.chat)] = now

    def held_back(self, row: OutboxRow) -> bool:
        """Whether the pace held the row's chat back since the row was there."""
        return row.conversation_id is not None and self._held_at.get(row.chat, LONG_AGO) >= row.created_at

    def holds(self, chat: str, now: datetime) -> bool:
        """Whether the pace holds words for that chat back at this moment."""
        return self.paced_until is not None and self._held_at.get(chat) == now
