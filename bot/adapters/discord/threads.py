"""A customer's thread in the owners' room: a forum's post with its tags, or a thread of a text channel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.adapter import Call, DeliveryError, Reason
from bot.adapters.discord.api import Api, File
from bot.adapters.discord.places import Place, Places
from bot.adapters.discord.speech import posted
from bot.messages import ChatRef, Mark, Receipt
from bot.recent import Recent

log = structlog.get_logger()

NAME_LETTERS = 100
NAMELESS = "Customer"
PUBLIC_THREAD = 11
A_WEEK_MIN = 10080
"""After so many minutes of silence Discord archives a thread, at the latest."""
TAGS: dict[Mark, str] = {"needs_reply": "needs reply", "waiting": "waiting", "closed": "closed"}
TAGS_AT_MOST, APPLIED_AT_MOST = 20, 5
LEFT_OVER_FOR = timedelta(hours=1)
"""So young is a thread that a cut call may have left behind."""
EPOCH_MS = 1_420_070_400_000

Said = dict[str, Any]
Payload = Callable[[Call], Awaitable[tuple[Said, list[File]]]]


class Threads:
    """Opens, wakes and marks threads. A thread that a cut call left behind is used by the next try."""

    def __init__(
        self, api: Api, places: Places, payload: Payload, knows_all: Callable[[], bool], now: Callable[[], datetime]
    ) -> None:
        self._api = api
        self._places = places
        self._payload = payload
        self._knows_all = knows_all
        self._now = now
        self._used = Recent[str, bool]()
        self._tagless = False
        self._tagging = asyncio.Lock()

    async def open(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        """The thread with its first message in it. Raises DeliveryError."""
        room = await self._places.ask(chat.chat_id)
        if not self._knows_all():
            await self._places.ask_for_threads(room.guild_id)
        name = thread_name(title)
        told, files = await self._payload(first)
        if room.is_forum:
            receipt = await self._left_over_post(name, told) or await self._post(room, name, told, files)
        else:
            thread = await self._left_over_thread(name) or await self._thread(room, name)
            self._used[thread] = True
            receipt = await self._first(thread, told, files, first)
        assert receipt.thread_id
        self._used[receipt.thread_id] = True
        return receipt

    async def wake(self, thread_id: str) -> None:
        """Opens a thread that is archived or locked; one that can't be opened counts as gone. Raises DeliveryError."""
        try:
            await self._change(thread_id, archived=False, locked=False)
        except DeliveryError as error:
            if error.reason in (Reason.rejected, Reason.unauthorised):
                raise DeliveryError(Reason.thread_gone, error.description) from None
            raise

    async def mark(self, thread_id: str, mark: Mark) -> None:
        """Shows how a desk stands by the post's tags; those that the owners set stay. Nothing outside a forum. Raises
        DeliveryError."""
        room = self._places.room
        if room is None or not room.is_forum:
            return
        ours = await self._tags(room)
        if mark not in ours:
            return
        before = (await self._places.ask(thread_id)).applied
        theirs = [tag for tag in before if tag not in ours.values()]
        wanted = [*theirs[: APPLIED_AT_MOST - 1], ours[mark]]
        if wanted != list(before):
            await self._change(thread_id, applied_tags=wanted)

    async def _post(self, room: Place, name: str, told: Said, files: list[File]) -> Receipt:
        tag = (await self._tags(room)).get("needs_reply")
        form = {"name": name, "auto_archive_duration": A_WEEK_MIN, "message": told}
        try:
            answer = await self._opened(room, form | {"applied_tags": [tag]} if tag else form, files)
        except DeliveryError as error:
            if "applied_tags" not in error.description:
                raise
            answer = await self._opened(room, form, files)  # an owner has just taken the tag away
        thread = self._learned(answer)
        return Receipt(str((answer.get("message") or {}).get("id") or thread), thread)

    async def _opened(self, room: Place, form: Said, files: list[File]) -> Any:
        path = "/channels/{channel_id}/threads"
        return await self._api.call("POST", path, where="room", json=form, files=files, channel_id=room.id)

    async def _thread(self, room: Place, name: str) -> str:
        form = {"name": name, "type": PUBLIC_THREAD, "auto_archive_duration": A_WEEK_MIN}
        return self._learned(
            await self._api.call("POST", "/channels/{channel_id}/threads", where="room", json=form, channel_id=room.id)
        )

    async def _first(self, thread: str, told: Said, files: list[File], first: Call) -> Receipt:
        message = posted(told, first.nonce, None, thread)
        path = "/channels/{channel_id}/messages"
        try:
            answer = await self._api.call("POST", path, where="thread", json=message, files=files, channel_id=thread)
        except DeliveryError as error:
            if error.reason is Reason.thread_gone:
                self._places.forget(thread)
            else:
                self._used.pop(thread, None)  # the next try uses it
            raise
        return Receipt(str(answer["id"]), thread)

    async def _left_over_post(self, name: str, told: Said) -> Receipt | None:
        """The post that holds this very message: the buttons of each message are its own."""
        wanted = _ids(told)
        for place in self._candidates(name) if wanted else ():
            try:
                path = "/channels/{channel_id}/messages/" + place.id
                found = await self._api.call("GET", path, where="thread", channel_id=place.id)
            except DeliveryError as error:
                if error.reason in (Reason.target_gone, Reason.thread_gone):
                    continue
                raise
            if _ids(found) == wanted:
                return Receipt(place.id, place.id)
        return None

    async def _left_over_thread(self, name: str) -> str | None:
        """A thread of that name in which nobody has said anything."""
        for place in self._candidates(name):
            path = "/channels/{channel_id}/messages"
            said = await self._api.call("GET", path, where="thread", query={"limit": "2"}, channel_id=place.id)
            if not [message for message in said if message.get("type") in (0, 19)]:
                return place.id
        return None

    def _candidates(self, name: str) -> Iterator[Place]:
        """Young threads of ours of that name, which this process has not used."""
        since = self._now() - LEFT_OVER_FOR
        for place in self._places.threads_of_room():
            young = instant_ms(place.id) >= since.timestamp() * 1000
            if place.name == name and place.owner_id == self._places.bot and young and place.id not in self._used:
                yield place

    async def _tags(self, room: Place) -> dict[Mark, str]:
        """The ids of our tags in a forum; those that are missing are made, where the bot may."""
        async with self._tagging:  # two that make them at once would each undo what the other made
            return await self._tags_made(room)

    async def _tags_made(self, room: Place) -> dict[Mark, str]:
        known = self._known_tags(self._places.room or room)
        if len(known) == len(TAGS) or self._tagless:
            return known
        try:
            channel = await self._api.call("GET", "/channels/{channel_id}", channel_id=room.id)
            there = channel.get("available_tags") or []
            names = {tag["name"] for tag in there}
            new = [{"name": tag} for tag in TAGS.values() if tag not in names]
            if new and len(there) + len(new) <= TAGS_AT_MOST:
                form = {"available_tags": [*there, *new]}
                channel = await self._api.call("PATCH", "/channels/{channel_id}", json=form, channel_id=room.id)
            learned = self._places.learn(channel)
        except DeliveryError as error:
            if error.reason is not Reason.rejected:
                raise
            log.warning("The forum's tags can't be made: give the bot the right Manage Channels", error=str(error))
            self._tagless = True
            return known
        return self._known_tags(learned or room)

    def _known_tags(self, room: Place) -> dict[Mark, str]:
        ids = dict(room.tags)
        return {mark: ids[name] for mark, name in TAGS.items() if name in ids}

    async def _change(self, thread_id: str, **changes: Any) -> None:
        path = "/channels/{channel_id}"
        answer = await self._api.call("PATCH", path, where="thread", json=changes, channel_id=thread_id)
        if isinstance(answer, dict):
            self._places.learn(answer)

    def _learned(self, answer: Said) -> str:
        place = self._places.learn(answer)
        if place is None:
            raise DeliveryError(Reason.uncertain, "Discord names no thread")
        return place.id


def thread_name(title: str) -> str:
    """A name of one line that fits."""
    return (" ".join(title.split()) or NAMELESS)[:NAME_LETTERS].strip()


def instant_ms(snowflake: str) -> int:
    """When an id was given out, in milliseconds since 1970."""
    return (int(snowflake) >> 22) + EPOCH_MS


def _ids(told: Said) -> list[str]:
    return [str(b.get("custom_id")) for row in told.get("components") or () for b in row.get("components") or ()]
