"""Fetches the files that are wanted by their bytes, a few at once; what fails is tried again for an hour."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot import attachments, mp4, story_form
from bot.adapter import Adapter, DeliveryError, Reason
from bot.clock import Clock
from bot.database import accounts, blobs
from bot.database.doors import Database
from bot.database.pictures import cleaned
from bot.database.tables import Attachment
from bot.messages import Media, load
from bot.retries import next_attempt

log = structlog.get_logger()

AT_ONCE, MOMENT_S = 4, 0.05
LONGEST_S = 60.0
"""How long a file may take."""
PATIENCE = timedelta(hours=1)
"""For so long a file is tried: the words that came with it wait meanwhile."""


class Fetcher:
    """Stores the bytes of wanted files, of at most `most_bytes` each."""

    def __init__(self, database: Database, clock: Clock, adapters: Mapping[str, Adapter], most_bytes: int) -> None:
        self._database = database
        self._clock = clock
        self._adapters = adapters
        self._most_bytes = most_bytes
        self._fitting: dict[int, asyncio.Task[None]] = {}
        self._one_by_one = asyncio.Semaphore(1)

    async def fetch(self) -> bool:
        """Fetches what is due, a few files at once; False when nothing was, and nothing is under way.

        What has to be made fit may take minutes, one file at a time, and holds up no other.
        """
        async with self._database.read() as session:
            due = await attachments.due(session, self._clock.now(), AT_ONCE, self._fitting)
        for row in due:
            if "form" in row.media:
                self._fitting[row.id] = asyncio.create_task(self._settle(row))
        await asyncio.gather(*(self._settle(row) for row in due if "form" not in row.media))
        if self._fitting:
            await asyncio.wait(self._fitting.values(), timeout=MOMENT_S, return_when=asyncio.FIRST_COMPLETED)
        ended = [id for id, task in self._fitting.items() if task.done()]
        for id in ended:
            self._fitting.pop(id).result()
        return bool(due or ended or self._fitting)

    async def forget(self, keep: timedelta) -> None:
        """Deletes the bytes of what people sent longer ago than that."""
        async with self._database.write() as session:
            count = await attachments.forget(session, self._clock.now() - keep)
        if count:
            log.info("Old files were deleted", files=count)

    async def _settle(self, row: Attachment) -> None:
        """Fetches one file and stores it, or why it could not be."""
        try:
            media = load(Media, row.media)
            data = await asyncio.wait_for(self._bytes(row, media), LONGEST_S)
            if media.form:
                await self._store_fitted(row, media, data)
                return
        except DeliveryError as error:
            await self._failed(row, error)
        except story_form.Unfit as unfit:
            await self._remark(row, media, "failed", unfit.why, unfit.detail)
        except Exception as error:
            await self._failed(row, DeliveryError(Reason.uncertain, type(error).__name__))
        else:
            await self._store(row, media, data)

    async def _bytes(self, row: Attachment, media: Media) -> bytes:
        async with self._database.read() as session:
            before = await attachments.find(session, replace(media, form="")) if media.form else None
            if sha256 := row.sha256 or (before and before.sha256):
                return await blobs.read_blob(session, sha256)
        adapter = self._adapters.get(row.origin.partition(":")[0])
        if adapter is None or row.origin != f"{adapter.platform}:{adapter.bot}":
            raise DeliveryError(Reason.rejected, f"{row.origin} is no bot of this house any more")
        most = min(self._most_bytes, adapter.capabilities.download_at_most)
        data = b"" if media.size > most else await adapter.fetch(media)
        if max(len(data), media.size) > most:
            raise DeliveryError(Reason.too_long, f"{max(len(data), media.size)} bytes are too many")
        return data

    async def _store(self, row: Attachment, media: Media, data: bytes) -> None:
        if row.clean:
            data = await asyncio.to_thread(_clean, data)
        name = media.name or media.kind
        async with self._database.write() as session:
            if await session.get(Attachment, row.id, with_for_update=True) is None:
                return  # whoever sent it was forgotten meanwhile
            sha256 = await blobs.keep(session, name, data, self._clock.now(), media.mime)
            await attachments.settle(session, row.id, state="fetched", sha256=sha256, error="")

    async def _store_fitted(self, row: Attachment, media: Media, data: bytes) -> None:
        """Makes a file fit, and stores it. Raises `story_form.Unfit`."""
        async with self._one_by_one:
            made = await story_form.fitted(media.kind, data)
        async with self._database.write() as session:
            sha256 = await blobs.keep(session, made.name, made.data, self._clock.now(), made.mime)
            await attachments.settle(session, row.id, state="fetched", sha256=sha256, error="")
        if made.remark:
            await self._remark(row, media, "fetched", made.remark, made.detail)

    async def _remark(self, row: Attachment, media: Media, state: str, why: str, detail: str) -> None:
        """Leaves word for the owners of what became of a file that was to be made fit."""
        async with self._database.write() as session:
            accounts.remark(session, media, why, detail, self._clock.now())
            if state == "failed":
                await attachments.settle(session, row.id, state=state, error=attachments.UNFIT)

    async def _failed(self, row: Attachment, error: DeliveryError) -> None:
        now, attempts, media = self._clock.now(), row.attempts + 1, load(Media, row.media)
        again = None if now - row.created_at > PATIENCE else next_attempt(attempts, error, now, row.created_at)
        why = attachments.TOO_LARGE if error.reason is Reason.too_long else attachments.UNAVAILABLE
        log.warning("A file could not be fetched", origin=row.origin, error=str(error), again=again is not None)
        async with self._database.write() as session:
            if again:
                await attachments.settle(session, row.id, attempts=attempts, error=str(error)[:500], due_at=again)
                return
            await attachments.settle(session, row.id, attempts=attempts, error=why, state="failed")
            if media.form:
                accounts.remark(session, media, why, "", now)


def _clean(data: bytes) -> bytes:
    """A picture or video as it may be posted: it says nothing of where it was taken."""
    return mp4.without_place(cleaned(data))
