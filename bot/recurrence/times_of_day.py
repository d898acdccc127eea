"""Times of day as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, timedelta, timezone

from bot.recurrence.scanner import Scanner

_ISO_CLOCK = re.compile(r"(?:t|\s+)([0-9]{2}):?([0-9]{2})(?::?([0-9]{2})(?:[.,][0-9]{1,9})?)?(?![0-9:])")
_OFFSET = re.compile(r"(z)|(?=[+-]|\s[+-][0-9]{2}:)\s?([+-])([0-9]{2})(?::?([0-9]{2}))?(?![0-9:])")
_CLOCK = re.compile(r"\s*([0-9]{1,2})[:.]([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?(?![0-9:])")
_HOUR = re.compile(r"\s*([0-9]{1,2})(?![.,:]?[0-9])")
_MINUTE = re.compile(r"\s?([0-9]{2})(?![0-9:.])")
_MARKED_MINUTE = re.compile(r"\s?([0-9]{1,2})(?![0-9])")


@dataclass(frozen=True)
class Clock:
    """A time of day. `bare` is an hour of which it was not said whether before or after noon ("at 9")."""

    hour: int
    minute: int = 0
    second: int = 0
    bare: bool = False
    offset: timezone | None = None


def iso_clock(scanner: Scanner) -> Clock | None:
    """What follows a date in ISO 8601: T09:00, 09:00:00.5, 09:00+01:00, 09:00Z."""
    before, found = scanner.at, scanner.match(_ISO_CLOCK)
    clock = _valid(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
    if found and clock:
        offset = scanner.match(_OFFSET)
        zone = _offset(offset) if offset else None
        if zone:
            return replace(clock, offset=zone)
        if not offset and found[0].startswith("t"):
            return clock
    scanner.at = before  # "09:00 am" is for the other reader
    return None


def _offset(found: re.Match[str]) -> timezone | None:
    if found[1]:
        return UTC
    hours, minutes = int(found[3]), int(found[4] or 0)
    if hours > 23 or minutes > 59:
        return None
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if found[2] == "-" else size)


def clock_time(scanner: Scanner) -> Clock | None:
    """A time of day: 09:00, 9.30pm, 9 am, 21h, 18 Uhr 30, half past, 午後6時半, noon; "at 9" as a bare hour."""
    before, words = scanner.at, scanner.words
    led = scanner.take(words.at) is not None
    half = scanner.take(words.half_leads)
    clock: Clock | None = None
    if (full := scanner.match(_CLOCK)) is not None:
        clock = _half_day(scanner, _valid(int(full[1]), int(full[2]), int(full[3] or 0)), half)
        scanner.take(words.hour_marks)
    elif (hour := scanner.match(_HOUR)) is not None:
        clock = _hour_clock(scanner, int(hour[1]), led, half)
    elif half is None and (named := scanner.take(words.named_hours)) is not None:
        clock = Clock(named)
    if clock is None:
        scanner.at = before
    else:
        scanner.take(words.clock_ends)
    return clock


def in_half(clock: Clock, half: int) -> Clock | None:
    """The time of day in that half of the day (0 or 12 hours to be added); None for an hour that it hasn't."""
    return replace(clock, hour=clock.hour % 12 + half, bare=False) if 1 <= clock.hour <= 12 else None


def _half_day(scanner: Scanner, clock: Clock | None, half: int | None) -> Clock | None:
    if half is None:
        half = scanner.take(scanner.words.half_days)
    return clock if half is None or clock is None else in_half(clock, half)


def _hour_clock(scanner: Scanner, hour: int, led: bool, half: int | None) -> Clock | None:
    words, before = scanner.words, scanner.at
    clock = _valid(hour, 0, 0)
    if clock is None:
        return None
    marked = scanner.take(words.hour_marks) is not None
    minute = 30 if scanner.take(words.half_past) is not None else _minute(scanner) if marked else 0
    clock = _valid(hour, minute, 0)
    halved = _half_day(scanner, clock, half)
    if half is not None or halved != clock or halved is None:
        return halved
    if marked or minute:
        return replace(halved, bare=(words.hour_open or not marked) and 1 <= hour <= 12)
    if scanner.at != before:
        return halved  # a half of the day was said
    return Clock(hour, bare=1 <= hour <= 12) if led else None


def _minute(scanner: Scanner) -> int:
    """The minutes that follow an hour's mark: two digits, or any with a mark of their own."""
    before = scanner.at
    if (minute := scanner.match(_MARKED_MINUTE)) is not None and scanner.take(scanner.words.minute_marks) is not None:
        return int(minute[1])
    scanner.at = before
    minute = scanner.match(_MINUTE)
    return int(minute[1]) if minute else 0


def _valid(hour: int, minute: int, second: int) -> Clock | None:
    return Clock(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None
