"""What can be said, as a reader of beginnings: a text goes in, the schedules that may begin it come out.

Nothing here knows what time it is, so nothing here decides what a phrase means; `reading` does.
A form is a function that takes a `Scanner` and gives a day, or None. To add one, write it and put it into `FORMS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.recurrence.phrases import Language, Unit, Words, folded
from bot.recurrence.scanner import Scanner
from bot.recurrence.times_of_day import Clock, clock_time, iso_clock

LONGEST = 500
"""Characters that are looked at: no schedule is longer, and a story may have any length."""

_NUMBER = re.compile(r"\s*([0-9]{1,6})(?![.,:]?[0-9])")
_DATE = re.compile(r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9\-])")
_COMPACT = re.compile(r"\s*([0-9]{4})([0-9]{2})([0-9]{2})(?=t[0-9]{4})")
_PAIR = r"[a-z]+=[a-z0-9+\-]+(?:,[a-z0-9+\-]+)*"
_RRULE = re.compile(rf"\s*(?:rrule:\s*|(?=freq=))({_PAIR}(?:\s*;\s*{_PAIR})*);?")
_COMMA = re.compile(r"\s*,(?=\s)")
_BARE_DECIMAL = re.compile(r"\s*[0-9]+\.[0-9]+\s*")


@dataclass(frozen=True)
class Now:
    """At once."""


@dataclass(frozen=True)
class After:
    """So much later: hours and minutes that really pass, or days and weeks on the calendar."""

    amount: int
    unit: Unit


@dataclass(frozen=True)
class InDays:
    """Today (0), tomorrow (1) and so on."""

    days: int


@dataclass(frozen=True)
class OnDate:
    """A date of the calendar."""

    date: date


@dataclass(frozen=True)
class OnWeekday:
    """The coming weekday (Monday 0); `following` where "next" leaves open which one."""

    weekday: int
    following: bool = False


@dataclass(frozen=True)
class Every:
    """A recurrence by day. `weekdays` is empty with DAILY, and with WEEKLY where the weekday was not said."""

    freq: Literal["DAILY", "WEEKLY"]
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True)
class Written:
    """An RRULE as somebody wrote it, without prefix; not yet looked into."""

    rrule: str


Day = Now | After | InDays | OnDate | OnWeekday | Every | Written


@dataclass(frozen=True)
class Found:
    """A schedule that begins a text and ends before position `end`."""

    day: Day
    clock: Clock | None
    end: int

    @property
    def clocked(self) -> bool:
        """Whether it says enough to be told from the first words of a story: a time of day, or none is needed."""
        return self.clock is not None or isinstance(self.day, Now | After | Written)


def beginnings(text: str, language: Language) -> list[Found]:
    """All schedules that may begin `text`, in that language, the longest first."""
    shown = folded(text[:LONGEST])
    found = [*_day_then_clock(shown, language), *_clock_then_day(shown, language)]
    if len(text) > LONGEST:
        found = [each for each in found if each.end < LONGEST]  # what the cut made look like an end is none
    return sorted(found, key=lambda each: -each.end)


def _day_then_clock(text: str, language: Language) -> Iterator[Found]:
    for form in FORMS:
        scanner = Scanner(text, language)
        day = form(scanner)
        if day is None:
            continue
        if scanner.at_end():
            yield Found(day, None, scanner.at)
        clock = _clock_after(day, scanner)
        if clock is not None and scanner.at_end():
            yield Found(day, clock, scanner.at)


def _clock_then_day(text: str, language: Language) -> Iterator[Found]:
    for form in FORMS:
        scanner = Scanner(text, language)
        clock = clock_time(scanner)
        if clock is None or _BARE_DECIMAL.fullmatch(text[: scanner.at]):
            return  # "12.50 every day" is a price
        day = form(scanner)
        if isinstance(day, InDays | OnDate | OnWeekday | Every) and scanner.at_end():
            yield Found(day, clock, scanner.at)


def _clock_after(day: Day, scanner: Scanner) -> Clock | None:
    scanner.match(_COMMA)
    match day:
        case Now() | After(unit="minutes" | "hours"):
            return None
        case Written(rrule=rrule) if "byhour=" in rrule or "freq=hourly" in rrule:
            return None
        case OnDate():
            return iso_clock(scanner) or clock_time(scanner)
    return clock_time(scanner)


def _now(scanner: Scanner) -> Day | None:
    return None if scanner.take(scanner.words.now) is None else Now()


def _after(scanner: Scanner) -> Day | None:
    if scanner.take(scanner.words.after) is None:
        return None
    digits = scanner.match(_NUMBER)
    amount = int(digits[1]) if digits else scanner.take(scanner.words.numbers)
    unit = scanner.take(scanner.words.units)
    return None if amount is None or unit is None else After(amount, unit)


def _in_days(scanner: Scanner) -> Day | None:
    days = scanner.take(scanner.words.days)
    return None if days is None else InDays(days)


def _on_date(scanner: Scanner) -> Day | None:
    found = scanner.match(_DATE) or scanner.match(_COMPACT)
    if found is None:
        return None
    try:
        return OnDate(date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError:
        return None  # 30 February


def _on_weekday(scanner: Scanner) -> Day | None:
    following = scanner.take(scanner.words.following) is not None
    if not following:
        scanner.take(scanner.words.on)
    weekday = scanner.take(scanner.words.weekdays)
    return None if weekday is None else OnWeekday(weekday, following)


def _daily(scanner: Scanner) -> Day | None:
    return None if scanner.take(scanner.words.daily) is None else Every("DAILY")


def _every_set(scanner: Scanner) -> Day | None:
    weekdays = scanner.take(scanner.words.lists)
    return None if weekdays is None else Every("WEEKLY", tuple(weekdays))


def _every_weekday(scanner: Scanner) -> Day | None:
    if scanner.take(scanner.words.every) is None:
        return None
    weekdays = _weekdays(scanner, scanner.words.weekdays)
    return Every("WEEKLY", weekdays) if weekdays else None


def _mondays(scanner: Scanner) -> Day | None:
    scanner.take(scanner.words.on)
    weekdays = _weekdays(scanner, scanner.words.repeated)
    return Every("WEEKLY", weekdays) if weekdays else None


def _weekly(scanner: Scanner) -> Day | None:
    if scanner.take(scanner.words.weekly) is None:
        return None
    before = scanner.at
    scanner.take(scanner.words.on)
    weekdays = _weekdays(scanner, scanner.words.weekdays)
    if not weekdays:
        scanner.at = before
    return Every("WEEKLY", weekdays)


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


def _written(scanner: Scanner) -> Day | None:
    found = scanner.match(_RRULE)
    return None if found is None else Written(found[1])


FORMS: tuple[Callable[[Scanner], Day | None], ...] = (
    _now, _after, _in_days, _on_date, _on_weekday, _daily, _every_set, _every_weekday, _mondays, _weekly, _written,
)  # fmt: skip
