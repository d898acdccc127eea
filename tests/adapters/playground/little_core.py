"""A core of a few lines, and a clock that stands until it is moved: enough for a whole dialogue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.adapter import Call
from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.messages import Button, ChatRef, InboundMessage, OutboundMessage, RawUpdate, Receipt, Text

NINE = datetime(2026, 3, 10, 9, tzinfo=UTC)
Action = Callable[[], Awaitable[object]]


def chat(chat_id: str, thread_id: str | None = None) -> ChatRef:
    return ChatRef("playground", "playground", chat_id, thread_id)


def call(to: ChatRef, text: str = "", **more: object) -> Call:
    targets = {name: more.pop(name) for name in ("target", "quotes") if name in more}
    return Call(to, OutboundMessage(to, "key", text=Text(text), **more), "nonce", **targets)  # type: ignore[arg-type]


@dataclass
class LittleClock:
    """Implements Controls: things to do are kept with their time, and done when the clock passes it."""

    instant: datetime = NINE
    due: list[tuple[datetime, str, Action]] = field(default_factory=list)

    def now(self) -> datetime:
        return self.instant

    def zone(self) -> ZoneInfo:
        return ZoneInfo("Asia/Tokyo")

    async def settle(self) -> None:
        for thing in [thing for thing in self.due if thing[0] <= self.instant]:
            self.due.remove(thing)
            await thing[2]()

    async def advance(self, delta: timedelta) -> None:
        self.instant += delta
        await self.settle()

    async def next_thing(self) -> str | None:
        if not self.due:
            return None
        self.instant, name, _ = min(self.due, key=lambda thing: thing[0])
        await self.settle()
        return name


@dataclass
class LittleCore:
    """Answers out of a table, relays "Ask Hana" to a thread and the owner's words back; keeps all it was told."""

    clock: LittleClock
    adapter: PlaygroundAdapter
    told: list[InboundMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=lambda: {"ship": "Yes, **we do**:\nto Germany too"})

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        for update in updates:
            message = self.adapter.decode(update.body)
            self.told.append(message)
            await (self._owner(message) if message.chat.chat_id == "room" else self._customer(message))

    async def say(self, to: ChatRef, text: str, *labels: str) -> Receipt:
        buttons = tuple(Button(label, f"press:{label}") for label in labels)
        return await self.adapter.send(call(to, text, buttons=buttons))

    def later(self, seconds: float, to: ChatRef, text: str) -> None:
        self.clock.due.append((self.clock.now() + timedelta(seconds=seconds), text, lambda: self.say(to, text)))

    async def _customer(self, message: InboundMessage) -> None:
        if message.kind == "button":
            await self.adapter.open_thread(chat("room"), message.sender.name, call(chat("room"), "Ana asks you"))
        elif message.text.plain in self.answers:
            await self.say(message.chat, self.answers[message.text.plain], "Ask Hana")
        elif message.kind == "text":
            self.later(3, message.chat, f"echo {message.text.plain}")

    async def _owner(self, message: InboundMessage) -> None:
        if message.kind == "button":
            await self.say(chat("channel"), "Good morning from the hens")
        elif message.kind == "command":
            await self.say(message.chat, f"{message.action}: {message.text.plain}", "Confirm", "Cancel")
        elif message.kind == "text" and message.text and not message.text.plain.startswith("//"):
            await self.say(chat("ana"), message.text.plain)


async def no_blob(sha256: str) -> bytes:
    raise AssertionError(f"nobody should read {sha256}")
