"""What a Telegram message carries besides words, as neutral media. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.messages import Media, MediaKind

VEILED = ("photo", "video", "animation")
"""What can be hidden behind a veil until somebody wants to see it."""
VIDEO_NOTE = "video_note"
"""The name that a round video bears: Telegram sends it again by a method of its own."""


def attachments(message: dict[str, Any]) -> tuple[Media, ...]:
    """The media of a Telegram message, at most one; KeyError, TypeError or ValueError where it is malformed.

    What has no file says in `alt` what it is. An animation comes with a document of the same file: it counts once.
    """
    for name, read in _READERS.items():
        if name in message:
            veiled = bool(message.get("has_media_spoiler")) and name in VEILED
            return (replace(read(message[name]), spoiler=veiled),)
    return ()


def _photo(sizes: list[dict[str, Any]]) -> Media:
    largest = max(sizes, key=lambda size: (size["width"] * size["height"], size.get("file_size", 0)))
    return Media("photo", _text(largest["file_id"]), mime="image/jpeg", size=int(largest.get("file_size", 0)))


def _file(kind: MediaKind, name: str = "", mime: str = "") -> Callable[[dict[str, Any]], Media]:
    def read(file: dict[str, Any]) -> Media:
        return Media(
            kind,
            _text(file["file_id"]),
            name=_text(file.get("file_name", name)),
            mime=_text(file.get("mime_type", mime)),
            size=int(file.get("file_size", 0)),
            alt=_text(file.get("emoji", "")),
        )

    return read


def _sticker(file: dict[str, Any]) -> Media:
    moving = "application/x-tgsticker" if file.get("is_animated") else "video/webm" if file.get("is_video") else ""
    return replace(_file("sticker")(file), mime=moving or "image/webp")


def _location(place: dict[str, Any]) -> Media:
    return Media("location", url=f"geo:{float(place['latitude'])},{float(place['longitude'])}")


def _venue(venue: dict[str, Any]) -> Media:
    point = _location(venue["location"])
    return Media("location", url=point.url, alt=f"{venue['title']}, {venue['address']}")


def _contact(contact: dict[str, Any]) -> Media:
    name = " ".join(part for part in (contact["first_name"], contact.get("last_name", "")) if part)
    return Media("contact", name=name, url=f"tel:{_text(contact['phone_number'])}")


def _poll(poll: dict[str, Any]) -> Media:
    options = [f"• {option['text']}" for option in poll["options"]]
    return Media("poll", alt="\n".join([_text(poll["question"]), *options]))


def _other(what: str) -> Callable[[Any], Media]:
    return lambda _: Media("document", alt=what)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


_READERS: dict[str, Callable[[Any], Media]] = {
    "photo": _photo,
    "animation": _file("animation"),
    "video": _file("video"),
    VIDEO_NOTE: _file("video", VIDEO_NOTE, "video/mp4"),
    "voice": _file("voice"),
    "audio": _file("audio"),
    "document": _file("document"),
    "sticker": _sticker,
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    # These can't be sent again by a file id: the other side is told what there was.
    "story": _other("a story"),
    "checklist": _other("a checklist"),
    "game": _other("a game"),
    "paid_media": _other("paid media"),
    "gift": _other("a gift"),
    "unique_gift": _other("a gift"),
    "invoice": _other("an invoice"),
    "giveaway": _other("a giveaway"),
    "rich_message": _other("a message that only Telegram can show"),
}
