"""A phrase, or the beginning of a text, as a schedule."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from bot.recurrence.days import After, Now
from bot.recurrence.grammar import Found, beginnings
from bot.recurrence.languages import in_order
from bot.recurrence.meaning import Reading, Teller
from bot.recurrence.rules import zone_named
from bot.recurrence.second_reader import read_once

_SEPARATOR = re.compile(r"[,:;.!–—]?[ \t]*(?:[,:;–—-](?=[ \t]))?")
"""What may stand between a schedule and a story on its line. A list that begins on the next line stays a list."""

_CLOSED = ("", ".", "!", "?")


def read_when(phrase: str, now: datetime, zone: str, language: str = "en") -> Reading | None:
    """What the whole `phrase` means at the aware instant `now` in the IANA `zone`; None when it is not understood.

    `language` is tried first, the other languages after it. ValueError with a sentence for an unknown zone or a `now`
    without offset.
    """
    teller = _teller(now, zone)
    begins = len(phrase) - len(phrase.lstrip())
    beginnings = _found(phrase[begins:], language)
    for found in beginnings:
        end = begins + found.end
        if phrase[end:].strip() in _CLOSED:
            reading = teller.read(found, phrase[begins:end])
            if reading is not None:
                return replace(reading, phrase=phrase, length=end)
    said = phrase.strip()
    asked_twice = any(isinstance(found.day, Now | After) for found in beginnings)  # "now 09:00" is no day
    second = None if asked_twice else read_once(said, teller.today)
    reading = teller.read(second, said) if second else None
    return replace(reading, phrase=phrase, length=len(phrase.rstrip())) if reading else None


def read_beginning(text: str, now: datetime, zone: str) -> tuple[Reading, str] | None:
    """The longest beginning of the first line of `text` that is a schedule, and the rest of `text`, stripped.

    None when no beginning is one: then the whole text is the story. A day without a time of day ("Today the chicks
    hatched") counts only where it is the whole line. The reading's `phrase` is the beginning itself, its `length` is
    counted from the start of `text`. ValueError as in `read_when`.
    """
    teller = _teller(now, zone)
    begins = len(text) - len(text.lstrip())
    line = next(iter(text[begins:].splitlines()), "")
    for found in _found(line, "en"):
        if found.clocked or line[found.end :].strip() in _CLOSED:
            said = line[: found.end]
            reading = teller.read(found, said)
            if reading is not None:
                end = begins + found.end
                return replace(reading, phrase=said, length=end), _story(text[end:])
    return None


def _story(rest: str) -> str:
    separator = _SEPARATOR.match(rest)
    return rest[separator.end() if separator else 0 :].strip()


def _found(text: str, language: str) -> list[Found]:
    found = [each for table in in_order(language) for each in beginnings(text, table)]
    return sorted(found, key=lambda each: -each.end)


def _teller(now: datetime, zone: str) -> Teller:
    if now.tzinfo is None:
        raise ValueError("The present moment needs an offset, for example 2026-03-10T09:00:00+01:00.")
    return Teller(now.replace(microsecond=0), zone_named(zone))
