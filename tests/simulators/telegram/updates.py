"""Updates on their way to the bot: what it asked for, in order, until it confirms them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

KEPT_S = 24 * 3600
"""Telegram keeps what nobody fetched for 24 hours."""

ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that come only to a bot that names them in `allowed_updates`."""


@dataclass(eq=False)
class Pending:
    """One update that waits. `odd` ones (repeated, late, malformed) are no fit matter for the traffic record."""

    update_id: int
    body: dict[str, Any]
    since: float
    odd: bool = False
    handed_out: bool = False


@dataclass
class Queue:
    """The updates in the order in which they are handed out."""

    now: Callable[[], float]
    waiting: list[Pending] = field(default_factory=list)
    delivered: list[Pending] = field(default_factory=list)
    """Those that the bot confirmed, oldest first."""
    allowed: frozenset[str] | None = None
    """The kinds that the bot asked for; None stands for all but those on request."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    held: list[Pending] | None = None
    """What comes late: collects updates while it is a list."""
    last_id: int = 700_000_000

    def wants(self, kind: str) -> bool:
        """Whether updates of that kind are for this bot."""
        return kind in self.allowed if self.allowed is not None else kind not in ON_REQUEST

    def add(self, kind: str, told: dict[str, Any]) -> Pending | None:
        """Queues an update of one kind; None where the bot did not ask for such."""
        if not self.wants(kind):
            return None
        self.last_id += 1
        pending = Pending(self.last_id, {"update_id": self.last_id, kind: told}, self.now())
        (self.waiting if self.held is None else self.held).append(pending)
        self.news.set()
        return pending

    def add_raw(self, body: dict[str, Any]) -> Pending:
        """Queues whatever it is given, with an id of its own unless it brings one."""
        if "update_id" not in body:
            self.last_id += 1
            body = {"update_id": self.last_id, **body}
        number = body["update_id"]
        pending = Pending(number if isinstance(number, int) else self.last_id, body, self.now(), odd=True)
        self.waiting.append(pending)
        self.news.set()
        return pending

    def repeat(self, pending: Pending) -> None:
        """Hands the same update out once more, with its own old id."""
        self.waiting.append(Pending(pending.update_id, pending.body, self.now(), odd=True))
        self.news.set()

    def hold(self) -> None:
        """Keeps what happens from now on back, until `release`: it will come late, behind newer updates."""
        self.held = []

    def release(self) -> None:
        """Lets the updates that were held back go, behind everything that waits."""
        for pending in self.held or []:
            pending.odd = True
            self.waiting.append(pending)
        self.held = None
        self.news.set()

    def confirm(self, offset: int) -> None:
        """The bot has everything below `offset`. Odd ones go only once they were handed out, whatever their id."""

        def confirmed(pending: Pending) -> bool:
            return pending.update_id < offset and (pending.handed_out or not pending.odd)

        self.delivered += [p for p in self.waiting if confirmed(p)]
        self.waiting = [p for p in self.waiting if not confirmed(p)]

    def taken(self, pending: Pending) -> None:
        """The bot said 200 to this one; it may have been dropped meanwhile."""
        self.waiting = [p for p in self.waiting if p is not pending]
        self.delivered.append(pending)

    def hand_out(self, limit: int = 100) -> list[Pending]:
        """The next updates, the oldest first. What is over 24 hours old is gone."""
        self.waiting = [p for p in self.waiting if self.now() - p.since <= KEPT_S]
        return self.waiting[:limit]
