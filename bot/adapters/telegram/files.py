"""Pictures and other files, up and down: each goes up once, and by its id from then on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telegram import InputFile

from bot.adapter import DeliveryError, ReadBlob, Reason
from bot.adapters.telegram.api import Api
from bot.adapters.telegram.plan import is_round
from bot.messages import Media
from bot.recent import Recent

PHOTO_AT_MOST = 10_000_000
"""Bytes: https://core.telegram.org/bots/api#sendphoto."""
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "video/mp4": ".mp4"}


class Files:
    """Knows the ids that Telegram gave to blobs. `read_blob` is set when the adapter starts."""

    def __init__(self, api: Api) -> None:
        self.read_blob: ReadBlob | None = None
        self._api = api
        self._ids = Recent[tuple[str, str], str]()

    async def reference(self, media: Media, *, attached: bool = False) -> str | InputFile:
        """How a call names the file: an id, an address, or the bytes (`attached` for a part of an album).

        Raises DeliveryError when there is nothing to be sent.
        """
        known = media.file_id or self._ids.get(_name(media)) or ("" if media.sha256 else media.url)
        if known:
            return known
        return await self.upload(media, attached=attached)

    async def upload(self, media: Media, *, attached: bool = True) -> InputFile:
        """The file's bytes, whatever ids are known. Raises DeliveryError when there are none."""
        content = await self._content(media)
        name = media.name or f"{media.kind}{ENDINGS.get(media.mime, '')}"
        return InputFile(content, filename=name, attach=attached)

    def remember(self, media: Media, file_id: str) -> None:
        """Keeps the id that a blob was given."""
        if media.sha256 and file_id:
            self._ids[_name(media)] = file_id

    def forget(self, media: Media) -> None:
        """Drops an id that Telegram no longer takes."""
        self._ids.pop(_name(media), None)

    async def fetch(self, media: Media) -> bytes:
        """The bytes behind a file id, 20 MB at the most. Raises DeliveryError."""
        try:
            found = await self._api.call("getFile", file_id=media.file_id)
        except DeliveryError as error:
            if "too big" in error.description:
                raise DeliveryError(Reason.too_long, error.description) from None
            raise
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str):
            raise DeliveryError(Reason.rejected, "Telegram names no path for the file")
        return await self._api.download(path)

    async def _content(self, media: Media) -> bytes:
        if not media.sha256:
            raise DeliveryError(Reason.rejected, f"there is no file behind this {media.kind}")
        if self.read_blob is None:
            raise DeliveryError(Reason.unreachable, "the adapter is not started")
        try:
            return await self.read_blob(media.sha256)
        except Exception as error:
            # One that is gone stays gone; a database that is busy is asked again.
            if isinstance(error, LookupError):
                raise DeliveryError(Reason.rejected, "the picture is not stored any more") from None
            raise DeliveryError(Reason.unreachable, f"the picture can't be read: {type(error).__name__}") from None


def as_documents(media: tuple[Media, ...]) -> tuple[Media, ...]:
    """Files that Telegram would not take as what they are, for which the bytes are there."""
    return tuple(replace(item, kind="document", file_id="") if item.sha256 else item for item in media)


def is_too_large(media: Media) -> bool:
    """Whether a picture is more than Telegram takes as one."""
    return media.kind == "photo" and not media.file_id and media.size > PHOTO_AT_MOST


def method_of(media: Media) -> tuple[str, str]:
    """The method that sends it, and the parameter that holds it."""
    if is_round(media):
        return "sendVideoNote", "video_note"
    return f"send{media.kind.capitalize()}", media.kind


def file_id_in(message: Any) -> str:
    """The id of the file in a message that Telegram gives back; empty when there is none."""
    if not isinstance(message, dict):
        return ""
    for kind in ("animation", "video", "video_note", "voice", "audio", "sticker", "document"):
        if isinstance(message.get(kind), dict):
            return str(message[kind].get("file_id", ""))
    sizes = message.get("photo")
    return str(sizes[-1].get("file_id", "")) if isinstance(sizes, list) and sizes else ""


def _name(media: Media) -> tuple[str, str]:
    return media.sha256, media.kind
