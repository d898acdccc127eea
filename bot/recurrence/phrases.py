"""The words in which people say when: one table for each language, and nothing else that depends on a language.

To add a language, fill in a `Language` and put it into `LANGUAGES`. Words are compared without case; a space stands for
any number of them. A word that a shop's story could begin with is harmless as long as a time of day must follow it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
Unit = Literal["minutes", "hours", "days", "weeks"]

WORD_END = r"(?![^\W\d_]|[\u0300-\u036f]|['’\-][^\W_])"
"""Not before a letter or a combining mark, nor within "now's" and "now-ish"; before a digit it may be (21h30)."""


def folded(text: str) -> str:
    """`text` without case and full-width forms, each character still at its own place."""
    return "".join(_folded_character(character) for character in text)


def _folded_character(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).casefold()
    return plain if len(plain) == 1 else character


class Words(Generic[T]):
    """Words and what each means; `pattern` finds the longest one in a folded text."""

    def __init__(self, meanings: Mapping[str, T], spaced: bool = True) -> None:
        forms = {folded(unicodedata.normalize(form, word)): word for form in ("NFC", "NFD") for word in meanings}
        self._meanings = {form: meanings[word] for form, word in forms.items()}
        alternatives = [re.escape(form).replace(r"\ ", r"\s+") for form in sorted(forms, key=len, reverse=True)]
        # An empty table must match nothing, and (?!) is the pattern that never matches.
        self.pattern = re.compile(rf"\s*({'|'.join(alternatives) or '(?!)'}){WORD_END if spaced else ''}")

    def __getitem__(self, found: str) -> T:
        return self._meanings[re.sub(r"\s+", " ", found)]


@dataclass(frozen=True)
class Language:
    """One language's words. Weekdays begin with Monday; each is a tuple of the ways to write it.

    `repeated` are weekdays that mean "every" by themselves (mondays). `at` may stand before a time of day, `on` before
    a weekday; `following` leaves open which weekday (next). `half_days` are what follows a twelve-hour clock, with the
    hours to add; `hour_marks` what follows a 24-hour one (21h, 21 Uhr); `named_hours` are hours that have a name.
    """

    code: str
    now: tuple[str, ...]
    days: Mapping[str, int]
    after: tuple[str, ...]
    units: Mapping[str, Unit]
    numbers: Mapping[str, int]
    weekdays: tuple[tuple[str, ...], ...]
    repeated: tuple[tuple[str, ...], ...]
    at: tuple[str, ...]
    on: tuple[str, ...]
    following: tuple[str, ...]
    every: tuple[str, ...]
    daily: tuple[str, ...]
    workdays: tuple[str, ...]
    weekends: tuple[str, ...]
    weekly: tuple[str, ...]
    also: tuple[str, ...]
    half_days: Mapping[str, int]
    hour_marks: tuple[str, ...]
    named_hours: Mapping[str, int]
    spaced: bool = True
    """whether words end at spaces; Japanese and Chinese don't"""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The same words, ready to be looked for."""
        return Vocabulary(self)


class Vocabulary:
    """A language's words as patterns. `lists` are the words that stand for a set of weekdays."""

    def __init__(self, language: Language) -> None:
        def plain(words: Iterable[str]) -> Words[str]:
            return Words({word: word for word in words}, language.spaced)

        def numbered(weekdays: Iterable[tuple[str, ...]]) -> dict[str, int]:
            return {word: number for number, words in enumerate(weekdays) for word in words}

        self.now = plain(language.now)
        self.days = Words(language.days, language.spaced)
        self.after = plain(language.after)
        self.units = Words(language.units, language.spaced)
        self.numbers = Words(language.numbers, language.spaced)
        self.weekdays = Words(numbered(language.weekdays), language.spaced)
        self.repeated = Words(numbered(language.repeated), language.spaced)
        self.on = plain(language.on)
        self.following = plain(language.following)
        self.every = plain(language.every)
        self.daily = plain(language.daily)
        self.weekly = plain(language.weekly)
        self.lists = Words(
            {word: range(5) for word in language.workdays} | {word: range(5, 7) for word in language.weekends},
            language.spaced,
        )
        self.also = Words({word: word for word in (*language.also, "&", "+", "/", ",")}, spaced=False)
        self.at = plain(language.at)
        self.half_days = Words(language.half_days, language.spaced)
        self.hour_marks = plain(language.hour_marks)
        self.named_hours = Words(language.named_hours, language.spaced)


ENGLISH = Language(
    code="en",
    now=("now", "right now"),
    days={"today": 0, "tomorrow": 1, "the day after tomorrow": 2, "day after tomorrow": 2},
    after=("in",),
    units={
        "minute": "minutes", "minutes": "minutes", "min": "minutes", "mins": "minutes",
        "hour": "hours", "hours": "hours", "hr": "hours", "hrs": "hours", "h": "hours",
        "day": "days", "days": "days", "week": "weeks", "weeks": "weeks",
    },
    numbers={"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twelve": 12},
    weekdays=(
        ("monday", "mon"), ("tuesday", "tue", "tues"), ("wednesday", "wed", "weds"),
        ("thursday", "thu", "thur", "thurs"), ("friday", "fri"), ("saturday", "sat"), ("sunday", "sun"),
    ),
    repeated=(
        ("mondays",), ("tuesdays",), ("wednesdays",), ("thursdays",), ("fridays",), ("saturdays",), ("sundays",),
    ),
    at=("at",),
    on=("on", "this", "this coming"),
    following=("next",),
    every=("every", "each"),
    daily=("daily", "every day", "each day", "everyday"),
    workdays=("every weekday", "each weekday", "weekdays", "on weekdays"),
    weekends=("every weekend", "each weekend", "weekends", "on weekends"),
    weekly=("weekly", "every week", "each week"),
    also=("and",),
    half_days={"am": 0, "a.m.": 0, "a.m": 0, "pm": 12, "p.m.": 12, "p.m": 12},
    hour_marks=("h",),
    named_hours={"noon": 12, "midday": 12},
)  # fmt: skip

GERMAN = Language(
    code="de",
    now=("jetzt", "sofort"),
    days={"heute": 0, "morgen": 1, "übermorgen": 2, "uebermorgen": 2},
    after=("in",),
    units={
        "minute": "minutes", "minuten": "minutes", "stunde": "hours", "stunden": "hours", "std": "hours",
        "tag": "days", "tagen": "days", "tage": "days", "woche": "weeks", "wochen": "weeks",
    },
    numbers={"einer": 1, "einem": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "zehn": 10, "zwölf": 12},
    weekdays=(
        ("montag",), ("dienstag",), ("mittwoch",), ("donnerstag",), ("freitag",), ("samstag", "sonnabend"),
        ("sonntag",),
    ),
    repeated=(
        ("montags",), ("dienstags",), ("mittwochs",), ("donnerstags",), ("freitags",), ("samstags", "sonnabends"),
        ("sonntags",),
    ),
    at=("um",),
    on=("am", "diesen", "kommenden"),
    following=("nächsten", "nächster", "naechsten"),
    every=("jeden", "jeder", "immer"),
    daily=("täglich", "taeglich", "jeden tag"),
    workdays=("werktags", "wochentags", "jeden werktag", "jeden wochentag"),
    weekends=("jedes wochenende", "am wochenende"),
    weekly=("wöchentlich", "woechentlich", "jede woche"),
    also=("und",),
    half_days={},
    hour_marks=("uhr", "h"),
    named_hours={"mittags": 12},
)  # fmt: skip

LANGUAGES: tuple[Language, ...] = (ENGLISH, GERMAN)


def in_order(code: str) -> list[Language]:
    """All languages, the one of `code` ("de", "de-AT") first; an unknown code changes nothing."""
    wanted = re.split(r"[-_]", code.casefold())[0]
    return sorted(LANGUAGES, key=lambda language: language.code != wanted)
