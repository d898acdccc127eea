"""The people of a test on Discord: the real core and the real discord.py, before the simulator on 127.0.0.1.

The house's clock stands, and the simulator goes by the same clock; only the way over the loopback takes real time.
After each act the stage waits until every event is stored, and then lets the house do what there is to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.menus import offers
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.database import Database
from bot.database.tables import Conversation, InboxRow, OutboxRow
from bot.demo import PlaygroundControls
from bot.messages import ChatRef
from handlers.texts import say
from knowledge.shop import Shop
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.interactions import Interaction
from tests.simulators.discord.messages import Message
from tests.simulators.discord.people import User
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.discord.waiting import until

ACKNOWLEDGE_S = 1.5
WITHIN_S = 20.0
"""What takes longer over the loopback hangs."""
A_TURN_S = 0.002


@dataclass
class Person:
    """Somebody's view of a channel: a customer's direct one, the owners' room or a thread of it, a public one."""

    stage: DiscordStage
    user: User
    channel: Channel
    _heard: set[int] = field(default_factory=set)

    async def says(self, text: str = "", **more: Any) -> Message:
        """Writes, and lets the house do what there is to do."""
        message = self.writes(text, **more)
        await self.stage.settle()
        return message

    def writes(self, text: str = "", **more: Any) -> Message:
        """Writes, and nothing else happens yet."""
        return self.stage.simulator.user_says(self.channel, self.user, text, **more)

    async def edits(self, message: Message, text: str) -> None:
        """Changes what was written."""
        self.stage.simulator.user_edits(message, text)
        await self.stage.settle()

    async def deletes(self, message: Message) -> None:
        """Takes back what was written."""
        self.stage.simulator.user_deletes(message)
        await self.stage.settle()

    async def reacts(self, message: Message, emoji: str) -> None:
        """Reacts to a message."""
        self.stage.simulator.user_reacts(message, emoji, self.user)
        await self.stage.settle()

    async def presses(self, label: str) -> Interaction:
        """Presses the button of that label (or data) under the latest message that has it."""
        for message in reversed(self.log()):
            if any(label in (b.get("label"), b.get("custom_id")) for b in message.buttons()):
                pressed = self.stage.simulator.user_presses(message, label, self.user)
                await self.stage.settle()
                return pressed
        raise AssertionError(f"no button {label!r} in {[m.labels for m in self.log()]}")

    async def commands(self, name: str, /, **options: Any) -> Interaction:
        """Uses a slash command."""
        given = self.stage.simulator.user_commands(self.channel, self.user, name, **options)
        await self.stage.settle()
        return given

    async def fills(self, opened: Interaction, values: dict[str, Any], **files: Any) -> Interaction:
        """Fills the form that an interaction opened."""
        submitted = self.stage.simulator.user_submits(opened, values, files)
        await self.stage.settle()
        return submitted

    def log(self) -> list[Message]:
        """Everything that is to be seen here."""
        return self.channel.seen_by(self.user)

    def news(self) -> list[Message]:
        """What the bot has shown here since the last look."""
        shown = [m for m in self.log() if m.by_bot and not m.is_system and not m.thinking]
        new = [m for m in shown if m.id not in self._heard]
        self._heard |= {m.id for m in new}
        return new

    def hears(self) -> list[str]:
        """The words of `news`."""
        return [message.content for message in self.news()]

    def buttons(self) -> list[str]:
        """The labels under the latest message that has any."""
        return next((m.labels for m in reversed(self.log()) if m.labels), [])


class DiscordStage:
    """A house with customers in direct messages, the owners in `room` (a forum or a text channel) and a story channel,
    all on the simulator."""

    def __init__(self, database: Database, clock: Clock, shop: Shop, simulator: DiscordSimulator, room: Channel):
        self.database = database
        self.clock = clock
        self.shop = shop
        self.simulator = simulator
        self.room_channel = room
        self.story_channel = simulator.text_channel("stories")
        self.paced = True
        self.slow = False
        """Whether storing takes so long that interactions are acknowledged before."""
        self._threads: dict[int, Person] = {}
        self._build()
        self.ana = self.customer("Ana")
        self.ben = self.customer("Ben")
        self.channel = Person(self, simulator.owner, self.story_channel)

    def _build(self) -> None:
        room, story = str(self.room_channel.id), str(self.story_channel.id)
        known = {"owner": self.shop.owner_name, "shop": self.shop.name, "name": ""}
        self.adapter = DiscordAdapter(
            self.simulator.token,
            now=self.clock.now,
            api_base_url=self.simulator.api_url,
            gateway_url=self.simulator.gateway_url,
            guild_id=str(self.simulator.guild.id),
            room_chat_id=room,
            story_chat_ids=(story,),
            offers=offers(lambda sentence: say("en", sentence, **known).plain),
            wait=self._wait,
        )
        bot = self.adapter.bot
        places = Places(ChatRef("discord", bot, room), (ChatRef("discord", bot, story),))
        self.concierge = Concierge(self.database, self.clock, [self.adapter], self.shop, places, paced=self.paced)
        self._controls = PlaygroundControls(self.concierge, self.shop.zone)

    async def _wait(self, seconds: float) -> None:
        """The adapter's pauses are over soon; only what is stored late would be acknowledged early."""
        if seconds == ACKNOWLEDGE_S and not self.slow:
            await asyncio.Event().wait()
        await asyncio.sleep(A_TURN_S)

    # The house.

    async def start(self) -> None:
        """Starts the house, and waits until it has reached Discord and caught up."""
        await self.concierge.start()
        await self.connected()

    async def connected(self) -> None:
        """Waits until the house has reached Discord and caught up."""
        await until(lambda: bool(self.adapter.health()["connected"]), WITHIN_S)
        await self.stored()

    async def stop(self) -> None:
        """Closes the house."""
        await self.concierge.stop()

    async def restart(self) -> None:
        """Another process, as it were, with the same settings and the same database."""
        await self.concierge.stop()
        self._build()
        await self.start()

    # What happens in between.

    async def stored(self) -> None:
        """Waits until every event that Discord has sent is stored, and every interaction had its first answer."""
        await until(self._all_stored, WITHIN_S)

    def _all_stored(self) -> bool:
        adapter = self.adapter
        if not adapter._line.connected:
            return True
        session = next((s for s in self.simulator.gateway.sessions if s.connection), None)
        heard = session is not None and len(session.sent) <= adapter._line.sequence
        quiet = adapter._catch_up.done and not adapter._arrivals.waiting
        return heard and quiet and not adapter._interactions.under_way

    async def settle(self) -> None:
        """Lets events be stored, and the house do what there is to do now, and whatever only the pace holds back."""
        await self.stored()
        await self._controls.settle()
        while self.paced and self.concierge._sender.paced_until:
            await self._controls.next_thing()
        await self.stored()

    async def wait(self, **delta: float) -> None:
        """Moves the clock on, for example `wait(seconds=3)`, event by event."""
        await self.stored()
        await self._controls.advance(timedelta(**delta))
        await self.stored()

    # Who is there.

    def customer(self, name: str, **more: Any) -> Person:
        """Somebody with a direct channel of their own, who has not written yet."""
        user = self.simulator.person(name, **more)
        return Person(self, user, self.simulator.dm(user))

    @property
    def room(self) -> Person:
        """The owner's view of the room's general part: the text channel itself, or the forum's `Front desk`."""
        is_forum = self.room_channel.kind == "forum"
        return self.thread("Front desk") if is_forum else self._view(self.room_channel)

    def thread(self, name: str) -> Person:
        """The owner's view of the one thread of that name."""
        return self._view(self.simulator.thread(self.room_channel, name))

    def threads(self) -> list[str]:
        """The names of the customers' threads that are there."""
        return [t.name for t in self.simulator.threads(self.room_channel) if t.name != "Front desk"]

    def _view(self, channel: Channel) -> Person:
        return self._threads.setdefault(channel.id, Person(self, self.simulator.owner, channel))

    # What the database says.

    async def outcomes(self) -> list[str | None]:
        """What became of each stored update, in order."""
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
            wanted = select(Conversation.state).filter_by(chat_id=f"@{person.user.id}")
            return str(await session.scalar(wanted))
