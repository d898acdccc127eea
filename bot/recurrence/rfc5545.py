"""RFC 5545 recurrence rules on naive wall-clock time (section 3.3.10): read strictly, written explicitly, expanded.

dateutil does the calendar. This file keeps it from what it does differently or without end: values that the RFC
forbids, INTERVAL=0, a first week that is cut in two, and walking through all the years since the start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import dropwhile, islice, takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, weekday

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

RANGES: dict[str, tuple[int, int]] = {
    "BYMONTH": (1, 12),
    "BYWEEKNO": (-53, 53),
    "BYYEARDAY": (-366, 366),
    "BYMONTHDAY": (-31, 31),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 59),
    "BYSETPOS": (-366, 366),
}
"""In the order in which they are written. RFC 5545 allows second 60; no clock of ours ever shows it."""

NOT_WITH: dict[str, tuple[str, ...]] = {
    "BYWEEKNO": ("MONTHLY", "WEEKLY", "DAILY", "HOURLY"),
    "BYYEARDAY": ("MONTHLY", "WEEKLY", "DAILY"),
    "BYMONTHDAY": ("WEEKLY",),
}
"""Combinations that RFC 5545, 3.3.10 forbids ("MUST NOT")."""

CYCLE_START = datetime(9600, 1, 1)
"""The calendar repeats, weekdays included, every 400 years; the last whole cycle before the year 10000 begins here."""


@dataclass(frozen=True)
class Recurrence:
    """An RRULE. `days` are (ordinal or 0, weekday with Monday 0), `by` the other BY… lists, `until` is wall time."""

    freq: str
    interval: int = 1
    days: tuple[tuple[int, int], ...] = ()
    by: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    count: int | None = None
    until: datetime | None = None
    week_start: int = 0

    def text(self) -> str:
        """The rule as RFC 5545 writes it, without prefix."""
        parts = [f"FREQ={self.freq}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%dT%H%M%S}")
        if self.week_start:
            parts.append(f"WKST={DAYS[self.week_start]}")
        if self.days:
            parts.append("BYDAY=" + ",".join(f"{ordinal or ''}{DAYS[day]}" for ordinal, day in self.days))
        parts += [f"{key}=" + ",".join(map(str, self.by[key])) for key in RANGES if key in self.by]
        return ";".join(parts)

    def at_time(self, hour: int, minute: int, second: int = 0) -> Recurrence:
        """The same days at this time of day."""
        return replace(self, by={**self.by, "BYHOUR": (hour,), "BYMINUTE": (minute,), "BYSECOND": (second,)})

    def explicit(self, start: datetime) -> Recurrence:
        """With everything written out that RFC 5545 takes from `start`."""
        by, days = dict(self.by), self.days
        if not days and not by.keys() & {"BYYEARDAY", "BYMONTHDAY"}:
            if self.freq == "WEEKLY" or "BYWEEKNO" in by:
                days = ((0, start.weekday()),)
            elif self.freq in ("MONTHLY", "YEARLY"):
                by["BYMONTHDAY"] = (start.day,)
                if self.freq == "YEARLY":
                    by.setdefault("BYMONTH", (start.month,))
        if self.freq != "HOURLY":
            by.setdefault("BYHOUR", (start.hour,))
        by.setdefault("BYMINUTE", (start.minute,))
        by.setdefault("BYSECOND", (start.second,))
        return replace(self, by=by, days=days)

    def wall_times(self, start: datetime, since: datetime) -> Iterator[datetime]:
        """The wall times from `start` on, ascending, without those before `since`.

        Costs the same however long ago `start` is, except with COUNT, which has to be counted through.
        """
        rule = self.explicit(start)
        first = rule._period(start, start if self.count is not None else max(start, since))
        times: Iterator[datetime] = dropwhile(lambda time: time < start, rule._dateutil(first))
        if self.count is not None:
            times = islice(times, self.count)
        until = self.until
        if until is not None:
            times = takewhile(lambda time: time <= until, times)
        return dropwhile(lambda time: time < since, times)

    def ever_happens(self) -> bool:
        """Whether any date at all fits; an interval, a start and an end aside. Takes half a second at most."""
        rule = replace(self, interval=1).explicit(CYCLE_START)
        if rule.freq == "HOURLY" and "BYSETPOS" in rule.by:
            # Looking through 400 years of hours would take ten seconds, and one hour is like the other.
            in_an_hour = len(rule.by["BYMINUTE"]) * len(rule.by["BYSECOND"])
            if min(map(abs, rule.by["BYSETPOS"])) > in_an_hour:
                return False
        return next(iter(rule._dateutil(CYCLE_START)), None) is not None

    def _dateutil(self, first: datetime) -> Iterator[datetime]:
        lists = {key.lower(): list(values) for key, values in self.by.items()}
        days = [weekday(day, ordinal or None) for ordinal, day in self.days] or None
        freq = FREQUENCIES.index(self.freq)
        try:
            return iter(rrule(freq, first, self.interval, self.week_start, byweekday=days, **lists))  # type: ignore[arg-type]
        except ValueError:
            return iter(())  # an INTERVAL of 24 hours that never comes by the BYHOUR

    def _period(self, start: datetime, origin: datetime) -> datetime:
        """The beginning of the last year, month, week, day or hour that is not after `origin` and is in step.

        Whole periods, because dateutil counts BYSETPOS from where it is told to begin.
        """
        if self.freq in ("YEARLY", "MONTHLY"):
            step = self.interval * (12 if self.freq == "YEARLY" else 1)
            begin = start.year * 12 + (start.month - 1 if self.freq == "MONTHLY" else 0)
            months = begin + (origin.year * 12 + origin.month - 1 - begin) // step * step
            return datetime(months // 12, months % 12 + 1, 1)
        if self.freq == "HOURLY":
            base, length = start.replace(minute=0, second=0, microsecond=0), timedelta(hours=self.interval)
        else:
            base, length = start.replace(hour=0, minute=0, second=0, microsecond=0), timedelta(days=self.interval)
        if self.freq == "WEEKLY":
            base -= timedelta(days=(base.weekday() - self.week_start) % 7)
            length *= 7
        return base + (origin - base) // length * length


@lru_cache(maxsize=1024)
def parse(text: str, zone: ZoneInfo) -> Recurrence:
    """The recurrence that `text` (without prefix) describes; an UNTIL in UTC is turned into the zone's wall time.

    ValueError for what RFC 5545 does not allow, and for more often than once an hour.
    """
    parts: dict[str, str] = {}
    for part in filter(None, re.split(r"\s*;\s*", text.strip().upper())):
        key, _, value = part.partition("=")
        if key in parts or not value:
            raise ValueError(f"{part[:40]!r} is not a part of an RRULE, or is there twice.")
        parts[key] = value
    rule = Recurrence(
        freq=_frequency(parts.pop("FREQ", "")),
        interval=_whole("INTERVAL", parts.pop("INTERVAL", "1"), 1, 9999),
        count=_whole("COUNT", parts.pop("COUNT"), 1, 99999) if "COUNT" in parts else None,
        until=_until(parts.pop("UNTIL"), zone) if "UNTIL" in parts else None,
        week_start=DAYS.index(_day("WKST", parts.pop("WKST", "MO"))),
        days=_days(parts.pop("BYDAY", "")),
        by={key: _list(key, value) for key, value in parts.items()},
    )
    _check(rule)
    return rule


def _frequency(value: str) -> str:
    if value not in FREQUENCIES[:5]:
        raise ValueError(f"FREQ={value[:20]} is not one of {', '.join(FREQUENCIES[:5])}.")
    return value


def _whole(key: str, value: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,5}", value) or not low <= int(value) <= high:
        raise ValueError(f"{key}={value[:20]} is not a whole number from {low} to {high}.")
    return int(value)


def _day(key: str, value: str) -> str:
    if value not in DAYS:
        raise ValueError(f"{key}={value[:20]} is not one of {', '.join(DAYS)}.")
    return value


def _days(value: str) -> tuple[tuple[int, int], ...]:
    found = dict.fromkeys(_ordinal_day(item) for item in value.split(",")) if value else {}
    return tuple(sorted(found, key=lambda item: (item[1], item[0])))


def _ordinal_day(item: str) -> tuple[int, int]:
    number, day = item[:-2], DAYS.index(_day("BYDAY", item[-2:]))
    ordinal = _whole("BYDAY", number, -53, 53) if number else 0
    if number and not ordinal:
        raise ValueError("BYDAY has no weekday number 0.")
    return ordinal, day


def _list(key: str, value: str) -> tuple[int, ...]:
    if key not in RANGES:
        raise ValueError(f"{key[:20]} is not a part of an RRULE.")
    low, high = RANGES[key]
    numbers = sorted({_whole(key, item, low, high) for item in value.split(",")})
    if low < 0 and 0 in numbers:
        raise ValueError(f"{key} has no number 0.")
    return tuple(numbers)


def _until(value: str, zone: ZoneInfo) -> datetime:
    # A date alone means that the day still counts.
    whole = value + "T235959" if re.fullmatch("[0-9]{8}", value) else value
    try:
        if not re.fullmatch("[0-9]{8}T[0-9]{6}Z?", whole):
            raise ValueError(value)
        until = datetime.strptime(whole[:15], "%Y%m%dT%H%M%S")
        return until.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if whole.endswith("Z") else until
    except (ValueError, OverflowError):
        raise ValueError(f"UNTIL={value[:20]} is no date such as 20261224 or 20261224T180000.") from None


def _check(rule: Recurrence) -> None:
    ordinals = any(ordinal for ordinal, _ in rule.days)
    faults = {
        "COUNT and UNTIL exclude each other": rule.count is not None and rule.until is not None,
        "BYDAY takes numbers only with MONTHLY and YEARLY": ordinals and rule.freq not in ("MONTHLY", "YEARLY"),
        "BYDAY takes no numbers beside BYWEEKNO": ordinals and "BYWEEKNO" in rule.by,
        "BYSETPOS needs another BY… part": "BYSETPOS" in rule.by and not rule.days and len(rule.by) == 1,
    }
    for key, frequencies in NOT_WITH.items():
        faults[f"{key} can't go with {rule.freq}"] = key in rule.by and rule.freq in frequencies
    for fault, present in faults.items():
        if present:
            raise ValueError(f"{fault}.")
