"""What is posted stands upright and tells no place; everything else stays as it is, to the byte."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image
from sqlalchemy import select

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from bot.database.pictures import cleaned
from bot.database.tables import Blob

GPS, TURN = ExifTags.Base.GPSInfo, ExifTags.Base.Orientation


def picture(kind: str = "JPEG", *, place: bool = True, turn: int = 1, **more: Any) -> bytes:
    """A picture, wider than high, whose left half is red; with what a phone says of it."""
    shown, held = Image.new("RGB", (64, 48), "blue"), io.BytesIO()
    shown.paste("red", (0, 0, 32, 48))
    exif = shown.getexif()
    exif[ExifTags.Base.Model] = "A phone"
    if turn != 1:
        exif[TURN] = turn
    if place:
        exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 12.0, 0.0)
    shown.save(held, kind, exif=exif, **more)
    return held.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_forgets_where_it_was_taken_and_keeps_what_it_shows(kind: str) -> None:
    data = picture(kind)
    assert GPS in opened(data).getexif()
    clean = opened(cleaned(data))
    assert (clean.format, clean.size) == (kind, (64, 48))
    assert dict(clean.getexif()) == {}
    red, _, blue = clean.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 200 > blue


@pytest.mark.parametrize(("turn", "red_at"), [(6, (24, 5)), (8, (24, 58)), (3, (58, 24))])
def test_a_picture_that_lies_on_its_side_is_turned(turn: int, red_at: tuple[int, int]) -> None:
    clean = opened(cleaned(picture(turn=turn, place=False)))
    assert clean.size == ((64, 48) if turn == 3 else (48, 64))
    assert clean.getexif().get(TURN, 1) == 1
    red, _, blue = clean.convert("RGB").getpixel(red_at)  # type: ignore[misc]
    assert red > 200 > blue


def test_a_place_in_the_other_packet_that_phones_write_is_forgotten_as_well() -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a exif:GPSLatitude="48,12N"/></x:xmpmeta>'
    data = picture(place=False, xmp=packet)
    assert b"GPS" in data
    assert b"GPS" not in cleaned(data)


@pytest.mark.parametrize(
    "data",
    [picture(place=False), b"", b"no picture", b"\x89PNG\r\n\x1a\nbox"],
    ids=["no place", "empty", "words", "broken"],
)
def test_what_tells_nothing_or_can_not_be_read_stays_as_it_is(data: bytes) -> None:
    assert cleaned(data) == data


@pytest.mark.parametrize("turn", [1, 6])
def test_a_picture_that_is_cut_tells_no_place_either(turn: int) -> None:
    data = picture(turn=turn)[:-150]
    assert b"Exif" in data
    assert b"Exif" not in cleaned(data)
    assert cleaned(data).endswith(data[-100:])


def test_a_jpeg_that_stands_upright_keeps_every_pixel() -> None:
    data = picture()
    assert opened(cleaned(data)).tobytes() == opened(data).tobytes()


async def test_the_shops_own_pictures_are_stored_without_their_place(
    database: Database, clock: Clock, shop_dir: Path
) -> None:
    (shop_dir / "images" / "box.png").write_bytes(picture("PNG", turn=6))
    await take_in_shop(database, shop_dir, clock)
    async with database.read() as session:
        (data,) = await session.scalars(select(Blob.data))
    assert opened(data).size == (48, 64)
    assert GPS not in opened(data).getexif()
