"""What became of each person of a broadcast, as CSV files."""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO
from typing import Any

from bot.database import blobs, broadcasts
from bot.database.tables import Broadcast
from bot.messages import Media
from handlers.context import Context

COLUMNS = ("name", "platform", "outcome", "time", "reason")
ROWS = 50_000
"""So many people stand in one file, a few megabytes; the others in the next."""
PAGE = 2_000
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""With these, and with a tab or a line's end, a spreadsheet lets a cell begin that it calculates."""


async def files(broadcast: Broadcast, ctx: Context) -> list[Media]:
    """The report, in as many files as it takes; those of whom nothing was known are looked at once more."""
    await broadcasts.settle(ctx.session, broadcast.id, ("queued", "uncertain"))
    made, after = list[Media](), -1
    while (found := await _rows(broadcast.id, after, ctx))[1]:
        after, lines, text = found
        made.append(await _kept(f"broadcast-{broadcast.id}-{len(made) + 1}.csv", text, ctx))
        if lines < ROWS:
            break
    return made


async def _rows(broadcast_id: int, after: int, ctx: Context) -> tuple[int, int, str]:
    """The number of the last person, how many they are, and the lines of one file behind a number."""
    file, lines = StringIO(), 0
    written = csv.writer(file)
    written.writerow(COLUMNS)
    while lines < ROWS and (rows := await broadcasts.page(ctx.session, broadcast_id, after, PAGE)):
        written.writerows(_line(row, ctx) for row in rows)
        after, lines = rows[-1][0], lines + len(rows)
    return after, lines, file.getvalue()


def _line(row: Any, ctx: Context) -> tuple[str, ...]:
    _, name, platform, state, reason, at, later_at = row
    return cell(name), platform, state, _when(later_at if state == "later" else at, ctx), reason


def _when(at: datetime | None, ctx: Context) -> str:
    return at.astimezone(ctx.zone).isoformat(timespec="seconds") if at else ""


def cell(words: str) -> str:
    """A person's own words as a cell that is never calculated."""
    begins = words.lstrip()
    return f"'{words}" if begins.startswith(FORMULA) or words.startswith(("\t", "\r", "\n")) else words


async def _kept(name: str, text: str, ctx: Context) -> Media:
    data = text.encode("utf-8-sig")  # a spreadsheet takes it for something else without the mark
    sha256 = await blobs.keep_for(ctx.session, None, name, data, ctx.now, "text/csv")
    return Media("document", sha256=sha256, name=name, mime="text/csv", size=len(data))
