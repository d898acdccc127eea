"""The small words of many languages: they tell which language a line is in, and say little of what is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from knowledge import words

_FILE = Path(__file__).parent / "defaults" / "words" / "function_words.txt"


@cache
def small_words() -> Mapping[str, frozenset[str]]:
    """For each language, by its code, the words that carry a sentence, folded as `words.read` folds them."""
    found = {}
    for line in _FILE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, listed = line.partition(":")
            found[code] = frozenset(words.read(listed, at_most=None))
    return found


@cache
def _every() -> frozenset[str]:
    return frozenset().union(*small_words().values())


def is_small(token: str, languages: Collection[str] = ()) -> bool:
    """Whether a token is a small word of one of these languages, of any where none is given."""
    if not languages:
        return token in _every()
    return any(token in small_words().get(language, ()) for language in languages)
