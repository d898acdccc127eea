"""Every word of every language's table means what its place in the table says."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Literal

import pytest

from bot.recurrence import Rule, read_when
from bot.recurrence.languages import LANGUAGES
from bot.recurrence.phrases import Language
from bot.recurrence.rfc5545 import DAYS

NOW = datetime.fromisoformat("2026-03-10T09:00:00+01:00")
BY_CODE = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)


def rule(phrase: str, language: str = "en") -> Rule:
    reading = read_when(phrase, NOW, "Europe/Berlin", language)
    assert reading is not None, phrase
    assert reading.rule is not None, phrase
    return reading.rule


def days(phrase: str, language: Language) -> str:
    return (rule(phrase, language.code).rrule or "").partition(";BYHOUR")[0]


@BY_CODE
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_weekday_is_known_in_every_way_to_write_it(language: Language, form: Literal["NFC", "NFD"]) -> None:
    for day, names, repeated in zip(DAYS, language.weekdays, language.repeated, strict=True):
        phrases = [f"{every} {name.upper()} 09:00" for every in language.every for name in names]
        phrases += [f"{name.title()} 09:00" for name in repeated]
        phrases += [f"{weekly} {on} {name} 09:00" for weekly in language.weekly for on in language.on for name in names]
        for phrase in phrases:
            assert days(unicodedata.normalize(form, phrase), language) == f"FREQ=WEEKLY;BYDAY={day}"


@BY_CODE
def test_every_word_for_a_set_of_days_means_that_set(language: Language) -> None:
    for word in language.daily:
        assert days(f"{word} 09:00", language) == "FREQ=DAILY"
    for word in language.workdays:
        assert days(f"{word} 09:00", language) == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    for word in language.weekends:
        assert days(f"{word} 09:00", language) == "FREQ=WEEKLY;BYDAY=SA,SU"


@BY_CODE
def test_every_word_for_a_single_moment_means_that_moment(language: Language) -> None:
    for word in language.now:
        assert rule(word, language.code).moment == datetime(2026, 3, 10, 9)
    for word, ahead in language.days.items():
        assert rule(f"{word} 18:30", language.code).moment == datetime(2026, 3, 10 + ahead, 18, 30)
    lengths = {"minutes": (9, 1), "hours": (10, 0)}
    for word, unit in language.units.items():
        moment = rule(in_span(language, f"1 {word}"), language.code).moment
        hour, minute = lengths.get(unit, (9, 0))
        month, day = {"days": (3, 11), "weeks": (3, 17), "months": (4, 10)}.get(unit, (3, 10))
        assert moment == datetime(2026, month, day, hour, minute)
    for word, number in language.numbers.items():
        hours = next(unit for unit, meaning in language.units.items() if meaning == "hours")
        moment = rule(in_span(language, f"{word} {hours}"), language.code).moment
        assert moment == datetime(2026, 3, 10, 9 + number)


def in_span(language: Language, span: str) -> str:
    """So much from now, as the language says it."""
    return f"{language.after[0]} {span}" if language.after else f"{span}{language.later[0]}"


@BY_CODE
def test_every_month_is_known_in_every_way_to_write_it(language: Language) -> None:
    for month, names in enumerate(language.months, start=1):
        for name in names:
            moment = rule(f"24 {name.title()} 2027 18:30", language.code).moment
            assert moment == datetime(2027, month, 24, 18, 30)


@BY_CODE
def test_every_word_for_one_of_a_month_means_that_one(language: Language) -> None:
    (monday, *_), *_ = language.weekdays
    for word, ordinal in language.ordinals.items():
        ends = [f"{word} {monday} {end} 09:00" for end in language.of_month]
        for phrase in ends + [f"{begin} {word} {monday} 09:00" for begin in language.monthly]:
            assert days(phrase, language) == f"FREQ=MONTHLY;BYDAY={ordinal}MO", phrase


@BY_CODE
def test_every_word_for_a_part_of_the_day_leaves_no_half_of_it_open(language: Language) -> None:
    lead = language.at[0] if language.at else ""
    for word, (ahead, half) in language.parts.items():
        phrase = f"{word} {lead} 11:00"
        assert rule(phrase, language.code).moment == datetime(2026, 3, 10 + ahead, 11 + half)
    for word, half in language.every_part.items():
        assert (rule(f"{word} {lead} 8:00", language.code).rrule or "").startswith(f"FREQ=DAILY;BYHOUR={8 + half};")


@BY_CODE
def test_every_word_for_every_second_week_means_it(language: Language) -> None:
    (monday, *_), *_ = language.weekdays
    for word in language.fortnightly:
        assert days(f"{word} {monday} 09:00", language) == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"


@pytest.mark.parametrize("language", ["de", "de-AT", "DE_de", "en", "ja", ""])
def test_any_language_is_understood_whichever_is_asked_for(language: str) -> None:
    assert rule("morgen 18:30", language) == rule("tomorrow 18:30", language)
