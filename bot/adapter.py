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


@dataclass(frozen=True)
class Position:
    """The last message that is stored of a chat, or of a thread of it; newer ones may have been missed. `raw` is the
    stored update that told of it, `first_id` the first message that is stored of the chat."""

    chat: ChatRef
    message_id: str
    raw: dict[str, Any] | None = None
    first_id: str = ""


Positions = Callable[[], Awaitable[Sequence[Position]]]
"""Where the platform's chats stand, those with the latest words first; for platforms that keep no queue for us."""

Complete = Callable[[str, str, str, str, bool], Awaitable[Sequence[tuple[str, str]]]]
"""What may be put in for an argument: command, argument, what was typed so far, the person's id, and whether they
write in the owners' room; gives pairs of label and value. Only reads."""


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
    full = "full"
    unfit = "unfit"
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
    Reason.full: Consequence.give_up,  # the place takes no more for days, and a post is not to come late by surprise
    Reason.unfit: Consequence.give_up,  # the file is not what the place wants, whenever it is tried
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


async def _nowhere() -> Sequence[Position]:
    return ()


async def _nothing(
    command: str, argument: str, prefix: str, person_id: str, in_room: bool
) -> Sequence[tuple[str, str]]:
    return ()


@dataclass(frozen=True)
class Core:
    """What a platform may ask of the core."""

    accept: Accept
    read_blob: ReadBlob
    positions: Positions = _nowhere
    complete: Complete = _nothing


@dataclass(frozen=True)
class Call:
    """One platform call: the message, with everything that was a name resolved to what the platform knows.

    `answers` is the stored raw update that the message answers, where the platform wants its answers at the place of
    the question (`Capabilities.answers_in_place`); `first` says whether it is the first of the answers.
    """

    chat: ChatRef
    message: OutboundMessage
    nonce: str
    target: MessageRef | None = None
    quotes: MessageRef | None = None
    answers: dict[str, Any] | None = None
    first: bool = True


@dataclass(frozen=True)
class Capabilities:
    """What a platform can do where they differ. What it can't is told to people in a sentence, never left out.

    `tells_deletes`: says when a person takes a message back. `tells_reactions`: says reliably how a person reacts, in
    private chats too. `reacts`: the bot itself can react. `reuses_files`: a file can be sent again by its id.
    `links_expire`: what a file's link gives must be fetched at once. `answers_in_place`: a command wants its answer
    within seconds, at its own place. `marks`: shows how a desk stands. `upload_at_most`, `download_at_most`: bytes.
    `albums`: media that arrive as several messages belong together. `writes_first`: the bot may begin a private chat;
    where it may not, the adapter's `private_link`, if it has one, leads a person into it. `cleans_photos`: a photo
    loses what it tells of the place where it was taken when it is sent there.
    """

    tells_deletes: bool = False
    tells_reactions: bool = False
    reacts: bool = False
    reuses_files: bool = False
    links_expire: bool = False
    answers_in_place: bool = False
    marks: bool = False
    albums: bool = False
    writes_first: bool = False
    cleans_photos: bool = False
    upload_at_most: int = 50_000_000
    download_at_most: int = 20_000_000


@dataclass(frozen=True)
class Problem:
    """Something wrong with a platform's set-up: what, why it matters, and the next step; a sentence each."""

    what: str
    why: str
    next: str


class Adapter(Protocol):
    """A platform. `plan`, `envelope` and `decode` are pure; the others speak with the platform.

    `send` and `open_thread` raise DeliveryError and nothing else on purpose; anything else counts as uncertain.
    """

    platform: str
    bot: str
    capabilities: Capabilities

    async def start(self, core: Core) -> None:
        """Connects and begins to hand updates to `core.accept`."""

    async def stop(self) -> None:
        """Takes no further updates and lets go of the connection."""

    def private_chat(self, person_id: str) -> str:
        """The id of the chat in which the bot and that person are alone."""

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
