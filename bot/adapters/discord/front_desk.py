"""The general part of a forum: one pinned post of the bot's own, `Front desk`, found again or made anew."""

from __future__ import annotations

import asyncio

import structlog

from bot.adapter import DeliveryError, Reason
from bot.adapters.discord.api import Api
from bot.adapters.discord.places import PINNED, Place, Places
from bot.adapters.discord.speech import NOBODY, SUPPRESS_EMBEDS

log = structlog.get_logger()

NAME = "Front desk"
WORDS = (
    "This is the front desk: what concerns no single customer comes here, and the commands of the shop work here "
    "(/story, /stories, /waiting, /help). Each customer gets a post of their own beside this one."
)
A_WEEK_MIN = 10080


class FrontDesk:
    """Keeps the post. In a text channel the channel itself is the general part, and nothing is to be kept."""

    def __init__(self, api: Api, places: Places) -> None:
        self._api = api
        self._places = places
        self._making = asyncio.Lock()

    async def ensure(self) -> str:
        """The channel id of the room's general part. Raises DeliveryError."""
        room = await self._places.ask(self._places.room_id)
        if not room.is_forum:
            return room.id
        async with self._making:
            if not self._places.front_desk:
                found = await self._find(room)
                self._places.front_desk = await self._kept(found) if found else await self._make(room)
        return self._places.front_desk

    async def _find(self, room: Place) -> Place | None:
        found = [place for place in await self._places.ask_for_threads(room.guild_id) if self._is_it(place, room)]
        if not found:
            path = "/channels/{channel_id}/threads/archived/public"
            told = await self._api.call("GET", path, query={"limit": "100"}, channel_id=room.id)
            learned = (self._places.learn(thread, room.guild_id) for thread in told.get("threads", ()))
            found = [place for place in learned if place and self._is_it(place, room)]
        return min(found, key=lambda place: (not place.pinned, int(place.id)), default=None)

    def _is_it(self, place: Place, room: Place) -> bool:
        return place.parent_id == room.id and place.name == NAME and place.owner_id == self._places.bot

    async def _kept(self, found: Place) -> str:
        """The post, awake and pinned."""
        if found.archived:
            await self._change(found.id, archived=False, locked=False)
        if not found.pinned:
            await self._pin(found.id)
        return found.id

    async def _make(self, room: Place) -> str:
        message = {"content": WORDS, "flags": SUPPRESS_EMBEDS, "allowed_mentions": NOBODY}
        form = {"name": NAME, "auto_archive_duration": A_WEEK_MIN, "message": message}
        told = await self._api.call("POST", "/channels/{channel_id}/threads", json=form, channel_id=room.id)
        place = self._places.learn(told)
        if place is None:
            raise DeliveryError(Reason.uncertain, "Discord names no post")
        await self._pin(place.id)
        return place.id

    async def _pin(self, post_id: str) -> None:
        try:
            await self._change(post_id, flags=PINNED)
        except DeliveryError as error:
            if error.reason is not Reason.rejected:
                raise
            log.warning("The post Front desk can't be pinned: give the bot Manage Threads", error=str(error))

    async def _change(self, post_id: str, **changes: object) -> None:
        told = await self._api.call("PATCH", "/channels/{channel_id}", json=changes, channel_id=post_id)
        if isinstance(told, dict):
            self._places.learn(told)
