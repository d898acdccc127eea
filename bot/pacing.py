"""How fast a platform may be called: budgets for the bot, a chat, a group; kept exactly, and paused by a 429."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PARTS, HASTE = 5, 4 / 3
"""What goes to many is sent in so many lots a period, as large as the budget allows; after a pause or a stall the lots
follow one another so much quicker, as far as the budget has room."""
MOST_LATE = timedelta(seconds=0.5)
"""No call counts from later than this after it began: one that hangs is not on its way for ever."""
FORGETTING = 100
"""The quickest way there and back is forgotten by one part in so many with each call: the way may have grown longer."""


@dataclass(frozen=True)
class Budget:
    """At most `count` calls within any `per_s` seconds. Chats that share a budget share its name."""

    name: str
    count: int
    per_s: float


def spread(bot: Budget) -> Budget:
    """A bot's budget for what goes to many: in lots over its period, so that a word in between finds room soon."""
    return Budget(f"{bot.name}/lots", max(1, bot.count // PARTS), bot.per_s / PARTS / HASTE)


@dataclass(frozen=True)
class Counted:
    """Calls that were counted against these budgets, as of that instant."""

    names: Sequence[str]
    at: datetime
    calls: int


class Pacer:
    """Remembers the calls of each budget. One pacer belongs to the one sender of a bot.

    A platform counts a call when it arrives, so a call counts from the latest instant at which it can have arrived:
    when its answer came, less the quickest way there and back. However calls are delayed, no more of them than the
    budget meet the platform within its period.
    """

    def __init__(self) -> None:
        self._calls: dict[str, deque[datetime]] = defaultdict(deque)
        self._paused: dict[str, datetime] = {}
        self._quickest: dict[str, timedelta] = {}

    def ready_at(self, budgets: Iterable[Budget], now: datetime, calls: int = 1) -> datetime:
        """The earliest instant, `now` or later, at which all of the budgets allow that many more calls at once."""
        return max((self._free_at(budget, now, min(calls, budget.count)) for budget in budgets), default=now)

    def take(self, budgets: Sequence[Budget], now: datetime, calls: int = 1) -> Counted:
        """Counts calls against each of the budgets."""
        for budget in budgets:
            self._calls[budget.name].extend([now] * calls)
        return Counted([budget.name for budget in budgets], now, calls)

    def begun(self, counted: Counted, now: datetime) -> Counted:
        """Calls that were counted when they might go are made now, which may be later; they count from now."""
        self._recount(counted, now)
        return Counted(counted.names, now, counted.calls)

    def arrived(self, counted: Counted, now: datetime) -> None:
        """Calls that began when they were counted have ended: they count from when they arrived at the latest."""
        if not counted.names:
            return
        took = max(now - counted.at, timedelta())
        known = self._quickest.get(counted.names[0], took)
        quickest = self._quickest[counted.names[0]] = min(took, known + (took - known) / FORGETTING)
        self._recount(counted, counted.at + min(took - quickest, MOST_LATE))

    def pause(self, name: str, until: datetime) -> None:
        """Lets nothing of that budget go before `until`; a longer pause stays."""
        self._paused[name] = max(until, self._paused.get(name, until))

    def _recount(self, counted: Counted, at: datetime) -> None:
        if at <= counted.at:
            return
        for name in counted.names:
            calls = self._calls[name]
            for _ in range(counted.calls):
                if counted.at in calls:
                    calls.remove(counted.at)
                insort(calls, at)

    def _free_at(self, budget: Budget, now: datetime, wanted: int) -> datetime:
        calls, window = self._calls[budget.name], timedelta(seconds=budget.per_s)
        while calls and calls[0] + window <= now:
            calls.popleft()
        if not calls and self._paused.get(budget.name, now) <= now:
            self._calls.pop(budget.name, None)  # a bot meets many chats once
            self._paused.pop(budget.name, None)
            return now
        pause = self._paused.get(budget.name, now)
        room = budget.count - wanted  # so many calls may still be young
        return max(now, pause, calls[-room - 1] + window if len(calls) > room else now)
