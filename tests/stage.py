"""The people of a test: each says, presses and hears, and the house does what there is to do in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.adapters.playground.world import CHANNEL, ROOM, Place, Shown, World
from bot.app import Concierge
from bot.clock import Clock
from bot.database import Database
from bot.database.tables import InboxRow, OutboxRow
from bot.demo import PLACES, PlaygroundControls
from bot.messages import Media
from knowledge.shop import Shop


@dataclass
class Person:
    """Somebody in a place: a customer in their chat, the owner in the room or a thread, a reader of the channel."""

    stage: Stage
    place: Place
    heard: int = field(default=0)

    async def says(self, text: str, media: Sequence[Media] = ()) -> None:
        """Writes, and lets the house do what there is to do at this instant."""
        await self.writes(text, media)
        await self.stage.settle()

    async def writes(self, text: str, media: Sequence[Media] = ()) -> str:
        """Writes, and nothing else happens yet."""
        if self.place.chat_id == ROOM:
            return await self.stage.adapter.owner_says(text, self.place.thread_id, media)
        return await self.stage.adapter.customer_says(self.place.chat_id, text, media)

    async def edits(self, shown: Shown, text: str) -> None:
        """Changes what they wrote."""
        if self.place.chat_id == ROOM:
            await self.stage.adapter.owner_edits(shown.message_id, text, self.place.thread_id)
        else:
            await self.stage.adapter.customer_edits(self.place.chat_id, shown.message_id, text)
        await self.stage.settle()

    async def deletes(self, shown: Shown) -> None:
        """Takes back what they wrote."""
        if self.place.chat_id == ROOM:
            await self.stage.adapter.owner_deletes(shown.message_id, self.place.thread_id)
        else:
            await self.stage.adapter.customer_deletes(self.place.chat_id, shown.message_id)
        await self.stage.settle()

    async def replies(self, shown: Shown, text: str) -> None:
        """Writes, quoting a message."""
        if self.place.chat_id == ROOM:
            await self.stage.adapter.owner_says(text, self.place.thread_id, reply_to=shown.message_id)
        else:
            await self.stage.adapter.customer_says(self.place.chat_id, text, reply_to=shown.message_id)
        await self.stage.settle()

    async def reacts(self, shown: Shown, emoji: str) -> None:
        """Reacts to a message, or with "" no longer."""
        await self.stage.adapter.reacts(self.place.chat_id, shown.message_id, emoji, self.place.thread_id)
        await self.stage.settle()

    def last(self, words: str) -> Shown:
        """The latest message here that contains these words, as it stands now."""
        return next(shown for shown in reversed(self.log()) if words in shown.text.plain)

    def wrote(self, words: str = "") -> Shown:
        """The latest message of a person's own here that contains these words, as it stands now."""
        return next(s for s in reversed(self.log()) if not s.from_bot and words in s.text.plain)

    async def presses(self, label: str) -> None:
        """Presses the button of that label in the latest message that has it."""
        for shown in reversed(self.log()):
            for button in shown.buttons:
                if button.label == label:
                    await self.presses_data(shown.message_id, button.data)
                    return
        raise AssertionError(f"no button {label!r} in {[b.label for s in self.log() for b in s.buttons]}")

    async def presses_data(self, message_id: str, data: str) -> None:
        """Presses a button, perhaps one that was never there."""
        await self.stage.adapter.press(self.place.chat_id, message_id, data, self.place.thread_id)
        await self.stage.settle()

    def log(self) -> list[Shown]:
        """Everything that is to be seen here."""
        return list(self.stage.adapter.world.log(self.place))

    def news(self) -> list[Shown]:
        """What the bot has shown here since the last look."""
        new = [s for s in self.log()[self.heard :] if s.from_bot]
        self.heard = len(self.log())
        return new

    def hears(self) -> list[str]:
        """The words of `news`."""
        return [shown.text.plain for shown in self.news()]

    def buttons(self) -> list[str]:
        """The labels under the latest message that has any."""
        return next(([b.label for b in s.buttons] for s in reversed(self.log()) if s.buttons), [])


class Stage:
    """A house with the three customers, the owners' room and the story channel of the playground."""

    def __init__(self, database: Database, clock: Clock, shop: Shop, world: World | None = None) -> None:
        self.database = database
        self.clock = clock
        self.shop = shop
        self.adapter = PlaygroundAdapter(clock.now, shop.owner_name, world=world)
        self.concierge = Concierge(database, clock, [self.adapter], shop, PLACES)
        self.controls = PlaygroundControls(self.concierge, shop.zone)
        self.people = {c.id: Person(self, Place(c.id)) for c in self.adapter.world.customers}
        self.room = Person(self, Place(ROOM))
        self.channel = Person(self, Place(CHANNEL))
        self._threads: dict[str, Person] = {}

    @property
    def ana(self) -> Person:
        """The first customer."""
        return self.people["ana"]

    @property
    def ben(self) -> Person:
        """The second customer."""
        return self.people["ben"]

    async def settle(self) -> None:
        """Lets the house do everything that there is to do at this instant."""
        await self.controls.settle()

    async def wait(self, **delta: float) -> None:
        """Moves the clock on, for example `wait(seconds=3)`, event by event."""
        await self.controls.advance(timedelta(**delta))

    def thread(self, title: str) -> Person:
        """The one thread of that name; the owner speaks there."""
        found = [t for t in self.adapter.world.threads() if t.title == title]
        assert len(found) == 1, f"{len(found)} threads are called {title}"
        thread_id = found[0].thread_id
        return self._threads.setdefault(thread_id, Person(self, Place(ROOM, thread_id)))

    async def outcomes(self) -> list[str | None]:
        """What became of each stored update, in order."""
        async with self.database.read() as session:
            return list(await session.scalars(select(InboxRow.outcome).order_by(InboxRow.id)))

    async def states(self) -> list[str]:
        """The states of all rows of the outbox, in order."""
        async with self.database.read() as session:
            return list(await session.scalars(select(OutboxRow.state).order_by(OutboxRow.id)))
