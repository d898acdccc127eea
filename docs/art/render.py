"""Draw the sample shop's pictures from the SVG files beside this script: `python docs/art/render.py [NAME...]`.

Needs Chromium (`CHROMIUM` names another one). Writes 960x720 PNG files of at most 256 colours and no metadata, so that
a picture weighs a third of what the browser saves and says nothing about the machine that it was made on.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
IMAGES = HERE.parents[1] / "bot" / "examples" / "egg-farm" / "images"
WIDTH, HEIGHT = 960, 720
SIGNATURE = b"\x89PNG\r\n\x1a\n"
Pixels = NDArray[np.uint8]


def screenshot(svg: Path) -> bytes:
    """What Chromium draws for the file, as PNG bytes."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "drawn.png"
        command = [os.environ.get("CHROMIUM", "chromium"), "--headless", "--no-sandbox", "--disable-gpu"]
        command += ["--hide-scrollbars", f"--user-data-dir={folder}", f"--window-size={WIDTH},{HEIGHT}"]
        command += [f"--screenshot={target}", svg.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return target.read_bytes()


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG file as (name, data)."""
    found, at = [], len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += length + 12
    return found


def unfiltered(rows: bytes, stride: int, step: int) -> Pixels:
    """The lines of a PNG with its five line filters taken back (PNG specification, section 9)."""
    lines = np.zeros((HEIGHT + 1, stride + step), dtype=np.uint8)
    for number in range(HEIGHT):
        kind, line = rows[number * (stride + 1)], rows[number * (stride + 1) + 1 : (number + 1) * (stride + 1)]
        above, here = lines[number].tolist(), [0] * (stride + step)
        for i, value in enumerate(line, start=step):
            left, up, corner = here[i - step], above[i], above[i - step]
            here[i] = (value + predicted(kind, left, up, corner)) & 255
        lines[number + 1] = here
    return lines[1:, step:]


def predicted(kind: int, left: int, up: int, corner: int) -> int:
    """What a line filter expects of a byte from its three neighbours."""
    if kind == 4:
        guess = left + up - corner
        return min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
    return (0, left, up, (left + up) // 2)[kind]


def pixels_of(png: bytes) -> Pixels:
    """Height x width x 3 bytes of a true-colour PNG without interlacing."""
    parts = chunks(png)
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", parts[0][1])
    if (width, height, depth, interlaced) != (WIDTH, HEIGHT, 8, 0) or colour not in (2, 6):
        raise SystemExit(f"Chromium drew {width}x{height}, depth {depth}, colour type {colour}; 960x720 RGB is needed.")
    step = 3 if colour == 2 else 4
    data = zlib.decompress(b"".join(content for name, content in parts if name == b"IDAT"))
    return unfiltered(data, WIDTH * step, step).reshape(HEIGHT, WIDTH, step)[:, :, :3]


def palette_of(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """The 256 colours that occur most, and for each pixel the number of the nearest of them."""
    colours, which, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    kept = colours[np.argsort(-counts, kind="stable")[:256]]
    distance = ((colours[:, None, :].astype(np.int32) - kept[None, :, :].astype(np.int32)) ** 2).sum(axis=2)
    nearest = distance.argmin(axis=1).astype(np.uint8)
    return kept, nearest[which.reshape(-1)].reshape(HEIGHT, WIDTH)


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def encoded(palette: Pixels, numbers: Pixels) -> bytes:
    """A PNG file with a palette and nothing else."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    rows = np.hstack([np.zeros((HEIGHT, 1), dtype=np.uint8), numbers]).tobytes()
    body = [(b"IHDR", header), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return SIGNATURE + b"".join(chunk(name, data) for name, data in body)


def main(names: list[str]) -> None:
    """Draw the named pictures, or all."""
    for svg in sorted(HERE.glob("*.svg")):
        if names and svg.stem not in names:
            continue
        content = encoded(*palette_of(pixels_of(screenshot(svg))))
        (IMAGES / f"{svg.stem}.png").write_bytes(content)
        print(f"{svg.stem}.png  {len(content) / 1000:.0f} KB")


if __name__ == "__main__":
    main(sys.argv[1:])
