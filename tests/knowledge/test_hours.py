from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.hours import Hours, parse_openings

BERLIN = ZoneInfo("Europe/Berlin")
TOKYO = ZoneInfo("Asia/Tokyo")
NINE_TO_SIX = parse_openings("09:00-18:00")


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "openings"),
    [
        ("closed", ()),
        ("  ", ()),
        ("09:00-18:00", ((540, 1080),)),
        ("9:00 – 12:30", ((540, 750),)),
        ("13:00-15:00, 09:00-12:00", ((540, 720), (780, 900))),
        ("18:00-02:00", ((1080, 1560),)),
        ("20:00-00:00", ((1200, 1440),)),
        ("00:00-24:00", ((0, 1440),)),
    ],
)
def test_hours_are_read_as_owners_write_them(text: str, openings: tuple[tuple[int, int], ...]) -> None:
    assert parse_openings(text) == openings


@pytest.mark.parametrize(
    "text",
    ["9-18", "all day", "09:00-25:00", "09:60-10:00", "09:00-09:00", "24:00-08:00", "08:00-12:00, 11:00-15:00", ","],
)
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="“"):
        parse_openings(text)


def test_without_hours_nothing_is_known_and_nothing_opens() -> None:
    hours = Hours()
    at = datetime(2026, 3, 10, tzinfo=UTC)
    assert not hours.known
    assert (hours.is_open(at), hours.next_opening(at), hours.closes_at(at)) == (False, None, None)


def test_a_single_holiday_does_not_make_the_hours_known() -> None:
    assert not Hours(special={date(2026, 12, 24): ()}).known
    assert Hours(special={date(2026, 12, 24): NINE_TO_SIX}).known
    assert Hours({0: ()}).known


def test_the_door_opens_at_the_first_minute_and_is_shut_at_the_last() -> None:
    hours = Hours({1: NINE_TO_SIX}, zone=BERLIN)
    seen = [hours.is_open(berlin(f"2026-03-10T{at}")) for at in ("08:59:59", "09:00", "17:59:59", "18:00")]
    assert seen == [False, True, True, False]


def test_next_opening_and_closing_are_told_in_the_shops_zone() -> None:
    hours = Hours(dict.fromkeys(range(5), NINE_TO_SIX), zone=TOKYO)
    friday_evening = datetime(2026, 3, 13, 10, 0, tzinfo=UTC)
    opening = hours.next_opening(friday_evening)
    assert opening is not None
    assert opening.isoformat() == "2026-03-16T09:00:00+09:00"
    assert opening.tzinfo is TOKYO
    assert hours.closes_at(opening) == opening + timedelta(hours=9)
    assert hours.closes_at(friday_evening) is None


def test_while_open_the_next_opening_is_the_one_after_this() -> None:
    hours = Hours({1: parse_openings("09:00-12:00, 13:00-18:00")}, zone=BERLIN)
    assert hours.next_opening(berlin("2026-03-10T10:00")) == berlin("2026-03-10T13:00")


def test_a_special_day_goes_before_the_week() -> None:
    christmas = {date(2026, 12, 24): (), date(2026, 12, 27): parse_openings("10:00-11:00")}
    hours = Hours(dict.fromkeys(range(5), NINE_TO_SIX), christmas, BERLIN)
    assert not hours.is_open(berlin("2026-12-24T12:00"))
    assert hours.is_open(berlin("2026-12-27T10:30"))
    assert hours.next_opening(berlin("2026-12-26T12:00")) == berlin("2026-12-27T10:00")


def test_an_opening_past_midnight_belongs_to_the_evening_before() -> None:
    hours = Hours({4: parse_openings("18:00-02:00")}, {date(2026, 3, 14): ()}, BERLIN)
    assert hours.is_open(berlin("2026-03-14T01:59"))
    assert not hours.is_open(berlin("2026-03-14T02:00"))
    assert not hours.is_open(berlin("2026-03-13T01:00"))
    assert hours.closes_at(berlin("2026-03-13T23:00")) == berlin("2026-03-14T02:00")


def test_openings_that_touch_at_midnight_are_one() -> None:
    hours = Hours({4: parse_openings("18:00-24:00"), 5: parse_openings("00:00-03:00")}, zone=BERLIN)
    assert hours.closes_at(berlin("2026-03-13T20:00")) == berlin("2026-03-14T03:00")
    assert hours.next_opening(berlin("2026-03-13T20:00")) == berlin("2026-03-20T18:00")


def test_a_shop_that_never_closes_is_open_and_names_no_closing() -> None:
    hours = Hours({day: parse_openings("00:00-24:00") for day in range(7)}, zone=BERLIN)
    at = berlin("2026-03-29T02:30")
    assert (hours.is_open(at), hours.next_opening(at), hours.closes_at(at)) == (True, None, None)


def test_on_the_night_that_skips_an_hour_the_wall_clock_rules() -> None:
    hours = Hours({6: parse_openings("02:30-06:00")}, zone=BERLIN)
    opening = hours.next_opening(datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert opening is not None
    assert opening.isoformat() == "2026-03-29T03:30:00+02:00"
    assert hours.closes_at(opening) == datetime(2026, 3, 29, 4, tzinfo=UTC)


def test_on_the_night_that_repeats_an_hour_the_first_time_counts() -> None:
    hours = Hours({5: parse_openings("22:00-02:30")}, zone=BERLIN)
    closing = hours.closes_at(berlin("2026-10-24T23:00"))
    assert closing is not None
    assert closing.isoformat() == "2026-10-25T02:30:00+02:00"
    assert not hours.is_open(datetime(2026, 10, 25, 1, 15, tzinfo=UTC))


def test_a_day_over_a_clock_change_keeps_its_wall_hours() -> None:
    hours = Hours({6: NINE_TO_SIX}, zone=BERLIN)
    for day in ("2026-03-29", "2026-10-25"):
        assert hours.is_open(berlin(f"{day}T09:00"))
        assert not hours.is_open(berlin(f"{day}T18:00"))


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        Hours().is_open(datetime(2026, 3, 10))


@settings(deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 6), st.sampled_from(["closed", "09:00-18:00", "18:00-02:00", "01:00-03:30"]), max_size=7
    ),
    st.integers(0, 366 * 24 * 12),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_the_shop_is_shut_before_its_next_opening_and_open_until_it_closes(
    week: dict[int, str], steps: int, zone: str
) -> None:
    hours = Hours({day: parse_openings(text) for day, text in week.items()}, zone=ZoneInfo(zone))
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=5 * steps)
    moment, closing, opening = timedelta(seconds=1), hours.closes_at(at), hours.next_opening(at)
    assert hours.is_open(at) == (closing is not None)
    if closing is not None:
        assert hours.is_open(closing - moment)
        assert not hours.is_open(closing)
    if opening is not None:
        assert opening > at
        assert hours.is_open(opening)
        assert not hours.is_open(opening - moment)


def test_open_time_is_counted_over_nights_and_days_off() -> None:
    hours = Hours(dict.fromkeys(range(5), NINE_TO_SIX), {date(2026, 3, 10): ()}, BERLIN)
    monday, wednesday = berlin("2026-03-09T17:00"), berlin("2026-03-11T10:30")
    assert hours.open_between(monday, wednesday) == timedelta(hours=2, minutes=30)
    assert hours.after(monday, timedelta(hours=2, minutes=30)) == wednesday
    assert hours.after(monday, timedelta(hours=1)) == berlin("2026-03-11T09:00")
    assert hours.open_between(wednesday, monday) == timedelta()
    assert Hours(zone=BERLIN).open_between(monday, wednesday) == wednesday - monday
    assert Hours({}, {date(2026, 3, 9): NINE_TO_SIX}, BERLIN).after(wednesday, timedelta(hours=1)) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.timedeltas(timedelta(), timedelta(days=20)),
)
def test_after_a_span_of_open_time_so_much_has_passed(start: datetime, span: timedelta) -> None:
    hours = Hours(dict.fromkeys(range(5), parse_openings("09:00-12:00, 13:00-02:00")), {}, BERLIN)
    at = start.replace(tzinfo=UTC)
    after = hours.after(at, span)
    assert after is not None and hours.open_between(at, after) == span and hours.is_open(after)
