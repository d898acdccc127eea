"""How fast a bot may call, as Telegram counts it: answered with 429, and every excess written down."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.errors import too_many

BOT = (30, 1.0)
CHAT = (1, 1.0)
GROUP = (20, 60.0)
"""Calls and seconds: of the bot, of a private chat or channel, of a group."""


@dataclass(frozen=True)
class Excess:
    """One call over a budget."""

    method: str
    chat_id: int
    budget: str
    at: float


@dataclass
class Budgets:
    """Counts sends, edits and new topics when `on`. `slack_s` forgives the jitter of the way to the server.

    A group has no budget of one a second: Telegram's documentation names 20 a minute for it, and opening a topic and
    writing into it are two calls of one moment.
    """

    now: Callable[[], float]
    on: bool = False
    slack_s: float = 0.05
    excesses: list[Excess] = field(default_factory=list)
    _calls: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, method: str, chat: Chat) -> None:
        """Counts one call. Raises ApiError 429 where a budget is used up."""
        if not self.on or not counts(method):
            return
        budgets = {"bot": BOT, f"chat {chat.id}": GROUP if chat.is_group else CHAT}
        wait_s = max(self._wait_s(name, *budget) for name, budget in budgets.items())
        if wait_s > 0:
            names = [name for name, budget in budgets.items() if self._wait_s(name, *budget) > 0]
            self.excesses.append(Excess(method, chat.id, names[0], self.now()))
            raise too_many(max(1, math.ceil(wait_s)))
        for name in budgets:
            self._calls[name].append(self.now())

    def _wait_s(self, name: str, count: int, per_s: float) -> float:
        calls, window = self._calls[name], per_s - self.slack_s
        while calls and calls[0] + window <= self.now():
            calls.popleft()
        return calls[-count] + window - self.now() if len(calls) >= count else 0.0


def counts(method: str) -> bool:
    """Whether a method uses budgets: what sends, edits or opens a topic."""
    sends = method.startswith(("send", "copy", "forward")) and method != "sendChatAction"
    return sends or method.startswith("editMessage") or method in ("createForumTopic", "editForumTopic")
