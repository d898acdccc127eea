"""Mends a misspelt word against the words of a base. Numbers, sizes and part numbers are never touched."""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz.distance import OSA

from knowledge.languages import is_small

SHORTEST, SURE_FROM = 4, 5
"""In four letters only a swap is mended: another letter makes too many other words."""
LONGEST = 30


class Speller:
    """Knows the words of a base with how often each occurs; a look-up costs the same however many there are.

    Two words one slip apart share a form with one letter left out, so a table of those forms finds every candidate.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._forms: dict[str, list[str]] = {}
        for word in counts:
            if _mendable(word):
                for form in _forms(word):
                    self._forms.setdefault(form, []).append(word)

    def mended(self, token: str) -> str:
        """The base's word one slip (a letter more, less, other or swapped) from an unknown token; else the token.

        Of several the most frequent is taken, then the first by alphabet. The small words of any language stay.
        """
        if token in self._counts or not _mendable(token) or is_small(token):
            return token
        near = {word for form in _forms(token) for word in self._forms.get(form, ()) if _one_slip(token, word)}
        if len(token) < SURE_FROM:
            near = {word for word in near if sorted(token) == sorted(word)}
        return min(near, key=lambda word: (-self._counts[word], word), default=token)


def _mendable(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word.isalpha()


def _forms(word: str) -> set[str]:
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def _one_slip(token: str, word: str) -> bool:
    return OSA.distance(token, word, score_cutoff=1) <= 1
