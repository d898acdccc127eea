"""Readers of what is said of days that come again. Each takes a `Scanner` and gives a day, or None."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from bot.recurrence.days import Day, Every, OnDay, Written
from bot.recurrence.moments import DAY_NUMBER, on_day, span
from bot.recurrence.phrases import Words
from bot.recurrence.scanner import Scanner

_PAIR = r"[a-z]+=[a-z0-9+\-]+(?:,[a-z0-9+\-]+)*"
_RRULE = re.compile(rf"\s*(?:rrule:\s*|(?=freq=))({_PAIR}(?:\s*;\s*{_PAIR})*);?")
_SIGN = re.compile(r"\s?(?:日|일|\u110b\u1175\u11af)")
FREQUENCIES: dict[str, Literal["DAILY", "WEEKLY", "MONTHLY"]] = {
    "days": "DAILY",
    "weeks": "WEEKLY",
    "months": "MONTHLY",
}
LONGEST_INTERVAL = 100


def daily(scanner: Scanner) -> Day | None:
    """Daily."""
    return None if scanner.take(scanner.words.daily) is None else Every("DAILY")


def every_part(scanner: Scanner) -> Day | None:
    """Every evening."""
    half = scanner.take(scanner.words.every_part)
    return None if half is None else Every("DAILY", half=half)


def every_set(scanner: Scanner) -> Day | None:
    """Every weekday."""
    weekdays = scanner.take(scanner.words.lists)
    return None if weekdays is None else Every("WEEKLY", tuple(weekdays))


def every_weekday(scanner: Scanner) -> Day | None:
    """Every Monday and Thursday; every other Friday."""
    if scanner.take(scanner.words.every) is None:
        return None
    interval = 1 if scanner.take(scanner.words.other) is None else 2
    weekdays = _weekdays(scanner, scanner.words.weekdays)
    return Every("WEEKLY", weekdays, interval) if weekdays else None


def mondays(scanner: Scanner) -> Day | None:
    """On Mondays and Thursdays."""
    scanner.take(scanner.words.on)
    weekdays = _weekdays(scanner, scanner.words.repeated)
    return Every("WEEKLY", weekdays) if weekdays else None


def weekly(scanner: Scanner) -> Day | None:
    """Weekly; every week on Monday; every other week on Monday."""
    fortnightly = scanner.take(scanner.words.fortnightly) is not None
    if not fortnightly and scanner.take(scanner.words.weekly) is None:
        return None
    return Every("WEEKLY", _on_weekdays(scanner), 2 if fortnightly else 1)


def monday_to_friday(scanner: Scanner) -> Day | None:
    """Monday to Friday; every Friday to Sunday."""
    words = scanner.words
    for lead in (words.every, words.on, words.range_leads):
        scanner.take(lead)
    first = scanner.take(words.range_starts)
    between = scanner.take(words.ranges)
    last = scanner.take(words.range_starts)
    if first is None or between is None or last is None:
        return None
    scanner.take(words.range_ends)
    return Every("WEEKLY", tuple(sorted((first + n) % 7 for n in range((last - first) % 7 + 1))))


def every_so_often(scanner: Scanner) -> Day | None:
    """Every 3 days; every 2 weeks on Friday; every other day; every 2 months on the 1st."""
    words = scanner.words
    led = scanner.take(words.every) is not None
    interval = 2 if led and scanner.take(words.other) is not None else span(scanner)
    unit = scanner.take(words.units)
    if interval is None or unit not in FREQUENCIES or not 0 < interval <= LONGEST_INTERVAL:
        return None
    if not led and scanner.take(words.every_after) is None:
        return None
    if unit == "weeks":
        return Every("WEEKLY", _on_weekdays(scanner), interval)
    if unit == "months":
        found = _nth_weekdays(scanner)
        return replace(found, interval=interval) if found else _on_month_days(scanner, interval)
    return Every("DAILY", interval=interval)


def nth_weekday(scanner: Scanner) -> Day | None:
    """The first Saturday of the month; every last Friday of the month; monthly on the first Monday."""
    words = scanner.words
    led = scanner.take(words.monthly) is not None
    for lead in (words.every, words.on):
        scanner.take(lead)
    found = _nth_weekdays(scanner)
    if found is None or (scanner.take(words.of_month) is None and not led):
        return None
    return found


def month_day(scanner: Scanner) -> Day | None:
    """Monthly; every month on the 15th; on the 15th of every month."""
    words = scanner.words
    if scanner.take(words.monthly) is not None:
        return _on_month_days(scanner, 1)
    for lead in (words.every, words.on):
        scanner.take(lead)
    days = _month_days(scanner, bare=True)
    return Every("MONTHLY", month_days=days) if days and scanner.take(words.of_month) is not None else None


def yearly(scanner: Scanner) -> Day | None:
    """Every year on 24 December; every 24 December."""
    if scanner.take(scanner.words.yearly) is None and scanner.take(scanner.words.every) is None:
        return None
    found = on_day(scanner)
    if not isinstance(found, OnDay) or found.weekday is not None:
        return None
    return Every("YEARLY", month_days=(found.day,), month=found.month)


def written(scanner: Scanner) -> Day | None:
    """RRULE:FREQ=…"""
    found = scanner.match(_RRULE)
    return None if found is None else Written(found[1])


def _on_weekdays(scanner: Scanner) -> tuple[int, ...]:
    """Weekdays that may follow; where none do, nothing is passed over."""
    before = scanner.at
    scanner.take(scanner.words.on)
    weekdays = _weekdays(scanner, scanner.words.weekdays) or _weekdays(scanner, scanner.words.repeated)
    if not weekdays:
        scanner.at = before
    return weekdays


def _weekdays(scanner: Scanner, names: Words[int]) -> tuple[int, ...]:
    """`monday`, `monday and thursday`, `mon, wed & fri`, `monday and every thursday`."""
    found: set[int] = set()
    words, end = scanner.words, scanner.at
    while (weekday := scanner.take(names)) is not None:
        found.add(weekday)
        end = scanner.at
        if scanner.take(words.also) is None:
            break
        for filler in (words.also, words.every, words.on):
            scanner.take(filler)
    scanner.at = end
    return tuple(sorted(found))


def _nth_weekdays(scanner: Scanner) -> Every | None:
    """`first saturday`, `first and third monday`."""
    words, before, ordinals = scanner.words, scanner.at, list[int]()
    scanner.take(words.on)
    while (ordinal := scanner.take(words.ordinals)) is not None:
        ordinals.append(ordinal)
        if scanner.take(words.also) is None:
            break
        scanner.take(words.on)
    weekday = scanner.take(words.weekdays)
    if weekday is None or not ordinals:
        scanner.at = before
        return None
    ordinals = sorted(set(ordinals), key=lambda n: (n < 0, n))
    return Every("MONTHLY", (weekday,) * len(ordinals), ordinals=tuple(ordinals))


def _on_month_days(scanner: Scanner, interval: int) -> Every:
    before = scanner.at
    led = scanner.take(scanner.words.on) is not None
    days = _month_days(scanner, bare=led)
    if not days:
        scanner.at = before
    return Every("MONTHLY", interval=interval, month_days=days)


def _month_days(scanner: Scanner, *, bare: bool) -> tuple[int, ...]:
    """`15th`, `1st and 15th`; a `bare` number only where it can't be an hour."""
    words, end, found = scanner.words, scanner.at, set[int]()
    while (number := scanner.match(DAY_NUMBER)) is not None and 1 <= int(number[1]) <= 31:
        marked = scanner.take(words.day_marks) is not None or scanner.match(_SIGN) is not None
        if not marked and not bare:
            break
        found.add(int(number[1]))
        end = scanner.at
        if scanner.take(words.also) is None:
            break
        scanner.take(words.on)
    scanner.at = end
    return tuple(sorted(found))


REPEATS: tuple[Callable[[Scanner], Day | None], ...] = (
    daily, every_part, every_set, every_weekday, mondays, weekly, monday_to_friday, every_so_often, nth_weekday,
    month_day, yearly, written,
)  # fmt: skip
