"""Which channel is what: learned from events and answers, asked for where nothing has told it yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.adapter import DeliveryError, Reason
from bot.adapters.discord.api import Api
from bot.messages import ChatRef

DM, FORUMS, THREADS = 1, (15, 16), (10, 11, 12)
"""Types of channels: https://docs.discord.com/developers/resources/channel#channel-object-channel-types"""
PINNED = 1 << 1

Said = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A channel or thread, as far as it matters here."""

    id: str
    kind: int
    name: str = ""
    guild_id: str = ""
    parent_id: str = ""
    owner_id: str = ""
    pinned: bool = False
    archived: bool = False
    tags: tuple[tuple[str, str], ...] = ()
    """A forum's tags: names and ids."""
    applied: tuple[str, ...] = ()
    """A post's tags, by their ids."""
    person_id: str = ""
    """Of a direct channel: who is there."""

    @property
    def is_thread(self) -> bool:
        """Whether it lies in another channel."""
        return self.kind in THREADS

    @property
    def is_forum(self) -> bool:
        """Whether it takes posts only."""
        return self.kind in FORUMS


def place_in(told: Said) -> Place:
    """A channel from its JSON. Raises KeyError, TypeError or ValueError for what is none."""
    state = told.get("thread_metadata") or {}
    people = told.get("recipients") or [{}]
    return Place(
        str(told["id"]),
        int(told["type"]),
        str(told.get("name") or ""),
        str(told.get("guild_id") or ""),
        str(told.get("parent_id") or ""),
        str(told.get("owner_id") or ""),
        bool(int(told.get("flags") or 0) & PINNED),
        bool(state.get("archived")),
        tuple((str(tag["name"]), str(tag["id"])) for tag in told.get("available_tags") or ()),
        tuple(map(str, told.get("applied_tags") or ())),
        str(people[0].get("id") or "") if told["type"] == DM else "",
    )


class Places:
    """What is known of the channels. `room_id` is the owners' channel, empty where they meet elsewhere; `front_desk`
    the post that is its general part, where it is a forum; `complete`: the gateway has told of every thread."""

    def __init__(self, api: Api, bot: str, room_id: str, guild_id: str = "") -> None:
        self.bot = bot
        self.room_id = room_id
        self.guild_id = guild_id
        self.front_desk = ""
        self.complete = False
        self._api = api
        self._known: dict[str, Place] = {}
        self._dms: dict[str, str] = {}

    def get(self, channel_id: str) -> Place | None:
        """What is known of a channel."""
        return self._known.get(channel_id)

    @property
    def room(self) -> Place | None:
        """The owners' channel, once it is known."""
        return self._known.get(self.room_id)

    @property
    def room_is_forum(self) -> bool:
        """Whether the owners' threads are a forum's posts."""
        return self.room is not None and self.room.is_forum

    def threads_of_room(self) -> list[Place]:
        """The known threads of the owners' room."""
        return [place for place in self._known.values() if place.is_thread and place.parent_id == self.room_id]

    def in_room(self, channel_id: str) -> bool:
        """Whether a channel is the owners' room or one of its threads."""
        place = self._known.get(channel_id)
        return bool(self.room_id) and (
            channel_id == self.room_id or (place is not None and place.parent_id == self.room_id)
        )

    def person_at(self, channel_id: str) -> str:
        """Who is in a direct channel; empty where it is none, or unknown."""
        place = self._known.get(channel_id)
        return place.person_id if place else ""

    # Learning.

    def learn(self, told: Said, guild_id: str = "") -> Place | None:
        """Takes note of a channel's JSON; None for what is none. Events of a guild leave its id out."""
        try:
            place = place_in({"guild_id": guild_id} | told if guild_id else told)
        except (KeyError, TypeError, ValueError):
            return None
        before = self._known.get(place.id)
        if before and before.person_id and not place.person_id:
            return before
        self._known[place.id] = place
        if place.person_id:
            self._dms[place.person_id] = place.id
        return place

    def met(self, person_id: str, channel_id: str) -> None:
        """Takes note of a person's direct channel."""
        if self._dms.get(person_id) != channel_id:
            self._dms[person_id] = channel_id
            self._known[channel_id] = Place(channel_id, DM, person_id=person_id)

    def forget(self, channel_id: str) -> None:
        """A channel is gone, with all threads in it."""
        for place in [p for p in self._known.values() if channel_id in (p.id, p.parent_id)]:
            del self._known[place.id]
        if channel_id == self.front_desk:
            self.front_desk = ""

    def noticed(self, event: str, told: Said) -> None:
        """What an event of the gateway says about channels."""
        guild_id = str(told.get("guild_id") or "")
        if event == "READY":
            self.complete = False
        elif event == "GUILD_CREATE":
            self.complete = True
            self._learn_all([*(told.get("channels") or ()), *(told.get("threads") or ())], str(told.get("id") or ""))
        elif event == "THREAD_LIST_SYNC":
            self._learn_all(told.get("threads") or (), guild_id)
        elif event in ("CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE"):
            self.learn(told, guild_id)
        elif event in ("CHANNEL_DELETE", "THREAD_DELETE"):
            self.forget(str(told.get("id") or ""))
        elif event == "INTERACTION_CREATE" and str(told.get("channel_id")) not in self._known:
            self.learn(told.get("channel") or {}, guild_id)

    def _learn_all(self, channels: Iterable[Said], guild_id: str) -> None:
        for channel in channels:
            self.learn(channel, guild_id)

    # Asking.

    async def ask(self, channel_id: str) -> Place:
        """The channel, asked for where it isn't known. Raises DeliveryError."""
        return self._known.get(channel_id) or await self.ask_anew(channel_id)

    async def ask_anew(self, channel_id: str) -> Place:
        """The channel as it is now. Raises DeliveryError."""
        told = await self._api.call("GET", "/channels/{channel_id}", channel_id=channel_id)
        place = self.learn(told) if isinstance(told, dict) else None
        if place is None:
            raise DeliveryError(Reason.rejected, f"Discord says nothing of the channel {channel_id}")
        return place

    async def ask_for_threads(self, guild_id: str) -> list[Place]:
        """The threads of a guild that are not archived. Raises DeliveryError."""
        told = await self._api.call("GET", "/guilds/{guild_id}/threads/active", guild_id=guild_id)
        found = (self.learn(thread, guild_id) for thread in told.get("threads", ()))
        return [place for place in found if place]

    async def dm(self, person_id: str) -> str:
        """The id of the direct channel with a person. Raises DeliveryError."""
        if person_id not in self._dms:
            told = await self._api.call("POST", "/users/@me/channels", json={"recipient_id": person_id})
            self.met(person_id, str(told["id"]))
        return self._dms[person_id]

    async def channel_of(self, chat: ChatRef) -> str:
        """The channel behind a chat; empty for the general part of a forum that has no `Front desk` at present. Raises
        DeliveryError."""
        if chat.chat_id.startswith("@"):
            return await self.dm(chat.chat_id[1:])
        if chat.thread_id:
            return chat.thread_id
        if chat.chat_id == self.room_id and (await self.ask(self.room_id)).is_forum:
            return self.front_desk
        return chat.chat_id
