"""A schedule said in plain English. Names are ours, because those of `calendar` and `strftime` follow the machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import product
from zoneinfo import ZoneInfo

from bot.recurrence.rfc5545 import Recurrence
from bot.recurrence.rules import Occurrence, wall_time

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second last"}
UNITS = {"YEARLY": "year", "MONTHLY": "month", "WEEKLY": "week", "DAILY": "day", "HOURLY": "hour"}
MOST_TIMES = 4
"""Times of day that are still listed; more are shown as the rule itself."""


def day_words(day: date) -> str:
    """`10 March 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def date_words(day: date) -> str:
    """`Tuesday 10 March 2026`."""
    return f"{WEEKDAYS[day.weekday()]} {day_words(day)}"


def clock_words(moment: datetime) -> str:
    """`09:00`, with seconds only where there are any."""
    return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")


def moment_words(moment: datetime) -> str:
    """`Tuesday 10 March 2026 at 09:00`."""
    return f"{date_words(moment)} at {clock_words(moment)}"


def joined(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def with_moves(said: str, occurrences: Iterable[Occurrence], zone: ZoneInfo) -> str:
    """`said`, and of each occurrence that a clock change moves, from when to when."""
    return "; ".join([said, *(_moved(each, zone) for each in occurrences if each.moved)])


def _moved(occurrence: Occurrence, zone: ZoneInfo) -> str:
    lost, instead = occurrence.local, wall_time(occurrence.at, zone)
    when = clock_words(instead)
    if instead.date() != lost.date():
        when += f" on {day_words(instead)}"
    return f"{clock_words(lost)} does not exist on {day_words(lost)}; it will run at {when}"


def recurrence_words(rule: Recurrence, zone: ZoneInfo) -> str:
    """`every Monday and Thursday at 18:30 (Europe/Berlin)`; the RRULE itself where plain words would be a riddle."""
    day, clock = days(rule), _times(rule)
    if not day or not clock:
        return f"by the rule {rule.text()} ({zone.key})"
    said = f"{day} {clock} ({zone.key})"
    if rule.until is not None:
        said += f", until {day_words(rule.until)}"
    if rule.count is not None:
        said += f", {rule.count} time{'s' if rule.count > 1 else ''} in all"
    return said


def _times(rule: Recurrence) -> str:
    hours, minutes, seconds = (rule.by.get(key, ()) for key in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    if "BYSETPOS" in rule.by or len(seconds) != 1 or not minutes:
        return ""
    end = f":{seconds[0]:02}" if seconds[0] else ""
    if rule.freq == "HOURLY":
        return "" if hours else "at " + joined([f"minute {minute}{end}" for minute in minutes])
    clocks = [f"{hour:02}:{minute:02}{end}" for hour, minute in product(hours, minutes)]
    return "at " + joined(clocks) if 0 < len(clocks) <= MOST_TIMES else ""


def days(rule: Recurrence) -> str:
    """The part before the time of day; empty for combinations that have no plain name."""
    parts = (set(rule.by) | ({"BYDAY"} if rule.days else set())) - {"BYHOUR", "BYMINUTE", "BYSECOND"}
    single = rule.interval == 1
    unit = UNITS[rule.freq]
    every = f"every {unit}" if single else f"every {rule.interval} {unit}s"
    match rule.freq, sorted(parts):
        case "DAILY" | "HOURLY", []:
            return every
        case "DAILY", ["BYDAY"] if single:
            return f"every {_weekdays(rule)}"
        case "WEEKLY", ["BYDAY"]:
            return f"every {_weekdays(rule)}" if single else f"{every} on {_weekdays(rule)}"
        case "MONTHLY", ["BYMONTHDAY"]:
            return _month_days(rule) + (" of every month" if single else f", {every}") + _short_months(rule)
        case "MONTHLY", ["BYDAY"] if all(ordinal in ORDINALS for ordinal, _ in rule.days):
            named = joined([f"the {ORDINALS[ordinal]} {WEEKDAYS[day]}" for ordinal, day in rule.days])
            return f"on {named}" + (" of every month" if single else f", {every}")
        case "YEARLY", ["BYMONTH", "BYMONTHDAY"] if min(rule.by["BYMONTHDAY"]) > 0:
            numbers = joined([str(day) for day in rule.by["BYMONTHDAY"]])
            return f"{every} on {numbers} {joined([MONTHS[month - 1] for month in rule.by['BYMONTH']])}"
    return ""


def _weekdays(rule: Recurrence) -> str:
    weekdays = [day for _, day in rule.days]
    return "weekday, Monday to Friday," if weekdays == [0, 1, 2, 3, 4] else joined([WEEKDAYS[day] for day in weekdays])


def _month_days(rule: Recurrence) -> str:
    return "on " + joined([f"the {_month_day(day)}" for day in sorted(rule.by["BYMONTHDAY"], key=lambda n: (n < 0, n))])


def _month_day(day: int) -> str:
    if day < 0:
        return "last day" if day == -1 else f"{-day}{_suffix(-day)} last day"
    return f"{day}{_suffix(day)}"


def _suffix(number: int) -> str:
    return "th" if 10 < number < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _short_months(rule: Recurrence) -> str:
    return " (left out in months that are too short)" if max(map(abs, rule.by["BYMONTHDAY"])) > 28 else ""
