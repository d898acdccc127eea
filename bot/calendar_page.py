"""A month as a picture: what was posted, what waits, and where nothing does. Pillow draws it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

Kind = Literal["posted", "queued", "empty", "missed"]
"""What a mark says: it was posted, it waits for its day, nothing waits for it, its day passed without it."""
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Draw = ImageDraw.ImageDraw

WIDE, HIGH, EDGE, HEAD, FOOT = 168, 132, 24, 128, 64
"""A day's cell, the edge, and the room above and below the days, in pixels."""
TITLE, NAME, LABEL = 40, 24, 20
"""Sizes of letters: the month, days and legend, and what stands in a day."""
MARKS_AT_MOST = 3
"""So many marks of one day are shown; of the others it is said how many there are."""
PAPER, INK, QUIET, LINE, TODAY = "#ffffff", "#1d2327", "#5c666d", "#c9d1d6", "#fff4d6"
FILL: dict[Kind, str] = {"posted": "#1b7f4d", "queued": "#1f5fa8", "empty": "#ffffff", "missed": "#b3261e"}
FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKjp-Regular.otf",
    "ipagp.ttf",
    "ipag.ttf",
    "NanumGothic.ttf",
    "wqy-zenhei.ttc",
    "Hiragino Sans GB.ttc",
    "AppleSDGothicNeo.ttc",
    "msgothic.ttc",
    "malgun.ttf",
    "arial.ttf",
)
"""Looked for in the system's folders, in this order; Pillow's own font is the last resort, and knows Latin letters."""
NOBODYS = "\U0010fffe"
"""A sign that no font has: it shows how a font draws what it lacks."""


@dataclass(frozen=True)
class Mark:
    """Something on a day, and a few words for it."""

    kind: Kind
    label: str


@dataclass(frozen=True)
class Page:
    """A month. `begins` is the column of its first day, `day_names` are those of the columns, `days` what is on each
    day in order, `today` the day's number where it is this month, `legend` the words for the kinds of marks."""

    title: str
    day_names: Sequence[str]
    begins: int
    days: Sequence[Sequence[Mark]]
    legend: Mapping[Kind, str]
    today: int | None = None


def can_write(words: str) -> bool:
    """Whether some font here has every sign of these words."""
    return any(_has(font, words) for font in _fonts(LABEL))


def draw(page: Page) -> bytes:
    """The page as a PNG."""
    rows = -(-(page.begins + len(page.days)) // 7)
    size = (2 * EDGE + 7 * WIDE, HEAD + rows * HIGH + FOOT + EDGE)
    picture = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(picture)
    _write(pen, (EDGE, 20), page.title, TITLE, INK, size[0] - 2 * EDGE)
    for column, name in enumerate(page.day_names):
        _write(pen, (EDGE + column * WIDE + 10, HEAD - 38), name, NAME, QUIET, WIDE - 16)
    for number, marks in enumerate(page.days, start=1):
        row, column = divmod(page.begins + number - 1, 7)
        _day(pen, (EDGE + column * WIDE, HEAD + row * HIGH), number, marks, number == page.today)
    _legend(pen, page.legend, HEAD + rows * HIGH + 24)
    held = io.BytesIO()
    picture.save(held, "PNG", optimize=True)
    return held.getvalue()


def _day(pen: Draw, at: tuple[int, int], number: int, marks: Sequence[Mark], is_today: bool) -> None:
    left, top = at
    pen.rectangle((left, top, left + WIDE, top + HIGH), fill=TODAY if is_today else PAPER, outline=LINE, width=2)
    _write(pen, (left + 10, top + 6), str(number), NAME, INK, WIDE)
    for place, mark in enumerate(marks[:MARKS_AT_MOST]):
        line = top + 42 + place * 28
        _sign(pen, (left + 10, line + 4), mark.kind)
        more = len(marks) - MARKS_AT_MOST if place == MARKS_AT_MOST - 1 else 0
        _write(pen, (left + 34, line), f"+{more + 1}" if more > 0 else mark.label, LABEL, INK, WIDE - 40)


def _sign(pen: Draw, at: tuple[int, int], kind: Kind) -> None:
    """Full, with a tick; full; an empty frame; a cross: to be told apart without colours."""
    left, top = at
    box = (left, top, left + 16, top + 16)
    pen.rectangle(box, fill=FILL[kind], outline=QUIET if kind == "empty" else FILL[kind], width=2)
    if kind == "posted":
        pen.line((left + 3, top + 8, left + 7, top + 12, left + 13, top + 4), fill=PAPER, width=2)
    if kind == "missed":
        pen.line((left + 4, top + 4, left + 12, top + 12), fill=PAPER, width=2)
        pen.line((left + 12, top + 4, left + 4, top + 12), fill=PAPER, width=2)


def _legend(pen: Draw, legend: Mapping[Kind, str], top: int) -> None:
    left = EDGE
    for kind, words in legend.items():
        _sign(pen, (left, top + 6), kind)
        left += 26 + _write(pen, (left + 26, top), words, NAME, QUIET, 7 * WIDE - left) + 32


def _write(pen: Draw, at: tuple[int, int], words: str, size: int, colour: str, room: int) -> int:
    """Writes in a font that has the signs, cut to the room there is; gives how wide that was."""
    font = next((font for font in _fonts(size) if _has(font, words)), _fonts(size)[0])
    shown = "".join(sign for sign in words if _has(font, sign))
    if font.getlength(shown) > room:
        while shown and font.getlength(shown + "…") > room:
            shown = shown[:-1]
        shown = shown.rstrip() + "…"
    pen.text(at, shown, font=font, fill=colour)
    return int(font.getlength(shown))


@cache
def _fonts(size: int) -> tuple[Font, ...]:
    found: list[Font] = []
    for name in FONTS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return (*found, ImageFont.load_default(size))


def _has(font: Font, words: str) -> bool:
    return all(sign.isspace() or _has_sign(font, sign) for sign in words)


@cache
def _has_sign(font: Font, sign: str) -> bool:
    return bytes(font.getmask(sign)) != bytes(font.getmask(NOBODYS))
