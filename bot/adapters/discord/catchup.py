"""What was said while nobody listened, read back from each chat's history before anything newer of it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from bot.adapter import DeliveryError, Position, Positions, Reason
from bot.adapters.discord.api import Api
from bot.adapters.discord.arrivals import Arrivals
from bot.adapters.discord.events import Event
from bot.adapters.discord.front_desk import FrontDesk
from bot.adapters.discord.places import Places
from bot.adapters.discord.threads import instant_ms
from bot.messages import ChatRef

log = structlog.get_logger()

PAGE = 100
AT_ONCE = 4
LONGEST_PAUSE_S = 60.0
PASSING = (Reason.limited, Reason.unreachable, Reason.uncertain, Reason.unauthorised)
"""Refusals after which it is tried again."""

Said = dict[str, Any]
Wait = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Missed:
    """A chat that may hold more than what is stored. `last` is the newest stored message, `place` names its order."""

    place: str
    chat: ChatRef
    last: str


class CatchUp:
    """Reads back what was missed. `store` returns when its events are committed; what it is given twice it passes
    over."""

    def __init__(
        self,
        api: Api,
        places: Places,
        front_desk: FrontDesk,
        arrivals: Arrivals,
        store: Callable[[Sequence[Event]], Awaitable[None]],
        wait: Wait,
    ) -> None:
        self.done = True
        self._api = api
        self._places = places
        self._front_desk = front_desk
        self._arrivals = arrivals
        self._store = store
        self._wait = wait
        self._task: asyncio.Task[None] | None = None
        self._looking: dict[str, asyncio.Task[None]] = {}

    def begin(self, positions: Positions) -> None:
        """A new session has begun: everything waits until it is known what was missed. To be called before the first
        event of that session."""
        self._arrivals.hold_all()
        if self._task:
            self._task.cancel()
        self.done = False
        self._task = asyncio.create_task(self._run(positions), name="discord catch-up")

    async def stop(self) -> None:
        """Leaves off; the next start begins where this one came to."""
        tasks = [*self._looking.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def look_up(self, channel_id: str) -> None:
        """Lets the events of a channel that nothing has told of wait until Discord has said what it is."""
        if channel_id not in self._looking:
            self._arrivals.hold(channel_id)
            self._looking[channel_id] = asyncio.create_task(self._look_up(channel_id))

    async def _look_up(self, channel_id: str) -> None:
        await self._surely(lambda: self._places.ask(channel_id))
        self._arrivals.release(channel_id)
        del self._looking[channel_id]

    async def _run(self, positions: Positions) -> None:
        missed = await self._surely(lambda: self._plan(positions)) or []
        self._arrivals.release_all_but(one.place for one in missed)
        turns = asyncio.Semaphore(AT_ONCE)

        async def catch_up(one: Missed) -> None:
            async with turns:
                await self._surely(lambda: self._catch_up(one))
            self._arrivals.release(one.place)

        async with asyncio.TaskGroup() as group:
            for one in missed:
                group.create_task(catch_up(one))
        self.done = True

    async def _plan(self, positions: Positions) -> list[Missed]:
        """The chats to be read, the latest first."""
        stored = [position for position in await positions() if position.chat.bot == self._places.bot]
        for position in stored:
            self._recall(position)
        if not stored:
            return []  # the first start ever: nothing was missed
        began = min((position.first_id or position.message_id for position in stored), key=int)
        known = {self._place_of(position.chat): position for position in stored}
        for position in await self._surely(lambda: self._of_the_room(began)) or ():
            known.setdefault(self._place_of(position.chat), position)
        return [Missed(place, found.chat, found.message_id) for place, found in known.items() if place]

    def _recall(self, position: Position) -> None:
        """Takes a direct channel's id from what is stored: to ask for many at once looks like spam."""
        if position.chat.chat_id.startswith("@") and position.raw:
            channel_id = str((position.raw.get("d") or {}).get("channel_id") or "")
            if channel_id:
                self._places.met(position.chat.chat_id[1:], channel_id)

    async def _of_the_room(self, began: str) -> list[Position]:
        """The room's general part and threads, where nobody has written yet as far as is stored; they are read from
        the first message on that the bot ever stored, for others may have been caught up before they were."""
        if not self._places.room_id:
            return []
        room = await self._places.ask(self._places.room_id)
        await self._front_desk.ensure()
        here = ChatRef("discord", self._places.bot, room.id)
        await self._places.ask_for_threads(room.guild_id)
        threads = [p for p in self._places.threads_of_room() if p.id != self._places.front_desk]
        found = [
            Position(ChatRef("discord", self._places.bot, room.id, place.id), max(place.id, began, key=int))
            for place in threads
        ]
        return [Position(here, began), *found]

    def _place_of(self, chat: ChatRef) -> str:
        """What names the chat's order; empty for a general part that isn't there."""
        if chat.chat_id.startswith("@") or chat.thread_id:
            return chat.thread_id or chat.chat_id
        is_forum = chat.chat_id == self._places.room_id and self._places.room_is_forum
        return self._places.front_desk if is_forum else chat.chat_id

    async def _surely(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """Does it, however long that takes; None where Discord refuses for good."""
        failures = 0
        while True:
            try:
                return await act()
            except DeliveryError as error:
                if error.reason not in PASSING:
                    log.info("A chat can't be read back", platform="discord", error=str(error))
                    return None
                pause_s = error.retry_after_s
            except Exception as error:
                log.warning("What was missed can't be read back yet", error=repr(error))
                pause_s = None
            await self._wait(min(2.0**failures, LONGEST_PAUSE_S) if pause_s is None else pause_s)
            failures = min(failures + 1, 10)

    async def _catch_up(self, one: Missed) -> None:
        async for events in self.pages(one.chat, one.last, instant_ms(one.last)):
            await self._store(events)

    async def pages(self, chat: ChatRef, last: str, since_ms: int = 0) -> AsyncIterator[list[Event]]:
        """What was written after `last`, oldest first, then the edits of what came before, as events. Raises
        DeliveryError."""
        channel_id = await self._places.channel_of(chat)
        if not channel_id:
            return
        latest = await self._read(channel_id, {"limit": str(PAGE)})
        after = int(last)
        edits = [told for told in latest if int(told["id"]) <= after and edited_ms(told) >= max(since_ms, 1)]
        if len(latest) == PAGE and int(latest[0]["id"]) > after:
            async for page in self._forward(channel_id, after, int(latest[0]["id"])):
                yield [Event("MESSAGE_CREATE", told) for told in page]
                after = int(page[-1]["id"])
        new = [Event("MESSAGE_CREATE", told) for told in latest if int(told["id"]) > after]
        if new or edits:
            yield [*new, *(Event("MESSAGE_UPDATE", told) for told in edits)]

    async def _forward(self, channel_id: str, after: int, before: int) -> AsyncIterator[list[Said]]:
        """Pages from the first message after `after` on, up to the one at which `before` is reached."""
        while True:
            page = await self._read(channel_id, {"limit": str(PAGE), "after": str(after)})
            older = [told for told in page if int(told["id"]) < before]
            if older:
                yield older
                after = int(older[-1]["id"])
            if len(older) < PAGE:
                return

    async def _read(self, channel_id: str, query: dict[str, str]) -> list[Said]:
        """Messages, oldest first, with what the gateway would have said of their place."""
        page = await self._page(channel_id, query)
        place = self._places.get(channel_id) or await self._places.ask(channel_id)
        guild = {"guild_id": place.guild_id} if place.guild_id else {}
        return sorted((told | guild for told in page), key=lambda told: int(told["id"]))

    async def _page(self, channel_id: str, query: dict[str, str]) -> list[Said]:
        """A page of history, as soon as Discord allows it: to begin anew would not bring the next page nearer."""
        while True:
            try:
                path = "/channels/{channel_id}/messages"
                page: list[Said] = await self._api.call("GET", path, query=query, channel_id=channel_id)
                return page
            except DeliveryError as error:
                if error.reason is not Reason.limited:
                    raise
                await self._wait(error.retry_after_s or 1.0)


def edited_ms(told: Said) -> int:
    """When a message was edited last, in milliseconds since 1970; 0 for never."""
    at = told.get("edited_timestamp")
    return int(datetime.fromisoformat(at).timestamp() * 1000) if at else 0
