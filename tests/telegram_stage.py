"""The people of a test on Telegram: the real core and the real client, before the simulator on 127.0.0.1.

The house's clock stands, and the simulator counts its budgets by the same clock; only the way over the loopback takes
real time. After each act the stage waits until the updates are stored, and then lets the house do what there is to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import select

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.database import Database
from bot.database.tables import Conversation, InboxRow, OutboxRow
from bot.demo import PlaygroundControls
from bot.messages import ChatRef
from knowledge.shop import Shop
from tests.simulators.telegram.chats import Chat, Message, Topic
from tests.simulators.telegram.people import User
from tests.simulators.telegram.simulator import TelegramSimulator
from tests.simulators.telegram.updates import Pending

PRESS_S = 1.5
WITHIN_S = 20.0
"""What takes longer over the loopback hangs."""
SECRET = "a-secret-of-the-walks"


@dataclass
class Person:
    """Somebody's view of a chat, or of one topic of it."""

    stage: TelegramStage
    user: User
    chat: Chat
    thread: int | None = None
    _heard: set[int] = field(default_factory=set)

    async def says(self, text: str = "", **more: Any) -> Message:
        """Writes, and lets the house do what there is to do."""
        message = self.writes(text, **more)
        await self.stage.settle()
        return message

    def writes(self, text: str = "", **more: Any) -> Message:
        """Writes, and nothing else happens yet."""
        return self.stage.simulator.user_says(self.chat, self.user, text, **({"thread": self.thread} | more))

    async def sends_album(self, count: int = 2, text: str = "", **more: Any) -> list[Message]:
        """Sends pictures together, and lets the house wait until no more of them come."""
        sent = self.stage.simulator.user_sends_album(
            self.chat, self.user, count, text, **({"thread": self.thread} | more)
        )
        await self.stage.settle()
        await self.stage.wait(seconds=1.5)
        return sent

    async def edits(self, message: Message, text: str) -> None:
        """Changes what was written."""
        self.stage.simulator.user_edits(message, text)
        await self.stage.settle()

    async def reacts(self, message: Message, emoji: str) -> None:
        """Reacts to a message, or with "" no longer."""
        self.stage.simulator.reacts(message, emoji, self.user)
        await self.stage.settle()

    async def presses(self, label: str, user: User | None = None) -> None:
        """Presses the button of that label (or data) under the latest message that has it."""
        for message in reversed(self.log()):
            if any(label in button for button in message.buttons):
                self.stage.simulator.user_presses(message, label, user or self.user)
                await self.stage.settle()
                return
        raise AssertionError(f"no button {label!r} in {[m.buttons for m in self.log()]}")

    def log(self) -> list[Message]:
        """Everything that is to be seen here."""
        return self.chat.in_thread(self.thread)

    def news(self) -> list[Message]:
        """What the bot has shown here since the last look."""
        new = [m for m in self.log() if m.by_bot and m.message_id not in self._heard]
        self._heard |= {m.message_id for m in new}
        return new

    def hears(self) -> list[str]:
        """The words of `news`."""
        return [message.text for message in self.news()]

    def buttons(self) -> list[str]:
        """The labels under the latest message that has any."""
        return next(([b.text for b in m.buttons] for m in reversed(self.log()) if m.buttons), [])


class TelegramStage:
    """A house with customers in private chats, an owners' group and a story channel, all on the simulator."""

    def __init__(self, database: Database, clock: Clock, shop: Shop, simulator: TelegramSimulator, group: Chat):
        self.database = database
        self.clock = clock
        self.shop = shop
        self.simulator = simulator
        self.group = group
        self.story_channel = simulator.channel()
        self.webhook_url = ""
        self.paced = True
        self.late: list[Pending] = []
        """Updates that a test keeps back."""
        self._runner: web.AppRunner | None = None
        self._threads: dict[int, Person] = {}
        self._settings = {"room_chat_id": str(group.id), "story_chat_ids": (str(self.story_channel.id),)}
        self._build()
        self.ana = self.customer("Ana")
        self.ben = self.customer("Ben")
        self.room = Person(self, simulator.owner, group)
        self.channel = Person(self, simulator.owner, self.story_channel)

    def _build(self) -> None:
        server = {"token": self.simulator.token, "api_base_url": self.simulator.url}
        hook = {"webhook_url": self.webhook_url, "webhook_secret": SECRET} if self.webhook_url else {}
        options: dict[str, Any] = {**server, **self._settings, **hook}
        self.adapter = TelegramAdapter(**options, now=self.clock.now, wait=self._wait)
        ref, bot = ChatRef, self.adapter.bot
        channel = ref("telegram", bot, self._settings["story_chat_ids"][0])
        places = Places(ref("telegram", bot, str(self._settings["room_chat_id"])), (channel,))
        self.concierge = Concierge(self.database, self.clock, [self.adapter], self.shop, places, paced=self.paced)
        self._controls = PlaygroundControls(self.concierge, self.shop.zone)

    async def _wait(self, seconds: float) -> None:
        """The adapter's pauses are over at once; only a press that is stored late would be acknowledged early."""
        if seconds == PRESS_S:
            await asyncio.Event().wait()
        await asyncio.sleep(0)

    # The house.

    async def start(self, *, webhook: bool = False) -> None:
        """Starts the house, and waits until it has reached Telegram."""
        if webhook:
            await self._serve_webhook()
            self._build()
        await self.concierge.start()
        await until(lambda: bool(self.adapter.health()["connected"]))

    async def stop(self) -> None:
        """Closes the house."""
        await self.concierge.stop()
        if self._runner:
            await self._runner.cleanup()

    async def restart(self) -> None:
        """Another process, as it were, with the same settings and the same database."""
        await self.concierge.stop()
        self._build()
        await self.concierge.start()
        await until(lambda: bool(self.adapter.health()["connected"]))

    async def _serve_webhook(self) -> None:
        async def take(request: web.Request) -> web.Response:
            return await self.adapter.webhook(request)

        app = web.Application()
        app.router.add_post("/hook", take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.webhook_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"

    # What happens in between.

    async def stored(self) -> None:
        """Waits until Telegram knows that every update is stored."""
        await until(lambda: not self.simulator.updates.waiting)

    async def settle(self) -> None:
        """Lets updates be stored, and the house do what there is to do now, and whatever only the pace holds back."""
        await self.stored()
        await self._controls.settle()
        while self.paced and self.concierge._sender.paced_until:
            await self._controls.next_thing()

    async def wait(self, **delta: float) -> None:
        """Moves the clock on, for example `wait(seconds=3)`, event by event."""
        await self.stored()
        await self._controls.advance(timedelta(**delta))

    async def step(self) -> bool:
        """Jumps to what is due next; False when nothing will happen by itself."""
        return await self._controls.next_thing() is not None

    # Who is there.

    def customer(self, name: str, **more: Any) -> Person:
        """Somebody with a private chat of their own, who has not written yet."""
        user = self.simulator.person(name, **more)
        return Person(self, user, self.simulator.private(user))

    def topic(self, name: str) -> Topic:
        """The one topic of that name that is there."""
        found = [t for t in self.group.topics.values() if t.name == name and not t.deleted]
        assert len(found) == 1, f"{len(found)} topics are called {name}"
        return found[0]

    def thread(self, name: str) -> Person:
        """The owner's view of the one topic of that name."""
        thread_id = self.topic(name).thread_id
        return self._threads.setdefault(thread_id, Person(self, self.simulator.owner, self.group, thread_id))

    def move_to(self, group: Chat) -> None:
        """The owners meet in another chat from now on; the settings still name the old one."""
        self.group = group
        self._threads.clear()
        self.room = Person(self, self.simulator.owner, group)

    # What the database says.

    async def outcomes(self) -> list[str | None]:
        """What became of each stored update that means anything, in order."""
        async with self.database.read() as session:
            return list(await session.scalars(select(InboxRow.outcome).order_by(InboxRow.id)))

    async def rows(self) -> Sequence[OutboxRow]:
        """The outbox, in order."""
        async with self.database.read() as session:
            return (await session.scalars(select(OutboxRow).order_by(OutboxRow.id))).all()

    async def states(self) -> list[str]:
        """The states of all rows of the outbox, in order."""
        return [row.state for row in await self.rows()]

    async def state_of(self, person: Person) -> str:
        """The state of a customer's conversation."""
        async with self.database.read() as session:
            wanted = select(Conversation.state).filter_by(chat_id=str(person.chat.id))
            return str(await session.scalar(wanted))


async def until(met: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Returns as soon as it is so; TimeoutError when that takes too long."""
    async with asyncio.timeout(within_s):
        while True:
            if met():
                return
            await asyncio.sleep(0.001)
