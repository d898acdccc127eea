"""Discord as a platform: the real client, raw events, and the house's own words for whatever happens."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.adapter import Accept, Call, Capabilities, Core, DeliveryError, Problem, Reason
from bot.adapters.discord import codec, inspection
from bot.adapters.discord.api import Api
from bot.adapters.discord.arrivals import Arrivals
from bot.adapters.discord.catchup import CatchUp
from bot.adapters.discord.client import Line, Wait
from bot.adapters.discord.events import Event, apart, is_addressed, person_of
from bot.adapters.discord.files import fetch
from bot.adapters.discord.front_desk import FrontDesk
from bot.adapters.discord.interactions import Interactions
from bot.adapters.discord.menus import Offer, entries, forms, register
from bot.adapters.discord.places import Places
from bot.adapters.discord.plan import plan
from bot.adapters.discord.sending import Means, Sending
from bot.messages import ChatRef, InboundMessage, Media, OutboundMessage, RawUpdate, Receipt
from bot.pacing import Budget

log = structlog.get_logger()

STORING_S = 4.0
"""How long a stopping adapter waits for events that are being stored."""
TRIES = 6
"""How often an event is tried as it is: over half a minute with the pauses between."""
LONGEST_PAUSE_S = 60.0
UPLOAD_AT_MOST = 10_000_000
"""Bytes, where the server was not boosted."""


class DiscordAdapter:
    """Implements `bot.adapter.Adapter`.

    `offers` are the commands with their sentences, `owner_ids` the people who are owners outside the room. `wait`
    sleeps; tests give another.
    """

    platform = codec.PLATFORM
    capabilities = Capabilities(
        tells_deletes=True,
        tells_reactions=True,
        reacts=True,
        links_expire=True,
        answers_in_place=True,
        marks=True,
        writes_first=True,
        upload_at_most=UPLOAD_AT_MOST,
    )

    def __init__(
        self,
        token: str,
        *,
        now: Callable[[], datetime],
        api_base_url: str = "",
        gateway_url: str = "",
        guild_id: str = "",
        room_chat_id: str = "",
        story_chat_ids: tuple[str, ...] = (),
        owner_ids: frozenset[str] = frozenset(),
        offers: Sequence[Offer] = (),
        wait: Wait = asyncio.sleep,
    ) -> None:
        self.bot = bot_in(token)
        self.last_update_at: datetime | None = None
        self._me = codec.Identity(self.bot, room_chat_id=room_chat_id, story_chat_ids=story_chat_ids)
        self._expected = inspection.Expected(guild_id, room_chat_id, story_chat_ids)
        self._offers = offers
        self._entries = entries(offers)
        self._now = now
        self._wait = wait
        self._core: Core | None = None
        self._accept: Accept | None = None
        self._trouble = ""
        self._tasks: list[asyncio.Task[None]] = []
        self._api = Api(token, api_base_url)
        self._expected = inspection.Expected(guild_id, room_chat_id, story_chat_ids)
        self._places = Places(self._api, self.bot, room_chat_id, guild_id)
        self._front_desk = FrontDesk(self._api, self._places)
        self._interactions = Interactions(
            self._api, forms(offers), self._places.in_room, lambda person: person in owner_ids, wait
        )
        means = Means(self._api, self._places, self._front_desk, self._interactions, self._knows_threads, now, wait)
        self._sending = Sending(means)
        self._arrivals = Arrivals(self._store)
        self._catch_up = CatchUp(self._api, self._places, self._front_desk, self._arrivals, self._store, wait)
        self._line = Line(self._api, gateway_url, self._hear, self._introduce, wait)

    async def start(self, core: Core) -> None:
        """Begins to hand over events in the background; an outage or a bad token is tried again for ever."""
        self._given(core)
        self._accept = core.accept
        self._tasks = [
            asyncio.create_task(self._line.keep(), name="discord gateway"),
            asyncio.create_task(self._arrivals.run(), name="discord events"),
        ]

    async def attend(self, core: Core) -> None:
        """Connects in the background without taking events: another process does."""
        self._given(core)
        self._tasks = [asyncio.create_task(self._line.attend(), name="discord")]

    def _knows_threads(self) -> bool:
        """Whether the gateway tells of every thread, as it does of one that a cut call has opened."""
        return self._places.complete and self._line.connected

    def _given(self, core: Core) -> None:
        self._core = core
        self._sending.read_blob, self._interactions.complete = core.read_blob, core.complete

    async def stop(self) -> None:
        """Lets events that are being stored be stored (4 s at the most), then lets go of everything."""
        line, others = self._tasks[:1], self._tasks[1:]
        await _ended(line)
        await self._catch_up.stop()
        try:
            async with asyncio.timeout(STORING_S):
                await self._arrivals.emptied()
        except TimeoutError:
            log.warning("Events were still being stored; messages are read back from Discord at the next start")
        self._accept = None
        await _ended(others)
        self._tasks = []
        await self._interactions.stop()
        await self._api.close()

    def envelope(self, body: object) -> RawUpdate:
        """An event with what is needed to store it."""
        return codec.envelope(body, self._me)

    def decode(self, raw: dict[str, Any]) -> InboundMessage:
        """The neutral message in a stored event. Raises ValueError for what it can't read."""
        return codec.decode(raw, self._me)

    def thread_link(self, chat_id: str, thread_id: str) -> str:
        """The address of a thread, which opens for who may see its channel."""
        guild_id = self._places.guild_id
        return f"https://discord.com/channels/{guild_id}/{thread_id}" if guild_id else ""

    def private_chat(self, person_id: str) -> str:
        """A private chat is named for the person, whatever its channel is called."""
        return f"@{person_id}"

    def budgets(self, chat_id: str) -> Sequence[Budget]:
        """50 calls a second for the bot, five in five seconds for a channel. Each thread of the owners' room is a
        channel of its own, so the room as a whole is as wide as the bot.

        https://docs.discord.com/developers/topics/rate-limits
        """
        name = f"{self.platform}/{self.bot}"
        wide = chat_id == self._me.room_chat_id
        return (Budget(name, 50, 1.0), Budget(f"{name}/{chat_id}", *((50, 1.0) if wide else (5, 5.0))))

    def plan(self, message: OutboundMessage) -> list[OutboundMessage]:
        """Parts that each take one call: 2000 characters of text, ten files."""
        room = self._places.room
        return plan(message, marks=room is None or room.is_forum)

    async def send(self, call: Call) -> Receipt:
        """Makes one call. Raises DeliveryError."""
        return await self._sending.make(call)

    async def open_thread(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        """A forum's post or a channel's thread with its first message in it. Raises DeliveryError."""
        return await self._sending.threads.open(chat, title, first)

    async def fetch(self, media: Media) -> bytes:
        """The bytes behind a link, asked for anew where it has expired. Raises DeliveryError."""
        return await fetch(self._api, media)

    async def fetch_since(self, chat: ChatRef, last_message_id: str) -> Sequence[RawUpdate]:
        """What people wrote and edited after that message, oldest first. Raises DeliveryError."""
        found: list[RawUpdate] = []
        async for events in self._catch_up.pages(chat, last_message_id):
            found += [self.envelope(body) for event in events if (body := self._body(event))]
        return found

    def health(self) -> dict[str, Any]:
        """`connected`, `problem` (a sentence, empty when all is well) and `last_update_at`."""
        problem = self._line.problem or self._trouble
        return {"connected": self._line.connected, "problem": problem, "last_update_at": self.last_update_at}

    async def inspect(self) -> list[Problem]:
        """What is wrong with the set-up, as far as Discord tells. It can be asked without a start; stop closes."""
        return await inspection.inspect(self._api, self._expected)

    # The line.

    async def _introduce(self) -> None:
        """Logs in, learns the owners' room, and has the commands registered where they changed. Raises DeliveryError
        for what may pass by itself."""
        await self._api.login()
        if self._accept is None:
            return  # another process makes everything ready
        if self._me.room_chat_id:
            await self._if_allowed("The owners' room can't be made ready", self._front_desk.ensure())
        if self._offers:
            await self._if_allowed("The commands could not be registered", self._register())

    async def _register(self) -> None:
        room = self._places.room
        application = await self._api.call("GET", "/applications/@me")
        guild_id = room.guild_id if room else self._places.guild_id
        await register(self._api, str(application["id"]), guild_id, self._offers)

    async def _if_allowed(self, trouble: str, doing: Any) -> None:
        """What Discord refuses for good leaves the rest as it is."""
        try:
            await doing
        except DeliveryError as error:
            if error.reason in (Reason.limited, Reason.unreachable, Reason.uncertain, Reason.unauthorised):
                raise
            log.warning(trouble, platform="discord", error=str(error))

    def _hear(self, event: str, told: dict[str, Any]) -> None:
        """An event, at the instant of its arrival: its place in the order is taken here."""
        self._places.noticed(event, told)
        if event == "READY" and self._core:
            self._catch_up.begin(self._core.positions)
        for name, one in apart(event, told):
            if name == "INTERACTION_CREATE" and not self._interactions.arrived(one):
                continue
            if codec.wanted({"t": name, "d": one}, self._me):
                self._take(Event(name, one, self._line.serial, self._now().isoformat()))

    def _take(self, event: Event) -> None:
        told, channel_id = event.told, str(event.told.get("channel_id"))
        if event.name == "MESSAGE_DELETE" and str(told.get("id")) in self._sending.deleted:
            return
        person = person_of(event.name, told)
        if person and not told.get("guild_id"):
            self._places.met(person, channel_id)
        if self._places.get(channel_id) is None:
            self._catch_up.look_up(channel_id)
        elif body := self._body(event):
            event = replace(event, body=body)
        else:
            return
        person = self._places.person_at(channel_id)
        self._arrivals.put(f"@{person}" if person else channel_id, event)

    def _body(self, event: Event) -> dict[str, Any] | None:
        """What is stored of an event; None for what is not meant for the bot."""
        told, channel_id = event.told, str(event.told.get("channel_id"))
        if not codec.wanted({"t": event.name, "d": told}, self._me):
            return None  # history holds everybody's words
        place = self._places.get(channel_id)
        person = self._places.person_at(channel_id)
        in_room = self._places.in_room(channel_id)
        liked = event.name.startswith("MESSAGE_REACTION") and channel_id in self._me.story_chat_ids
        liked = liked or (place is not None and place.is_thread and place.parent_id in self._me.story_chat_ids)
        if not (person or in_room or liked or is_addressed(event.name, told, self.bot)):
            return None
        body: dict[str, Any] = {"t": event.name, "d": told, "serial": event.serial, "at": event.at}
        body["parent_id"] = place.parent_id if place and place.is_thread else None
        body["general"] = bool(in_room) and channel_id in (self._places.front_desk, self._me.room_chat_id)
        if entry := self._entries.get(str((told.get("data") or {}).get("name"))):
            body["command"] = entry
        return body | ({"person_id": person} if person else {})

    async def _store(self, events: Sequence[Event]) -> None:
        """Has events stored, however long that takes; then interactions may be acknowledged."""
        bodies = [body for event in events if (body := event.body or self._body(event))]
        if bodies:
            await self._store_updates([self.envelope(body) for body in bodies])
            self.last_update_at = self._now()
        self._interactions.stored([str(e.told.get("id")) for e in events if e.name == "INTERACTION_CREATE"])

    async def _store_updates(self, updates: Sequence[RawUpdate]) -> None:
        try:
            await self._accepted(updates)
        except Exception as error:
            log.warning("Events could not be stored together", error=repr(error))
            for update in updates:
                await self._store_alone(update)
        self._trouble = ""

    async def _store_alone(self, update: RawUpdate) -> None:
        """Tries again for ever. An event that alone can't be stored again and again is sealed, and holds up nobody."""
        tries = 0
        while True:
            tries += 1
            try:
                await self._accepted([update if tries % TRIES else codec.sealed(update)])
                return
            except Exception as error:
                name = type(error).__name__
                self._trouble = f"What people write on Discord could not be stored ({name}); it is tried again."
                log.error("An event can't be stored", update_id=update.update_id, error=repr(error))
            await self._wait(min(2.0**tries, LONGEST_PAUSE_S))

    async def _accepted(self, updates: Sequence[RawUpdate]) -> None:
        if self._accept is None:
            raise DeliveryError(Reason.unreachable, "the bot is stopping")
        await self._accept(updates)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def bot_in(token: str) -> str:
    """The bot's user id, which is the first part of its token; empty for what is no token."""
    first = token.partition(".")[0]
    if first.isdigit():
        return first
    try:
        return base64.b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
