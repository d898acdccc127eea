"""Questions about opening hours, answered from the shop's hours: "are you open now", "on Sunday", "on Christmas Eve".

A line is such a question when nothing is left of it beside being open, a day or a time, and small words: "is the café
open on Sunday" or "open to offers" are somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from knowledge import words
from knowledge.languages import is_small
from knowledge.particulars import names_of

LANGUAGES = ("en", "de", "es", "ja")
"""The languages of the phrases that come with the program, best guess first."""

_OPEN = {
    "en": "open opened opens opening closed close closes closing hours shut",
    "de": "offen geoffnet aufhaben geschlossen zu zuhaben auf offnungszeiten offnet schliesst macht",
    "es": "abierto abierta abiertos abren abre abris cierran cierra cerrado cerrada cerrados horario",
}
_SAYS_OPEN = {
    language: frozenset(listed.split()) - {"zu", "auf", "macht", "hours"} for language, listed in _OPEN.items()
}
_BESIDE = frozenset(
    """
    shop store business time times what's when's still today's right moment currently holiday day until till late early
    hi hello hey please thanks normal regular come by in person guys gerade moment laden geschaft seid da habt haben ihr
    sie euer uhrzeit spat lange hallo danke tienda hoy estan abierta hola gracias ahora hasta hora tarde open morning
    afternoon evening usually also wann jetzt noch heute offnet tag este esta a las la el los
    """.split()
)
_NOW = frozenset("now currently moment jetzt gerade ahora".split())
_WHEN = frozenset("when what hours time times wann offnungszeiten horario cuando que".split())
_FEASTS: tuple[tuple[str, Callable[[int], date]], ...] = (
    ("christmas eve|xmas eve|heiligabend|heiliger abend|nochebuena", lambda year: date(year, 12, 24)),
    ("christmas day|christmas|xmas|weihnachten|navidad", lambda year: date(year, 12, 25)),
    ("boxing day|st stephen's day", lambda year: date(year, 12, 26)),
    ("new year's eve|new years eve|silvester|sylvester|nochevieja", lambda year: date(year, 12, 31)),
    ("new year's day|new years day|new year|neujahr|ano nuevo", lambda year: date(year, 1, 1)),
    ("good friday|karfreitag|viernes santo", lambda year: _easter(year) - timedelta(days=2)),
    ("easter monday|ostermontag|lunes de pascua", lambda year: _easter(year) + timedelta(days=1)),
    ("easter sunday|easter|ostersonntag|ostern|pascua", lambda year: _easter(year)),
)
_TIME = re.compile(
    r"(?:at|after|before|until|till|by|from|um|nach|bis|a las?|hasta las?)"
    r" (\d{1,2})(?:[:.](\d{2}))?(?: ?(am|pm|uhr|o'clock|h))?\b"
)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[./](\d{1,2})(?:[./](\d{2,4}))?")
_JA_DAYS = {f"{name}曜": place for place, name in enumerate("月火水木金土日")}
_JA_FEASTS = {"クリスマスイブ": (12, 24), "クリスマス": (12, 25), "元日": (1, 1), "元旦": (1, 1), "大晦日": (12, 31)}
_JA_NOW, _JA_WHEN = re.compile("今(?!日)|現在|まだ"), re.compile("何時|時間|いつ|定休")
_JA_SAYS = re.compile("営業|開い|休み|開店|閉店|閉ま|あいて|お休み|休業|定休|何時まで|何時から|やってい|やってます")
_JA_REST = re.compile(
    "営業時間|営業|開いて|開店|閉店|閉ま|あいて|お休み|休み|休業|定休日|定休|何時|やって|いつ|お店|店|時間|時|分|まだ|もう|今日|本日"
    "|明日|あした|今|現在|は|の|に|も|まで|から|を|が|で|す|か|ま|せ|ん|い|る|り|し|た|っ|て|く|教え|だ|さ|日|曜|、|月|火|水|木|金|土|年"
    r"|クリスマス|イブ|元旦|元日|大晦日|\d+"
)


@dataclass(frozen=True)
class Asked:
    """What a line wants to know: the hours of a day, at a time of it, or of this moment where there is no day."""

    language: str
    days: tuple[date, ...] = ()
    at: time | None = None
    now: bool = False


def read(text: str, now: datetime) -> Asked | None:
    """The question about opening hours that a line asks, with `now` on the shop's clock; None where it asks none."""
    plain = words.normalise(text)
    if re.search("[\u3040-\u30ff\u4e00-\u9fff]", plain):
        return _read_japanese(plain, now)
    plain = re.sub(r"[?!.,;]+(?=\s|$)", " ", plain)
    at, plain = _time_of_day(plain)
    days, plain = _feasts(plain, now.date())
    tokens = words.tokens(plain)
    language = next((code for code, said in _SAYS_OPEN.items() if not said.isdisjoint(tokens)), None)
    language = language or ("de" if {"auf", "zu"} & set(tokens) and {"habt", "haben", "macht"} & set(tokens) else None)
    if language is None or len(tokens) > 14:
        return None
    more, rest = _days(tokens, now.date(), language)
    every = frozenset().union(*(frozenset(listed.split()) for listed in _OPEN.values()))
    if any(not (token in every or token in _BESIDE or is_small(token, LANGUAGES)) for token in rest):
        return None
    days = days or more
    asks_now = not days and at is None and (bool(_NOW & set(tokens)) or _only_whether(tokens))
    if not days and at is not None:
        days = (now.date(),)
    return Asked(language, days, at, asks_now) if days or asks_now else None


def speaks_of_hours(phrasing: str) -> bool:
    """Whether an entry's phrasing asks for opening hours and nothing else, with a day or without."""
    tokens = words.tokens(re.sub(r"[?!.,;]+", " ", words.normalise(phrasing)))
    every = frozenset().union(*(frozenset(listed.split()) for listed in _OPEN.values()))
    said = any(not known.isdisjoint(tokens) for known in _SAYS_OPEN.values()) or "hours" in tokens
    if not said:
        return bool(_JA_SAYS.search(phrasing)) and not re.sub(r"[\s?？。]", "", _JA_REST.sub("", phrasing))
    _, rest = _days(tokens, date(2026, 1, 1), "en")
    return all(token in every or token in _BESIDE or is_small(token, LANGUAGES) for token in rest)


def _time_of_day(plain: str) -> tuple[time | None, str]:
    found = _TIME.search(plain)
    if not found or int(found[1]) > 24 or int(found[2] or 0) > 59:
        return None, plain
    hour = int(found[1]) % 24 + (12 if found[3] == "pm" and int(found[1]) < 12 else 0)
    return time(hour, int(found[2] or 0)), plain[: found.start()] + " " + plain[found.end() :]


def _feasts(plain: str, today: date) -> tuple[tuple[date, ...], str]:
    for names, on in _FEASTS:
        if found := re.search(rf"\b(?:{names})\b", plain):
            day = on(today.year) if on(today.year) >= today else on(today.year + 1)
            return (day,), plain[: found.start()] + " " + plain[found.end() :]
    return (), plain


def _days(tokens: Sequence[str], today: date, language: str) -> tuple[tuple[date, ...], list[str]]:
    """The days that a line names, and its other tokens."""
    days: list[date] = []
    rest, month, number = list(tokens), 0, 0
    for span, kind, value in reversed(names_of(tokens, LANGUAGES)):
        if kind == "date" and (value.startswith("day-") or value in ("today", "tomorrow", "weekend")):
            days += _named_day(value, today)
        elif kind == "date" and value.startswith("month-"):
            month = int(value.removeprefix("month-"))
        elif kind == "number" and value.isdigit() and 1 <= int(value) <= 31:
            number = int(value)
        elif kind == "number" and (day := _numeric(tokens[span.start], today)):
            days.append(day)
        else:
            continue
        del rest[span]
    if language == "de" and "morgen" in rest:
        rest.remove("morgen")
        days.append(today + timedelta(days=1))
    if month and number and (day := _coming(today, month, number)):
        days.append(day)
    ordinals = re.compile(r"\d{1,2}(?:st|nd|rd|th)")
    if month and not number:
        for token in [token for token in rest if ordinals.fullmatch(token)]:
            rest.remove(token)
            days += [day for day in [_coming(today, month, int(token[:-2]))] if day]
    if month and not days:
        rest.append("month")  # a month without a day is no day that can be looked up
    return tuple(sorted(set(days))), rest


def _named_day(value: str, today: date) -> list[date]:
    if value == "today":
        return [today]
    if value == "tomorrow":
        return [today + timedelta(days=1)]
    wanted = [5, 6] if value == "weekend" else [int(value.removeprefix("day-"))]
    return [today + timedelta(days=(day - today.weekday()) % 7) for day in wanted]


def _numeric(token: str, today: date) -> date | None:
    """24.12., 24/12, 12/24 or 2026-12-24; where both could be the day, it is the first."""
    found = _DATE.fullmatch(token)
    if not found or found[1]:
        return None
    one, two = int(found[4]), int(found[5])
    return _coming(today, one, two) if two > 12 else _coming(today, two, one)


def _coming(today: date, month: int, day: int) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def _only_whether(tokens: Sequence[str]) -> bool:
    """Whether a line asks no more than "are you open": no when, no hours."""
    return _WHEN.isdisjoint(tokens)


def _read_japanese(plain: str, now: datetime) -> Asked | None:
    if not _JA_SAYS.search(plain) or re.sub(r"[\s?？。!！]", "", _JA_REST.sub("", plain)):
        return None
    today = now.date()
    days = [today + timedelta(days=(at - today.weekday()) % 7) for name, at in _JA_DAYS.items() if name in plain]
    if found := re.search(r"(\d{1,2})月(\d{1,2})日", plain):
        days += [day for day in [_coming(today, int(found[1]), int(found[2]))] if day]
    feast = next((on for name, on in _JA_FEASTS.items() if name in plain), None)
    days += [day for day in [_coming(today, *feast)] if day] if feast and not days else []
    days += [today] if "今日" in plain or "本日" in plain else []
    days += [today + timedelta(days=1)] if "明日" in plain or "あした" in plain else []
    at = None
    if (found := re.search(r"(\d{1,2})時(?:(\d{1,2})分)?", plain)) and int(found[1]) < 24:
        at, days = time(int(found[1]), int(found[2] or 0)), days or [today]
    asks_now = not days and bool(_JA_NOW.search(plain) or not _JA_WHEN.search(plain))
    return Asked("ja", tuple(sorted(set(days))), at, asks_now) if days or asks_now else None


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)
