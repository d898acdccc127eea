"""The world in JSON, as the page is told of it. Places are named `ana`, `channel`, `room`, `room/t1`."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from bot.adapters.playground.world import Place, Shown, World
from bot.messages import Media, Text


def place_name(place: Place) -> str:
    """One word for a place."""
    return f"{place.chat_id}/{place.thread_id}" if place.thread_id else place.chat_id


def place_named(name: str, world: World) -> Place:
    """The place behind that word; raises KeyError where there is none."""
    chat_id, _, thread_id = name.partition("/")
    place = Place(chat_id, thread_id or None)
    if place not in world.places():
        raise KeyError(name)
    return place


def logs(world: World, zone: tzinfo) -> dict[str, list[dict[str, Any]]]:
    """Everything that was said, by place."""
    return {place_name(place): [message(shown, zone) for shown in world.log(place)] for place in world.places()}


def threads(world: World) -> list[dict[str, Any]]:
    """The room's threads, oldest first, and whether somebody waits in them."""
    return [{"id": t.thread_id, "title": t.title, "waiting": world.waiting(t)} for t in world.threads()]


def message(shown: Shown, zone: tzinfo) -> dict[str, Any]:
    """One message; its time is the shop's."""
    return {
        "id": shown.message_id,
        "author": shown.author,
        "from_bot": shown.from_bot,
        "kind": shown.kind,
        "at": clock_time(shown.at, zone),
        "text": _text(shown.text),
        "versions": [_text(version) for version in shown.versions],
        "buttons": [{"label": button.label, "data": button.data} for button in shown.buttons],
        "media": [_media(media) for media in shown.media],
        "quotes": shown.quotes,
        "reactions": list(shown.reactions),
        "deleted": shown.deleted,
        "explanation": shown.explanation,
    }


def clock_time(instant: datetime, zone: tzinfo) -> str:
    """An instant as local ISO time to the second."""
    return instant.astimezone(zone).isoformat(timespec="seconds")


def _text(text: Text) -> dict[str, Any]:
    spans = [{"kind": s.kind, "start": s.start, "length": s.length, "url": s.url} for s in text.spans]
    return {"plain": text.plain, "spans": spans}


def _media(media: Media) -> dict[str, Any]:
    return {"kind": media.kind, "file": media.file_id, "name": media.name, "alt": media.alt}
