"""Files under their own fingerprint, stored once, found by the paths that name them."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import func, select

from bot.clock import Clock
from bot.database import Database
from bot.database.blobs import images, keep, keep_image, read_blob
from bot.database.tables import Blob
from bot.messages import Media

BYTES = bytes(range(256)) * 400


async def test_bytes_come_back_as_they_were_under_their_fingerprint(database: Database, clock: Clock) -> None:
    async with database.write() as session:
        sha256 = await keep(session, "egg.jpg", BYTES, clock.now())
    assert sha256 == hashlib.sha256(BYTES).hexdigest()
    async with database.read() as session:
        assert await read_blob(session, sha256) == BYTES
        blob = (await session.scalars(select(Blob))).one()
    assert (blob.name, blob.mime, blob.size) == ("egg.jpg", "image/jpeg", len(BYTES))


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x89PNG\r\n\x1a\n"])
async def test_any_bytes_can_be_kept(database: Database, clock: Clock, data: bytes) -> None:
    async with database.write() as session:
        sha256 = await keep(session, "odd", data, clock.now())
        assert await read_blob(session, sha256) == data
        assert (await session.get_one(Blob, sha256)).mime == "application/octet-stream"


async def test_the_same_bytes_are_stored_once(database: Database, clock: Clock) -> None:
    async with database.write() as session:
        first = await keep(session, "a.png", BYTES, clock.now())
        assert await keep(session, "b.png", BYTES, clock.now()) == first
        assert await session.scalar(select(func.count()).select_from(Blob)) == 1


async def test_an_unknown_fingerprint_is_told(database: Database) -> None:
    async with database.read() as session:
        with pytest.raises(KeyError):
            await read_blob(session, "0" * 64)


async def test_pictures_are_found_by_their_paths_in_the_order_that_is_asked(database: Database, clock: Clock) -> None:
    async with database.write() as session:
        for name in ("a", "b", "c"):
            await keep_image(session, f"images/{name}.png", name.encode(), clock.now())
    async with database.read() as session:
        found = await images(session, ["images/c.png", "images/none.png", "images/a.png", "images/c.png"])
        assert await images(session, []) == []
    assert [media.name for media in found] == ["c.png", "a.png", "c.png"]
    expected = Media("photo", sha256=hashlib.sha256(b"a").hexdigest(), name="a.png", mime="image/png", size=1)
    assert found[1] == expected


async def test_a_path_with_new_bytes_shows_the_new_picture(database: Database, clock: Clock) -> None:
    async with database.write() as session:
        await keep_image(session, "images/a.png", b"old", clock.now())
        await keep_image(session, "images/a.png", b"new", clock.now())
        (found,) = await images(session, ["images/a.png"])
        assert await read_blob(session, found.sha256) == b"new"
