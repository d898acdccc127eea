"""Korean."""

from __future__ import annotations

from bot.recurrence.phrases import Language

WEEKDAYS = ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일")

KOREAN = Language(
    code="ko",
    spaced=False,
    now=("지금", "바로", "지금 바로"),
    days={"오늘": 0, "내일": 1, "모레": 2},
    parts={
        "오늘 아침": (0, 0), "오늘 오후": (0, 12), "오늘 저녁": (0, 12), "오늘 밤": (0, 12), "오늘밤": (0, 12),
        "내일 아침": (1, 0), "내일 오후": (1, 12), "내일 저녁": (1, 12), "내일 밤": (1, 12),
    },
    every_part={"매일 아침": 0, "아침마다": 0, "매일 저녁": 12, "저녁마다": 12, "매일 밤": 12},
    later=("후", "후에", "뒤", "뒤에"),
    units={
        "분": "minutes", "시간": "hours", "일": "days", "주": "weeks", "주일": "weeks",
        "개월": "months", "달": "months",
    },
    numbers={"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "열": 10},
    weekdays=tuple((day,) for day in WEEKDAYS),
    repeated=tuple((f"{day}마다",) for day in WEEKDAYS),
    months=(),
    on=("이번 주", "이번", "이번주"),
    following=("다음",),
    next_week=("다음 주", "다음주"),
    every=("매주", "매"),
    daily=("매일", "날마다"),
    workdays=("평일", "평일마다", "매 평일", "평일에"),
    weekends=("주말", "주말마다", "매 주말", "주말에"),
    weekly=("매주", "주마다"),
    fortnightly=("격주", "격주로", "2주마다", "2주에 한 번"),
    every_after=("마다",),
    monthly=("매월", "매달"),
    yearly=("매년", "해마다"),
    ordinals={
        "첫째 주": 1, "첫째": 1, "첫 번째": 1, "둘째 주": 2, "둘째": 2, "두 번째": 2,
        "셋째 주": 3, "셋째": 3, "세 번째": 3,
        "넷째 주": 4, "넷째": 4, "네 번째": 4, "마지막 주": -1, "마지막": -1,
    },
    also=("와", "과", "하고", "및"),
    ranges=("부터", "에서"),
    range_ends=("까지",),
    until=(),
    until_after=("까지",),
    times=("번", "회"),
    half_leads={"오전": 0, "오후": 12, "아침": 0, "저녁": 12, "밤": 12},
    half_past=("반",),
    hour_marks=("시",),
    hour_open=True,
    minute_marks=("분",),
    clock_ends=("에",),
    named_hours={"정오": 12},
)  # fmt: skip
