"""English."""

from __future__ import annotations

from bot.recurrence.phrases import Language

ENGLISH = Language(
    code="en",
    now=("now", "right now"),
    days={"today": 0, "tomorrow": 1, "the day after tomorrow": 2, "day after tomorrow": 2},
    parts={
        "this morning": (0, 0), "this afternoon": (0, 12), "this evening": (0, 12), "tonight": (0, 12),
        "tomorrow morning": (1, 0), "tomorrow afternoon": (1, 12), "tomorrow evening": (1, 12),
        "tomorrow night": (1, 12),
    },
    every_part={
        "every morning": 0, "each morning": 0, "every afternoon": 12, "every evening": 12, "each evening": 12,
        "every night": 12,
    },
    after=("in",),
    later=("from now",),
    units={
        "minute": "minutes", "minutes": "minutes", "min": "minutes", "mins": "minutes",
        "hour": "hours", "hours": "hours", "hr": "hours", "hrs": "hours", "h": "hours",
        "day": "days", "days": "days", "week": "weeks", "weeks": "weeks", "month": "months", "months": "months",
    },
    numbers={"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twelve": 12},
    weekdays=(
        ("monday", "mon"), ("tuesday", "tue", "tues"), ("wednesday", "wed", "weds"),
        ("thursday", "thu", "thur", "thurs"), ("friday", "fri"), ("saturday", "sat"), ("sunday", "sun"),
    ),
    repeated=(
        ("mondays",), ("tuesdays",), ("wednesdays",), ("thursdays",), ("fridays",), ("saturdays",), ("sundays",),
    ),
    months=(
        ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
        ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"), ("november", "nov"),
        ("december", "dec"),
    ),
    at=("at",),
    on=("on", "this", "this coming", "on the", "the"),
    following=("next",),
    next_week=("next week", "next week on"),
    every=("every", "each"),
    other=("other", "second"),
    daily=("daily", "every day", "each day", "everyday"),
    workdays=("every weekday", "each weekday", "weekdays", "on weekdays", "every workday", "every working day"),
    weekends=("every weekend", "each weekend", "weekends", "on weekends"),
    weekly=("weekly", "every week", "each week"),
    fortnightly=("fortnightly", "every fortnight", "every other week", "every second week"),
    monthly=("monthly", "every month", "each month"),
    yearly=("yearly", "annually", "every year", "each year"),
    ordinals={
        "first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4,
        "second last": -2,
    },
    of_month=(
        "of the month", "of every month", "of each month", "in the month", "in every month", "in each month",
        "every month", "each month",
    ),
    day_marks=("st", "nd", "rd", "th"),
    month_leads=("of",),
    also=("and",),
    ranges=("to", "through", "till", "thru"),
    range_leads=("from",),
    until=("until", "till", "til", "through", "up to"),
    times=("times",),
    half_days={
        "am": 0, "a.m.": 0, "a.m": 0, "pm": 12, "p.m.": 12, "p.m": 12,
        "in the morning": 0, "in the afternoon": 12, "in the evening": 12, "at night": 12,
    },
    hour_marks=("h", "o'clock", "o’clock"),
    named_hours={"noon": 12, "midday": 12},
)  # fmt: skip
