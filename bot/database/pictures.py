"""Pictures as we post them: upright, and without a word of where they were taken."""

from __future__ import annotations

import io

from PIL import ExifTags, Image, ImageOps

UPRIGHT = 1
QUALITY = 95
"""Of a JPEG that had to be turned; one that is only cleaned keeps its own."""
MOST_PIXELS = 50_000_000
"""A larger picture is not turned: its pixels take too much memory."""
JPEG, NOTES = b"\xff\xd8", 0xE1
"""How a JPEG begins, and what its segments of notes are called."""


def cleaned(data: bytes) -> bytes:
    """The picture, turned as its EXIF data say and without these, where they tell a place or a turn; else the same
    bytes. What is no picture that can be read stays as it is."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if not _tells(picture):
                return data
            return _again(picture, data)
    except Exception:  # a broken picture makes the library raise nearly anything
        return _without_notes(data) if data.startswith(JPEG) else data


def _tells(picture: Image.Image) -> bool:
    exif = picture.getexif()
    turned = exif.get(ExifTags.Base.Orientation, UPRIGHT) != UPRIGHT
    packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    place = "GPS" in packet if isinstance(packet, str) else b"GPS" in packet
    return turned or place or ExifTags.Base.GPSInfo in exif


def _again(picture: Image.Image, data: bytes) -> bytes:
    """The same picture, upright, with its colours and nothing else that was said of it."""
    kind, colours = picture.format or "PNG", picture.info.get("icc_profile")
    turned = picture.getexif().get(ExifTags.Base.Orientation, UPRIGHT) != UPRIGHT
    if kind in ("JPEG", "MPO") and not turned:
        return _without_notes(data)
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError("too large to be turned")
    moves = getattr(picture, "n_frames", 1) > 1 and kind not in ("JPEG", "MPO")
    upright = ImageOps.exif_transpose(picture) if turned and not moves else picture
    for name in ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif"):
        upright.info.pop(name, None)
    given = {"icc_profile": colours} if colours else {}
    given |= {"quality": QUALITY} if kind in ("JPEG", "MPO", "WEBP") else {}
    held = io.BytesIO()
    upright.save(held, "JPEG" if kind == "MPO" else kind, save_all=moves, exif=b"", **given)
    return held.getvalue()


def _without_notes(data: bytes) -> bytes:
    """A JPEG without the segments that hold EXIF and XMP; its pixels are not touched."""
    kept, place = bytearray(data[:2]), 2
    while data[place : place + 1] == b"\xff" and data[place + 1 : place + 2] not in (b"\xda", b""):
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if data[place + 1] != NOTES:
            kept += data[place:end]
        place = end
    return bytes(kept) + data[place:]
