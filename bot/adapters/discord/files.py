"""The bytes behind a file that somebody sent: its link expires, and is asked for anew then."""

from __future__ import annotations

from typing import Any

from bot.adapter import DeliveryError, Reason
from bot.adapters.discord.api import Api
from bot.messages import Media

GONE = (Reason.rejected, Reason.target_gone, Reason.thread_gone)


async def fetch(api: Api, media: Media) -> bytes:
    """The bytes of a file, by its link or, where that is no longer good, by a new one. Raises DeliveryError."""
    if media.url:
        try:
            return await api.download(media.url)
        except DeliveryError as error:
            if error.reason not in GONE:
                raise
    return await api.download(await _link(api, media))


async def _link(api: Api, media: Media) -> str:
    """A link to a message's file as it is now."""
    channel_id, message_id, file_id = [*media.file_id.split("/"), "", "", ""][:3]
    if not (channel_id and message_id and file_id):
        raise DeliveryError(Reason.rejected, f"nothing is known of {media.name or media.kind} by which to find it")
    path = "/channels/{channel_id}/messages/{message_id}"
    told: dict[str, Any] = await api.call("GET", path, channel_id=channel_id, message_id=message_id)
    found = next((file for file in told.get("attachments") or () if str(file.get("id")) == file_id), None)
    if found is None:
        raise DeliveryError(Reason.target_gone, f"{media.name or media.kind} is no longer there")
    return str(found["url"])
