"""What a Discord message carries besides words, as neutral media. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.messages import Media, MediaKind

VOICE_MESSAGE = 1 << 13
"""The flag of a message whose sound was spoken into the microphone."""
SHOWN_AS_PICTURE = ("image/png", "image/jpeg", "image/webp")
STICKERS = {1: ("png", "image/png"), 2: ("png", "image/apng"), 4: ("gif", "image/gif")}
"""Formats of stickers that are pictures; the third, Lottie, isn't."""
STICKER_URL = "https://media.discordapp.net/stickers/{id}.{ending}"
VEIL = "SPOILER_"
"""Begins the name of a file that is hidden until somebody wants to see it."""
NOTHING_ELSE = Media("document", alt="a message that only Discord can show")


def attachments(message: Mapping[str, Any], prefix: str) -> tuple[Media, ...]:
    """The media of a message: its files, stickers and poll; KeyError, TypeError or ValueError where it is malformed.

    `prefix` is `<channel>/<message>`; a `file_id` has `/<attachment>` behind it. `url` is a link that expires. What has
    no file says in `alt` what it is.
    """
    spoken = bool(int(message.get("flags") or 0) & VOICE_MESSAGE)
    media = [attachment(file, prefix, spoken=spoken) for file in message.get("attachments") or ()]
    media += [_sticker(sticker, prefix) for sticker in message.get("sticker_items") or ()]
    return (*media, *([_poll(message["poll"])] if message.get("poll") else []))


def attachment(file: Mapping[str, Any], prefix: str, *, spoken: bool = False) -> Media:
    """One file. `spoken`: it is a voice message."""
    mime = word(file.get("content_type") or "").partition(";")[0].strip().lower()
    name = word(file["filename"])
    return Media(
        "voice" if spoken or file.get("waveform") else _kind(mime),
        f"{prefix}/{int(file['id'])}",
        name=name.removeprefix(VEIL),
        mime=mime,
        size=int(file.get("size") or 0),
        alt=word(file.get("description") or ""),
        url=word(file.get("url") or ""),
        spoiler=name.startswith(VEIL),
    )


def _kind(mime: str) -> MediaKind:
    if mime in SHOWN_AS_PICTURE:
        return "photo"
    if mime == "image/gif":
        return "animation"
    kinds: dict[str, MediaKind] = {"video": "video", "audio": "audio"}
    return kinds.get(mime.partition("/")[0], "document")


def _sticker(sticker: Mapping[str, Any], prefix: str) -> Media:
    number, name = int(sticker["id"]), word(sticker["name"])
    if sticker["format_type"] not in STICKERS:
        return Media("sticker", alt=name)
    ending, mime = STICKERS[sticker["format_type"]]
    url = STICKER_URL.format(id=number, ending=ending)
    return Media("sticker", f"{prefix}/{number}", name=f"{name}.{ending}", mime=mime, alt=name, url=url)


def _poll(poll: Mapping[str, Any]) -> Media:
    options = [f"• {_option(answer['poll_media'])}" for answer in poll["answers"]]
    return Media("poll", alt="\n".join([word(poll["question"]["text"]), *options]))


def _option(option: Mapping[str, Any]) -> str:
    shown = emoji(option["emoji"]) if option.get("emoji") else ""
    return " ".join(part for part in (shown, word(option.get("text") or "")) if part)


def emoji(said: Mapping[str, Any]) -> str:
    """An emoji in words: itself, or the name of a server's own between colons."""
    name = word(said.get("name") or "")
    return f":{name or 'emoji'}:" if said.get("id") else name


def word(value: object) -> str:
    """The value, which must be text. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
