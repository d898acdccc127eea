"""What became of each person of a broadcast, as CSV files."""

from __future__ import annotations

import csv
from datetime import datetime, tzinfo
from io import StringIO
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import blobs, broadcasts, errands
from bot.database.tables import Broadcast
from bot.messages import ChatRef, Desk, Media, OutboundMessage, dump, load
from handlers.context import House
from handlers.texts import best_language, say

COLUMNS = ("name", "platform", "outcome", "time", "reason")
ROWS = 10_000
"""So many people stand in one file, which is made in one commit; the others in the next. Ten files are one album."""
REPORTS = "report"
"""The kind of errand that makes the files of a crowd."""
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""With these, and with a tab or a line's end, a spreadsheet lets a cell begin that it calculates."""


async def begin(
    session: AsyncSession, house: House, broadcast: Broadcast, to: ChatRef | Desk, now: datetime
) -> tuple[int, list[Media]]:
    """How many people the report is about, and the report; of a crowd none yet: it is made a file at a time and said
    when it is whole. Those of whom nothing was known are looked at once more."""
    await broadcasts.settle(session, broadcast.id, ("queued", "uncertain"))
    count = sum((await broadcasts.counts(session, broadcast.id)).values())
    if count <= ROWS:
        return count, (await _file(session, house, broadcast.id, -1, 1, now))[1]
    about = {"broadcast": broadcast.id, "to": dump(to), "desk": isinstance(to, Desk), "count": count, "files": []}
    await errands.begin(session, REPORTS, broadcast.story_id, None, -1, about, now)
    return count, []


async def go_on(session: AsyncSession, house: House, errand: Broadcast, now: datetime) -> list[OutboundMessage]:
    """The next file; after the last, the message with all of them."""
    about = errand.line or {}
    last, made = await _file(session, house, about["broadcast"], errand.cursor, len(about["files"]) + 1, now)
    files = [*about["files"], *(dump(file) for file in made)]
    if made:
        errand.cursor, errand.next_at, errand.line = last, now, about | {"files": files}
        return []
    await session.delete(errand)
    to: ChatRef | Desk = load(Desk, about["to"]) if about["desk"] else load(ChatRef, about["to"])
    text = say(best_language(*house.shop.languages), "broadcast_report", id=str(about["broadcast"]),
               count=str(about["count"]))  # fmt: skip
    media = tuple(load(Media, file) for file in files)
    return [OutboundMessage(to, f"csv:{about['broadcast']}:{errand.id}", "notice", text=text, media=media)]


async def _file(
    session: AsyncSession, house: House, broadcast_id: int, after: int, number: int, now: datetime
) -> tuple[int, list[Media]]:
    """The number of the last person in the next file, and that file; none where nobody is left."""
    rows = await broadcasts.page(session, broadcast_id, after, ROWS)
    if not rows:
        return after, []
    file = StringIO()
    written = csv.writer(file)
    written.writerow(COLUMNS)
    written.writerows(_line(row, house.shop.zone) for row in rows)
    return rows[-1][0], [await _kept(session, f"broadcast-{broadcast_id}-{number}.csv", file.getvalue(), now)]


def _line(row: Any, zone: tzinfo) -> tuple[str, ...]:
    _, name, platform, state, reason, at, later_at = row
    return cell(name), platform, state, _when(later_at if state == "later" else at, zone), reason


def _when(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else ""


def cell(words: str) -> str:
    """A person's own words as a cell that is never calculated."""
    begins = words.lstrip()
    return f"'{words}" if begins.startswith(FORMULA) or words.startswith(("\t", "\r", "\n")) else words


async def _kept(session: AsyncSession, name: str, text: str, now: datetime) -> Media:
    data = text.encode("utf-8-sig")  # a spreadsheet takes it for something else without the mark
    sha256 = await blobs.keep_for(session, None, name, data, now, "text/csv")
    return Media("document", sha256=sha256, name=name, mime="text/csv", size=len(data))
