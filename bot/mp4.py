"""What an MPEG-4 file says of its video: how long, how large, in which code, and whether it can be played as it comes.

Only the boxes are read, never a picture. The format: ISO/IEC 14496-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PLACES = (b"\xa9xyz", b"loci", b"location.ISO6709", b"LocationInformation")
"""Where programs write down where a video was taken."""
PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


@dataclass(frozen=True)
class Video:
    """`code` is the four letters of its encoding, `gap_s` the longest time between two key frames (0 where every frame
    is one); `streams`: the index stands before the pictures; `tells_place`: it says where it was taken."""

    seconds: float
    width: int
    height: int
    code: str
    gap_s: float
    streams: bool
    tells_place: bool


def read(data: bytes) -> Video | None:
    """The video in an MPEG-4 file; None for anything else."""
    try:
        top = list(_boxes(data, 0, len(data)))
        names = [name for name, _, _ in top]
        index = next((begin, end) for name, begin, end in top if name == b"moov")
        for name, begin, end in _boxes(data, *index):
            if name == b"trak" and (found := _track(data, begin, end)):
                seconds, width, height, code, gap_s = found
                streams = b"mdat" not in names or names.index(b"moov") < names.index(b"mdat")
                tells_place = any(mark in data[index[0] : index[1]] for mark in PLACES)
                return Video(seconds, width, height, code, gap_s, streams, tells_place)
    except (StopIteration, ValueError, ZeroDivisionError, LookupError, RecursionError):
        return None
    return None


def _boxes(data: bytes, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin and end of what each box between two places holds."""
    while begin + 8 <= end:
        size, name, head = _number(data, begin), data[begin + 4 : begin + 8], 8
        if size == 1:
            size, head = _number(data, begin + 8, 8), 16
        size = size or end - begin
        if size < head or begin + size > end:
            raise ValueError("a box ends outside of its parent")
        yield name, begin + head, begin + size
        begin += size


def _number(data: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _track(data: bytes, begin: int, end: int) -> tuple[float, int, int, str, float] | None:
    """Length, width, height, code and gap of a track; None for one that is no video."""
    found = dict(_leaves(data, begin, end))
    handler, at = found[b"hdlr"][0], found[b"stsd"][0] + 8
    if data[handler + 8 : handler + 12] != b"vide":
        return None
    head = found[b"mdhd"][0]
    long = data[head] == 1
    ticks = _number(data, head + (20 if long else 12))
    seconds = _number(data, head + (24 if long else 16), 8 if long else 4) / ticks
    size = _number(data, at + 32, 2), _number(data, at + 34, 2)
    return seconds, *size, data[at + 4 : at + 8].decode("latin-1"), _gap(data, found, seconds)


def _leaves(data: bytes, begin: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    for name, first, last in _boxes(data, begin, end):
        if name in PARENTS:
            yield from _leaves(data, first, last)
        else:
            yield name, (first, last)


def _gap(data: bytes, found: dict[bytes, tuple[int, int]], seconds: float) -> float:
    """The longest time between key frames, taking all frames as equally long."""
    if b"stss" not in found:
        return 0.0
    (times, times_end), (keys, keys_end) = found[b"stts"], found[b"stss"]
    frames = sum(_number(data, at) for at in range(times + 8, times_end, 8))
    numbers = [_number(data, at) for at in range(keys + 8, keys_end, 4)]
    gaps = [after - before for before, after in zip(numbers, [*numbers[1:], frames + 1], strict=True)]
    return max(gaps) * seconds / frames


def without_place(data: bytes) -> bytes:
    """The same file, as long as before, without what it says of the place where it was taken; else the same bytes."""
    if data[4:8] != b"ftyp":
        return data
    bare = bytearray(data)
    try:
        for name, begin, end in _boxes(data, 0, len(data)):
            if name == b"moov":
                _blank(bare, begin, end)
    except (ValueError, RecursionError):
        return data
    return bytes(bare) if bare != data else data


def _blank(data: bytearray, begin: int, end: int) -> None:
    """Empties the boxes of remarks that tell a place; they stay as free room, so that nothing moves."""
    for name, first, last in list(_boxes(bytes(data[:end]), begin, end)):
        if name in (b"trak", b"udta"):
            _blank(data, first, last)
        elif name in (b"\xa9xyz", b"loci") or (name == b"meta" and any(mark in data[first:last] for mark in PLACES)):
            data[first - 4 : last] = b"free" + bytes(last - first)
