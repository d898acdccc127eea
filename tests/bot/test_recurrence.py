"""Rules on the wall clock, held against brute force: every instant is looked at from UTC, where no hour is missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recurrence import Occurrence, Rule, occurrences, resolve
from bot.recurrence.rfc5545 import parse

QUARTER = timedelta(minutes=15)
ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Asia/Tokyo", "UTC",
    "Pacific/Chatham", "America/St_Johns", "America/Santiago", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut",
    "Europe/Dublin", "America/Havana", "Antarctica/Troll", "America/Nuuk", "Atlantic/Azores",
)  # fmt: skip
ALL_ZONES = sorted(name for name in available_timezones() if not name.startswith(("posix", "right")))


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def by_brute_force(local: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The first instant at which the wall shows `local`, or else as long after the jump as `local` is into the gap."""
    around = local.replace(tzinfo=UTC)
    offsets = (QUARTER * n for n in range(14 * 4, -14 * 4 - 1, -1))
    for at in (around - offset for offset in offsets):
        if wall(at, zone) == local:
            return at, False
    quarter = local.replace(minute=local.minute // 15 * 15, second=0, tzinfo=UTC)
    jump = next(at for n in range(-27 * 4, 27 * 4) if wall(at := quarter + QUARTER * n, zone) > local)
    return jump + (local - wall(jump - timedelta(seconds=1), zone) - timedelta(seconds=1)), True


def clock_changes(zone: ZoneInfo, first: int, last: int) -> Iterator[datetime]:
    """The instants, to a quarter of an hour, at which the zone's offset changed in these years."""
    day, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    while day < end:
        following = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            steps = (day + QUARTER * n for n in range(97))
            yield next(at for at in steps if at.astimezone(zone).utcoffset() != day.astimezone(zone).utcoffset())
        day = following


def daily(clock: str, zone: str, start: datetime = datetime(2025, 1, 1)) -> Rule:
    hour, minute = clock.split(":")
    return Rule(zone, None, f"FREQ=DAILY;BYHOUR={int(hour)};BYMINUTE={int(minute)};BYSECOND=0", start)


@pytest.mark.parametrize("name", ZONES)
def test_every_quarter_hour_around_every_clock_change_resolves_as_brute_force_says(name: str) -> None:
    zone = ZoneInfo(name)
    years = (2011, 2011) if name == "Pacific/Apia" else (2025, 2028)
    for change in clock_changes(zone, *years):
        for n in range(-4 * 27, 4 * 27):
            local = wall(change, zone) + QUARTER * n
            assert resolve(local, zone) == by_brute_force(local, zone), local


def test_around_every_clock_change_of_every_zone_until_2035_a_wall_time_resolves_as_brute_force_says() -> None:
    for zone in zones_that_differ(2025, 2035):
        for change in clock_changes(zone, 2025, 2035):
            for n in range(-4 * 3, 4 * 3):
                local = wall(change, zone) + QUARTER * n
                assert resolve(local, zone) == by_brute_force(local, zone), (zone, local)


def zones_that_differ(first: int, last: int) -> list[ZoneInfo]:
    """One zone for each way in which clocks are changed in these years; some 600 names share some 60 ways."""
    days = [datetime(first, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range((last - first + 1) * 366)]
    ways = {tuple(day.astimezone(ZoneInfo(name)).utcoffset() for day in days): name for name in ALL_ZONES}
    return [ZoneInfo(name) for name in ways.values()]


@given(
    st.sampled_from(ALL_ZONES),
    st.datetimes(datetime(2000, 1, 2), datetime(2036, 12, 30)).map(lambda at: at.replace(microsecond=0)),
)
@settings(deadline=None)
def test_any_wall_time_in_any_zone_resolves_as_brute_force_says(name: str, local: datetime) -> None:
    assert resolve(local, ZoneInfo(name)) == by_brute_force(local, ZoneInfo(name))


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("clock", ["00:00", "00:30", "02:30", "03:00", "23:45"])
def test_a_daily_rule_runs_on_every_local_date_for_two_years_as_brute_force_says(name: str, clock: str) -> None:
    zone, start = ZoneInfo(name), datetime.fromisoformat(f"2025-01-01T{clock}")
    got = occurrences(daily(clock, name), datetime(2024, 12, 30, tzinfo=UTC), 730)
    expected = [start + timedelta(days=n) for n in range(730)]
    assert got == [Occurrence(local, *by_brute_force(local, zone)) for local in expected]


WALL_CLOCK_RULES: list[tuple[str, Callable[[date], bool]]] = [
    ("FREQ=WEEKLY;BYDAY=MO,TH", lambda day: day.weekday() in (0, 3)),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", lambda day: (day - date(2025, 1, 5)).days % 14 == 0),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", lambda day: day.weekday() < 5),
    ("FREQ=DAILY;INTERVAL=3", lambda day: (day - date(2025, 1, 1)).days % 3 == 0),
    ("FREQ=MONTHLY;BYMONTHDAY=1", lambda day: day.day == 1),
    ("FREQ=MONTHLY;BYMONTHDAY=31", lambda day: day.day == 31),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", lambda day: (day + timedelta(1)).day == 1),
    ("FREQ=MONTHLY;BYDAY=1SA", lambda day: day.weekday() == 5 and day.day <= 7),
    ("FREQ=MONTHLY;BYDAY=-1SU", lambda day: day.weekday() == 6 and (day + timedelta(7)).month != day.month),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", lambda day: (day.month, day.day) == (2, 29)),
    ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", lambda day: day.month == 3 and day.weekday() == 6 and day.day > 24),
]


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
@pytest.mark.parametrize("text, fits", WALL_CLOCK_RULES)
def test_a_rule_by_date_runs_at_its_wall_time_as_brute_force_says(
    text: str, fits: Callable[[date], bool], name: str
) -> None:
    zone, begin = ZoneInfo(name), datetime(2025, 1, 1, 2, 30)
    days = [day for n in range(1500) if fits((day := begin + timedelta(days=n)).date())]
    rule = Rule(name, None, f"{text};BYHOUR=2;BYMINUTE=30;BYSECOND=0", begin)
    got = occurrences(rule, datetime(2024, 12, 31, tzinfo=UTC), len(days))
    assert got == [Occurrence(day, *by_brute_force(day, zone)) for day in days]


@pytest.mark.parametrize(
    "name, clock, gap, fold",
    [
        ("Europe/Berlin", "02:30", ("2026-03-29", "01:30"), ("2026-10-25", "00:30")),
        ("America/New_York", "02:30", ("2026-03-08", "07:30"), None),
        ("America/New_York", "01:30", None, ("2026-11-01", "05:30")),
        ("Australia/Lord_Howe", "02:15", ("2026-10-04", "15:45"), None),
        ("Australia/Lord_Howe", "01:45", None, ("2026-04-05", "14:45")),
    ],
)
def test_on_both_nights_of_the_clock_change_a_daily_post_happens_once(
    name: str, clock: str, gap: tuple[str, str] | None, fold: tuple[str, str] | None
) -> None:
    got = occurrences(daily(clock, name), datetime(2025, 12, 31, tzinfo=UTC), 366)
    dates = [each.at.astimezone(ZoneInfo(name)).date() for each in got]
    assert dates == [dates[0] + timedelta(days=n) for n in range(366)]
    assert [str(each.local.date()) for each in got if each.moved] == ([gap[0]] if gap else [])
    for night in (gap, fold):
        if night:
            assert [f"{each.at:%H:%M}" for each in got if str(each.local.date()) == night[0]] == [night[1]]


def test_the_day_that_samoa_skipped_adds_no_second_post_to_the_day_after() -> None:
    got = occurrences(daily("09:00", "Pacific/Apia", datetime(2011, 1, 1)), datetime(2011, 12, 28, 20, tzinfo=UTC), 3)
    assert [f"{each.local:%d} {each.at:%d %H:%M} {each.moved}" for each in got] == [
        "29 29 19:00 False", "31 30 19:00 False", "01 31 19:00 False",
    ]  # fmt: skip


def test_a_moved_time_stands_after_the_unmoved_one_that_comes_before_it() -> None:
    rule = Rule("Europe/Berlin", None, "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30;BYSECOND=0", datetime(2026, 3, 1))
    got = occurrences(rule, datetime(2026, 3, 28, 22, tzinfo=UTC), 4)
    assert [f"{each.at:%d %H:%M}" for each in got] == ["29 01:00", "29 01:30", "30 00:00", "30 00:30"]


@given(st.sampled_from(ZONES), st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
@settings(deadline=None)
def test_occurrences_are_strictly_after_and_strictly_ascending(name: str, after: datetime) -> None:
    rule = Rule(name, None, "FREQ=HOURLY;BYMINUTE=0,30;BYSECOND=0", datetime(2009, 1, 1))
    instants = [each.at for each in occurrences(rule, after, 60)]
    assert len(instants) == 60
    assert all(earlier < later for earlier, later in zip([after, *instants], instants, strict=False))


@st.composite
def rrules(draw: st.DrawFn) -> str:
    freq = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 5))}", f"WKST={draw(st.sampled_from(['MO', 'SU', 'WE']))}"]
    days = draw(st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), unique=True, max_size=3))
    if days:
        parts.append("BYDAY=" + ",".join(days))
    if freq != "WEEKLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(st.integers(1, 28))},{draw(st.integers(-31, -1))}")
    if draw(st.booleans()):
        parts.append("BYMONTH=" + ",".join(map(str, draw(st.lists(st.integers(1, 12), min_size=2, max_size=8)))))
    if draw(st.booleans()):
        parts.append(draw(st.sampled_from(["COUNT=7", "COUNT=200", "UNTIL=20310101T000000"])))
    return ";".join(parts)


@given(
    rrules(), st.datetimes(datetime(2000, 1, 1), datetime(2029, 12, 31)), st.timedeltas(timedelta(0), timedelta(4000))
)
@settings(deadline=None)
def test_looking_years_ahead_finds_what_walking_there_finds(text: str, start: datetime, ahead: timedelta) -> None:
    start = start.replace(microsecond=0)
    # Both are cut at one year: a rule may have nothing for decades, and dateutil then walks to the year 9999.
    since = start + ahead
    end = since + timedelta(days=366)
    walked = takewhile(lambda local: local < end, (local for local in rrulestr(text, dtstart=start) if local > since))
    expected = list(islice(walked, 10))
    got = occurrences(Rule("UTC", None, text, start), since.replace(tzinfo=UTC), 10)
    assert [each.local for each in got if each.local < end] == expected


def test_a_position_within_the_week_is_counted_in_the_whole_first_week() -> None:
    wednesday = datetime(2026, 3, 11)
    rule = Rule("UTC", None, "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1;BYHOUR=9;BYMINUTE=0;BYSECOND=0", wednesday)
    got = occurrences(rule, datetime(2026, 3, 11, tzinfo=UTC), 2)
    assert [f"{each.local:%a %d}" for each in got] == ["Mon 16", "Mon 23"]


def test_a_daily_rule_that_began_long_ago_costs_no_more_than_a_new_one() -> None:
    rule = daily("09:00", "Europe/Berlin", datetime(1, 1, 1))
    began = time.process_time()
    for _ in range(20):
        assert len(occurrences(rule, datetime(2026, 3, 10, tzinfo=UTC), 3)) == 3
    assert time.process_time() - began < 2  # walking all the days takes about two seconds each time


def test_a_time_that_was_moved_is_still_to_come_when_the_clock_shows_an_hour_past_it() -> None:
    at_0310 = datetime(2026, 3, 29, 1, 10, tzinfo=UTC)
    got = occurrences(daily("02:30", "Europe/Berlin"), at_0310, 1)
    assert [f"{each.local:%H:%M} {each.at:%d %H:%M}" for each in got] == ["02:30 29 01:30"]


def test_a_rule_that_never_happens_is_known_without_looking_through_every_hour() -> None:
    began = time.process_time()
    assert not parse("FREQ=HOURLY;BYMINUTE=0,30;BYSETPOS=3", ZoneInfo("UTC")).ever_happens()
    assert parse("FREQ=HOURLY;BYMINUTE=0,30;BYSETPOS=-2", ZoneInfo("UTC")).ever_happens()
    assert time.process_time() - began < 3  # all the hours of 400 years take three times as long


def test_a_count_counts_from_the_start_and_until_still_includes_its_day() -> None:
    start, long_ago = datetime(2026, 3, 10), datetime(1999, 1, 1, tzinfo=UTC)
    nine = "BYHOUR=9;BYMINUTE=0;BYSECOND=0"
    counted = Rule("Asia/Tokyo", None, f"FREQ=DAILY;COUNT=3;{nine}", start)
    assert [each.local.day for each in occurrences(counted, long_ago, 9)] == [10, 11, 12]
    assert [each.local.day for each in occurrences(counted, datetime(2026, 3, 11, tzinfo=UTC), 9)] == [12]
    until = Rule("Asia/Tokyo", None, f"FREQ=DAILY;UNTIL=20260312;{nine}", start)
    assert [each.local.day for each in occurrences(until, long_ago, 9)] == [10, 11, 12]
    utc = Rule("Asia/Tokyo", None, f"FREQ=DAILY;UNTIL=20260312T000000Z;{nine}", start)
    assert [each.local.day for each in occurrences(utc, long_ago, 9)] == [10, 11, 12]
    earlier = Rule("Asia/Tokyo", None, f"FREQ=DAILY;UNTIL=20260311T235959Z;{nine}", start)
    assert [each.local.day for each in occurrences(earlier, long_ago, 9)] == [10, 11]


def test_the_end_of_the_calendar_ends_a_schedule() -> None:
    rule = daily("23:00", "America/New_York", datetime(9999, 12, 1))
    got = occurrences(rule, datetime(9999, 12, 30, tzinfo=UTC), 5)
    assert [each.local.day for each in got] == [29, 30]
    assert occurrences(rule, datetime.max.replace(tzinfo=UTC), 1) == []
    assert len(occurrences(rule, datetime.min.replace(tzinfo=UTC), 1)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=MINUTELY", "FREQ=NEVER", "INTERVAL=2", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;X=1", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;BYHOUR=25", "FREQ=DAILY;BYHOUR=", "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;COUNT=2;UNTIL=20260101", "FREQ=DAILY;UNTIL=20260230",
        "FREQ=DAILY;UNTIL=2026", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=0MO", "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=WEEKLY;BYMONTHDAY=3", "FREQ=MONTHLY;BYSETPOS=1", "FREQ=DAILY;BYWEEKNO=3", "FREQ=DAILY;BYYEARDAY=3",
        "FREQ=YEARLY;BYWEEKNO=3;BYDAY=2MO", "FREQ=DAILY;BYHOUR=1e3",
    ],
)  # fmt: skip
def test_what_rfc_5545_forbids_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse(text, ZoneInfo("UTC"))


@pytest.mark.parametrize(
    "rule",
    [
        daily("02:30", "Europe/Berlin"),
        Rule("Asia/Tokyo", datetime(2026, 3, 10, 9), None, None),
        Rule("Europe/Berlin", datetime(2026, 10, 25, 2, 30, fold=1), None, None),
    ],
)
def test_a_rule_comes_back_from_json_and_runs_at_the_same_instants(rule: Rule) -> None:
    again, since = Rule.load(rule.dump()), datetime(2026, 1, 1, tzinfo=UTC)
    assert again == rule
    assert occurrences(again, since, 3) == occurrences(rule, since, 3) != []
    if rule.moment and rule.moment.fold:
        assert [each.at.hour for each in occurrences(again, since, 3)] == [1]  # the second 02:30 of that night


@pytest.mark.parametrize(
    "data",
    [
        {}, {"zone": "UTC", "moment": None, "rrule": None, "start": None},
        {"zone": "UTC", "moment": "yesterday", "rrule": None, "start": None},
        {"zone": "UTC", "moment": "2026-03-10T09:00:00+01:00", "rrule": None, "start": None},
        {"zone": "UTC", "moment": None, "rrule": "FREQ=SOMETIMES", "start": "2026-03-10T09:00:00"},
        {"zone": "UTC", "moment": None, "rrule": "FREQ=DAILY", "start": None},
        {"zone": "Mars/Phobos", "moment": None, "rrule": "FREQ=DAILY", "start": "2026-03-10T09:00:00"},
    ],
)  # fmt: skip
def test_what_is_no_stored_rule_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Rule.load(data)


@pytest.mark.parametrize("name", ["Mars/Phobos", "", "Europe", "../etc/passwd", "a\0b", "x" * 5000])
def test_an_unknown_zone_is_one_sentence(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"^There is no time zone “.{0,61}”; write an IANA name such as Europe/Berlin\.$"
    ):
        occurrences(daily("09:00", name), datetime(2026, 1, 1, tzinfo=UTC), 1)


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        occurrences(daily("09:00", "UTC"), datetime(2026, 1, 1), 1)
