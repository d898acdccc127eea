"""One house whose customers and owners may be on different platforms, and what each of them sees and does.

A side is a platform as its people know it, real client and loopback simulator included; a scene is the house between a
customers' side and an owners' side, which may be the same. The tests of the contract are written in these words alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import select

from bot.adapter import Adapter
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.database import Database
from bot.database.tables import Conversation, InboxRow, OutboxRow
from bot.demo import PlaygroundControls
from bot.messages import ChatRef
from knowledge.shop import Shop

WITHIN_S = 20.0
"""What takes longer over the loopback hangs."""


@dataclass(frozen=True)
class Line:
    """One message as a person sees it now. `message` is the platform's own, `quotes` the words that it quotes."""

    message: Any = field(repr=False, compare=False)
    key: Any = field(repr=False)
    text: str = ""
    media: tuple[str, ...] = ()
    quotes: str | None = None
    buttons: tuple[str, ...] = ()
    by_bot: bool = False
    bot_reactions: tuple[str, ...] = ()


class Side(Protocol):
    """A platform as its people know it. `Place` and `Who` are what it calls a chat and a person."""

    platform: str
    room: ChatRef
    channel: ChatRef

    @property
    def adapter(self) -> Adapter:
        """The bot's way to it."""

    def customer(self, name: str) -> tuple[Any, Any]:
        """Somebody with a private chat of their own: the chat and the person."""

    def general(self) -> tuple[Any, Any]:
        """The general part of the owners' room, and the owner."""

    def story_channel(self) -> tuple[Any, Any]:
        """The story channel, and somebody who reads it."""

    def threads(self, name: str) -> list[tuple[Any, Any]]:
        """The threads of the owners' room that bear a customer's name and are there, and the owner."""

    def lines(self, chat: Any) -> list[Line]:
        """What is to be seen in a chat, in order."""

    async def says(self, chat: Any, who: Any, text: str, photo: bytes, quotes: Line | None) -> Any:
        """Somebody writes; gives the platform's message."""

    async def edits(self, chat: Any, who: Any, line: Line, text: str) -> None:
        """Somebody changes what they wrote."""

    async def deletes(self, chat: Any, who: Any, line: Line) -> None:
        """Somebody takes back what they wrote."""

    async def reacts(self, chat: Any, who: Any, line: Line, emoji: str) -> None:
        """Somebody reacts, with "" no longer."""

    async def presses(self, chat: Any, who: Any, line: Line, label: str) -> None:
        """Somebody presses a button; a label that is not there is taken as a forged button's data."""

    async def commands(self, chat: Any, who: Any, name: str, text: str, about: Line | None) -> None:
        """Somebody gives a command in their platform's way; `about` is the message that it is about."""

    async def plans_story(self, chat: Any, who: Any, when: str, text: str, photo: bytes) -> None:
        """An owner asks for a story."""

    async def loses_thread(self, chat: Any) -> None:
        """An owner deletes a thread."""

    async def blocks(self, chat: Any, who: Any, *, blocked: bool) -> None:
        """A customer wants nothing more from the bot, or something again."""

    async def stored(self) -> None:
        """Waits until the house has stored all that people did."""

    async def connected(self) -> None:
        """Waits until the house has reached the platform."""


@dataclass
class Seat:
    """Somebody's view of a chat."""

    scene: Scene
    side: Side
    chat: Any
    who: Any
    _heard: set[Any] = field(default_factory=set)

    async def says(self, text: str = "", *, photo: bytes = b"", quotes: Line | None = None) -> Line:
        """Writes, and lets the house do what there is to do."""
        message = await self.writes(text, photo=photo, quotes=quotes)
        await self.scene.settle()
        return message

    async def writes(self, text: str = "", *, photo: bytes = b"", quotes: Line | None = None) -> Line:
        """Writes, and nothing else happens yet."""
        await self.side.says(self.chat, self.who, text, photo, quotes)
        return self.log()[-1]

    async def edits(self, line: Line, text: str) -> None:
        """Changes what was written."""
        await self.side.edits(self.chat, self.who, line, text)
        await self.scene.settle()

    async def deletes(self, line: Line) -> None:
        """Takes back what was written."""
        await self.side.deletes(self.chat, self.who, line)
        await self.scene.settle()

    async def reacts(self, line: Line, emoji: str) -> None:
        """Reacts to a message, with "" no longer."""
        await self.side.reacts(self.chat, self.who, line, emoji)
        await self.scene.settle()

    async def presses(self, label: str) -> None:
        """Presses the button of that label under the latest message that has it."""
        line = next(line for line in reversed(self.log()) if label in line.buttons)
        await self.side.presses(self.chat, self.who, line, label)
        await self.scene.settle()

    async def forges(self, line: Line, data: str) -> None:
        """Presses a button that is not there."""
        await self.side.presses(self.chat, self.who, line, data)
        await self.scene.settle()

    async def commands(self, name: str, text: str = "", about: Line | None = None) -> None:
        """Gives a command, in the way of the platform."""
        await self.side.commands(self.chat, self.who, name, text, about)
        await self.scene.settle()

    async def plans_story(self, when: str, text: str, photo: bytes = b"") -> None:
        """Asks for a story."""
        await self.side.plans_story(self.chat, self.who, when, text, photo)
        await self.scene.settle()

    def log(self) -> list[Line]:
        """Everything that is to be seen here."""
        return self.side.lines(self.chat)

    def now(self, line: Line) -> Line | None:
        """The same message as it stands now; None when it is gone."""
        return next((found for found in self.log() if found.key == line.key), None)

    def news(self) -> list[Line]:
        """What the bot has shown here since the last look."""
        new = [line for line in self.log() if line.by_bot and line.key not in self._heard]
        self._heard |= {line.key for line in new}
        return new

    def hears(self) -> list[str]:
        """The words of `news`."""
        return [line.text for line in self.news()]


class Scene:
    """A house with Ana and Ben on one side, and the owners' room and the story channel on the other."""

    def __init__(self, database: Database, clock: Clock, shop: Shop, customers: Side, owners: Side) -> None:
        self.database = database
        self.clock = clock
        self.customers, self.owners = customers, owners
        self.sides: Sequence[Side] = [customers] if customers is owners else [customers, owners]
        adapters = [side.adapter for side in self.sides]
        places = Places(owners.room, (owners.channel,))
        self.concierge = Concierge(database, clock, adapters, shop, places)
        self._controls = PlaygroundControls(self.concierge, shop.zone)
        self.ana = Seat(self, customers, *customers.customer("Ana"))
        self.ben = Seat(self, customers, *customers.customer("Ben"))
        self.room = Seat(self, owners, *owners.general())
        self.channel = Seat(self, owners, *owners.story_channel())
        self._threads: dict[Any, Seat] = {}

    async def start(self) -> None:
        """Opens the house, and waits until it has reached the platforms."""
        await self.concierge.start()
        for side in self.sides:
            await side.connected()
        self.room.news()  # a room may introduce itself

    async def settle(self) -> None:
        """Lets what people did be stored, and the house do what there is to do now."""
        for side in self.sides:
            await side.stored()
        await self._controls.settle()
        while self.concierge._sender.paced_until:
            await self._controls.next_thing()

    async def wait(self, **delta: float) -> None:
        """Moves the clock on, event by event."""
        await self.settle()
        await self._controls.advance(timedelta(**delta))

    def thread(self, name: str) -> Seat:
        """The owner's view of the one thread that bears that name."""
        (found,) = self.owners.threads(name)
        key = repr(found[0])
        return self._threads.setdefault(key, Seat(self, self.owners, *found))

    async def outcomes(self) -> list[str | None]:
        """What became of each stored update, in order."""
        async with self.database.read() as session:
            return list(await session.scalars(select(InboxRow.outcome).order_by(InboxRow.id)))

    async def states(self) -> set[str]:
        """The states in which messages to be sent ended."""
        async with self.database.read() as session:
            return set(await session.scalars(select(OutboxRow.state)))

    async def conversations(self) -> list[str]:
        """The states of the customers' conversations, in order."""
        async with self.database.read() as session:
            wanted = select(Conversation.state).filter_by(kind="customer").order_by(Conversation.id)
            return list(await session.scalars(wanted))


async def until(met: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Returns as soon as it is so; TimeoutError when that takes too long."""
    async with asyncio.timeout(within_s):
        while True:
            if met():
                return
            await asyncio.sleep(0.001)
