"""The adapter at the simulator's door, with a core that only remembers and a wait that the test holds in its hands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from bot.adapter import Call, Core
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.messages import ChatRef, InboundMessage, MessageRef, OutboundMessage, RawUpdate, Text
from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.simulator import TelegramSimulator

PRESS_S = 1.5


def picture(colour: str) -> bytes:
    """A small square."""
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


BLOBS = {"a" * 64: picture("red"), "b" * 64: picture("blue"), "c" * 64: b"no picture at all"}


@dataclass
class LittleClock:
    """Stands still until it is moved."""

    at: datetime = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The present instant."""
        return self.at

    def advance(self, seconds: float) -> None:
        """Moves on."""
        self.at += timedelta(seconds=seconds)


@dataclass
class Waits:
    """Pauses that are over at once, and are written down; those of a press last until `press_is_late` is set."""

    pauses: list[float] = field(default_factory=list)
    press_is_late: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, seconds: float) -> None:
        """Waits, as the test wants it."""
        if seconds == PRESS_S:
            await self.press_is_late.wait()
        else:
            self.pauses.append(seconds)
            await asyncio.sleep(0)


@dataclass
class LittleTelegram:
    """A started simulator, an adapter that is not started yet, and what the core was given."""

    simulator: TelegramSimulator
    clock: LittleClock
    waits: Waits
    adapter: TelegramAdapter
    stored: list[RawUpdate] = field(default_factory=list)
    batches: list[list[str]] = field(default_factory=list)
    refusals: int = 0
    """How many batches are still to be refused."""
    gate: asyncio.Event | None = None
    """Storing waits for it."""

    async def start(self) -> None:
        """Begins to take updates."""
        await self.adapter.start(Core(self.accept, read_blob))

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Remembers, or raises while refusals are left."""
        self.batches.append([update.update_id for update in updates])
        if self.gate:
            await self.gate.wait()
        if self.refusals:
            self.refusals -= 1
            raise RuntimeError("the disk is full")
        self.stored.extend(updates)

    async def heard(self, count: int = 1) -> list[InboundMessage]:
        """What the first `count` updates say, once they are stored."""
        await until(lambda: len(self.stored) >= count)
        return [self.adapter.decode(update.body) for update in self.stored[:count]]

    def ref(self, chat: Chat, thread: int | None = None) -> ChatRef:
        """The core's name for a chat."""
        return ChatRef("telegram", self.adapter.bot, str(chat.id), str(thread) if thread else None)

    def call(self, chat: Chat, text: Text | str = "", thread: int | None = None, **what: Any) -> Call:
        """A call for the adapter; `target` and `quotes` are message ids of that chat."""
        here = self.ref(chat, thread)
        target, quotes = what.pop("target", None), what.pop("quotes", None)
        words = Text(text) if isinstance(text, str) else text
        message = OutboundMessage(what.pop("to", here), "key", text=words, **what)
        refs = [MessageRef(here, str(number)) if number else None for number in (target, quotes)]
        return Call(here, message, "nonce", refs[0], refs[1])


async def read_blob(sha256: str) -> bytes:
    """The bytes of what there is."""
    return BLOBS[sha256]


async def until(condition: Callable[[], bool], within_s: float = 5.0) -> None:
    """Returns as soon as it is so; fails when that takes too long."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


Make = Callable[..., Awaitable[LittleTelegram]]
