"""Cuts a long text into parts that a platform takes, at the end of a paragraph, a line or a word."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from bot.messages import Text

SENTENCE_ENDS = "。！？、"
"""Scripts without spaces may be cut after these."""

JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)


def utf16_units(plain: str) -> int:
    """The length of `plain` as Telegram counts it: UTF-16 code units, so that most emoji count twice."""
    return len(plain.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: Text, limit: int, units: Callable[[str], int]) -> list[Text]:
    """`text` in parts of at most `limit` units each, in order, with their formatting; a short text stays as it is.

    Only white space at a cut is dropped. `units` counts at least one for each code point. Raises ValueError when a
    single character is longer than `limit`.
    """
    if units(text.plain) <= limit:
        return [text]
    parts = []
    start = _past_space(text.plain, 0)
    while start < len(text.plain):
        end = _part_end(text.plain, start, limit, units)
        parts.append(text.cut(start, start + len(text.plain[start:end].rstrip())))
        start = _past_space(text.plain, end)
    return parts or [Text()]


def _part_end(plain: str, start: int, limit: int, units: Callable[[str], int]) -> int:
    fitting = _fitting(plain[start : start + limit + 1], limit, units)
    if not fitting:
        raise ValueError(f"a limit of {limit} is too small for one character of the text")
    if start + fitting == len(plain):
        return len(plain)
    return start + _cut(plain[start : start + fitting + 1])


def _fitting(window: str, limit: int, units: Callable[[str], int]) -> int:
    """How many code points of `window` fit, by halving."""
    low, high = 0, len(window)
    while low < high:
        middle = (low + high + 1) // 2
        if units(window[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(window: str) -> int:
    """The best place to cut; the last character of `window` is the first that no longer fits."""
    fitting = len(window) - 1
    for mark in ("\n\n", "\n"):
        # A break in the first half would leave a stub of a message.
        at = window.rfind(mark)
        if at >= fitting // 2:
            return at
    word = next((at for at in range(fitting, 0, -1) if _ends_word(window, at)), 0)
    return word or _between_signs(window, fitting)


def _ends_word(window: str, at: int) -> bool:
    return window[at].isspace() or window[at - 1] in SENTENCE_ENDS


def _between_signs(window: str, fitting: int) -> int:
    """A cut that tears no accent from its letter and no composed emoji apart, where one such exists."""
    at = fitting
    while at > 1 and _belongs_together(window[at - 1], window[at]):
        at -= 1
    return at if at > 1 else fitting


def _belongs_together(before: str, after: str) -> bool:
    if JOINER in (before, after) or ord(after) in SKIN_TONES:
        return True
    return unicodedata.category(after) in ("Mn", "Me", "Mc")


def _past_space(plain: str, start: int) -> int:
    while start < len(plain) and plain[start].isspace():
        start += 1
    return start
