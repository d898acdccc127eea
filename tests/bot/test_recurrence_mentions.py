"""The moment that a sentence mentions."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.recurrence.mentions import mentioned

TOKYO = ZoneInfo("Asia/Tokyo")
SUNDAY_EVENING = datetime(2026, 11, 22, 21, 28, tzinfo=TOKYO)


def local(text: str) -> str | None:
    """The moment as the shop's clock shows it; a day ends at six."""
    found = mentioned(text, SUNDAY_EVENING, "Asia/Tokyo", lambda day: time(18))
    return f"{found.at.astimezone(TOKYO):%d.%m. %H:%M}" if found else None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("I am so sorry, Ana. I'll send you new ones by tomorrow 12:00", "23.11. 12:00"),
        ("so I'll send it on friday", "27.11. 18:00"),
        ("I'll do it fri 9:00", "27.11. 09:00"),
        ("I sat down and will check in 2 hours", "22.11. 23:28"),
        ("te llamo el lunes", "23.11. 18:00"),
        ("We'll call you on Friday at 10", "27.11. 10:00"),
        ("We'll call you on Friday at 10, promised.", "27.11. 10:00"),
        ("I'll call you at 10 on Friday", "27.11. 10:00"),
        ("I'll call tomorrow at 3", "23.11. 15:00"),
        ("I'll call tomorrow at 14", "23.11. 14:00"),
        ("Wir rufen am Freitag um 10 an", "27.11. 10:00"),
        ("Te llamo el viernes a las 10", "27.11. 10:00"),
        ("金曜日の10時にお電話します", "27.11. 10:00"),
        ("금요일 10시 반에 전화할게요", "27.11. 10:30"),
        ("I'll send them on Friday at 10 euro each", "27.11. 18:00"),
        ("I'll send it on Friday at 10% off", "27.11. 18:00"),
    ],
)
def test_a_moment_is_found_wherever_it_stands(text: str, moment: str) -> None:
    assert local(text) == moment


@pytest.mark.parametrize(
    "text", ["I'm so sorry, I'll send new ones", "Ich melde mich so bald wie möglich", "I will do 12 boxes"]
)
def test_a_word_that_looks_like_a_short_day_is_no_moment(text: str) -> None:
    assert local(text) is None
