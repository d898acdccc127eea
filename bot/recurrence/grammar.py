"""What can be said, as a reader of beginnings: a text goes in, the schedules that may begin it come out.

Nothing here knows what time it is, so nothing here decides what a phrase means; `meaning` does.
A form is a function that takes a `Scanner` and gives a day, or None: `moments` and `repeats` hold them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bot.recurrence.days import After, Day, Every, Now, OnDate, Single, Written
from bot.recurrence.moments import SINGLE, after, now
from bot.recurrence.phrases import Language, folded
from bot.recurrence.repeats import REPEATS
from bot.recurrence.scanner import Scanner
from bot.recurrence.times_of_day import Clock, clock_time, iso_clock

LONGEST = 500
"""Characters that are looked at: no schedule is longer, and a story may have any length."""

_COMMA = re.compile(r"\s*,(?=\s)")
_BARE_DECIMAL = re.compile(r"\s*[0-9]+\.[0-9]+\s*")
_TIMES = re.compile(r"\s*(?:[x×]\s?([0-9]{1,3})|([0-9]{1,3})\s?[x×])(?![\w])")
_COUNT = re.compile(r"\s*([0-9]{1,3})(?![0-9.,:])")


@dataclass(frozen=True)
class Found:
    """A schedule that begins a text and ends before position `end`; it ends after the day `until`, or `count` times."""

    day: Day
    clock: Clock | None
    end: int
    until: Day | None = None
    count: int | None = None

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
        before = scanner.at
        for limited_first in (False, True) if isinstance(day, Every) else (False,):
            scanner.at = before
            found = Found(day, None, 0)
            if limited_first:
                found = _limited(found, scanner)
                if found.until is None and found.count is None:
                    continue
                yield from _ended(found, scanner)
            clock = _clock_after(day, scanner)
            if clock is not None:
                yield from _with_limit(replace(found, clock=clock), scanner)


def _clock_then_day(text: str, language: Language) -> Iterator[Found]:
    for form in (*SINGLE, *REPEATS):
        scanner = Scanner(text, language)
        clock = clock_time(scanner)
        if clock is None or _BARE_DECIMAL.fullmatch(text[: scanner.at]):
            return  # "12.50 every day" is a price
        day = form(scanner)
        if isinstance(day, Single | Every):
            yield from _with_limit(Found(day, clock, 0), scanner)


def _with_limit(found: Found, scanner: Scanner) -> Iterator[Found]:
    """The schedule as it stands, and with the limit that may follow."""
    yield from _ended(found, scanner)
    if isinstance(found.day, Every) and found.until is None and found.count is None:
        limited = _limited(found, scanner)
        if limited != found:
            yield from _ended(limited, scanner)


def _ended(found: Found, scanner: Scanner) -> Iterator[Found]:
    if scanner.at_end():
        yield replace(found, end=scanner.at)


def _limited(found: Found, scanner: Scanner) -> Found:
    """With `until 24 dec`, `x10` or `10 times`, where that follows."""
    before = scanner.at
    scanner.match(_COMMA)
    if (times := scanner.match(_TIMES)) is not None:
        return replace(found, count=int(times[1] or times[2]))
    count = scanner.match(_COUNT)
    if count and scanner.take(scanner.words.times) is not None:
        return replace(found, count=int(count[1]))
    scanner.at = before
    scanner.match(_COMMA)
    led = scanner.take(scanner.words.until) is not None
    start = scanner.at
    for form in SINGLE:
        scanner.at = start
        day = form(scanner)
        if day is not None and (led or scanner.take(scanner.words.until_after) is not None):
            return replace(found, until=day)
    scanner.at = before
    return found


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


FORMS: tuple[Callable[[Scanner], Day | None], ...] = (now, after, *SINGLE, *REPEATS)
