"""When the shop is open: weekly hours and special days, true to the clock on the shop's wall."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
HORIZON_DAYS = 400
"""How far ahead an opening is looked for: a year with its special days, and a little more."""

Opening = tuple[int, int]
"""From and until, in minutes after the midnight that begins the day; beyond 1440 it is the next morning."""

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|—|~|〜)\s*(\d{1,2}):(\d{2})")


def parse_openings(text: str) -> tuple[Opening, ...]:
    """`"09:00-12:00, 13:00-18:00"`, `"18:00-02:00"` (until the next morning) or `"closed"` as openings.

    Raises ValueError with half a sentence that says what is wrong with it.
    """
    if text.strip().casefold() in ("", "closed"):
        return ()
    openings = sorted(_opening(part.strip()) for part in text.split(","))
    for (_, until), (begins, _) in pairwise(openings):
        if begins < until:
            raise ValueError(f"“{text}” has two times that overlap")
    return tuple(openings)


def _opening(part: str) -> Opening:
    match = _SPAN.fullmatch(part)
    if match is None:
        raise ValueError(f"“{part}” is not a time such as 09:00-18:00")
    begins, until = _minutes(match[1], match[2], part), _minutes(match[3], match[4], part)
    if begins in (until, DAY_MIN):
        raise ValueError(f"“{part}” is empty; a whole day is 00:00-24:00")
    return (begins, until if until > begins else until + DAY_MIN)


def _minutes(hours: str, minutes: str, part: str) -> int:
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > DAY_MIN:
        raise ValueError(f"“{part}” names a time that no clock shows")
    return total


@dataclass(frozen=True)
class Hours:
    """The shop's hours. `weekly` is keyed by weekday (0 is Monday), `special` by date and goes before the week.

    A day that is left out is closed. An opening that runs past midnight belongs to the day on which it begins: a
    special day that is closed doesn't cut off the night before. A wall time that a clock change skips moves
    forward (02:30 is 03:30), one that it repeats counts the first time.
    """

    weekly: Mapping[int, tuple[Opening, ...]] = field(default_factory=dict)
    special: Mapping[date, tuple[Opening, ...]] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    @property
    def known(self) -> bool:
        """Whether the owner gave any hours; where not, nobody can say that the shop is closed."""
        return bool(self.weekly) or any(self.special.values())

    def on(self, day: date) -> tuple[Opening, ...]:
        """The openings that begin on that day."""
        return self.special.get(day, self.weekly.get(day.weekday(), ()))

    def is_open(self, at: datetime) -> bool:
        """Whether the shop is open at that instant. Raises ValueError for a time without an offset."""
        return self._current(_instant(at)) is not None

    def next_opening(self, at: datetime) -> datetime | None:
        """The next instant after `at` at which the door opens, in the shop's zone; None if it never does."""
        moment = _instant(at)
        for begins, _ in self._intervals(moment):
            if begins > moment:
                return begins.astimezone(self.zone)
        return None

    def closes_at(self, at: datetime) -> datetime | None:
        """When the shop that is open at `at` closes, in its zone; None while it is closed, or never closes."""
        moment = _instant(at)
        current = self._current(moment)
        if current is None or current[1] > moment + timedelta(days=HORIZON_DAYS - 7):
            return None
        return current[1].astimezone(self.zone)

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """For how long the shop is open between two instants; where no hours are known, all the time."""
        first, last = _instant(start), _instant(end)
        if not self.known:
            return max(last - first, timedelta())
        total = timedelta()
        for begins, until in self._intervals(first):
            if begins >= last:
                break
            total += max(min(until, last) - max(begins, first), timedelta())
        return total

    def after(self, at: datetime, span: timedelta) -> datetime | None:
        """When the shop has been open for `span` since `at`, in its zone; None if it never will. Not a moment at which
        it closes: with nothing left of the span that is when it opens next."""
        moment, left = _instant(at), span
        if not self.known:
            return (moment + span).astimezone(self.zone)
        for begins, until in self._intervals(moment):
            if (open_for := until - max(begins, moment)) > left:
                return (max(begins, moment) + left).astimezone(self.zone)
            left -= max(open_for, timedelta())
        return None

    def _current(self, moment: datetime) -> tuple[datetime, datetime] | None:
        for begins, until in self._intervals(moment):
            if begins > moment:
                return None
            if moment < until:
                return begins, until
        return None

    def _intervals(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Openings as instants from the day before `moment` on, in order; those that touch are one."""
        held: tuple[datetime, datetime] | None = None
        first = moment.astimezone(self.zone).date() - timedelta(days=2)
        for begins, until in self._openings(first):
            if held is not None and begins <= held[1]:
                held = (held[0], max(held[1], until))
                continue
            if held is not None:
                yield held
            held = (begins, until)
        if held is not None:
            yield held

    def _openings(self, first: date) -> Iterator[tuple[datetime, datetime]]:
        for offset in range(HORIZON_DAYS if self.known else 0):
            day = first + timedelta(days=offset)
            for begins, until in self.on(day):
                start, end = self._on_the_wall(day, begins), self._on_the_wall(day, until)
                if start < end:
                    yield start, end

    def _on_the_wall(self, day: date, minutes: int) -> datetime:
        """The instant at which the shop's clock shows that time: fold 0, which also moves a gap forward."""
        days, rest = divmod(minutes, DAY_MIN)
        wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), tzinfo=self.zone)
        return wall.astimezone(UTC)


def _instant(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without an offset is no instant")
    return at.astimezone(UTC)
