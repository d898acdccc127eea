"""How fast a platform may be called: budgets for the bot, a chat, a group; kept exactly, and paused by a 429."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Budget:
    """At most `count` calls within any `per_s` seconds. Chats that share a budget share its name."""

    name: str
    count: int
    per_s: float


class Pacer:
    """Remembers the calls of each budget. One pacer belongs to the one sender of a bot."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[datetime]] = defaultdict(deque)
        self._paused: dict[str, datetime] = {}

    def ready_at(self, budgets: Iterable[Budget], now: datetime, calls: int = 1) -> datetime:
        """The earliest instant, `now` or later, at which all of the budgets allow that many more calls at once."""
        return max((self._free_at(budget, now, min(calls, budget.count)) for budget in budgets), default=now)

    def take(self, budgets: Iterable[Budget], now: datetime, calls: int = 1) -> None:
        """Counts calls against each of the budgets."""
        for budget in budgets:
            self._calls[budget.name].extend([now] * calls)

    def pause(self, name: str, until: datetime) -> None:
        """Lets nothing of that budget go before `until`; a longer pause stays."""
        self._paused[name] = max(until, self._paused.get(name, until))

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
