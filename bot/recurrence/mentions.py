"""The moment that a sentence mentions: "I'll look tomorrow at 12:00" names one, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from bot.recurrence.days import After, InDays, InNextWeek, OnDate, OnDay, OnWeekday
from bot.recurrence.grammar import Found, beginnings
from bot.recurrence.languages import in_order
from bot.recurrence.meaning import Teller
from bot.recurrence.rules import zone_named
from bot.recurrence.times_of_day import Clock

LONGEST = 400
"""Only the beginning of a long text is looked through."""
_TODAY = "today "
_STARTS = re.compile(r"(?<!\S)\S|(?<=[(“„\"'])\S|[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_UNTIL = re.compile(r"までに|まで|までは|까지는|까지|(?<=[日曜])の(?=(?:午前|午後|朝|夜)?\d)")
"""In Japanese and Korean "by" sticks to the day, and in Japanese an "of" stands between a day and its hour."""
_SHORT_DAY = re.compile(r"[A-Za-z]{2,3}\b\.?(?!.*\d[:.h]\d\d)")
"""In a sentence "so", "do", "sat" or "mar" is a word, and no day, unless a time of day stands beside it."""
_UNITS = (
    r"\s*(?:[%€$£¥]|(?:euros?|eur|dollars?|usd|pounds?|yen|won|cents?|percent|prozent|each|per|pieces?|stück|boxes)\b"
    r"|(?-i:[A-Z][a-z]+ (?:Street|Road|Lane|Ave)))"
)
_AT = r"(?:at|around|about|um|gegen|a las|sobre las)\s+"
_HOUR_BEHIND = re.compile(
    rf"\s*,?\s*{_AT}(\d{{1,2}})(?![\d:.]*\d|{_UNITS})|の?\s*(\d{{1,2}})\s*時(?!間)(半)?|\s*(\d{{1,2}})\s*시(?!간)(\s*반)?",
    re.IGNORECASE,
)
_HOUR_BEFORE = re.compile(rf"\b{_AT}(\d{{1,2}})\s+(?:on|this|am|diesen|el|este)?\s*$", re.IGNORECASE)
"""A day's hour without minutes, which stands right behind the day or right before it: "on Friday at 10"."""
_MORNING = range(7, 13)
"""An hour from 1 to 6 is one of the afternoon: nobody promises to call at 3 in the night."""
_EVENING = time(21)
_ONCE = (After, InDays, InNextWeek, OnDate, OnDay, OnWeekday)


@dataclass(frozen=True)
class Mention:
    """An instant that is named by the characters from `start` to `end`."""

    at: datetime
    start: int
    end: int


def mentioned(
    text: str, now: datetime, zone: str, day_ends: Callable[[date], time], language: str = "en"
) -> Mention | None:
    """The first single moment to come that `text` mentions; of a day without a time of day, when that day ends.

    None where there is none, where it is over, or where it may be one of several. `now` is aware.
    """
    teller, over = Teller(now.replace(microsecond=0), zone_named(zone)), 0
    text = _UNTIL.sub(lambda by: " " * len(by[0]), text[:LONGEST])
    for start in (found.start() for found in _STARTS.finditer(text)):
        for found, said in _readings(text[start:], language) if start >= over else ():
            if isinstance(found.day, OnWeekday) and _SHORT_DAY.match(said):
                continue
            if not isinstance(found.day, _ONCE) or (isinstance(found.day, OnWeekday) and found.day.following):
                over = max(over, start + found.end)  # every Friday, or one of two: no part of it counts
                break
            found, end = _with_hour(found, text, start)
            at = _instant(found, said, teller, day_ends)
            if at is not None and at > now:
                return Mention(at, start, end)
    return None


def _with_hour(found: Found, text: str, start: int) -> tuple[Found, int]:
    """A day with the hour that stands beside it, and where all of that ends."""
    end = start + found.end
    if found.clock is not None or isinstance(found.day, After):
        return found, end
    behind, before = _HOUR_BEHIND.match(text, end), _HOUR_BEFORE.search(text, 0, start)
    hit = behind or before
    if hit is None:
        return found, end
    hour = int(next(each for each in hit.groups() if each and each.strip().isdigit()))
    if hour > 23:
        return found, end
    minute = 30 if behind and (behind[3] or behind[5]) else 0
    clock = Clock(hour if hour in _MORNING or hour > 12 or hour == 0 else hour + 12, minute)
    return replace(found, clock=clock), behind.end() if behind else end


def _readings(rest: str, language: str) -> Iterator[tuple[Found, str]]:
    """What may begin there, the longest first; a time of day alone is one of today."""
    for table in in_order(language):
        for found in sorted(beginnings(rest, table), key=lambda each: -each.end):
            yield found, rest[: found.end]
    if rest[0].isdigit() or rest[:3].casefold() == "at ":
        for table in in_order(language):
            for found in beginnings(_TODAY + rest, table):
                if found.clock and found.end > len(_TODAY):
                    yield replace(found, end=found.end - len(_TODAY)), rest[: found.end - len(_TODAY)]


def _instant(found: Found, said: str, teller: Teller, day_ends: Callable[[date], time]) -> datetime | None:
    if found.until is not None or found.count is not None:
        return None
    if found.clock is None and not isinstance(found.day, After):
        noon = teller.read(replace(found, clock=Clock(23, 59)), said)
        if noon is None or not noon.next:
            return None
        end = day_ends(noon.next[0].local.date())
        if isinstance(found.day, InDays) and found.day.half == 12:
            end = max(end, _EVENING)
        found = replace(found, clock=Clock(end.hour, end.minute))
    reading = teller.read(found, said)
    return reading.next[0].at if reading and reading.next and not reading.question else None
