"""A place in a text and the language in which to read on."""

from __future__ import annotations

import re
from typing import TypeVar

from bot.recurrence.phrases import Language, Words

T = TypeVar("T")

_END = re.compile(r"\s|$|[,:;.!?)–—](?:\s|$)")


class Scanner:
    """A place in a folded text and the language in which to read on. What does not match moves nothing."""

    def __init__(self, text: str, language: Language) -> None:
        self.text = text
        self.words = language.vocabulary
        self.at = 0

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What `pattern` finds here, passed over."""
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def take(self, words: Words[T]) -> T | None:
        """The meaning of the longest of `words` that stands here, passed over. May be 0: compare with None."""
        found = self.match(words.pattern)
        return None if found is None else words[found[1]]

    def at_end(self) -> bool:
        """Whether a schedule may end here: not within a word, a number or a range."""
        return _END.match(self.text, self.at) is not None
