"""What the core asks of a platform, and the whole vocabulary of its refusals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.messages import ChatRef, InboundMessage, Media, MessageRef, OutboundMessage, RawUpdate, Receipt
from bot.pacing import Budget

Accept = Callable[[Sequence[RawUpdate]], Awaitable[None]]
"""Stores raw updates; when it returns they are committed, and only then may the platform be told."""

ReadBlob = Callable[[str], Awaitable[bytes]]
"""The bytes of a stored blob by its sha256."""


class Reason(StrEnum):
    """Why a platform refused. What follows from each is the table `CONSEQUENCES`."""

    blocked = "blocked"
    thread_gone = "thread_gone"
    target_gone = "target_gone"
    migrated = "migrated"
    unauthorised = "unauthorised"
    too_old = "too_old"
    too_long = "too_long"
    limited = "limited"
    unreachable = "unreachable"
    rejected = "rejected"
    uncertain = "uncertain"


class Consequence(StrEnum):
    """What the sender does with a row after a refusal."""

    retry = "retry"
    """wait and try the same call again; the lane waits with it"""
    heal = "heal"
    """the desk is gone: open a new one, send the same message there"""
    redirect = "redirect"
    """the chat has a new id: rewrite it everywhere, send again"""
    give_up = "give_up"
    """dead; the lane goes on, and whoever must know is told"""
    undecided = "undecided"
    """nobody knows whether it arrived: at-least-once kinds are sent again, at-most-once kinds wait for the owner"""


CONSEQUENCES: dict[Reason, Consequence] = {
    Reason.blocked: Consequence.give_up,
    Reason.thread_gone: Consequence.heal,
    Reason.target_gone: Consequence.give_up,
    Reason.migrated: Consequence.redirect,
    Reason.unauthorised: Consequence.retry,
    Reason.too_old: Consequence.give_up,
    Reason.too_long: Consequence.give_up,
    Reason.limited: Consequence.retry,
    Reason.unreachable: Consequence.retry,
    Reason.rejected: Consequence.give_up,
    Reason.uncertain: Consequence.undecided,
}


class DeliveryError(Exception):
    """A platform refused a call. `retry_after_s` and `scope` with `limited`, `new_chat_id` with `migrated`."""

    def __init__(
        self,
        reason: Reason,
        description: str = "",
        *,
        retry_after_s: float | None = None,
        scope: str = "chat",
        new_chat_id: str = "",
    ) -> None:
        super().__init__(f"{reason}: {description}" if description else str(reason))
        self.reason = reason
        self.description = description
        self.retry_after_s = retry_after_s
        self.scope = scope
        self.new_chat_id = new_chat_id


@dataclass(frozen=True)
class Call:
    """One platform call: the message, with everything that was a name resolved to what the platform knows."""

    chat: ChatRef
    message: OutboundMessage
    nonce: str
    target: MessageRef | None = None
    quotes: MessageRef | None = None


class Adapter(Protocol):
    """A platform. `plan`, `envelope` and `decode` are pure; the others speak with the platform.

    `send` and `open_thread` raise DeliveryError and nothing else on purpose; anything else counts as uncertain.
    """

    platform: str
    bot: str

    async def start(self, accept: Accept, read_blob: ReadBlob) -> None:
        """Connects and begins to hand updates to `accept`."""

    async def stop(self) -> None:
        """Takes no further updates and lets go of the connection."""

    def decode(self, raw: dict[str, Any]) -> InboundMessage:
        """The neutral message in a stored raw update. Raises ValueError for what it can't read."""

    def budgets(self, chat_id: str) -> Sequence[Budget]:
        """The budgets that a call to that chat uses up: the bot's, and the chat's or group's. A 429 pauses the first
        when it is about the bot, the last when it is about the chat."""

    def plan(self, message: OutboundMessage) -> list[OutboundMessage]:
        """The message as one or more that each take one call; later parts get the keys `<key>/2`, `<key>/3` …"""

    async def send(self, call: Call) -> Receipt:
        """Makes one call: send, edit, delete or react."""

    async def open_thread(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        """A new thread of the owners' room with its first message in it; the receipt names the thread."""

    async def fetch(self, media: Media) -> bytes:
        """The bytes behind a platform's file id."""

    async def fetch_since(self, chat: ChatRef, last_message_id: str) -> Sequence[RawUpdate]:
        """What was said while the bot was away, oldest first; empty where a platform keeps its own queue."""
