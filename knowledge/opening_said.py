"""What is said of the opening hours, in the languages in which they may be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from babel.dates import format_date

from knowledge.hours import DAY_MIN, Hours, Opening
from knowledge.opening import Asked


def sentence(asked: Asked, hours: Hours, now: datetime) -> str:
    """The sentence, or a line for each day, in the question's language; nothing where the shop gave no hours."""
    if not hours.known:
        return ""
    say = SENTENCES[asked.language]
    if asked.now:
        return _at_moment(now, hours, say, asked.language, "now")
    if asked.at:
        moment = datetime.combine(asked.days[0], asked.at, tzinfo=hours.zone)
        return _at_moment(moment, hours, say, asked.language, "then")
    return "\n".join(_of_day(day, hours, say, asked.language, now) for day in asked.days)


def _at_moment(moment: datetime, hours: Hours, say: Mapping[str, str], language: str, when: str) -> str:
    known = {"day": _day(moment.date(), language), "time": f"{moment:%H:%M}"}
    if hours.is_open(moment):
        closes = hours.closes_at(moment)
        return say[f"open_{when}"].format(**known, until=f"{closes:%H:%M}" if closes else "24:00")
    return say[f"closed_{when}"].format(**known) + _next(moment, hours, say, language)


def _of_day(day: date, hours: Hours, say: Mapping[str, str], language: str, now: datetime) -> str:
    spans = hours.on(day)
    if spans:
        return say["open_day"].format(day=_day(day, language), spans=", ".join(map(_span, spans)))
    start = datetime.combine(day, time(0), tzinfo=hours.zone)
    return say["closed_day"].format(day=_day(day, language)) + _next(max(start, now), hours, say, language)


def _next(moment: datetime, hours: Hours, say: Mapping[str, str], language: str) -> str:
    opens = hours.next_opening(moment)
    return say["next"].format(day=_day(opens.date(), language), time=f"{opens:%H:%M}") if opens else ""


def _span(opening: Opening) -> str:
    begins, until = (f"{minutes % DAY_MIN // 60:02}:{minutes % 60:02}" for minutes in opening)
    return f"{begins}–{'24:00' if until == '00:00' else until}"


def _day(day: date, language: str) -> str:
    patterns = {"en": "EEEE, d MMMM", "de": "EEEE, d. MMMM", "es": "EEEE, d 'de' MMMM", "ja": "M月d日(E)"}
    return format_date(day, patterns[language], locale=language)


SENTENCES = {
    "en": {
        "open_now": "Yes, we are open now, until {until}.",
        "closed_now": "We are closed right now.",
        "open_then": "Yes, on {day} at {time} we are open, until {until}.",
        "closed_then": "On {day} at {time} we are closed.",
        "open_day": "On {day} we are open {spans}.",
        "closed_day": "On {day} we are closed.",
        "next": " We open again on {day} at {time}.",
    },
    "de": {
        "open_now": "Ja, wir haben jetzt geöffnet, bis {until}.",
        "closed_now": "Gerade haben wir geschlossen.",
        "open_then": "Ja, am {day} um {time} haben wir geöffnet, bis {until}.",
        "closed_then": "Am {day} um {time} haben wir geschlossen.",
        "open_day": "Am {day} haben wir {spans} geöffnet.",
        "closed_day": "Am {day} haben wir geschlossen.",
        "next": " Wieder geöffnet ist am {day} um {time}.",
    },
    "es": {
        "open_now": "Sí, ahora está abierto, hasta las {until}.",
        "closed_now": "Ahora está cerrado.",
        "open_then": "Sí, el {day} a las {time} está abierto, hasta las {until}.",
        "closed_then": "El {day} a las {time} está cerrado.",
        "open_day": "El {day} abrimos {spans}.",
        "closed_day": "El {day} está cerrado.",
        "next": " Volvemos a abrir el {day} a las {time}.",
    },
    "ja": {
        "open_now": "はい、ただいま営業中です。{until}までです。",
        "closed_now": "ただいま閉まっています。",
        "open_then": "はい、{day}の{time}は営業しています。{until}までです。",
        "closed_then": "{day}の{time}は閉まっています。",
        "open_day": "{day}は{spans}に営業しています。",
        "closed_day": "{day}はお休みです。",
        "next": "次に開くのは{day}の{time}です。",
    },
}
