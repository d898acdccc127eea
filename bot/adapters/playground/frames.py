"""What the page may ask for: each frame of the WebSocket is checked, then done."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from bot.adapters.playground.adapter import MAX_UNITS, PlaygroundAdapter
from bot.adapters.playground.controls import Controls
from bot.adapters.playground.state import place_named
from bot.adapters.playground.world import CHANNEL, ROOM, Place
from bot.messages import Media
from bot.splitting import utf16_units

MAX_MEDIA = 10
"""Photos in one message, as in an album on Telegram."""

MAX_EMOJI = 16
"""Code points of one emoji: families and flags are made of several."""

T = TypeVar("T")
Frame = dict[str, Any]


class BadFrame(Exception):
    """The page asked for something that can't be done; the message is one sentence to show."""


class Frames:
    """Carries out what the page asks for."""

    def __init__(self, adapter: PlaygroundAdapter, controls: Controls) -> None:
        self._adapter = adapter
        self._controls = controls
        self._doers: dict[str, Callable[[Frame], Awaitable[str | None]]] = {
            "say": self._say,
            "press": self._press,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "clock": self._clock,
        }

    async def obey(self, data: str) -> str | None:
        """Does what a frame asks for; returns a sentence to tell everybody, if any. Raises BadFrame."""
        frame = _parsed(data)
        doer = self._doers.get(str(frame.get("do")))
        if doer is None:
            raise BadFrame("The playground doesn't know that request.")
        try:
            return await doer(frame)
        except KeyError:
            raise BadFrame("That isn't there any more.") from None

    async def _say(self, frame: Frame) -> None:
        place, text, media = self._place(frame), _words(frame), self._media(frame)
        reply_to = _field(frame, "reply_to", str, "") or None
        if not text.strip() and not media:
            raise BadFrame("Write something first.")
        if place.chat_id == CHANNEL:
            self._adapter.owner_posts(text, media)
        elif place.chat_id == ROOM:
            await self._adapter.owner_says(text, place.thread_id, media, reply_to)
        else:
            await self._adapter.customer_says(place.chat_id, text, media, reply_to)

    async def _press(self, frame: Frame) -> None:
        place = self._place(frame)
        data = _field(frame, "data", str)
        await self._adapter.press(place.chat_id, _field(frame, "message_id", str), data, place.thread_id)

    async def _edit(self, frame: Frame) -> None:
        place, message_id, text = self._place(frame), _field(frame, "message_id", str), _words(frame)
        if place.chat_id == ROOM:
            await self._adapter.owner_edits(message_id, text, place.thread_id)
        else:
            await self._adapter.customer_edits(place.chat_id, message_id, text)

    async def _delete(self, frame: Frame) -> None:
        place, message_id = self._place(frame), _field(frame, "message_id", str)
        if place.chat_id == ROOM:
            await self._adapter.owner_deletes(message_id, place.thread_id)
        else:
            await self._adapter.customer_deletes(place.chat_id, message_id)

    async def _react(self, frame: Frame) -> None:
        place, message_id = self._place(frame), _field(frame, "message_id", str)
        emoji = _field(frame, "emoji", str, "")
        if len(emoji) > MAX_EMOJI:
            raise BadFrame("One emoji at a time, please.")
        await self._adapter.reacts(place.chat_id, message_id, emoji, place.thread_id)

    async def _clock(self, frame: Frame) -> str | None:
        by = _field(frame, "by", str)
        if by == "next":
            return await self._controls.next_thing() or "Nothing is planned."
        if by not in ("hour", "day"):
            raise BadFrame("The clock moves by an hour, by a day, or to the next thing.")
        await self._controls.advance(timedelta(hours=1) if by == "hour" else timedelta(days=1))
        return None

    def _place(self, frame: Frame) -> Place:
        return place_named(_field(frame, "place", str), self._adapter.world)

    def _media(self, frame: Frame) -> list[Media]:
        file_ids = _field(frame, "media", list, [])
        if len(file_ids) > MAX_MEDIA:
            raise BadFrame(f"At most {MAX_MEDIA} photos go into one message.")
        found = [(file_id, self._adapter.world.uploaded(str(file_id))) for file_id in file_ids]
        return [Media("photo", str(i), name=u.name, mime=u.mime, size=len(u.content)) for i, u in found]


def _parsed(data: str) -> Frame:
    try:
        frame = json.loads(data)
    except (ValueError, RecursionError):
        frame = None
    if not isinstance(frame, dict):
        raise BadFrame("The playground couldn't read that request.")
    return frame


def _field(frame: Frame, name: str, kind: type[T], default: T | None = None) -> T:
    value = frame.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, kind):
        raise BadFrame(f"The request lacks its `{name}`.")
    return value


def _words(frame: Frame) -> str:
    text = _field(frame, "text", str)
    if utf16_units(text) > MAX_UNITS:
        raise BadFrame(f"A message holds at most {MAX_UNITS:,} characters; send it in parts.")
    # A lone half of a surrogate pair can't be stored anywhere.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
