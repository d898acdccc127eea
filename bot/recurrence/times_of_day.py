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
    """A time of day: 09:00, 9.30pm, 9 am, 21h, 18 Uhr 30, noon; "at 9" as a bare hour."""
    before, words = scanner.at, scanner.words
    led = scanner.take(words.at) is not None
    clock: Clock | None = None
    if (full := scanner.match(_CLOCK)) is not None:
        clock = _half_day(scanner, int(full[1]), int(full[2]), int(full[3] or 0))
        scanner.take(words.hour_marks)
    elif (hour := scanner.match(_HOUR)) is not None:
        clock = _hour_clock(scanner, int(hour[1]), led)
    elif (named := scanner.take(words.named_hours)) is not None:
        clock = Clock(named)
    if clock is None:
        scanner.at = before
    return clock


def _half_day(scanner: Scanner, hour: int, minute: int, second: int) -> Clock | None:
    added = scanner.take(scanner.words.half_days)
    if added is None:
        return _valid(hour, minute, second)
    return _valid(hour % 12 + added, minute, second) if 1 <= hour <= 12 else None


def _hour_clock(scanner: Scanner, hour: int, led: bool) -> Clock | None:
    before = scanner.at
    clock = _half_day(scanner, hour, 0, 0)
    if clock is None or scanner.at != before:
        return clock
    if scanner.take(scanner.words.hour_marks) is not None:
        minute = scanner.match(_MINUTE)
        return _valid(hour, int(minute[1]) if minute else 0, 0)
    return Clock(hour, bare=1 <= hour <= 12) if led else None


def _valid(hour: int, minute: int, second: int) -> Clock | None:
    return Clock(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None
