"""Readers of what is said of a single day. Each takes a `Scanner` and gives a day, or None and may leave it moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from bot.recurrence.days import After, Day, EitherDay, InDays, InNextWeek, Now, OnDate, OnDay, OnWeekday
from bot.recurrence.scanner import Scanner

AMOUNT = re.compile(r"\s*([0-9]{1,6})(?![.,:]?[0-9])")
_ISO = re.compile(r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9\-])")
_COMPACT = re.compile(r"\s*([0-9]{4})([0-9]{2})([0-9]{2})(?=t[0-9]{4})")
_DOTTED = re.compile(r"\s*([0-9]{1,2})\.\s?([0-9]{1,2})\.(?:\s?([0-9]{4})(?![0-9:.])|([0-9]{2})(?![0-9:.]))?")
_SLASHED = re.compile(r"\s*([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{4}|[0-9]{2}))?(?![0-9/])")
_SIGNED = re.compile(
    r"\s*(?:([0-9]{4})\s?[年년]\s?)?([0-9]{1,2})\s?(?:月|월|\u110b\u116f\u11af)\s?([0-9]{1,2})\s?(?:日|일|\u110b\u1175\u11af)"
)
"""As Japanese and Korean write a date; the last two alternatives are the same syllables in decomposed form."""
DAY_NUMBER = re.compile(r"\s*([0-9]{1,2})(?![0-9:])(?!\.[0-9])")
_YEAR = re.compile(r"\s*,?\s*([12][0-9]{3})(?![0-9:.])")
_COMMA = re.compile(r"\s*,(?=\s)")
CENTURY = 2000


def now(scanner: Scanner) -> Day | None:
    """Now."""
    return None if scanner.take(scanner.words.now) is None else Now()


def after(scanner: Scanner) -> Day | None:
    """In 2 hours; 2 hours from now."""
    led = scanner.take(scanner.words.after) is not None
    amount = span(scanner)
    unit = scanner.take(scanner.words.units)
    if amount is None or unit is None:
        return None
    return After(amount, unit) if led or scanner.take(scanner.words.later) is not None else None


def span(scanner: Scanner) -> int | None:
    """How many: in digits, or as a word."""
    digits = scanner.match(AMOUNT)
    return int(digits[1]) if digits else scanner.take(scanner.words.numbers)


def in_days(scanner: Scanner) -> Day | None:
    """Tomorrow."""
    days = scanner.take(scanner.words.days)
    return None if days is None else InDays(days)


def in_part_of_day(scanner: Scanner) -> Day | None:
    """Tonight."""
    part = scanner.take(scanner.words.parts)
    return None if part is None else InDays(*part)


def on_date(scanner: Scanner) -> Day | None:
    """2026-03-13, and 20260313T…"""
    found = scanner.match(_ISO) or scanner.match(_COMPACT)
    return _date(int(found[1]), int(found[2]), int(found[3])) if found else None


def on_day(scanner: Scanner) -> Day | None:
    """13.03., 13 March 2026, March 13th, 3月13日; a weekday may stand before it."""
    weekday = _weekday_before(scanner)
    before = scanner.at
    for read in (_dotted, _signed, _day_month, _month_day):
        scanner.at = before
        if found := read(scanner):
            return found if weekday is None else _with_weekday(found, weekday)
    return None


def slashed(scanner: Scanner) -> Day | None:
    """13/03/2026: the larger number is the day; where both may be the month, nobody knows."""
    scanner.take(scanner.words.on)
    found = scanner.match(_SLASHED)
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[2]), _year(found[3])
    if max(first, second) > 12 or first == second:
        return _day_of(max(first, second), min(first, second), year)
    return EitherDay(first, second, year) if _is_day(first, second) and _is_day(second, first) else None


def on_weekday(scanner: Scanner) -> Day | None:
    """Friday; next Friday."""
    following = scanner.take(scanner.words.following) is not None
    if not following:
        scanner.take(scanner.words.on)
    weekday = scanner.take(scanner.words.weekdays)
    return None if weekday is None else OnWeekday(weekday, following)


def in_next_week(scanner: Scanner) -> Day | None:
    """Next week on Friday; Friday next week."""
    led = scanner.take(scanner.words.next_week) is not None
    scanner.take(scanner.words.on)
    weekday = scanner.take(scanner.words.weekdays)
    if weekday is None or (not led and scanner.take(scanner.words.next_week) is None):
        return None
    return InNextWeek(weekday)


def _weekday_before(scanner: Scanner) -> int | None:
    scanner.take(scanner.words.on)
    weekday = scanner.take(scanner.words.weekdays)
    if weekday is not None:
        scanner.match(_COMMA)
        scanner.take(scanner.words.on)
    return weekday


def _with_weekday(found: OnDate | OnDay, weekday: int) -> Day:
    if isinstance(found, OnDate):
        return OnDate(found.date, weekday)
    return OnDay(found.day, found.month, weekday)


def _dotted(scanner: Scanner) -> OnDate | OnDay | None:
    found = scanner.match(_DOTTED)
    return _day_of(int(found[1]), int(found[2]), _year(found[3] or found[4])) if found else None


def _signed(scanner: Scanner) -> OnDate | OnDay | None:
    found = scanner.match(_SIGNED)
    return _day_of(int(found[3]), int(found[2]), _year(found[1])) if found else None


def _day_month(scanner: Scanner) -> OnDate | OnDay | None:
    day = scanner.match(DAY_NUMBER)
    scanner.take(scanner.words.day_marks)
    scanner.take(scanner.words.month_leads)
    month = scanner.take(scanner.words.months)
    if day is None or month is None:
        return None
    before = scanner.at
    scanner.take(scanner.words.month_leads)
    year = scanner.match(_YEAR)
    scanner.at = scanner.at if year else before
    return _day_of(int(day[1]), month + 1, _year(year[1]) if year else None)


def _month_day(scanner: Scanner) -> OnDate | OnDay | None:
    month = scanner.take(scanner.words.months)
    scanner.take(scanner.words.on)
    day = scanner.match(DAY_NUMBER)
    if day is None or month is None:
        return None
    scanner.take(scanner.words.day_marks)
    year = scanner.match(_YEAR)
    return _day_of(int(day[1]), month + 1, _year(year[1]) if year else None)


def _day_of(day: int, month: int, year: int | None) -> OnDate | OnDay | None:
    if year is not None:
        return _date(year, month, day)
    return OnDay(day, month) if _is_day(day, month) else None


def _is_day(day: int, month: int) -> bool:
    """Whether some year has that day."""
    return _date(CENTURY, month, day) is not None  # a leap year


def _date(year: int, month: int, day: int) -> OnDate | None:
    try:
        return OnDate(date(year, month, day))
    except ValueError:
        return None  # 30 February


def _year(digits: str | None) -> int | None:
    return None if not digits else int(digits) if len(digits) == 4 else CENTURY + int(digits)


SINGLE: tuple[Callable[[Scanner], Day | None], ...] = (
    in_days, in_part_of_day, on_date, on_day, slashed, on_weekday, in_next_week,
)  # fmt: skip
