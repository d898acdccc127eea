"""Questions that nobody wrote an answer for, put together where they ask alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from knowledge import words
from knowledge.asking import is_asking

ALIKE_FROM = 0.33
"""Cosine of two questions' rare words and letters from which they count as one."""
PIECE = 0.3
"""What a piece of a word weighs beside the word."""
MOST = 400
"""Questions looked at, the latest first; every two of them are compared."""


@dataclass(frozen=True)
class Cluster:
    """Questions that ask alike; `example` is the one that is most like the others. Places are those in the list."""

    example: str
    places: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many ask this."""
        return len(self.places)


def clusters(questions: Sequence[str]) -> list[Cluster]:
    """The questions in groups, the largest first, of one size the earlier first. Beyond `MOST` none are looked at."""
    looked_at = list(questions[:MOST])
    if not looked_at:
        return []
    alike = _likeness(looked_at)
    groups: list[list[int]] = []
    for place in range(len(looked_at)):
        likes = [float(alike[place, group].max()) for group in groups]
        best = max(range(len(groups)), key=lambda at: likes[at], default=-1)
        if best >= 0 and likes[best] >= ALIKE_FROM:
            groups[best].append(place)
        else:
            groups.append([place])
    found = []
    for group in groups:
        middle = max(group, key=lambda at: (float(alike[at, group].sum()), -at))
        found.append(Cluster(looked_at[middle], tuple(group)))
    return sorted(found, key=lambda cluster: (-cluster.count, cluster.places[0]))


def _likeness(questions: Sequence[str]) -> np.ndarray:
    """How alike every two questions are, 0 to 1."""
    bags = [_pieces(question) for question in questions]
    spread = Counter(piece for bag in bags for piece in bag)
    column = {piece: number for number, piece in enumerate(spread)}
    weights = np.zeros((len(bags), max(len(column), 1)), dtype=np.float32)
    for row, bag in enumerate(bags):
        for piece, weight in bag.items():
            weights[row, column[piece]] = weight * log(1 + len(bags) / spread[piece])
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    weights /= np.where(lengths == 0, 1, lengths)
    likeness: np.ndarray = weights @ weights.T
    return likeness


def _pieces(question: str) -> dict[str, float]:
    """The words that say what is asked for, whole, and less heavily in pieces; all words where none says it."""
    tokens = words.read(question)
    telling = [token for token in tokens if not is_asking(token)] or tokens
    found: dict[str, float] = {}
    for token in telling:
        found[token] = 1.0
        for piece in words.grams(token):
            found.setdefault(piece, PIECE)
    return found
