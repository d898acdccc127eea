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
