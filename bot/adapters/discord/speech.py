"""A message of ours as Discord takes it: words, buttons, files, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.adapter import Call, DeliveryError, ReadBlob, Reason
from bot.adapters.discord.api import File
from bot.adapters.discord.attachments import VEIL
from bot.adapters.discord.markdown import to_discord
from bot.messages import Button, Media, MessageRef

SUPPRESS_EMBEDS, EPHEMERAL = 1 << 2, 1 << 6
NOBODY = {"parse": [], "replied_user": False}
"""Whom our words may ping."""
ROW_BUTTONS, LABEL_LETTERS, ALT_LETTERS = 5, 80, 1024
NONCE_LETTERS = 25
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "video/mp4": ".mp4"}

Said = dict[str, Any]


async def payload(call: Call, read_blob: ReadBlob) -> tuple[Said, list[File]]:
    """The message's JSON without what depends on its way (nonce, reference), and its files. Raises DeliveryError."""
    message = call.message
    files = [await _file(media, read_blob) for media in message.media]
    told: Said = {
        "content": to_discord(message.text),
        "allowed_mentions": NOBODY,
        "components": _rows(message.buttons),
        "flags": SUPPRESS_EMBEDS,
    }
    if files:
        told["attachments"] = [_described(place, file) for place, file in enumerate(files)]
    return told, files


def posted(told: Said, nonce: str, quotes: MessageRef | None, channel_id: str) -> Said:
    """The same for a message of its own in a channel: once for its nonce, beneath what it answers."""
    own: Said = told | {"nonce": nonce[:NONCE_LETTERS], "enforce_nonce": True}
    if quotes:
        own["message_reference"] = {
            "message_id": quotes.message_id,
            "channel_id": channel_id,
            "fail_if_not_exists": False,
        }
    return own


def _rows(buttons: Sequence[Button]) -> list[Said]:
    shown = [
        {"type": 2, "style": 2, "label": button.label[:LABEL_LETTERS], "custom_id": button.data} for button in buttons
    ]
    return [{"type": 1, "components": shown[at : at + ROW_BUTTONS]} for at in range(0, len(shown), ROW_BUTTONS)]


async def _file(media: Media, read_blob: ReadBlob) -> File:
    if not media.sha256:
        raise DeliveryError(Reason.rejected, f"the bytes of {media.name or media.kind} are not there")
    name = VEIL * media.spoiler + (media.name or media.kind + ENDINGS.get(media.mime, ""))
    mime = media.mime or "application/octet-stream"
    return File(name, await read_blob(media.sha256), mime, media.alt[:ALT_LETTERS])


def _described(place: int, file: File) -> Said:
    return {"id": place, "filename": file.name} | ({"description": file.description} if file.description else {})
