"""What a language's table of the words for times holds, and how its words are found in a text.

Words are compared without case; a space stands for any number of them. A word that a shop's story could begin with is
harmless as long as a time of day must follow it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
Unit = Literal["minutes", "hours", "days", "weeks", "months"]

WORD_END = r"(?![^\W\d_]|[\u0300-\u036f]|['’\-][^\W_])"
"""Not before a letter or a combining mark, nor within "now's" and "now-ish"; before a digit it may be (21h30)."""
RANGE_END = r"(?![^\W\d_]|[\u0300-\u036f])"
"""The same for the first word of a range, which may end at a hyphen (mon-fri)."""


def folded(text: str) -> str:
    """`text` without case and full-width forms, each character still at its own place."""
    return "".join(_folded_character(character) for character in text)


def _folded_character(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).casefold()
    return plain if len(plain) == 1 else character


class Words(Generic[T]):
    """Words and what each means; `pattern` finds the longest one in a folded text."""

    def __init__(self, meanings: Mapping[str, T], spaced: bool = True, end: str = WORD_END) -> None:
        forms = {folded(unicodedata.normalize(form, word)): word for form in ("NFC", "NFD") for word in meanings}
        self._meanings = {form: meanings[word] for form, word in forms.items()}
        alternatives = [re.escape(form).replace(r"\ ", r"\s+") for form in sorted(forms, key=len, reverse=True)]
        # An empty table must match nothing, and (?!) is the pattern that never matches.
        self.pattern = re.compile(rf"\s*({'|'.join(alternatives) or '(?!)'}){end if spaced else ''}")

    def __getitem__(self, found: str) -> T:
        return self._meanings[re.sub(r"\s+", " ", found)]


@dataclass(frozen=True)
class Language:
    """One language's words. Weekdays begin with Monday, months with January; each is a tuple of the ways to write it.

    A table that a language has no use for is empty. Words that stand elsewhere in it than in English have a table of
    their own: `later` after a span ("2 hours from now"), `half_leads` before a time of day, `until_after` after a date,
    `monthly` and `of_month` before or after the day.
    """

    code: str
    now: tuple[str, ...]
    days: Mapping[str, int]
    units: Mapping[str, Unit]
    numbers: Mapping[str, int]
    weekdays: tuple[tuple[str, ...], ...]
    repeated: tuple[tuple[str, ...], ...]
    """weekdays that mean "every" by themselves (mondays)"""
    months: tuple[tuple[str, ...], ...]
    every: tuple[str, ...]
    daily: tuple[str, ...]
    workdays: tuple[str, ...]
    weekends: tuple[str, ...]
    weekly: tuple[str, ...]
    fortnightly: tuple[str, ...]
    monthly: tuple[str, ...]
    yearly: tuple[str, ...]
    ordinals: Mapping[str, int]
    """which one of a month, from its end where negative"""
    also: tuple[str, ...]
    ranges: tuple[str, ...]
    """what stands between two weekdays and means those between them too"""
    until: tuple[str, ...]
    times: tuple[str, ...]
    """what makes a number a count"""
    after: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    """may stand before a weekday or a date"""
    following: tuple[str, ...] = ()
    """leaves open which weekday (next)"""
    next_week: tuple[str, ...] = ()
    parts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """parts of a day: how many days ahead, and the hours to add to a twelve-hour clock (tonight: 0, 12)"""
    every_part: Mapping[str, int] = field(default_factory=dict)
    """parts of every day, with the hours to add (every evening: 12)"""
    other: tuple[str, ...] = ()
    """after "every": each second one"""
    every_after: tuple[str, ...] = ()
    """after a span: every so often"""
    of_month: tuple[str, ...] = ()
    day_marks: tuple[str, ...] = ()
    """what may follow the number of a day"""
    month_leads: tuple[str, ...] = ()
    """what may stand between a day's number and its month"""
    range_leads: tuple[str, ...] = ()
    range_ends: tuple[str, ...] = ()
    until_after: tuple[str, ...] = ()
    half_days: Mapping[str, int] = field(default_factory=dict)
    """what follows a twelve-hour clock, with the hours to add"""
    half_leads: Mapping[str, int] = field(default_factory=dict)
    hour_marks: tuple[str, ...] = ()
    """what follows an hour (21h, 21 Uhr)"""
    hour_open: bool = False
    """whether an hour with its mark still leaves open which half of the day is meant"""
    half_past: tuple[str, ...] = ()
    minute_marks: tuple[str, ...] = ()
    clock_ends: tuple[str, ...] = ()
    """particles that may follow a time of day and mean nothing"""
    named_hours: Mapping[str, int] = field(default_factory=dict)
    spaced: bool = True
    """whether words end at spaces; in Japanese they don't, and in Korean particles follow them"""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The same words, ready to be looked for."""
        return Vocabulary(self)


PLAIN = (
    "now after later at on following next_week every daily weekly fortnightly monthly yearly other every_after "
    "of_month day_marks month_leads ranges range_leads range_ends until until_after times hour_marks half_past "
    "minute_marks clock_ends"
).split()
"""Tables of words that mean themselves."""
MEANING = "days parts every_part units numbers ordinals half_days half_leads named_hours".split()
"""Tables of words with a meaning."""
NUMBERED = "weekdays repeated months".split()
"""Tables of words that mean their place in it."""


class Vocabulary:
    """A language's words as patterns. `lists` are the words that stand for a set of weekdays."""

    now: Words[str]
    after: Words[str]
    later: Words[str]
    at: Words[str]
    on: Words[str]
    following: Words[str]
    next_week: Words[str]
    every: Words[str]
    daily: Words[str]
    weekly: Words[str]
    fortnightly: Words[str]
    monthly: Words[str]
    yearly: Words[str]
    other: Words[str]
    every_after: Words[str]
    of_month: Words[str]
    day_marks: Words[str]
    month_leads: Words[str]
    ranges: Words[str]
    range_leads: Words[str]
    range_ends: Words[str]
    until: Words[str]
    until_after: Words[str]
    times: Words[str]
    hour_marks: Words[str]
    half_past: Words[str]
    minute_marks: Words[str]
    clock_ends: Words[str]
    days: Words[int]
    parts: Words[tuple[int, int]]
    every_part: Words[int]
    units: Words[Unit]
    numbers: Words[int]
    ordinals: Words[int]
    half_days: Words[int]
    half_leads: Words[int]
    named_hours: Words[int]
    weekdays: Words[int]
    repeated: Words[int]
    months: Words[int]

    def __init__(self, language: Language) -> None:
        for name in PLAIN:
            setattr(self, name, Words({word: word for word in getattr(language, name)}, language.spaced))
        for name in MEANING:
            setattr(self, name, Words(getattr(language, name), language.spaced))
        for name in NUMBERED:
            places = {word: place for place, words in enumerate(getattr(language, name)) for word in words}
            setattr(self, name, Words(places, language.spaced))
        self.lists = Words(
            {word: range(5) for word in language.workdays} | {word: range(5, 7) for word in language.weekends},
            language.spaced,
        )
        self.also = Words({word: word for word in (*language.also, "&", "+", "/", ",")}, spaced=False)
        self.ranges = Words({word: word for word in (*language.ranges, "-", "–", "~", "〜")}, spaced=False)
        days = zip(language.weekdays, language.repeated, strict=True)
        either = {word: place for place, words in enumerate(days) for word in (*words[0], *words[1])}
        self.range_starts = Words(either, language.spaced, RANGE_END)
        self.hour_open = language.hour_open
