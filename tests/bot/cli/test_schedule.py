"""`when`: what a phrase means, said or as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bot.cli.conftest import Call

NOW = "2026-03-10T09:00:00+01:00"
BERLIN = ("--zone", "Europe/Berlin", "--now", NOW)


def test_a_daily_phrase_gives_its_rule_and_three_times(call: Call) -> None:
    found = json.loads(call("when", "daily 18:30", *BERLIN, "--json").out)
    assert found.keys() == {"phrase", "rule", "next", "words", "question"}
    assert found["phrase"] == "daily 18:30"
    assert found["rule"].startswith("FREQ=DAILY")
    assert found["next"] == [f"2026-03-{day}T18:30:00+01:00" for day in (10, 11, 12)]
    assert found["question"] is None


def test_in_words_it_is_a_sentence_and_the_times(call: Call) -> None:
    lines = call("when", "daily 18:30", *BERLIN).out.splitlines()
    assert len(lines) == 4 and lines[1] == "  2026-03-10T18:30:00+01:00"


def test_a_phrase_needs_no_quotation_marks(call: Call) -> None:
    assert call("when", "tomorrow", "18:30", *BERLIN).out == call("when", "tomorrow 18:30", *BERLIN).out


SAID = {
    "en": (
        "now", "in 2 hours", "tomorrow 18:30", "friday 9am", "13.03. 18:30", "every weekday 09:00",
        "every monday and thursday at 18:30", "first saturday of the month 10:00",
        "every 2 weeks on friday 17:00 until 24 dec", "daily 09:00 x10",
    ),
    "de": (
        "jetzt", "in 2 Stunden", "morgen 18:30", "Freitag 9 Uhr", "13.03. 18:30", "jeden Werktag um 9 Uhr",
        "jeden Montag und Donnerstag um 18:30", "am ersten Samstag im Monat um 10:00",
        "alle 2 Wochen freitags 17:00 bis 24. Dezember", "täglich 09:00 x10",
    ),
    "es": (
        "ahora", "en 2 horas", "mañana 18:30", "viernes a las 9:00", "13 de marzo 18:30",
        "de lunes a viernes a las 09:00", "cada lunes y jueves a las 18:30", "el primer sábado del mes a las 10:00",
        "cada 2 semanas el viernes a las 17:00 hasta el 24 de diciembre", "todos los días 09:00 x10",
    ),
    "ja": (
        "今", "2時間後", "明日 18:30", "金曜日の午前9時", "3月13日 18:30", "平日 09:00", "毎週月曜日と木曜日 18:30",
        "毎月第一土曜日 10:00", "隔週金曜日 17:00 12月24日まで", "毎日 09:00 10回",
    ),
    "ko": (
        "지금", "2시간 후", "내일 18:30", "금요일 오전 9시", "3월 13일 18:30", "평일 09:00",
        "매주 월요일과 목요일 18:30", "매월 첫째 토요일 10:00", "격주 금요일 17:00 12월 24일까지", "매일 09:00 10회",
    ),
}  # fmt: skip
"""The same ten things in five languages."""
MEANT = (
    (None, "03-10T09:00:00+01:00"),
    (None, "03-10T11:00:00+01:00"),
    (None, "03-11T18:30:00+01:00"),
    (None, "03-13T09:00:00+01:00"),
    (None, "03-13T18:30:00+01:00"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=0;BYSECOND=0", "03-11T09:00:00+01:00"),
    ("FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=18;BYMINUTE=30;BYSECOND=0", "03-12T18:30:00+01:00"),
    ("FREQ=MONTHLY;BYDAY=1SA;BYHOUR=10;BYMINUTE=0;BYSECOND=0", "04-04T10:00:00+02:00"),
    (
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261224T235959;BYDAY=FR;BYHOUR=17;BYMINUTE=0;BYSECOND=0",
        "03-13T17:00:00+01:00",
    ),
    ("FREQ=DAILY;COUNT=10;BYHOUR=9;BYMINUTE=0;BYSECOND=0", "03-11T09:00:00+01:00"),
)


@pytest.mark.parametrize("language", SAID)
def test_the_common_phrases_mean_the_same_in_five_languages(call: Call, language: str) -> None:
    for phrase, (rule, first) in zip(SAID[language], MEANT, strict=True):
        found = json.loads(call("when", phrase, *BERLIN, "--language", language, "--json").out)
        assert (phrase, found["rule"], found["next"][0]) == (phrase, rule, f"2026-{first}")
        assert found["question"] is None and found["words"] and len(found["next"]) == (1 if rule is None else 3)


@pytest.mark.parametrize(
    ("phrase", "rule", "first"),
    [
        ("2026-03-13T18:30", None, "2026-03-13T18:30:00+01:00"),
        ("2026-03-13T18:30:00+09:00", None, "2026-03-13T10:30:00+01:00"),
        (
            "RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0",
            "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
            "2026-03-16T09:00:00+01:00",
        ),
    ],
)
def test_iso_and_a_rule_are_read_as_they_stand(call: Call, phrase: str, rule: str | None, first: str) -> None:
    found = json.loads(call("when", phrase, *BERLIN, "--json").out)
    assert (found["rule"], found["next"][0]) == (rule, first)


def test_what_is_ambiguous_asks_and_is_no_failure(call: Call) -> None:
    done = call("when", "next friday", *BERLIN, "--json")
    found = json.loads(done.out)
    assert (done.code, found["next"]) == (0, [])
    assert found["question"] in call("when", "next friday", *BERLIN).out


@pytest.mark.parametrize("phrase", ["", "   ", "when the hens lay", "25:99", "\x00"])
def test_what_is_not_understood_is_refused_in_one_sentence(call: Call, phrase: str) -> None:
    for extra in ((), ("--json",)):
        assert "is no time that is understood" in call("when", phrase, *BERLIN, *extra).refused()


REFUSED = [
    (("--zone", "Mars/Base"), "There is no time zone"),
    (("--zone", "../etc/passwd"), "There is no time zone"),
    (("--now", "soon"), "is no ISO moment"),
    (("--now", "2026-02-30T09:00"), "is no ISO moment"),
]


@pytest.mark.parametrize(("options", "said"), REFUSED)
def test_an_option_that_makes_no_sense_is_refused(call: Call, options: tuple[str, str], said: str) -> None:
    assert said in call("when", "daily 09:00", *options).refused()


def test_a_moment_without_offset_is_on_the_clock_of_the_zone(call: Call) -> None:
    zone = ("--zone", "America/New_York")
    assert (
        call("when", "tomorrow 18:30", *zone, "--now", "2026-03-07T23:30").out
        == call("when", "tomorrow 18:30", *zone, "--now", "2026-03-08T05:30:00+01:00").out
    )


def test_the_zone_is_the_shops_where_none_is_given(call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("when", "daily 18:30", "--now", NOW, "--json")
    assert json.loads(call(*asked).out)["next"][0] == "2026-03-10T18:30:00+09:00"
    monkeypatch.setenv("SHOP_DIR", str(shop))
    assert json.loads(call(*asked).out)["next"][0] == "2026-03-10T18:30:00+01:00"


def test_the_present_is_that_of_the_settings(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCIERGE_NOW", NOW)
    asked = ("when", "daily 18:30", "--zone", "Europe/Berlin")
    assert "2026-03-10T18:30:00+01:00" in call(*asked).out
