"""What a handler is given, what it gives back, and what that makes of the rows."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import Conversation, InboxRow
from bot.messages import InboundMessage, OutboundMessage, Outcome

ALARMS = ("thought_due_at", "handoff_ends_at", "due_at", "card_due_at")
"""The instants at which a conversation wakes by itself: the rest of a thought has had its time, the owner has been
silent for long, or one of its lives (a snooze, a close, a promise, a question whether it helped) has something
due, or the card at its desk has to be looked at."""
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Job:
    """What a handler is given: a message, or (`message` None) the conversation's own alarm.

    `chat_id` is the id that the message's chat has now. `held` are the earlier lines of an unfinished thought, with
    `held_ids` their inbox ids.
    """

    conversation: Conversation
    message: InboundMessage | None = None
    inbox_id: int | None = None
    chat_id: str | None = None
    held: tuple[InboundMessage, ...] = ()
    held_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Handled:
    """What a handler gives back. `outcome` None holds the message for the rest of the thought; `settles` is the
    outcome of the lines that were held before."""

    messages: list[OutboundMessage] = field(default_factory=list)
    outcome: Outcome | None = Outcome.done
    settles: Outcome | None = None
    explanation: dict[str, Any] | None = None


Handle = Callable[[AsyncSession, Job], Awaitable[Handled]]
Seen = tuple[str, str, str | None, dict[str, Any] | None]
"""What became of an update: platform, update id, outcome, explanation."""
Observe = Callable[[str, str, str | None, dict[str, Any] | None], None]
"""Told what became of each update, after the commit."""


def storable(message: InboundMessage) -> InboundMessage:
    """The message without what PostgreSQL can't store: NUL and half an emoji become a replacement character."""
    name, plain = (UNSTORABLE.sub("\ufffd", words) for words in (message.sender.name, message.text.plain))
    return replace(message, sender=replace(message.sender, name=name), text=replace(message.text, plain=plain))


def release(conversation: Conversation, more: bool, now: datetime) -> None:
    """Lets the next in line go first, and forgets what has been done."""
    conversation.pending_since = now if more else None
    conversation.wake_attempts = 0
    conversation.wake_at = min((at for name in ALARMS if (at := getattr(conversation, name))), default=None)


def finish(row: InboxRow, outcome: Outcome | None, explanation: dict[str, Any] | None, now: datetime) -> Seen:
    """Ends an update, or holds it where there is no outcome yet; returns what is told of it after the commit."""
    row.state = "held" if outcome is None else "failed" if outcome is Outcome.failed else "done"
    row.outcome = outcome
    row.explanation = explanation
    row.handled_at = None if outcome is None else now
    return row.platform, row.update_id, outcome, explanation
