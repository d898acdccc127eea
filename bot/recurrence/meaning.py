"""What was found, told at a given moment in a given zone: a rule and its next times, or a question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.recurrence import words
from bot.recurrence.grammar import After, Day, Every, Found, InDays, Now, OnDate, OnWeekday, Written
from bot.recurrence.rfc5545 import Recurrence, parse
from bot.recurrence.rules import Occurrence, Rule, occurrences, resolve, single, wall_time, zone_named
from bot.recurrence.times_of_day import Clock

SHOWN = 3
"""How many of the next times a reading holds."""

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
            reading = self._ask_half(found.clock, said) or self._read(found.day, found.clock, said)
        except (OverflowError, ValueError):
            return None
        return replace(reading, phrase=said, length=found.end)

    def _read(self, day: Day, clock: Clock | None, said: str) -> Reading:
        match day:
            case Now():
                return self._once(wall_time(self.now, self.zone), "now, on")
            case After():
                return self._once(self._later(day, clock))
            case InDays(days):
                return self._on(self._today + timedelta(days), clock, said)
            case OnDate(named):
                return self._on(named, clock, said)
            case OnWeekday(following=True):
                return self._ask_week(day, clock)
            case OnWeekday():
                return self._on(self._coming(day, clock), clock, said)
            case Every():
                return self._every(day, clock, said)
            case Written(rrule):
                return self._written(rrule, clock)

    @property
    def _today(self) -> date:
        return wall_time(self.now, self.zone).date()

    # Single moments

    def _later(self, day: After, clock: Clock | None) -> datetime:
        passing = timedelta(**{day.unit: day.amount})
        if day.unit in ("minutes", "hours"):
            return wall_time(self.now + passing, self.zone)
        later = wall_time(self.now, self.zone) + passing
        return _at(later.date(), clock) if clock else later

    def _coming(self, day: OnWeekday, clock: Clock | None) -> date:
        """The next such weekday whose time of day is still to come."""
        coming = self._today + timedelta((day.weekday - self._today.weekday()) % 7)
        over = clock is not None and resolve(_at(coming, clock), self.zone)[0] <= self.now
        return coming + timedelta(7) if over else coming

    def _on(self, day: date, clock: Clock | None, said: str) -> Reading:
        if clock is None:
            example = f"{said} 09:00" if day > self._today else "tomorrow 09:00"
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

    def _every(self, day: Every, clock: Clock | None, said: str) -> Reading:
        if day.freq == "WEEKLY" and not day.weekdays:
            example = f"every monday {_shown(clock)}"
            return _ask("every week", f"On which day of the week? For example: {example}")
        rule = Recurrence(day.freq, days=tuple((0, weekday) for weekday in day.weekdays))
        if clock is None:
            return _ask(words.days(rule), f"At what time? For example: {said} 09:00")
        return self._recurring(rule.at_time(clock.hour, clock.minute, clock.second))

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

    def _recurring(self, rule: Recurrence) -> Reading:
        wall = wall_time(self.now, self.zone).replace(minute=0, second=0, fold=0)
        begin = wall if rule.freq == "HOURLY" else wall.replace(hour=0)
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
        first = self._today + timedelta((day.weekday - self._today.weekday() - 1) % 7 + 1)
        dates = f"{words.day_words(first)} or {words.day_words(first + timedelta(7))}"
        question = f"Which {name}: {dates}? Write the date, for example: {first.isoformat()} {_shown(clock)}"
        return _ask(f"once, on a {name}", question)


def _ask(understood: str, question: str) -> Reading:
    return Reading("", None, understood, question, (), 0)


def _at(day: date, clock: Clock) -> datetime:
    return datetime.combine(day, time(clock.hour, clock.minute, clock.second))


def _shown(clock: Clock | None) -> str:
    return f"{clock.hour:02}:{clock.minute:02}" if clock else "09:00"
