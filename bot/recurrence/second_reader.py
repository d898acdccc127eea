"""A second reader of single moments, for the languages and ways of writing that our own grammar doesn't know.

dateparser is generous: it makes a time of day out of a number that is none, and loses one that is there. So it is asked
for the date alone, with the time of day taken out by us, and believed only where every number that it was given is
found again in the date that it names.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import Any

from bot.recurrence.days import OnDate
from bot.recurrence.grammar import Found
from bot.recurrence.times_of_day import Clock

_SETTINGS: dict[str, Any] = {
    "PREFER_DATES_FROM": "future",
    "REQUIRE_PARTS": ["day"],
    "PARSERS": ["relative-time", "absolute-time"],
}
LONGEST = 80
YEARS = 5
"""How far from this year a date may be: farther off it is a number that was misread."""
_CLOCK = re.compile(r"(?<![\d.:])([01]?\d|2[0-3])\s?(?:[:h]|uhr)\s?([0-5]\d)?(?![\d:.])\s*(?:uhr|h\b)?", re.IGNORECASE)
_ODD_CLOCK = re.compile(r"\d\s?(?:[:h]|uhr|[ap]\.?m\b)", re.IGNORECASE)
_LEAD = re.compile(r"[\s,]*\b(?:à|at|um|a las|alle|alle ore|às|om|kl\.?|o|klo|в|saat)?\s*$", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{3,}")
_NUMBERS = re.compile(r"\d+")
_REPEATS = re.compile(
    r"\b(?:every|each|daily|weekly|monthly|yearly|jede\w*|alle\s+(?:\d|zwei|drei|vier)|täglich|cada|todos|todas|chaque|tous|toutes|ogni|tutti|"
    r"elke|iedere|varje|hver\w*|cada|każd\w*|кажд\w*)\b|[毎每매]",
    re.IGNORECASE,
)


def read_once(phrase: str, today: date) -> Found | None:
    """The single day that the whole `phrase` names beside one time of day, or beside none; None for anything else."""
    if len(phrase) > LONGEST or _REPEATS.search(phrase):
        return None
    clocks = list(_CLOCK.finditer(phrase))
    if len(clocks) > 1:
        return None
    clock = Clock(int(clocks[0][1]), int(clocks[0][2] or 0)) if clocks else None
    rest = phrase
    if clocks:
        rest = _LEAD.sub("", phrase[: clocks[0].start()]) + " " + phrase[clocks[0].end() :]
    if _ODD_CLOCK.search(rest) or not _WORDS.search(rest):
        return None  # a time of day that would get lost, or nothing that names a day
    named = _date(rest.strip(" ,."), today)
    return Found(OnDate(named), clock, len(phrase)) if named else None


@cache
def load() -> None:
    """Has dateparser read its languages, which takes about a second of work: ahead, and in a thread, or else where the
    first date is read."""
    import dateparser

    dateparser.parse("read ahead", settings=_SETTINGS)


def _date(text: str, today: date) -> date | None:
    load()
    import dateparser

    given = _SETTINGS | {"RELATIVE_BASE": datetime(today.year, today.month, today.day)}
    try:
        found = dateparser.parse(text, settings=given)
    except Exception:  # what it raises for odd text is documented nowhere
        return None
    if found is None or (found.hour, found.minute, found.second) != (0, 0, 0):
        return None
    parts = {found.day, found.month, found.year}
    known = {int(number) for number in _NUMBERS.findall(text)} <= parts
    return found.date() if known and abs(found.year - today.year) <= YEARS else None
