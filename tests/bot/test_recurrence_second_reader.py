"""Single moments in languages that have no table of their own, read with the help of a library, and not trusted far."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recurrence import read_beginning, read_when

BERLIN = "Europe/Berlin"
NOW = datetime.fromisoformat("2026-03-10T09:00:00+01:00")

MOMENTS = {
    "vendredi 13 mars 18h30": "13.03.2026 18:30",
    "le 13 mars 2027 à 18:30": "13.03.2027 18:30",
    "demain 18h30": "11.03.2026 18:30",
    "venerdì 13 marzo alle 18:30": "13.03.2026 18:30",
    "13 maart 18:30": "13.03.2026 18:30",
    "amanhã 18:30": "11.03.2026 18:30",
    "пятница 13 марта 18:30": "13.03.2026 18:30",
    "in a fortnight 18:30": "24.03.2026 18:30",
}

REFUSED = [
    "chaque lundi 18:30", "ogni lunedì 18:30", "soon 18:30", "some eggs", "obviously 9:00", "12.50 mars",
    "demain 25:61",
    "13 mars 18:30 20:00", "two hens 18:30", "may eggs be with you 18:30", "demain 7", "demain 7pm-ish", "13 mars 9",
    "demain 18:30 " + "x" * 100,
]  # fmt: skip


@pytest.mark.parametrize("phrase", MOMENTS)
def test_a_single_moment_in_another_language_means_that_moment(phrase: str) -> None:
    reading = read_when(phrase, NOW, BERLIN)
    assert reading is not None
    assert [f"{each.at.astimezone(ZoneInfo(BERLIN)):%d.%m.%Y %H:%M}" for each in reading.next] == [MOMENTS[phrase]]
    assert reading.rule is not None and reading.rule.moment is not None


def test_a_day_without_a_time_of_day_is_asked_for_it() -> None:
    reading = read_when("domani", NOW, BERLIN)
    assert reading is not None
    assert reading.question == "At what time? For example: domani 09:00"


@pytest.mark.parametrize("phrase", REFUSED)
def test_what_would_lose_a_time_of_day_or_is_no_single_day_is_not_understood(phrase: str) -> None:
    assert read_when(phrase, NOW, BERLIN) is None


def test_a_story_never_begins_with_what_only_the_second_reader_knows() -> None:
    assert read_beginning("demain 18h30 les poussins", NOW, BERLIN) is None
    assert read_beginning("demain 18h30", NOW, BERLIN) is None


@given(st.text(max_size=60) | st.from_regex(r"[a-z]{2,8} [0-9]{1,2} [a-z]{3,9} [0-9]{1,2}:[0-9]{2}", fullmatch=True))
@settings(deadline=None, max_examples=100)
def test_whatever_is_asked_a_clock_time_in_it_is_kept_or_the_phrase_refused(phrase: str) -> None:
    reading = read_when(phrase, NOW, BERLIN)
    if reading is not None and reading.rule is not None and reading.rule.moment is not None and ":" in phrase:
        assert f"{reading.rule.moment:%H:%M}" in phrase or f"{reading.rule.moment:%H:%M}".lstrip("0") in phrase
