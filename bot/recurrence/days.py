"""What a phrase says of the day, before anybody knows what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.recurrence.phrases import Unit


@dataclass(frozen=True)
class Now:
    """At once."""


@dataclass(frozen=True)
class After:
    """So much later: hours and minutes that really pass, or days, weeks and months on the calendar."""

    amount: int
    unit: Unit


@dataclass(frozen=True)
class InDays:
    """Today (0), tomorrow (1) and so on. `half` is what its part of the day adds to a twelve-hour clock (tonight)."""

    days: int
    half: int | None = None


@dataclass(frozen=True)
class OnDate:
    """A date of the calendar; `weekday` where one was said beside it."""

    date: date
    weekday: int | None = None


@dataclass(frozen=True)
class OnDay:
    """A day of a month, whichever year comes first."""

    day: int
    month: int
    weekday: int | None = None


@dataclass(frozen=True)
class EitherDay:
    """Two numbers of which nobody knows which one is the month."""

    first: int
    second: int
    year: int | None = None


@dataclass(frozen=True)
class OnWeekday:
    """The coming weekday (Monday 0); `following` where "next" leaves open which one."""

    weekday: int
    following: bool = False


@dataclass(frozen=True)
class InNextWeek:
    """A weekday of the calendar week after this one, which begins on Monday."""

    weekday: int


@dataclass(frozen=True)
class Every:
    """A recurrence by day: every `interval` days, weeks, months or years.

    `weekdays` is empty with WEEKLY where the weekday was not said; with MONTHLY each has its ordinal in `ordinals`.
    `half` is what its part of the day adds to a twelve-hour clock (every evening).
    """

    freq: Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
    weekdays: tuple[int, ...] = ()
    interval: int = 1
    ordinals: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    month: int | None = None
    half: int | None = None


@dataclass(frozen=True)
class Written:
    """An RRULE as somebody wrote it, without prefix; not yet looked into."""

    rrule: str


Single = InDays | OnDate | OnDay | EitherDay | OnWeekday | InNextWeek
"""A day that comes once, and needs a time of day."""
Day = Now | After | Single | Every | Written
