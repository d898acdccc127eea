"""MPEG-4 files for tests: built by hand box by box (nothing plays them), or by ffmpeg where the machine has it."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

TICKS, FRAMES_S = 1000, 30


def box(name: bytes, *parts: bytes) -> bytes:
    """One box with what it holds."""
    inner = b"".join(parts)
    return struct.pack(">I", 8 + len(inner)) + name + inner


def filmed(
    code: str = "avc1",
    seconds: float = 3,
    width: int = 640,
    height: int = 480,
    *,
    key_every_s: float = 1,
    index_first: bool = True,
    place: bool = False,
) -> bytes:
    """The boxes of a video as a phone writes them, with no pictures in it."""
    length, frames = int(seconds * TICKS), int(seconds * FRAMES_S)
    keys = range(1, frames + 1, max(1, int(key_every_s * FRAMES_S)))
    entry = box(code.encode(), bytes(24), struct.pack(">HH", width, height), bytes(50))
    table = box(
        b"stbl",
        box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
        box(b"stts", bytes(4), struct.pack(">III", 1, frames, TICKS // FRAMES_S)),
        box(b"stss", bytes(4), struct.pack(">I", len(keys)), *(struct.pack(">I", key) for key in keys)),
    )
    times = struct.pack(">IIIII", 0, 0, 0, TICKS, length)
    media = box(
        b"mdia",
        box(b"mdhd", times, bytes(4)),
        box(b"hdlr", bytes(8), b"vide", bytes(13)),
        box(b"minf", table),
    )
    said = box(b"udta", box(b"\xa9xyz", b"+35.6895+139.6917/")) if place else b""
    index = box(b"moov", box(b"mvhd", times, bytes(80)), box(b"trak", box(b"tkhd", bytes(84)), media), said)
    pictures = box(b"mdat", bytes(64))
    kind = box(b"ftyp", b"isom", bytes(4), b"isom")
    return kind + (index + pictures if index_first else pictures + index)


def as_telegram_wants_it(seconds: float = 12) -> bytes:
    """What needs no making over."""
    return filmed("hvc1", seconds, 720, 1280)


def played(folder: Path, seconds: int) -> bytes:
    """A real little film with sound and a place in it, made by ffmpeg."""
    made = folder / "film.mp4"
    program = shutil.which("ffmpeg")
    assert program is not None
    sources = ["-f", "lavfi", "-i", f"testsrc=size=160x120:rate=10:duration={seconds}"]
    sources += ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
    told = ["-metadata", "location=+35.6895+139.6917/", "-pix_fmt", "yuv420p", "-shortest", "-y", str(made)]
    subprocess.run([program, "-v", "error", "-nostdin", *sources, *told], check=True)
    return made.read_bytes()
