"""When an owner means: "2h", "tomorrow 9:00", "until friday 10:00", in the shop's own time."""

from __future__ import annotations

import re
from datetime import datetime

from babel.dates import format_date

from bot.messages import Text
from bot.recurrence import Reading, read_when
from handlers.context import Context

_LEADS = re.compile(r"(?:until|till|for|by|bis|für)\s+", re.IGNORECASE)
_BARE = re.compile(r"\d{1,3}\s*[^\W\d]+(?:\s*\d{1,2}\s*[^\W\d]+)?|\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]m|uhr)?", re.IGNORECASE)
"""A stretch of time or a time of day by itself: 2h, 30 min, 9:00."""
_LEADING = frozenset({"until", "till", "for", "in", "by", "bis", "für"})
DAY_BEGINS = "09:00"
"""The time of a day that was named without one."""
WORDS_AT_MOST = 6


def moment(phrase: str, ctx: Context) -> datetime | Text:
    """The one coming instant that a phrase names, or the sentence that says what is missing."""
    said = _LEADS.sub("", " ".join(phrase.split()), count=1)
    reading = _read(said, ctx)
    if reading is None and _BARE.fullmatch(said):
        found = [again for lead in ("in", "today", "tomorrow") if (again := _read(f"{lead} {said}", ctx))]
        reading = next((each for each in found if _coming(each, ctx)), found[0] if found else None)
    if reading and reading.question:
        reading = _timed(said, ctx) or reading
    if reading and reading.question:
        return Text(reading.question)
    at = _coming(reading, ctx) if reading else None
    return at or ctx.say("moment_unknown", phrase=said[:60])


def beginning(words: str, ctx: Context) -> tuple[datetime, str] | None:
    """The instant that the first words name ("2h", "until friday 10:00", or all of them), and the rest."""
    parts = words.split()
    leads = bool(parts) and (parts[0].casefold() in _LEADING or parts[0][0].isdigit())
    for count in range(min(WORDS_AT_MOST, len(parts)), 0, -1):
        if leads or count == len(parts):
            found = moment(" ".join(parts[:count]).rstrip(":,;"), ctx)
            if isinstance(found, datetime):
                return found, " ".join(parts[count:])
    return None


def told(at: datetime, ctx: Context) -> str:
    """An instant as owners read it: today 15:00, or Fri 13 Mar, 09:00."""
    local = at.astimezone(ctx.zone)
    if local.date() == ctx.today:
        return ctx.say("moment_today", time=f"{local:%H:%M}").plain
    return f"{format_date(local.date(), 'EEE d MMM', locale=ctx.language)}, {local:%H:%M}"


def _read(phrase: str, ctx: Context) -> Reading | None:
    return read_when(phrase, ctx.now, ctx.shop.timezone, ctx.language) if phrase else None


def _timed(said: str, ctx: Context) -> Reading | None:
    reading = _read(f"{said} {DAY_BEGINS}", ctx)
    return reading if reading and _coming(reading, ctx) else None


def _coming(reading: Reading, ctx: Context) -> datetime | None:
    """The instant, if it is a single one and lies ahead."""
    if reading.rule is None or reading.rule.rrule is not None or not reading.next:
        return None
    at = reading.next[0].at
    return at if at > ctx.now else None
