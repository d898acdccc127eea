"""A rule keeps wall-clock time and a zone; only here does it become instants."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from bot.recurrence.rfc5545 import parse

LONGEST_GAP = timedelta(days=1)
"""No clock change ever skipped more: Samoa left out 30 December 2011, Kwajalein 21 August 1993 (IANA tz database)."""


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name; ValueError with a sentence for the user where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: "Europe" is a folder of the zone database
        shown = name if len(name) <= 60 else name[:60] + "…"
        raise ValueError(f"There is no time zone “{shown}”; write an IANA name such as Europe/Berlin.") from None


@dataclass(frozen=True)
class Rule:
    """A schedule in the shop's local wall time: a single moment, or a recurrence.

    `zone` is an IANA name. A single moment has only `moment` (naive; its `fold` is 1 where the second pass of a
    repeated hour is meant, which only an offset or "in 2 hours" can say). A recurrence has `rrule` (RFC 5545 text
    without prefix, local) and `start` (naive DTSTART). Anything else raises ValueError.
    """

    zone: str
    moment: datetime | None
    rrule: str | None
    start: datetime | None

    def __post_init__(self) -> None:
        single = self.moment is not None and self.rrule is None and self.start is None
        recurring = self.moment is None and self.rrule is not None and self.start is not None
        if not single and not recurring:
            raise ValueError("A rule is either a single moment, or an RRULE with its start.")
        if any(wall is not None and wall.tzinfo is not None for wall in (self.moment, self.start)):
            raise ValueError("A rule keeps wall-clock times without an offset; its zone gives the offset.")

    def dump(self) -> dict[str, Any]:
        """The rule as plain JSON values."""
        return {
            "zone": self.zone,
            "moment": self.moment.isoformat() if self.moment else None,
            "fold": self.moment.fold if self.moment else 0,
            "rrule": self.rrule,
            "start": self.start.isoformat() if self.start else None,
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> Rule:
        """The rule back from what `dump` gave; ValueError for anything else."""
        try:
            moment, start = (datetime.fromisoformat(data[key]) if data[key] else None for key in ("moment", "start"))
            zone, rrule = data["zone"], data["rrule"]
            rule = cls(zone, moment.replace(fold=int(data.get("fold", 0))) if moment else None, rrule, start)
            if rule.rrule is not None:
                parse(rule.rrule, zone_named(zone))
        except (KeyError, TypeError, AttributeError) as fault:
            raise ValueError(f"This is not a stored rule: {fault!r}.") from None
        return rule


@dataclass(frozen=True)
class Occurrence:
    """One time that a rule falls due: `local` as the rule says it (naive), `at` the instant (aware UTC).

    `moved` is true when a clock change skips `local`, so that `at` lies later by what was skipped.
    """

    local: datetime
    at: datetime
    moved: bool


def resolve(local: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """Wall time (naive) as an aware UTC instant, and whether it had to be moved.

    A skipped wall time moves forward by what the clocks skip (02:30 becomes 03:30); of a repeated one the first is
    taken. OverflowError outside the years 1 to 9999.
    """
    # PEP 495: with fold=0 the offset from before the change counts, in a gap and in a fold alike.
    at = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return at, wall_time(at, zone) != local


def wall_time(at: datetime, zone: ZoneInfo) -> datetime:
    """What a clock on the wall in `zone` shows at the aware instant `at`; naive, `fold` kept."""
    return at.astimezone(zone).replace(tzinfo=None)


def occurrences(rule: Rule, after: datetime, count: int) -> list[Occurrence]:
    """Up to `count` occurrences strictly after the aware instant `after`, in the order in which they happen.

    Two wall times that a clock change puts on one instant are one occurrence. ValueError for an unknown zone, an
    RRULE that can't be read, or an `after` without offset.
    """
    if after.tzinfo is None:
        raise ValueError("The instant after which to look needs an offset.")
    zone, found = zone_named(rule.zone), list[Occurrence]()
    try:
        due = (each for each in _all(rule, after, zone) if each.at > after)
        found.extend(islice(due, count))
    except OverflowError:
        pass  # the calendar ends with the year 9999, and so does every schedule
    return found


def single(moment: datetime, zone: ZoneInfo) -> Occurrence:
    """A single moment (naive wall time, its `fold` respected) as an occurrence."""
    at, moved = resolve(moment, zone)
    if moment.fold and not moved:
        at = moment.replace(tzinfo=zone).astimezone(UTC)
    return Occurrence(moment, at, moved)


def _all(rule: Rule, after: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
    if rule.moment is not None:
        return iter([single(rule.moment, zone)])
    assert rule.rrule is not None and rule.start is not None
    try:
        # A wall time up to one gap before `after` may still have been moved to after it.
        since = wall_time(after, zone) - LONGEST_GAP
    except OverflowError:
        since = datetime.min if after.year < 2 else datetime.max
    return _in_order(parse(rule.rrule, zone).wall_times(rule.start, since), zone)


def _in_order(wall_times: Iterable[datetime], zone: ZoneInfo) -> Iterator[Occurrence]:
    """Occurrences by instant, each instant once: 02:30 moved to 03:30 comes after an unmoved 03:00."""
    waiting: list[tuple[datetime, bool, Occurrence]] = []
    last: datetime | None = None
    for local in wall_times:
        while waiting and wall_time(waiting[0][0], zone) < local:
            at, _, earliest = heapq.heappop(waiting)
            if at != last:
                yield earliest
            last = at
        at, moved = resolve(local, zone)
        heapq.heappush(waiting, (at, moved, Occurrence(local, at, moved)))
    while waiting:
        at, _, earliest = heapq.heappop(waiting)
        if at != last:
            yield earliest
        last = at
