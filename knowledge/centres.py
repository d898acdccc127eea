"""Where the entries of a base lie by meaning: what that says of a line beside what the ranking says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from knowledge.classifier import Floats, Ints, Singles

ALIKE = 0.5
"""How alike an entry's phrasings are taken to be in a base that has one for each."""


class Centres:
    """The centre of each entry, and of the whole base."""

    def __init__(self, owners: Ints, meanings: Singles) -> None:
        """`owners` says which entry each row belongs to, counted up from 0; the rows are of length 1."""
        starts = np.append(np.flatnonzero(np.diff(owners, prepend=-1)), len(owners))
        self._entries = _of_length_1(np.add.reduceat(meanings, starts[:-1], axis=0))
        self._base = _of_length_1(meanings.sum(axis=0, keepdims=True))[0]
        self._usual = float((meanings @ self._base).mean())
        self._within = _within(meanings, starts)

    def facts(self, line: Singles, entry: int) -> dict[str, float]:
        """How near a line lies to the entry's centre; whether it is of the base's field, as much as the base's own
        phrasings are (0) or less (below 0); and how alike the entry's phrasings are among themselves."""
        return {
            "centre": float(self._entries[entry] @ line),
            "field": float(self._base @ line) - self._usual,
            "within": float(self._within[entry]),
        }


def _within(meanings: Singles, starts: Ints) -> Floats:
    """For each entry: how like its nearest sibling a phrasing is, on average; for one alone, what the others have."""
    found = np.full(len(starts) - 1, np.nan)
    for entry, (begin, end) in enumerate(pairwise(starts)):
        if end - begin > 1:
            likeness = meanings[begin:end] @ meanings[begin:end].T
            np.fill_diagonal(likeness, -1.0)
            found[entry] = likeness.max(axis=1).mean()
    known = found[~np.isnan(found)]
    usual = float(known.mean()) if len(known) else ALIKE
    return np.where(np.isnan(found), usual, found)


def _of_length_1(rows: Singles) -> Singles:
    found: Singles = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
    return found
