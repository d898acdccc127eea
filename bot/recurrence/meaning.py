"""What was found, told at a given moment in a given zone: a rule and its next times, or a question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from bot.recurrence import words
from bot.recurrence.days import (
    After,
    Day,
    EitherDay,
    Every,
    InDays,
    InNextWeek,
    Now,
    OnDate,
    OnDay,
    OnWeekday,
    Written,
)
from bot.recurrence.grammar import Found
from bot.recurrence.rfc5545 import Recurrence, parse
from bot.recurrence.rules import Occurrence, Rule, occurrences, resolve, single, wall_time, zone_named
from bot.recurrence.times_of_day import Clock, in_half

SHOWN = 3
"""How many of the next times a reading holds."""

LONGEST_WAIT = 9
"""Years within which every day of a month comes: 29 February waits for eight over 2100."""

NINE = {"BYHOUR": (9,), "BYMINUTE": (0,)}
"""The time of day in examples."""


@dataclass(frozen=True)
class Reading:
    """What `phrase` means. Either `rule` and `next` (up to three) are set, or `question` asks for what is missing.

    `words` says in plain English what was understood. `length` is how many characters of the phrase that took.
    """

    phrase: str
    rule: Rule | None
    words: str
    question: str | None
    next: tuple[Occurrence, ...]
    length: int

    def as_json(self) -> dict[str, Any]:
        """The object that `when --json` prints; its `rule` is null for a single moment."""
        zone = zone_named(self.rule.zone) if self.rule else None
        return {
            "phrase": self.phrase,
            "rule": self.rule.rrule if self.rule else None,
            "next": [each.at.astimezone(zone).isoformat() for each in self.next],
            "words": self.words,
            "question": self.question,
        }


@dataclass(frozen=True)
class Teller:
    """Gives meaning to what was found. `now` is aware, in whole seconds."""

    now: datetime
    zone: ZoneInfo

    def read(self, found: Found, said: str) -> Reading | None:
        """What `found`, the text `said`, means; None for what lies beyond the calendar or is no valid RRULE."""
        said = " ".join(said.split())
        try:
            clock = _halved(found.day, found.clock)
            reading = self._ask_half(clock, said) or self._read(found, clock, said)
        except (OverflowError, ValueError):
            return None
        return replace(reading, phrase=said, length=found.end)

    def _read(self, found: Found, clock: Clock | None, said: str) -> Reading:
        match found.day:
            case Now():
                return self._once(wall_time(self.now, self.zone), "now, on")
            case After() as day:
                return self._once(self._later(day, clock))
            case Every() as day:
                return self._every(replace(found, clock=clock), day, said)
            case Written(rrule):
                return self._written(rrule, clock)
            case OnWeekday(following=True) as day:
                return self._ask_week(day, clock)
            case EitherDay() as day:
                return self._ask_month(day, clock)
            case day:
                named = self._date(day, clock)
                weekday = day.weekday if isinstance(day, OnDate | OnDay) else None
                if weekday not in (None, named.weekday()):
                    return self._ask_which(named, weekday or 0, clock)
                return self._on(named, clock, said)

    def _date(self, day: Day, clock: Clock | None) -> date:
        """The date of a day that comes once."""
        match day:
            case InDays(days):
                return self.today + timedelta(days)
            case OnDate(named):
                return named
            case OnDay():
                return self._coming_day(day, clock)
            case OnWeekday():
                return self._coming(day, clock)
            case InNextWeek(weekday):
                return self.today + timedelta(7 - self.today.weekday() + weekday)
        raise ValueError("That day is open.")

    @property
    def today(self) -> date:
        """The date in the zone."""
        return wall_time(self.now, self.zone).date()

    # Single moments

    def _later(self, day: After, clock: Clock | None) -> datetime:
        if day.unit == "months":
            later = wall_time(self.now, self.zone) + relativedelta(months=day.amount)
            return _at(later.date(), clock) if clock else later
        passing = timedelta(**{day.unit: day.amount})
        if day.unit in ("minutes", "hours"):
            return wall_time(self.now + passing, self.zone)
        later = wall_time(self.now, self.zone) + passing
        return _at(later.date(), clock) if clock else later

    def _coming(self, day: OnWeekday, clock: Clock | None) -> date:
        """The next such weekday whose time of day is still to come."""
        coming = self.today + timedelta((day.weekday - self.today.weekday()) % 7)
        over = clock is not None and resolve(_at(coming, clock), self.zone)[0] <= self.now
        return coming + timedelta(7) if over else coming

    def _coming_day(self, day: OnDay, clock: Clock | None) -> date:
        """The next such day of a month that is still to come."""
        for year in range(self.today.year, self.today.year + LONGEST_WAIT):
            try:
                named = date(year, day.month, day.day)
            except ValueError:
                continue  # 29 February
            over = resolve(_at(named, clock), self.zone)[0] <= self.now if clock else named < self.today
            if not over:
                return named
        raise ValueError("That day never comes.")

    def _on(self, day: date, clock: Clock | None, said: str) -> Reading:
        if clock is None:
            example = f"{said} 09:00" if day > self.today else "tomorrow 09:00"
            return _ask(f"once, on {words.date_words(day)}", f"At what time? For example: {example}")
        wall = _at(day, clock)
        return self._once(wall_time(wall.replace(tzinfo=clock.offset), self.zone) if clock.offset else wall)

    def _once(self, wall: datetime, begin: str = "once, on") -> Reading:
        occurrence = single(wall, self.zone)
        said = f"{begin} {words.moment_words(wall)} ({self.zone.key})"
        if occurrence.at < self.now:
            over = f"{words.moment_words(wall)} is already over."
            return _ask(said, f"{over} When instead? For example: tomorrow {words.clock_words(wall)}")
        said = words.with_moves(said, [occurrence], self.zone)
        return Reading("", Rule(self.zone.key, wall, None, None), said, None, (occurrence,), 0)

    # Recurrences

    def _every(self, found: Found, day: Every, said: str) -> Reading:
        clock = found.clock
        if day.freq == "WEEKLY" and not day.weekdays:
            example = f"every monday {_shown(clock)}"
            return _ask(_spans(day), f"On which day of the week? For example: {example}")
        if day.freq == "MONTHLY" and not (day.weekdays or day.month_days):
            return _ask(_spans(day), f"On which day of the month? For example: every month on the 1st {_shown(clock)}")
        rule = _recurrence(day)
        if clock is None:
            return _ask(words.days(rule), f"At what time? For example: {said} 09:00")
        rule = rule.at_time(clock.hour, clock.minute, clock.second)
        if found.until is not None:
            last = self._date(found.until, None)
            rule = replace(rule, until=datetime.combine(last, time(23, 59, 59)))
        return self._recurring(replace(rule, count=found.count), aligned=True)

    def _written(self, rrule: str, clock: Clock | None) -> Reading:
        if "freq=minutely" in rrule or "freq=secondly" in rrule:
            question = "That is more often than once an hour. For example: RRULE:FREQ=HOURLY;BYMINUTE=0"
            return _ask(f"by the rule {rrule.upper()}", question)
        rule = parse(rrule, self.zone)
        if clock is not None:
            return self._recurring(rule.at_time(clock.hour, clock.minute, clock.second))
        hourly = rule.freq == "HOURLY"
        if ("BYMINUTE" if hourly else "BYHOUR") not in rule.by:
            asked = "At which minute of the hour?" if hourly else "At what time?"
            example = replace(rule, by={"BYMINUTE": (0,), **rule.by} if hourly else {**rule.by, **NINE})
            return _ask(f"by the rule {rule.text()}", f"{asked} For example: RRULE:{example.text()}")
        return self._recurring(replace(rule, by={"BYMINUTE": (0,), "BYSECOND": (0,), **rule.by}))

    def _recurring(self, rule: Recurrence, *, aligned: bool = False) -> Reading:
        """The rule from now on. `aligned`: every so many days or weeks are counted from the first time to come, not
        from one in this week that is over."""
        wall = wall_time(self.now, self.zone).replace(minute=0, second=0, fold=0)
        begin = wall if rule.freq == "HOURLY" else wall.replace(hour=0)
        if aligned and rule.interval > 1:
            each = self._rule(replace(rule, interval=1, count=None, until=None).explicit(begin), begin)
            begin = next((o.local.replace(hour=0, minute=0, second=0) for o in occurrences(each, self.now, 1)), begin)
        rule = rule.explicit(begin)
        said = words.recurrence_words(rule, self.zone)
        if not rule.ever_happens():
            return _ask(said, "No day fits that rule. Which day do you mean? For example: every monday 09:00")
        # COUNT begins with the first time to come, not with one that was over before anybody asked.
        coming = occurrences(self._rule(replace(rule, count=None), begin), self.now, SHOWN)
        if not coming:
            return _ask(said, "No time to come fits that rule. When instead? For example: every monday 09:00")
        lasting = self._rule(rule, min(each.local for each in coming))
        following = occurrences(lasting, self.now, SHOWN)
        return Reading("", lasting, words.with_moves(said, following, self.zone), None, tuple(following), 0)

    def _rule(self, rule: Recurrence, start: datetime) -> Rule:
        return Rule(self.zone.key, None, rule.text(), start)

    # Questions

    def _ask_half(self, clock: Clock | None, said: str) -> Reading | None:
        if clock is None or not clock.bare:
            return None
        one, other = sorted((clock.hour % 12, clock.hour % 12 + 12))
        return _ask(f"“{said}”, before or after noon", f"Do you mean {one:02}:00 or {other:02}:00? Write it that way.")

    def _ask_week(self, day: OnWeekday, clock: Clock | None) -> Reading:
        name = words.WEEKDAYS[day.weekday]
        first = self.today + timedelta((day.weekday - self.today.weekday() - 1) % 7 + 1)
        dates = f"{words.day_words(first)} or {words.day_words(first + timedelta(7))}"
        question = f"Which {name}: {dates}? Write the date, for example: {first.isoformat()} {_shown(clock)}"
        return _ask(f"once, on a {name}", question)

    def _ask_month(self, day: EitherDay, clock: Clock | None) -> Reading:
        pairs = ((day.first, day.second), (day.second, day.first))
        found = [self._coming_day(OnDay(number, month), clock) for number, month in pairs]
        if day.year is not None:
            found = [date(day.year, month, number) for number, month in pairs]
        dates = " or ".join(map(words.day_words, found))
        question = f"Which day: {dates}? Write the date, for example: {found[0].isoformat()} {_shown(clock)}"
        return _ask(f"once, on {dates}", question)

    def _ask_which(self, named: date, weekday: int, clock: Clock | None) -> Reading:
        said = f"{words.day_words(named)} is a {words.WEEKDAYS[named.weekday()]}, not a {words.WEEKDAYS[weekday]}."
        question = f"{said} Which day do you mean? For example: {named.isoformat()} {_shown(clock)}"
        return _ask(f"once, on {words.day_words(named)}", question)


def _halved(day: Day, clock: Clock | None) -> Clock | None:
    """The time of day in the part of the day that was said: tonight at 8 is 20:00. ValueError where it is in none."""
    half = day.half if isinstance(day, InDays | Every) else None
    if clock is None or half is None or clock.hour > 12 or clock.hour == 0:
        return clock
    halved = in_half(clock, half)
    if clock.hour == 12:
        return replace(clock, bare=True)  # tonight at 12: noon it isn't, and midnight is tomorrow
    return halved


def _recurrence(day: Every) -> Recurrence:
    ordinals = day.ordinals or (0,) * len(day.weekdays)
    by: dict[str, tuple[int, ...]] = {"BYMONTH": (day.month,)} if day.month else {}
    by |= {"BYMONTHDAY": day.month_days} if day.month_days else {}
    return Recurrence(day.freq, day.interval, tuple(zip(ordinals, day.weekdays, strict=True)), by)


def _spans(day: Every) -> str:
    unit = words.UNITS[day.freq]
    return f"every {unit}" if day.interval == 1 else f"every {day.interval} {unit}s"


def _ask(understood: str, question: str) -> Reading:
    return Reading("", None, understood, question, (), 0)


def _at(day: date, clock: Clock) -> datetime:
    return datetime.combine(day, time(clock.hour, clock.minute, clock.second))


def _shown(clock: Clock | None) -> str:
    return f"{clock.hour:02}:{clock.minute:02}" if clock else "09:00"
