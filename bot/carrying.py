"""A message's files on their way to a platform that doesn't have them: by bytes, by a known id, or in words."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot import attachments
from bot.adapter import Adapter
from bot.database.tables import Attachment
from bot.messages import ChatRef, Media, OutboundMessage, Receipt, Text

POSTED = ("post", "offer")
MB = 1_000_000

Explain = Callable[[Media, str, int], Text]
"""The sentence that stands for a file: the file, why it is missing (as `attachments` names it), and the most that can
be carried, in megabytes."""


class NotYet(Exception):
    """A file is still on its way here: the message waits for it."""


class Missing(Exception):
    """A file that can't be carried; `why` as `attachments` names it, `most_bytes` the limit that it broke."""

    def __init__(self, why: str, most_bytes: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.most_bytes = most_bytes


def _plainly(media: Media, why: str, most_mb: int) -> Text:
    return Text(f"{media.name or media.kind}: {why}")


@dataclass(frozen=True)
class Carrier:
    """Puts a message's files into a form that its platform can send. Files of more than `most_bytes` are not kept."""

    adapters: Mapping[str, Adapter]
    most_bytes: int = 20 * MB
    explain: Explain = _plainly

    async def carried(
        self, session: AsyncSession, message: OutboundMessage, chat: ChatRef, now: datetime
    ) -> tuple[OutboundMessage, OutboundMessage | None]:
        """The message as its platform can send it, and (or None) the words about what is missing, where these don't
        fit into it. Raises NotYet."""
        target, media, words = self.adapters[chat.platform], list[Media](), Text()
        for item in message.media:
            try:
                media.append(await self._ready(session, item, message, target, now))
            except Missing as missing:
                told = self.explain(item, missing.why, missing.most_bytes // MB)
                words = words + ("\n" if words else "") + told
        bare = replace(message, media=tuple(media))
        if not words:
            return bare, None
        whole = replace(bare, text=message.text + ("\n\n" if message.text else "") + words)
        if len(planned := target.plan(whole)) == 1:
            return planned[0], None
        more = replace(message, key=f"{message.key}:missing", text=words, media=(), buttons=(), quotes=message.key)
        return bare, replace(more, op="send", target=None)

    async def remember(self, session: AsyncSession, message: OutboundMessage, chat: ChatRef, receipt: Receipt) -> None:
        """Keeps the ids under which the platform has the bytes now."""
        if not self.adapters[chat.platform].capabilities.reuses_files:
            return
        if len(receipt.media_ids) == len(message.media):
            for media, file_id in zip(message.media, receipt.media_ids, strict=True):
                if media.sha256 and file_id and file_id != media.file_id:
                    await attachments.remember_id(session, f"{chat.platform}:{chat.bot}", media, file_id)

    async def _ready(
        self, session: AsyncSession, media: Media, message: OutboundMessage, target: Adapter, now: datetime
    ) -> Media:
        here, may = f"{target.platform}:{target.bot}", target.capabilities
        if media.form:
            return await self._formed(session, media, now)
        if media.file_id and not media.sha256:
            ours = media.origin in ("", here) and may.reuses_files
            posted = message.kind in POSTED and _is_picture(media)
            if ours and not (posted and media.origin and not (media.kind == "photo" and may.cleans_photos)):
                return media
            media = await self._fetched(session, media, message.kind in POSTED and _may_tell_a_place(media), now)
        if not media.sha256:
            return media
        size = media.size or await attachments.size_of(session, media.sha256)
        if size > may.upload_at_most:
            raise Missing(attachments.TOO_LARGE, may.upload_at_most)
        known = await attachments.known_id(session, here, media) if may.reuses_files else ""
        return replace(media, file_id=known, size=size)

    async def _formed(self, session: AsyncSession, media: Media, now: datetime) -> Media:
        """The file in the form that its place wants."""
        row = await attachments.find(session, media)
        if row is None:
            await attachments.want(session, [media], now, clean=True)
            raise NotYet
        _look_at(row, True, self.most_bytes)
        assert row.sha256
        size = await attachments.size_of(session, row.sha256)
        return replace(media, name="", mime="", file_id="", url="", sha256=row.sha256, size=size)

    async def _fetched(self, session: AsyncSession, media: Media, posted: bool, now: datetime) -> Media:
        """The file as its bytes, under a name that says what it is."""
        if media.kind == "sticker" and not media.mime.startswith("image/"):
            raise Missing(attachments.UNAVAILABLE)
        origin = self.adapters.get(media.origin.partition(":")[0])
        most = min(self.most_bytes, origin.capabilities.download_at_most) if origin else self.most_bytes
        if media.size > most:
            raise Missing(attachments.TOO_LARGE, most)
        row = await attachments.find(session, media)
        if row is None:
            if origin is None:
                raise Missing(attachments.UNAVAILABLE)
            await attachments.want(session, [media], now, clean=posted)
            raise NotYet
        _look_at(row, posted, most)
        assert row.sha256
        size = await attachments.size_of(session, row.sha256)
        kind = "photo" if media.kind == "sticker" else media.kind
        return replace(media, kind=kind, name=_file_name(media), file_id="", url="", sha256=row.sha256, size=size)


def _look_at(row: Attachment, posted: bool, most: int) -> None:
    """Raises NotYet or Missing unless the bytes are there, and for a post clean."""
    if posted and not row.clean and row.state != "failed":
        row.clean, row.state = True, "wanted"
    if row.state == "wanted":
        raise NotYet
    if row.state == "failed":
        raise Missing(row.error, most)


def _is_picture(media: Media) -> bool:
    mime = media.mime or mimetypes.guess_type(media.name)[0] or ""
    return media.kind == "photo" or (media.kind == "document" and mime.startswith("image/"))


def _may_tell_a_place(media: Media) -> bool:
    return _is_picture(media) or media.shows is not None


def _file_name(media: Media) -> str:
    """A name that ends as its kind of file does, so that every program knows it."""
    name = media.name or media.kind
    return name if "." in name else name + (mimetypes.guess_extension(media.mime) or "")
