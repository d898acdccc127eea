"""Where a schedule ends and the story begins; and any text whatever, of any length."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recurrence import read_beginning, read_when

BERLIN = "Europe/Berlin"
NOW = datetime.fromisoformat("2026-03-10T09:00:00+01:00")

BEGINNINGS = {
    "every monday 09:00 Monday eggs are ready": ("every monday 09:00", "Monday eggs are ready"),
    "every monday and friday 9am\nFresh eggs": ("every monday and friday 9am", "Fresh eggs"),
    "now\nThe chicks are here": ("now", "The chicks are here"),
    "now The chicks are here": ("now", "The chicks are here"),
    "  now  \n\n  Hello  ": ("now", "Hello"),
    "now": ("now", ""),
    "friday 9am Party": ("friday 9am", "Party"),
    "friday 9am: Party": ("friday 9am", "Party"),
    "friday 9am - Party": ("friday 9am", "Party"),
    "friday 9am, Party at 8": ("friday 9am", "Party at 8"),
    "daily 09:00\n- eggs\n- hens": ("daily 09:00", "- eggs\n- hens"),
    "tomorrow 18:30 2 hens hatched": ("tomorrow 18:30", "2 hens hatched"),
    "tomorrow 9.30pm\r\nHello": ("tomorrow 9.30pm", "Hello"),
    "in 2 hours 10 eggs are left": ("in 2 hours", "10 eggs are left"),
    "2026-03-11T09:00+09:00 Hello": ("2026-03-11T09:00+09:00", "Hello"),
    "2026-03-11 09:00 -10 % today": ("2026-03-11 09:00", "-10 % today"),
    "RRULE:FREQ=DAILY;BYHOUR=9 Hello": ("RRULE:FREQ=DAILY;BYHOUR=9", "Hello"),
    "RRULE:FREQ=DAILY Hello": ("RRULE:FREQ=DAILY", "Hello"),
    "next friday 18:00 Party": ("next friday 18:00", "Party"),
    "today 08:00 Good morning": ("today 08:00", "Good morning"),
    "tomorrow\nGood morning": ("tomorrow", "Good morning"),
    "daily": ("daily", ""),
    "13.03. 18:30 Tasting in the barn": ("13.03. 18:30", "Tasting in the barn"),
    "every 2 weeks on friday 17:00 until 24 dec: The box": ("every 2 weeks on friday 17:00 until 24 dec", "The box"),
    "daily 09:00 x10 hens and chicks": ("daily 09:00 x10", "hens and chicks"),
    "毎週月曜日 18:30 新しい卵": ("毎週月曜日 18:30", "新しい卵"),
    "매주 월요일 오후 6시 신선한 달걀": ("매주 월요일 오후 6시", "신선한 달걀"),
    "jeden Montag 18:30 Der Montag ist da": ("jeden Montag 18:30", "Der Montag ist da"),
}

STORIES = [
    "", " \n ", "Today the chicks hatched", "Tomorrow we are closed", "Monday eggs are ready",
    "Every day we collect the eggs", "Daily life at the farm", "Next Friday we dance", "Morgen kommen die Küken",
    "Nowhere else", "now's the time", "Hello, every monday 09:00", "12.50 every day", "In the morning",
    "In 2 colours", "tomorrow 9 hens", "weekly news", "Hello\nnow", "daily 09:00-10:00 the shop is open",
    "On Friday, eggs", "2 hours later the chick was out", "May 5 chicks hatched", "March is here",
    "13.03. was a good day",
    "Every 2 weeks we clean the barn", "First Saturday of the month is market day", "Tonight the hens sleep",
    "24/7 open",
    "Monday to Friday we bake", "1/2 price eggs at 9am", "今日は卵があります", "매일 신선한 달걀",
]  # fmt: skip


@pytest.mark.parametrize("text", BEGINNINGS)
def test_the_schedule_that_begins_a_story_is_taken_off_it(text: str) -> None:
    found = read_beginning(text, NOW, BERLIN)
    assert found is not None
    reading, rest = found
    assert (reading.phrase, rest) == BEGINNINGS[text]
    assert text[: reading.length].strip() == reading.phrase


@pytest.mark.parametrize("text", STORIES)
def test_a_story_that_only_sounds_like_a_schedule_keeps_all_its_words(text: str) -> None:
    assert read_beginning(text, NOW, BERLIN) is None


PIECES = [
    *"now in at on every daily today tomorrow weekly next friday monday mondays and , & 9 9am 21h 25:61 09:00".split(),
    *"02:30 noon 2 an hours weeks days 999999 2026-03-29 2026-02-30 T09:00 +01:00 Z RRULE: FREQ=DAILY".split(),
    *"FREQ=MONTHLY ;BYHOUR=2 ;BYDAY=MO,-1FR ;COUNT=3 ;INTERVAL=400 ;UNTIL=20270101 ;BYSETPOS=-1".split(),
    *"morgen jeden Montag um Uhr täglich . ß İ ſ ı".split(), "\n",
]  # fmt: skip
ANYTHING = st.text() | st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)
ANYTHING |= st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@given(
    ANYTHING,
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC)),
    st.sampled_from([BERLIN, "Australia/Lord_Howe", "Pacific/Apia"]),
)
@settings(deadline=None, max_examples=400)
def test_any_text_at_any_time_is_a_schedule_a_question_or_nothing(text: str, now: datetime, zone: str) -> None:
    reading = read_when(text, now, zone)
    if reading is not None:
        assert (reading.question is None) == (reading.rule is not None) == bool(reading.next)
        assert sorted(reading.next, key=lambda each: each.at) == list(reading.next)
        assert all(each.at >= now - timedelta(seconds=1) for each in reading.next)
        assert reading.as_json()["phrase"] == text
        assert text[reading.length :].strip() in ("", ".", "!", "?")
    found = read_beginning(text, now, zone)
    if found is not None:
        beginning, rest = found
        assert text.rstrip().endswith(rest)
        again = read_when(beginning.phrase, now, zone)
        assert again is not None
        assert (again.rule, again.question, again.next) == (beginning.rule, beginning.question, beginning.next)


@pytest.mark.parametrize(
    "piece",
    [
        " ",
        "\n",
        "a",
        "9",
        "9:",
        "&",
        "every ",
        "monday and ",
        "RRULE:",
        "A=1;",
        "9,",
        "in 2 hours ",
        "\u0308",
        "٣",
        "<3 ",
    ],
)
def test_a_text_of_100_kb_is_read_in_no_time(piece: str) -> None:
    long = piece * (100_000 // len(piece))
    began = time.process_time()
    for text in (long, f"now\n{long}", f"daily 09:00 {long}", f"RRULE:FREQ=DAILY;BYHOUR=9,{long}"):
        read_when(text, NOW, BERLIN)
        read_beginning(text, NOW, BERLIN)
    assert time.process_time() - began < 1


def test_where_the_look_at_a_long_text_ends_no_schedule_ends() -> None:
    text = "daily".ljust(495) + "09:00" + "77 hens"
    assert read_beginning(text, NOW, BERLIN) is None
    assert read_beginning(text.replace("77", " 77"), NOW, BERLIN) is None
    assert read_beginning(text.replace(" " * 100, " "), NOW, BERLIN) is None
    assert read_beginning(text.replace(" " * 100, " ").replace("77", " 77"), NOW, BERLIN) is not None
