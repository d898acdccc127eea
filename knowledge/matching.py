"""Finds the entries nearest to a question: words and character pieces, weighed by how rare they are in this base.

An inverted index in plain numpy arrays: a question costs a handful of array slices, whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from knowledge import words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Field:
    """One way to take a phrasing apart, indexed: `cosines` compares a question with every phrasing at once."""

    def __init__(self, documents: Sequence[Iterable[str]]) -> None:
        self.vocabulary: dict[str, int] = {}
        known = self.vocabulary
        ids: list[int] = []
        lengths = []
        for document in documents:
            own = {known.setdefault(feature, len(known)) for feature in document}
            ids.extend(own)
            lengths.append(len(own))
        self.size = len(documents)
        features = np.array(ids, dtype=np.int64)
        owners = np.repeat(np.arange(self.size), lengths)
        counts = np.bincount(features, minlength=len(known))
        self.rarest = float(np.log(1 + self.size / 0.5))
        self.idf: Floats = np.log(1 + self.size / (counts + 0.5))
        norms = np.sqrt(np.bincount(owners, weights=self.idf[features] ** 2, minlength=self.size))
        order = np.argsort(features, kind="stable")
        self.postings: Ints = owners[order]
        self.weights: Floats = self.idf[features[order]] / np.maximum(norms[self.postings], 1e-9)
        self.starts: Ints = np.concatenate([[0], np.cumsum(counts)])

    def cosines(self, features: Iterable[str]) -> Floats:
        """How alike the question is to each phrasing, 0 to 1; what the base has never seen counts against it."""
        distinct = set(features)
        found = sorted(self.vocabulary[f] for f in distinct if f in self.vocabulary)
        if not found:
            return np.zeros(self.size)
        slices = [slice(self.starts[f], self.starts[f + 1]) for f in found]
        owners = np.concatenate([self.postings[s] for s in slices])
        weights = np.concatenate([self.weights[s] * self.idf[f] for s, f in zip(slices, found, strict=True)])
        unseen = len(distinct) - len(found)
        length = np.sqrt(float(np.sum(self.idf[found] ** 2)) + unseen * self.rarest**2)
        scores: Floats = np.bincount(owners, weights=weights, minlength=self.size) / length
        return np.minimum(scores, 1.0)


@dataclass(frozen=True)
class Question:
    """A line taken apart: its tokens after typo repair, what counts as words, and the pieces of characters."""

    tokens: tuple[str, ...]
    terms: tuple[str, ...]
    grams: tuple[str, ...]


@dataclass(frozen=True)
class Ranking:
    """Scores for each entry, in the order of `Index.ids`, and the best phrasing of each."""

    scores: Floats
    by_words: Floats
    by_grams: Floats
    nearest: Ints


class Index:
    """All phrasings of a base. `ids` are sorted, so that an earlier place means an earlier id."""

    def __init__(self, phrasings: Iterable[tuple[str, Iterable[str]]]) -> None:
        base = sorted((id, [q for q in questions if q.strip()]) for id, questions in phrasings)
        self.ids = [id for id, questions in base if questions]
        self.phrasings = [question for _, questions in base for question in questions]
        sizes = [len(questions) for _, questions in base if questions]
        self.starts: Ints = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.owners: Ints = np.repeat(np.arange(len(self.ids)), sizes)
        self.read = [_taken_apart(words.tokens(words.normalise(phrasing))) for phrasing in self.phrasings]
        self.words = Field([question.terms for question in self.read])
        self.grams = Field([question.grams for question in self.read])
        self.known = {token for question in self.read for token in question.tokens}
        self._repairable = sorted(t for t in self.known if len(t) > 3 and t.isalpha() and not words.is_unspaced(t))
        self._repaired: dict[str, str] = {}

    def question(self, text: str) -> Question:
        """Takes a line apart and mends its typos against the words of the base."""
        return _taken_apart([self.mended(token) for token in words.tokens(words.normalise(text))])

    def mended(self, token: str) -> str:
        """The word of the base that a token misspells by one slip (two from eight letters on), else the token."""
        if token in self.known or len(token) < 4 or not token.isalpha() or words.is_unspaced(token):
            return token
        slips = 1 if len(token) < 8 else 2
        best = process.extractOne(token, self._repairable, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
        return str(best[0]) if best else token

    def rank(self, question: Question) -> Ranking:
        """Scores every entry for the question."""
        by_words = self.words.cosines(question.terms)
        by_grams = self.grams.cosines(question.grams)
        fused = 0.5 * by_words + 0.5 * by_grams
        best = np.maximum.reduceat(fused, self.starts[:-1])
        at = np.array([int(np.argmax(fused[a:b])) + a for a, b in zip(self.starts, self.starts[1:], strict=False)])
        return Ranking(best, by_words[at], by_grams[at], at)


def _taken_apart(found: Sequence[str]) -> Question:
    terms = tuple(term for token in found for term in words.terms(token))
    return Question(tuple(found), terms, tuple(gram for token in found for gram in words.grams(token)))
