"""Phrases as owners write them, and what they mean at nine o'clock on Tuesday 10 March 2026 in Berlin."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.recurrence import Reading, occurrences, read_beginning, read_when

BERLIN = "Europe/Berlin"
NOW = datetime.fromisoformat("2026-03-10T09:00:00+01:00")


def read(phrase: str, now: datetime = NOW, zone: str = BERLIN, language: str = "en") -> Reading:
    reading = read_when(phrase, now, zone, language)
    assert reading is not None, phrase
    return reading


def shown(reading: Reading) -> list[str]:
    return [f"{each.at.astimezone(ZoneInfo(BERLIN)):%d.%m. %H:%M}" for each in reading.next]


SINGLE = {
    "now": "10.03. 09:00",
    "Now!": "10.03. 09:00",
    "in 2 hours": "10.03. 11:00",
    "in 30 minutes": "10.03. 09:30",
    "in 30min": "10.03. 09:30",
    "in an hour": "10.03. 10:00",
    "in 3 days": "13.03. 09:00",
    "in 3 days at 18:30": "13.03. 18:30",
    "2026-03-10T09:00": "10.03. 09:00",
    "2026-03-11 09:30": "11.03. 09:30",
    "2026-03-11 09:30:59": "11.03. 09:30",
    "2026-03-11T09:30:15.250": "11.03. 09:30",
    "2026-03-11 09:30 am": "11.03. 09:30",
    "2026-03-11 at 9pm": "11.03. 21:00",
    "2026-03-11T09:00+09:00": "11.03. 01:00",
    "2026-03-11T09:00-0330": "11.03. 13:30",
    "2026-03-11 09:00 +09:00": "11.03. 01:00",
    "2026-03-11T09:00Z": "11.03. 10:00",
    "20260311T090000Z": "11.03. 10:00",
    "today 18:30": "10.03. 18:30",
    "today at 9:01": "10.03. 09:01",
    "tomorrow 18:30": "11.03. 18:30",
    "Tomorrow  at   18.30": "11.03. 18:30",
    "tomorrow, 9am": "11.03. 09:00",
    "tomorrow 9 AM": "11.03. 09:00",
    "tomorrow 9.30pm": "11.03. 21:30",
    "tomorrow 9 p.m.": "11.03. 21:00",
    "tomorrow 12am": "11.03. 00:00",
    "tomorrow 12:15 pm": "11.03. 12:15",
    "tomorrow 21h": "11.03. 21:00",
    "tomorrow 21h30": "11.03. 21:30",
    "tomorrow at 21": "11.03. 21:00",
    "tomorrow at noon": "11.03. 12:00",
    "9am tomorrow": "11.03. 09:00",
    "at 18:30 tomorrow": "11.03. 18:30",
    "day after tomorrow 08:00": "12.03. 08:00",
    "friday 9am": "13.03. 09:00",
    "this fri 09:00": "13.03. 09:00",
    "tuesday 09:00": "17.03. 09:00",
    "tuesday 09:01": "10.03. 09:01",
    "monday 08:00": "16.03. 08:00",
    "１８：３０ tomorrow": "11.03. 18:30",
    "jetzt": "10.03. 09:00",
    "morgen 18:30": "11.03. 18:30",
    "Übermorgen um 8 Uhr": "12.03. 08:00",
    "heute 18 Uhr 30": "10.03. 18:30",
    "am Freitag um 18:30 Uhr": "13.03. 18:30",
    "in einer Stunde": "10.03. 10:00",
    "in zwei Tagen": "12.03. 09:00",
    "13.03. 18:30": "13.03. 18:30",
    "13.3. um 18 Uhr": "13.03. 18:00",
    "9.3. 18:30": "09.03. 18:30",
    "13.03.2026 18:30": "13.03. 18:30",
    "13.03.26 18:30": "13.03. 18:30",
    "13 March 18:30": "13.03. 18:30",
    "13th of March at 6pm": "13.03. 18:00",
    "March 13th, 2026 at 6pm": "13.03. 18:00",
    "fri 13 march 18:30": "13.03. 18:30",
    "13/4/2026 18:00": "13.04. 18:00",
    "Freitag, den 13. März um 18:30": "13.03. 18:30",
    "tonight at 8": "10.03. 20:00",
    "tonight 20:00": "10.03. 20:00",
    "tomorrow morning at 9": "11.03. 09:00",
    "tomorrow 7 in the evening": "11.03. 19:00",
    "heute Abend um 8": "10.03. 20:00",
    "next week on friday 18:00": "20.03. 18:00",
    "friday next week 18:00": "20.03. 18:00",
    "nächste Woche Freitag 18 Uhr": "20.03. 18:00",
    "2 hours from now": "10.03. 11:00",
    "in 2 months": "10.05. 09:00",
    "in 1 month at 18:00": "10.04. 18:00",
    "mañana a las 18:30": "11.03. 18:30",
    "el viernes a las 9 de la mañana": "13.03. 09:00",
    "esta noche a las 8": "10.03. 20:00",
    "13 de marzo a las 18:30": "13.03. 18:30",
    "mañana a las 6 y media de la tarde": "11.03. 18:30",
    "dentro de dos días": "12.03. 09:00",
    "明日 18:30": "11.03. 18:30",
    "明日18時30分": "11.03. 18:30",
    "明日午後6時半": "11.03. 18:30",
    "3月13日 18:30": "13.03. 18:30",
    "2026年3月13日18時": "13.03. 18:00",
    "今夜8時": "10.03. 20:00",
    "2時間後": "10.03. 11:00",
    "来週の金曜日18時": "20.03. 18:00",
    "내일 18:30": "11.03. 18:30",
    "내일 오후 6시 30분": "11.03. 18:30",
    "내일 오후 6시 반에": "11.03. 18:30",
    "3월 13일 18:30": "13.03. 18:30",
    "오늘 밤 8시": "10.03. 20:00",
    "2시간 후": "10.03. 11:00",
    "다음 주 금요일 오후 6시": "20.03. 18:00",
}

MONTHS_FIRST_SATURDAYS = ("FREQ=MONTHLY;BYDAY=1SA", "04.04. 10:00", "02.05. 10:00", "06.06. 10:00")
FORTNIGHTLY = ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "13.03. 17:00", "27.03. 17:00", "10.04. 17:00")
FORTNIGHTLY_UNTIL = ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20261224T235959;BYDAY=FR", *FORTNIGHTLY[1:])
WORKDAYS = ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "11.03. 09:00", "12.03. 09:00", "13.03. 09:00")
FIFTEENTHS = ("FREQ=MONTHLY;BYMONTHDAY=15", "15.03. 10:00", "15.04. 10:00", "15.05. 10:00")
MONDAYS_AND_THURSDAYS = ("FREQ=WEEKLY;BYDAY=MO,TH", "12.03. 18:30", "16.03. 18:30", "19.03. 18:30")

RECURRING = {
    "first saturday of the month 10:00": MONTHS_FIRST_SATURDAYS,
    "every first saturday of the month at 10am": MONTHS_FIRST_SATURDAYS,
    "monthly on the first saturday 10:00": MONTHS_FIRST_SATURDAYS,
    "jeden ersten Samstag im Monat 10 Uhr": MONTHS_FIRST_SATURDAYS,
    "primer sábado del mes a las 10:00": MONTHS_FIRST_SATURDAYS,
    "毎月第一土曜日 10:00": MONTHS_FIRST_SATURDAYS,
    "매월 첫째 토요일 10:00": MONTHS_FIRST_SATURDAYS,
    "last friday of the month 17:00": ("FREQ=MONTHLY;BYDAY=-1FR", "27.03. 17:00", "24.04. 17:00", "29.05. 17:00"),
    "on the first and third monday of the month 9am": (
        "FREQ=MONTHLY;BYDAY=1MO,3MO", "16.03. 09:00", "06.04. 09:00", "20.04. 09:00",
    ),
    "every 2 weeks on friday 17:00": FORTNIGHTLY,
    "every other friday 17:00": FORTNIGHTLY,
    "fortnightly on friday 17:00": FORTNIGHTLY,
    "jeden zweiten Freitag 17:00": FORTNIGHTLY,
    "alle zwei Wochen am Freitag um 17 Uhr": FORTNIGHTLY,
    "隔週金曜日 17:00": FORTNIGHTLY,
    "2週間ごとに金曜日 17:00": FORTNIGHTLY,
    "격주 금요일 17:00": FORTNIGHTLY,
    "every 2 weeks on friday 17:00 until 24 dec": FORTNIGHTLY_UNTIL,
    "every 2 weeks on friday until 24 dec at 17:00": FORTNIGHTLY_UNTIL,
    "every other friday 17:00 until 24.12.": FORTNIGHTLY_UNTIL,
    "cada 2 semanas el viernes 17:00 hasta el 24 de diciembre": FORTNIGHTLY_UNTIL,
    "隔週金曜日 17:00 12月24日まで": FORTNIGHTLY_UNTIL,
    "격주 금요일 17:00 12월 24일까지": FORTNIGHTLY_UNTIL,
    "every 2 weeks on monday 17:00": (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "16.03. 17:00", "30.03. 17:00", "13.04. 17:00",
    ),
    "every 3 days 08:00": ("FREQ=DAILY;INTERVAL=3", "11.03. 08:00", "14.03. 08:00", "17.03. 08:00"),
    "every other day 18:00": ("FREQ=DAILY;INTERVAL=2", "10.03. 18:00", "12.03. 18:00", "14.03. 18:00"),
    "every 2 months on the 15th 10:00": (
        "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15", "15.03. 10:00", "15.05. 10:00", "15.07. 10:00",
    ),
    "every 3 months on the first saturday 10:00": (
        "FREQ=MONTHLY;INTERVAL=3;BYDAY=1SA", "04.04. 10:00", "04.07. 10:00", "03.10. 10:00",
    ),
    "daily 09:00 x10": ("FREQ=DAILY;COUNT=10", "11.03. 09:00", "12.03. 09:00", "13.03. 09:00"),
    "daily 09:00, 2 times": ("FREQ=DAILY;COUNT=2", "11.03. 09:00", "12.03. 09:00"),
    "täglich 09:00 2 mal": ("FREQ=DAILY;COUNT=2", "11.03. 09:00", "12.03. 09:00"),
    "monday to friday 09:00": WORKDAYS,
    "mon-fri 9am": WORKDAYS,
    "every monday-friday 09:00": WORKDAYS,
    "Montag bis Freitag um 9:00": WORKDAYS,
    "montags bis freitags 9 Uhr": WORKDAYS,
    "de lunes a viernes 09:00": WORKDAYS,
    "月曜日から金曜日まで9時": WORKDAYS,
    "월요일부터 금요일까지 오전 9시": WORKDAYS,
    "sat to mon 9am": ("FREQ=WEEKLY;BYDAY=MO,SA,SU", "14.03. 09:00", "15.03. 09:00", "16.03. 09:00"),
    "monthly on the 15th 10:00": FIFTEENTHS,
    "every month on the 15th at 10am": FIFTEENTHS,
    "on the 15th of every month 10:00": FIFTEENTHS,
    "am 15. jedes Monats um 10:00": FIFTEENTHS,
    "el día 15 de cada mes 10:00": FIFTEENTHS,
    "毎月15日 10:00": FIFTEENTHS,
    "매월 15일 10:00": FIFTEENTHS,
    "every year on 24 december 16:00": (
        "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "24.12. 16:00", "24.12. 16:00", "24.12. 16:00",
    ),
    "every evening at 7": ("FREQ=DAILY", "10.03. 19:00", "11.03. 19:00", "12.03. 19:00"),
    "cada lunes y jueves a las 18:30": MONDAYS_AND_THURSDAYS,
    "los lunes y los jueves a las 18:30": MONDAYS_AND_THURSDAYS,
    "毎週月曜日と木曜日 18:30": MONDAYS_AND_THURSDAYS,
    "매주 월요일과 목요일 오후 6시 30분": MONDAYS_AND_THURSDAYS,
    "daily 09:00": ("FREQ=DAILY", "11.03. 09:00", "12.03. 09:00", "13.03. 09:00"),
    "every day at 9:01": ("FREQ=DAILY", "10.03. 09:01", "11.03. 09:01", "12.03. 09:01"),
    "09:00 every day": ("FREQ=DAILY", "11.03. 09:00", "12.03. 09:00", "13.03. 09:00"),
    "every monday 18:30": ("FREQ=WEEKLY;BYDAY=MO", "16.03. 18:30", "23.03. 18:30", "30.03. 18:30"),
    "each MON at 6.30pm": ("FREQ=WEEKLY;BYDAY=MO", "16.03. 18:30", "23.03. 18:30", "30.03. 18:30"),
    "mondays 18:30": ("FREQ=WEEKLY;BYDAY=MO", "16.03. 18:30", "23.03. 18:30", "30.03. 18:30"),
    "weekly on monday 18:30": ("FREQ=WEEKLY;BYDAY=MO", "16.03. 18:30", "23.03. 18:30", "30.03. 18:30"),
    "every week on monday, 18:30": ("FREQ=WEEKLY;BYDAY=MO", "16.03. 18:30", "23.03. 18:30", "30.03. 18:30"),
    "every monday and thursday at 18:30": ("FREQ=WEEKLY;BYDAY=MO,TH", "12.03. 18:30", "16.03. 18:30", "19.03. 18:30"),
    "every thu, and every mon 18:30": ("FREQ=WEEKLY;BYDAY=MO,TH", "12.03. 18:30", "16.03. 18:30", "19.03. 18:30"),
    "on mondays and thursdays 18:30": ("FREQ=WEEKLY;BYDAY=MO,TH", "12.03. 18:30", "16.03. 18:30", "19.03. 18:30"),
    "every mon, wed & fri 9am": ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "11.03. 09:00", "13.03. 09:00", "16.03. 09:00"),
    "every weekday 09:00": ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "11.03. 09:00", "12.03. 09:00", "13.03. 09:00"),
    "weekdays at 8:59": ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "11.03. 08:59", "12.03. 08:59", "13.03. 08:59"),
    "every weekend at noon": ("FREQ=WEEKLY;BYDAY=SA,SU", "14.03. 12:00", "15.03. 12:00", "21.03. 12:00"),
    "täglich 09:00": ("FREQ=DAILY", "11.03. 09:00", "12.03. 09:00", "13.03. 09:00"),
    "jeden Tag um 9 Uhr": ("FREQ=DAILY", "11.03. 09:00", "12.03. 09:00", "13.03. 09:00"),
    "jeden Montag 18:30": ("FREQ=WEEKLY;BYDAY=MO", "16.03. 18:30", "23.03. 18:30", "30.03. 18:30"),
    "montags und donnerstags 18.30 Uhr": ("FREQ=WEEKLY;BYDAY=MO,TH", "12.03. 18:30", "16.03. 18:30", "19.03. 18:30"),
    "RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0": ("FREQ=DAILY", "11.03. 09:00", "12.03. 09:00", "13.03. 09:00"),
    "rrule:freq=daily;byhour=9": ("FREQ=DAILY", "11.03. 09:00", "12.03. 09:00", "13.03. 09:00"),
    "RRULE:FREQ=DAILY at 09:00": ("FREQ=DAILY", "11.03. 09:00", "12.03. 09:00", "13.03. 09:00"),
    "RRULE:BYHOUR=9;FREQ=WEEKLY;INTERVAL=2;BYDAY=FR": (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "13.03. 09:00", "27.03. 09:00", "10.04. 09:00",
    ),
    "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=9;BYMINUTE=0": (
        "FREQ=MONTHLY;BYMONTHDAY=31", "31.03. 09:00", "31.05. 09:00", "31.07. 09:00",
    ),
    "RRULE:FREQ=MONTHLY;BYDAY=1SA;BYHOUR=9": ("FREQ=MONTHLY;BYDAY=1SA", "04.04. 09:00", "02.05. 09:00", "06.06. 09:00"),
    "RRULE:FREQ=MONTHLY;BYHOUR=9": ("FREQ=MONTHLY;BYMONTHDAY=10", "10.04. 09:00", "10.05. 09:00", "10.06. 09:00"),
    "RRULE:FREQ=HOURLY;INTERVAL=2;BYMINUTE=15": (
        "FREQ=HOURLY;INTERVAL=2", "10.03. 09:15", "10.03. 11:15", "10.03. 13:15",
    ),
    "RRULE:FREQ=DAILY;COUNT=2;BYHOUR=8": ("FREQ=DAILY;COUNT=2", "11.03. 08:00", "12.03. 08:00"),
    "RRULE:FREQ=DAILY;COUNT=1;BYHOUR=8": ("FREQ=DAILY;COUNT=1", "11.03. 08:00"),
    "RRULE:FREQ=YEARLY;BYWEEKNO=20;BYHOUR=9": (
        "FREQ=YEARLY;BYDAY=TU;BYWEEKNO=20", "12.05. 09:00", "18.05. 09:00", "16.05. 09:00",
    ),
    "RRULE:FREQ=WEEKLY;WKST=SU;BYDAY=MO;BYHOUR=9": (
        "FREQ=WEEKLY;WKST=SU;BYDAY=MO", "16.03. 09:00", "23.03. 09:00", "30.03. 09:00",
    ),
    "RRULE:FREQ=DAILY;UNTIL=20260312;BYHOUR=8": ("FREQ=DAILY;UNTIL=20260312T235959", "11.03. 08:00", "12.03. 08:00"),
}  # fmt: skip

QUESTIONS = {
    "daily": "At what time? For example: daily 09:00",
    "every  Monday": "At what time? For example: every Monday 09:00",
    "every monday and thursday": "At what time? For example: every monday and thursday 09:00",
    "every weekday": "At what time? For example: every weekday 09:00",
    "tomorrow": "At what time? For example: tomorrow 09:00",
    "today": "At what time? For example: tomorrow 09:00",
    "friday": "At what time? For example: friday 09:00",
    "2026-03-11": "At what time? For example: 2026-03-11 09:00",
    "RRULE:FREQ=DAILY": "At what time? For example: RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0",
    "RRULE:FREQ=HOURLY": "At which minute of the hour? For example: RRULE:FREQ=HOURLY;BYMINUTE=0",
    "RRULE:FREQ=MINUTELY": "That is more often than once an hour. For example: RRULE:FREQ=HOURLY;BYMINUTE=0",
    "weekly 18:30": "On which day of the week? For example: every monday 18:30",
    "next friday": "Which Friday: 13 March 2026 or 20 March 2026? Write the date, for example: 2026-03-13 09:00",
    "next tuesday 18:30": (
        "Which Tuesday: 17 March 2026 or 24 March 2026? Write the date, for example: 2026-03-17 18:30"
    ),
    "nächsten Freitag": "Which Friday: 13 March 2026 or 20 March 2026? Write the date, for example: 2026-03-13 09:00",
    "thursday 13 march 18:30": (
        "13 March 2026 is a Friday, not a Thursday. Which day do you mean? For example: 2026-03-13 18:30"
    ),
    "3/4 18:00": "Which day: 3 April 2026 or 4 March 2027? Write the date, for example: 2026-04-03 18:00",
    "3/4/2026 18:00": "Which day: 3 April 2026 or 4 March 2026? Write the date, for example: 2026-04-03 18:00",
    "every month 18:30": "On which day of the month? For example: every month on the 1st 18:30",
    "every 2 weeks 18:30": "On which day of the week? For example: every monday 18:30",
    "13 march": "At what time? For example: 13 march 09:00",
    "first saturday of the month": "At what time? For example: first saturday of the month 09:00",
    "매일 9시": "Do you mean 09:00 or 21:00? Write it that way.",
    "tonight at 12": "Do you mean 00:00 or 12:00? Write it that way.",
    "13.03.2025 18:30": ("Thursday 13 March 2025 at 18:30 is already over. When instead? For example: tomorrow 18:30"),
    "daily 09:00 until 09.03.2026": "No time to come fits that rule. When instead? For example: every monday 09:00",
    "tomorrow at 9": "Do you mean 09:00 or 21:00? Write it that way.",
    "daily at 12": "Do you mean 00:00 or 12:00? Write it that way.",
    "today 08:00": "Tuesday 10 March 2026 at 08:00 is already over. When instead? For example: tomorrow 08:00",
    "2025-12-24T18:00Z": (
        "Wednesday 24 December 2025 at 19:00 is already over. When instead? For example: tomorrow 19:00"
    ),
    "2025-12-24": "At what time? For example: tomorrow 09:00",
    "RRULE:FREQ=DAILY;BYHOUR=9;UNTIL=20260309": (
        "No time to come fits that rule. When instead? For example: every monday 09:00"
    ),
    "RRULE:FREQ=HOURLY;INTERVAL=24;BYHOUR=3;BYMINUTE=0": (
        "No time to come fits that rule. When instead? For example: every monday 09:00"
    ),
    "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=9": (
        "No day fits that rule. Which day do you mean? For example: every monday 09:00"
    ),
    "RRULE:FREQ=HOURLY;BYMINUTE=0;BYSETPOS=2": (
        "No day fits that rule. Which day do you mean? For example: every monday 09:00"
    ),
}

NOT_UNDERSTOOD = [
    "", "   ", "soon", "25:61", "09:00", "tomorrow 25:61", "tomorrow 24:00", "tomorrow 9:60", "tomorrow 13pm",
    "tomorrow 0am", "2026-02-30", "2026-02-30 09:00", "2026-13-01T09:00", "2026-03-11T09:00+25:00",
    "2026-03-11T24:00", "2026-03-11-12 09:00", "0000-01-01T09:00", "9999-12-31T23:00-12:00", "tomorrow 9",
    "tomorrow 09:00-10:00", "tomorrow 9:00:00:00", "now-ish", "nowhere", "daily 09:00 or so", "every",
    "every monday and 09:00", "every blue monday 09:00", "in hours", "in 2 hens",
    "in 9999999 minutes", "in 999999 weeks", "12.50 every day", "next", "RRULE:", "RRULE:FREQ=NEVER",
    "RRULE:FREQ=DAILY;BYHOUR=25", "RRULE:FREQ=DAILY;INTERVAL=0;BYHOUR=9", "FREQ", "in 2 hours 09:00", "now 09:00",
    "31.04. 10:00", "30 february 10:00", "0 march 10:00", "99/99 10:00", "every 0 days 09:00",
    "every 999 weeks on monday",
    "daily 09:00 until", "daily 09:00 until soon", "tomorrow 09:00 x10", "friday 09:00 until 24 dec", "daily 09:00 x0",
    "every 24 december until", "13.03 18:30 or so", "tonight at 25",
]  # fmt: skip


@pytest.mark.parametrize("phrase", SINGLE)
def test_a_phrase_for_a_single_moment_means_that_moment(phrase: str) -> None:
    reading = read(phrase)
    assert shown(reading) == [SINGLE[phrase]]
    assert reading.question is None
    assert reading.rule is not None
    assert reading.rule.moment is not None
    assert reading.length == len(phrase.rstrip("!"))


@pytest.mark.parametrize("phrase", RECURRING)
def test_a_phrase_for_a_recurrence_gives_its_next_three_times(phrase: str) -> None:
    reading, (begin, *expected) = read(phrase), RECURRING[phrase]
    assert shown(reading) == expected
    assert reading.rule is not None
    assert (reading.rule.rrule or "").startswith(f"{begin};BY")
    assert occurrences(reading.rule, NOW, 3) == list(reading.next)


@pytest.mark.parametrize("phrase", QUESTIONS)
def test_what_is_missing_or_open_is_asked_and_nothing_is_planned(phrase: str) -> None:
    reading = read(phrase)
    assert reading.question == QUESTIONS[phrase]
    assert reading.rule is None
    assert reading.next == ()
    assert reading.words


@pytest.mark.parametrize("phrase", NOT_UNDERSTOOD)
def test_what_is_no_schedule_or_impossible_is_not_understood(phrase: str) -> None:
    assert read_when(phrase, NOW, BERLIN) is None


@pytest.mark.parametrize(
    "phrase, words",
    [
        ("daily 09:00", "every day at 09:00 (Asia/Tokyo)"),
        ("2026-03-11 09:00:30", "once, on Wednesday 11 March 2026 at 09:00:30 (Asia/Tokyo)"),
        ("now", "now, on Tuesday 10 March 2026 at 17:00 (Asia/Tokyo)"),
        ("every mon, wed and fri 09:00", "every Monday, Wednesday and Friday at 09:00 (Asia/Tokyo)"),
        ("every weekday 09:00", "every weekday, Monday to Friday, at 09:00 (Asia/Tokyo)"),
        ("RRULE:FREQ=DAILY;INTERVAL=2;BYHOUR=9", "every 2 days at 09:00 (Asia/Tokyo)"),
        ("RRULE:FREQ=DAILY;BYDAY=MO;BYHOUR=9,18", "every Monday at 09:00 and 18:00 (Asia/Tokyo)"),
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;BYHOUR=17", "every 2 weeks on Friday at 17:00 (Asia/Tokyo)"),
        ("RRULE:FREQ=MONTHLY;BYDAY=1SA,-1SU;BYHOUR=10",
         "on the first Saturday and the last Sunday of every month at 10:00 (Asia/Tokyo)"),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=-1,1,22;BYHOUR=10",
         "on the 1st, the 22nd and the last day of every month at 10:00 (Asia/Tokyo)"),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=10",
         "on the 31st of every month (left out in months that are too short) at 10:00 (Asia/Tokyo)"),
        ("RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24;BYHOUR=16;COUNT=3",
         "every year on 24 December at 16:00 (Asia/Tokyo), 3 times in all"),
        ("RRULE:FREQ=HOURLY;BYMINUTE=15", "every hour at minute 15 (Asia/Tokyo)"),
        ("RRULE:FREQ=DAILY;BYHOUR=9;UNTIL=20261224", "every day at 09:00 (Asia/Tokyo), until 24 December 2026"),
        ("RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;BYHOUR=9",
         "by the rule FREQ=YEARLY;BYDAY=MO;BYWEEKNO=20;BYHOUR=9;BYMINUTE=0;BYSECOND=0 (Asia/Tokyo)"),
    ],
)  # fmt: skip
def test_the_words_say_in_plain_english_what_will_happen(phrase: str, words: str) -> None:
    assert read(phrase, zone="Asia/Tokyo").words == words


@pytest.mark.parametrize("phrase", ["tomorrow 02:30", "daily 02:30", "2026-03-29 02:30", "every sunday 02:30"])
def test_a_moment_that_the_clock_change_skips_is_said_in_words(phrase: str) -> None:
    reading = read(phrase, datetime(2026, 3, 28, 11, tzinfo=UTC))
    assert reading.words.endswith("; 02:30 does not exist on 29 March 2026; it will run at 03:30")
    assert reading.as_json()["next"][0] == "2026-03-29T03:30:00+02:00"


def test_a_day_that_the_clock_change_skips_is_said_in_words() -> None:
    reading = read("2011-12-30 09:00", datetime(2011, 12, 1, tzinfo=UTC), "Pacific/Apia")
    assert reading.words.endswith(
        "; 09:00 does not exist on 30 December 2011; it will run at 09:00 on 31 December 2011"
    )


def test_a_rule_that_begins_in_a_gap_loses_none_of_its_times() -> None:
    reading = read(
        "RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=10,35", datetime(2026, 10, 3, 15, tzinfo=UTC), "Australia/Lord_Howe"
    )
    assert [f"{each.local:%H:%M} {each.at:%H:%M}" for each in reading.next][:2] == ["02:35 15:35", "02:10 15:40"]


def test_a_repeated_hour_runs_once_the_first_time_and_says_nothing_of_it() -> None:
    reading = read("daily 02:30", datetime(2026, 10, 24, 11, tzinfo=UTC))
    assert reading.as_json()["next"][:2] == ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]
    assert reading.words == "every day at 02:30 (Europe/Berlin)"


def test_hours_that_pass_are_real_hours_and_days_are_days_of_the_calendar() -> None:
    evening = datetime.fromisoformat("2026-10-25T01:30:00+02:00")
    assert read("in 2 hours", evening).as_json()["next"] == ["2026-10-25T02:30:00+01:00"]
    assert read("2026-10-25T02:30+01:00", evening).as_json()["next"] == ["2026-10-25T02:30:00+01:00"]
    assert read("in 1 day", evening).as_json()["next"] == ["2026-10-26T01:30:00+01:00"]


def test_json_holds_exactly_what_the_contract_names() -> None:
    assert read("every monday 18:30").as_json() == {
        "phrase": "every monday 18:30",
        "rule": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=18;BYMINUTE=30;BYSECOND=0",
        "next": ["2026-03-16T18:30:00+01:00", "2026-03-23T18:30:00+01:00", "2026-03-30T18:30:00+02:00"],
        "words": "every Monday at 18:30 (Europe/Berlin)",
        "question": None,
    }
    assert read(" tomorrow ").as_json() == {
        "phrase": " tomorrow ",
        "rule": None,
        "next": [],
        "words": "once, on Wednesday 11 March 2026",
        "question": "At what time? For example: tomorrow 09:00",
    }
    assert read("tomorrow 18:30").as_json()["rule"] is None


@pytest.mark.parametrize("name", ["Mars/Phobos", ""])
def test_a_phrase_in_an_unknown_zone_is_one_sentence(name: str) -> None:
    with pytest.raises(ValueError, match=r"^There is no time zone"):
        read_when("now", NOW, name)
    with pytest.raises(ValueError, match=r"^There is no time zone"):
        read_beginning("now", NOW, name)


def test_a_present_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        read_when("now", datetime(2026, 3, 10, 9), BERLIN)
