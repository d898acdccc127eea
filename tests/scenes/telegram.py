"""Telegram as its people know it: the real client before the simulator on 127.0.0.1."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.clock import Clock
from bot.messages import ChatRef
from tests.scenes import Line, until
from tests.simulators.telegram.chats import Chat, Message
from tests.simulators.telegram.people import User
from tests.simulators.telegram.simulator import TelegramSimulator

PRESS_S = 1.5


@dataclass(frozen=True)
class Place:
    """A chat, or one topic of a forum."""

    chat: Chat
    thread: int | None = None

    def __repr__(self) -> str:
        return f"{self.chat.id}/{self.thread}"


class TelegramSide:
    """Implements `tests.scenes.Side`."""

    platform = "telegram"

    def __init__(self, simulator: TelegramSimulator, clock: Clock, *, owners: bool) -> None:
        self.simulator = simulator
        self.group, self.stories = simulator.group(), simulator.channel()
        self.adapter = TelegramAdapter(
            simulator.token,
            now=clock.now,
            api_base_url=simulator.url,
            room_chat_id=str(self.group.id) if owners else "",
            story_chat_ids=(str(self.stories.id),) if owners else (),
            wait=_wait,
        )
        bot = self.adapter.bot
        self.room = ChatRef(self.platform, bot, str(self.group.id))
        self.channel = ChatRef(self.platform, bot, str(self.stories.id))

    def customer(self, name: str) -> tuple[Place, User]:
        user = self.simulator.person(name)
        return Place(self.simulator.private(user)), user

    def general(self) -> tuple[Place, User]:
        return Place(self.group), self.simulator.owner

    def story_channel(self) -> tuple[Place, User]:
        return Place(self.stories), self.simulator.owner

    def threads(self, name: str) -> list[tuple[Place, User]]:
        found = [t.thread_id for t in self.group.topics.values() if t.name == name and not t.deleted]
        return [(Place(self.group, thread), self.simulator.owner) for thread in found]

    def lines(self, place: Place) -> list[Line]:
        shown = [m for m in place.chat.in_thread(place.thread) if not m.deleted and not m.is_service]
        return [self._line(message) for message in shown]

    def _line(self, message: Message) -> Line:
        return Line(
            message,
            message.message_id,
            message.text,
            (message.media,) if message.media else (),
            message.reply_to.text if message.reply_to else None,
            tuple(button.text for button in message.buttons),
            message.by_bot,
            tuple(message.reactions.get(self.simulator.bot.id, ())),
        )

    async def says(self, place: Place, who: User, text: str, photo: bytes, quotes: Line | None) -> Message:
        quoted = quotes.message if quotes else None
        return self.simulator.user_says(
            place.chat, who, text, photo=photo or False, reply_to=quoted, thread=place.thread
        )

    async def edits(self, place: Place, who: User, line: Line, text: str) -> None:
        self.simulator.user_edits(line.message, text)

    async def deletes(self, place: Place, who: User, line: Line) -> None:
        self.simulator.user_deletes(line.message)

    async def reacts(self, place: Place, who: User, line: Line, emoji: str) -> None:
        self.simulator.reacts(line.message, emoji, who)

    async def presses(self, place: Place, who: User, line: Line, label: str) -> None:
        self.simulator.user_presses(line.message, label, who)

    async def commands(self, place: Place, who: User, name: str, text: str, about: Line | None) -> None:
        await self.says(place, who, f"/{name} {text}".strip().replace(" | ", " "), b"", about)

    async def plans_story(self, place: Place, who: User, when: str, text: str, photo: bytes) -> None:
        await self.says(place, who, f"/story {when} {text}", photo, None)

    async def loses_thread(self, place: Place) -> None:
        assert place.thread is not None
        self.simulator.delete_topic(place.chat, place.thread)

    async def blocks(self, place: Place, who: User, *, blocked: bool) -> None:
        (self.simulator.block if blocked else self.simulator.unblock)(who)

    async def stored(self) -> None:
        await until(lambda: not self.simulator.updates.waiting)

    async def connected(self) -> None:
        await until(lambda: bool(self.adapter.health()["connected"]))


async def _wait(seconds: float) -> None:
    """The adapter's pauses are over at once; only a press that is stored late would be acknowledged early."""
    if seconds == PRESS_S:
        await asyncio.Event().wait()
    await asyncio.sleep(0)
