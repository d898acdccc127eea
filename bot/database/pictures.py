"""Pictures as we post them: upright, and without a word of where they were taken."""

from __future__ import annotations

import io
import warnings

from PIL import ExifTags, Image, ImageOps

UPRIGHT = 1
QUALITY = 95
"""Of a JPEG that had to be turned; one that is only cleaned keeps its own."""


def cleaned(data: bytes) -> bytes:
    """The picture, turned as its EXIF data say and without these, where they tell a place or a turn; else the same
    bytes. What is no picture that can be read stays as it is."""
    try:
        with warnings.catch_warnings(action="error"), Image.open(io.BytesIO(data)) as picture:
            return _again(picture) if _tells(picture) else data
    except Exception:  # a broken picture makes the library raise nearly anything
        return data


def _tells(picture: Image.Image) -> bool:
    exif = picture.getexif()
    turned = exif.get(ExifTags.Base.Orientation, UPRIGHT) != UPRIGHT
    packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    place = "GPS" in packet if isinstance(packet, str) else b"GPS" in packet
    return turned or place or ExifTags.Base.GPSInfo in exif


def _again(picture: Image.Image) -> bytes:
    """The same pixels, upright, with their colours and nothing else that was said of them."""
    kind, colours = picture.format or "PNG", picture.info.get("icc_profile")
    exif = picture.getexif()
    turned = exif.get(ExifTags.Base.Orientation, UPRIGHT) != UPRIGHT
    more: dict[str, object] = {"icc_profile": colours} if colours else {}
    if getattr(picture, "n_frames", 1) > 1:
        more["save_all"] = True
    upright = ImageOps.exif_transpose(picture) if turned and "save_all" not in more else picture
    if kind in ("JPEG", "MPO"):
        kind, more = "JPEG", {**more, "quality": QUALITY if turned else "keep"}
        more.pop("save_all", None)
    elif kind == "WEBP":
        more["quality"] = QUALITY
    for name in ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif"):
        upright.info.pop(name, None)
    held = io.BytesIO()
    upright.save(held, kind, exif=b"", **more)
    return held.getvalue()
