"""Whether somebody asks the same thing again: spelt a little otherwise, with "hello" or "please" put in or left out."""

from __future__ import annotations

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from knowledge.asking import is_asking
from knowledge.words import is_number, is_unspaced, normalise, tokens

WHOLE_FROM = 80.0
"""How alike the two lines are as a whole, 0 to 100, whatever the order of their words."""
UNSPACED_FROM = 85.0
"""The same where no spaces part the words, so that none can be compared for itself."""


def same_question(first: str, again: str) -> bool:
    """Whether the second line asks what the first did. Another number, place or thing is another question."""
    one, other = normalise(first), normalise(again)
    if not one or not other:
        return False
    if one == other:
        return True
    words, again_words = tokens(one), tokens(other)
    if {w for w in words if is_number(w)} != {w for w in again_words if is_number(w)}:
        return False
    alike = fuzz.token_sort_ratio(" ".join(words), " ".join(again_words))
    if any(is_unspaced(word) for word in (*words, *again_words)):
        return alike >= UNSPACED_FROM
    telling, again_telling = _telling(words), _telling(again_words)
    return alike >= WHOLE_FROM and _all_in(telling, again_telling) and _all_in(again_telling, telling)


def _telling(words: list[str]) -> list[str]:
    """The words that say what is asked for; all of them where none does."""
    return [word for word in words if not is_asking(word)] or words


def _all_in(words: list[str], others: list[str]) -> bool:
    return all(any(_is_slip(word, other) for other in others) for word in words)


def _is_slip(word: str, other: str) -> bool:
    """Whether they are one word, perhaps with a slip of the finger or another ending."""
    if word == other:
        return True
    if is_number(word) or is_number(other) or min(len(word), len(other)) < 4:
        return False
    if len(word) == len(other) == 4:
        return sorted(word) == sorted(other)
    return word[0] == other[0] and OSA.distance(word, other, score_cutoff=1) <= 1
