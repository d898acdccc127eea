"""Stored files: bytes under their fingerprint, and the paths that name them."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.pictures import cleaned
from bot.database.tables import Attachment, Blob, FileId, Image
from bot.messages import Media


async def keep(session: AsyncSession, name: str, data: bytes, now: datetime, mime: str = "") -> str:
    """Stores bytes once and returns their sha256."""
    sha256 = hashlib.sha256(data).hexdigest()
    mime = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
    made = insert_into(session, Blob).values(
        sha256=sha256, name=name, mime=mime, size=len(data), data=data, created_at=now
    )
    await session.execute(made.on_conflict_do_nothing())
    return sha256


async def keep_for(
    session: AsyncSession, customer_id: int | None, name: str, data: bytes, now: datetime, mime: str
) -> str:
    """Stores bytes that tell of a person: they are forgotten when files that people sent are, and erased with them."""
    sha256 = await keep(session, name, data, now, mime)
    made = insert_into(session, Attachment).values(
        origin="house", file_id=sha256, media={}, customer_id=customer_id, state="fetched", clean=False, sha256=sha256,
        error="", attempts=0, created_at=now, due_at=now,
    )  # fmt: skip
    named = {"customer_id": customer_id, "state": "fetched", "sha256": sha256, "created_at": now, "error": ""}
    await session.execute(made.on_conflict_do_update(index_elements=["origin", "file_id"], set_=named))
    return sha256


async def keep_image(session: AsyncSession, path: str, data: bytes, now: datetime) -> None:
    """Stores a picture under the path by which entries and stories name it: upright, and without the place it tells."""
    data = cleaned(data)
    sha256 = await keep(session, path.rpartition("/")[2], data, now)
    made = insert_into(session, Image).values(path=path, sha256=sha256)
    await session.execute(made.on_conflict_do_update(index_elements=[Image.path], set_={"sha256": sha256}))


async def images(session: AsyncSession, paths: Sequence[str]) -> list[Media]:
    """The pictures behind paths, in order; a path without a stored file is passed over."""
    if not paths:
        return []
    rows = await session.execute(
        select(Image.path, Blob.sha256, Blob.name, Blob.mime, Blob.size)
        .join(Blob, Blob.sha256 == Image.sha256)
        .where(Image.path.in_(paths))
    )
    found = {path: Media("photo", sha256=sha, name=name, mime=mime, size=size) for path, sha, name, mime, size in rows}
    return [found[path] for path in paths if path in found]


async def read_blob(session: AsyncSession, sha256: str) -> bytes:
    """The bytes; raises KeyError for an unknown fingerprint."""
    data = await session.scalar(select(Blob.data).filter_by(sha256=sha256))
    if data is None:
        raise KeyError(sha256)
    return data


async def forget_reports(session: AsyncSession) -> None:
    """Deletes the reports of broadcasts, which name people and can be made again."""
    names = Blob.name.startswith("broadcast-") & (Blob.mime == "text/csv")
    theirs = Attachment.origin == "house", Attachment.customer_id.is_(None)
    reports = Attachment.sha256.in_(select(Blob.sha256).where(names))
    hashes = set(await session.scalars(select(Attachment.sha256).where(*theirs, reports)))
    await session.execute(delete(Attachment).where(*theirs, Attachment.sha256.in_(hashes)))
    await delete_unnamed(session, hashes)


async def delete_unnamed(session: AsyncSession, hashes: Collection[str | None]) -> int:
    """Deletes those of these bytes that nothing names any more; the others lose the name under which they first came.
    Returns how many were deleted."""
    used = select(Attachment.sha256).where(Attachment.sha256.is_not(None)).union(select(Image.sha256))
    named = set(await session.scalars(select(Blob.sha256).where(Blob.sha256.in_(hashes), Blob.sha256.in_(used))))
    gone = [sha256 for sha256 in hashes if sha256 and sha256 not in named]
    await session.execute(delete(FileId).where(FileId.sha256.in_(gone)))
    await session.execute(delete(Blob).where(Blob.sha256.in_(gone)))
    theirs = Blob.sha256.in_(named) & Blob.sha256.not_in(select(Image.sha256))
    await session.execute(update(Blob).where(theirs).values(name=""))
    return len(gone)
