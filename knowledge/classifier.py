"""A small linear classifier over a base's own phrasings: ridge regression from what a phrasing holds to its entry.

A small base gives each feature a place of its own. A large one has tens of thousands, so there each is hashed with a
sign into a vector of fixed length (the "hashing trick": Weinberger and others, Feature Hashing for Large Scale
Multitask Learning, 2009). That keeps fitting well under a second, makes a question cost the same in a large base as in
a small one, and loses about a point of accuracy.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]

RIDGE = 0.5
OWN_PLACES = 8_192
SMALL_BASE = 1_000
BUCKETS_SMALL, BUCKETS_LARGE = 4_096, 1_024
LEVELLED_FROM = 6
"""So many entries tell what is common to all; with two or three a mean is mostly one of them."""


def places_for(vocabularies: Sequence[Collection[str]], phrasings: int) -> list[Places]:
    """Where the features of several vocabularies go in one vector: each its own place in a small base."""
    every = sum(map(len, vocabularies))
    if every <= OWN_PLACES:
        starts = np.cumsum([0, *map(len, vocabularies)])
        return [
            Places(max(every, 1), np.arange(len(vocabulary)) + start, np.ones(len(vocabulary)))
            for vocabulary, start in zip(vocabularies, starts[:-1], strict=True)
        ]
    buckets = BUCKETS_SMALL if phrasings <= SMALL_BASE else BUCKETS_LARGE
    return [_hashed(vocabulary, buckets) for vocabulary in vocabularies]


def _hashed(vocabulary: Iterable[str], buckets: int) -> Places:
    """The same in every process."""
    hashes = np.array([zlib.crc32(feature.encode("utf-8", "replace")) for feature in vocabulary], dtype=np.int64)
    return Places(buckets, hashes % buckets, np.where(hashes & (1 << 20), 1.0, -1.0))


@dataclass(frozen=True)
class Places:
    """Where each feature of a vocabulary goes in a vector of `buckets` places, and with which sign."""

    buckets: int
    at: Ints
    sign: Floats

    def vectors(self, owners: Ints, features: Ints, weights: Floats, size: int) -> Singles:
        """A row for each of `size` owners, from (owner, feature, weight) triples."""
        places = owners * self.buckets + self.at[features]
        flat = np.bincount(places, weights=weights * self.sign[features], minlength=size * self.buckets)
        return flat.astype(np.float32).reshape(size, self.buckets)


class Classifier:
    """Learns which entry owns which vector. `owners` counts up from 0 in the order of the rows.

    Two things are taken off where there are entries enough to tell: from each vector the mean of all, which is what
    every line of this shop is made of, and from each entry's scores what other entries' phrasings score for it on
    average, so that a stranger starts from nothing whichever entry it meets.
    """

    def __init__(self, owners: Ints, vectors: Singles) -> None:
        self._owners = owners
        self._starts: Ints = np.append(np.flatnonzero(np.diff(owners, prepend=-1)), len(owners))
        self.entries = len(self._starts) - 1
        levelled = self.entries >= LEVELLED_FROM
        mean = vectors.mean(axis=0) if levelled else np.zeros(vectors.shape[1], dtype=np.float32)
        self._vectors: Singles = vectors - mean if levelled else vectors
        rows, buckets = vectors.shape
        self._by_rows = rows <= buckets
        gram = self._vectors @ self._vectors.T if self._by_rows else self._vectors.T @ self._vectors
        gram[np.diag_indices_from(gram)] += RIDGE
        self._inverse: Singles = np.linalg.inv(gram).astype(np.float32)
        if self._by_rows:
            summed = np.add.reduceat(self._inverse, self._starts[:-1], axis=1)
            self._weights: Singles = self._vectors.T @ summed
        else:
            self._weights = self._inverse @ np.add.reduceat(self._vectors, self._starts[:-1], axis=0).T
        self._usual: Floats = self._of_strangers() if levelled else np.zeros(self.entries)
        self._from: Singles = (-(mean @ self._weights) - self._usual).astype(np.float32)

    def scores(self, vector: Singles) -> Floats:
        """A score for each entry, 0 to 1; 0 for all where the vector is empty."""
        # A question fills few places. einsum works alone: a threaded product of this size waits for its threads.
        filled = np.flatnonzero(vector)
        if not len(filled):
            return np.zeros(self.entries)
        summed: Singles = np.einsum("i,ij->j", vector[filled], self._weights[filled]) + self._from
        return _bounded(summed)

    def own_scores(self) -> Floats:
        """What each phrasing would score for its own entry, had that phrasing alone never been there."""
        fitted = self._fitted[np.arange(len(self._owners)), self._owners]
        return _bounded(1 - (1 - fitted) / self._rest - self._usual[self._owners])

    def found_again(self) -> float:
        """The part of the phrasings that score most for their own entry, each as if it alone had never been there;
        an entry's only phrasing finds nothing."""
        alone = self._fitted / self._rest[:, None] - self._usual
        alone[np.arange(len(alone)), self._owners] += 1 - 1 / self._rest
        among_others = np.bincount(self._owners)[self._owners] > 1
        return float(((alone.argmax(axis=1) == self._owners) & among_others).mean())

    def scores_without(self, entry: int) -> Floats:
        """What each phrasing of an entry would score, had that entry never been there: a row each.

        The block form of leave-one-out for linear smoothers, y - (I - H)^-1 (y - Hy), where H is the smoother's part
        for these rows; I - H is the ridge times the inverse when it was inverted by rows.
        """
        own = slice(self._starts[entry], self._starts[entry + 1])
        fitted = self._fitted[own]
        truth = np.zeros_like(fitted)
        truth[:, entry] = 1.0
        if self._by_rows:
            rest = RIDGE * self._inverse[own, own]
        else:
            rest = np.eye(len(truth), dtype=np.float32) - self._smoother[own] @ self._vectors[own].T
        found = _bounded(truth - np.linalg.solve(rest, truth - fitted) - self._usual)
        found[:, entry] = 0.0
        return found

    def forget(self) -> None:
        """Lets go of what the questions about the base itself needed, most of the memory; `scores` still works."""
        self._vectors = self._inverse = np.zeros((0, 0), dtype=np.float32)
        for cached in ("_smoother", "_fitted", "_rest"):
            self.__dict__.pop(cached, None)

    def _of_strangers(self) -> Floats:
        """For each entry what the phrasings of all others score for it, each as if it alone had never been there."""
        alone = self._fitted / self._rest[:, None]
        own = np.bincount(self._owners, weights=alone[np.arange(len(self._owners)), self._owners])
        found: Floats = (alone.sum(axis=0) - own) / (len(self._owners) - np.bincount(self._owners))
        return found

    @cached_property
    def _fitted(self) -> Singles:
        return self._vectors @ self._weights

    @cached_property
    def _rest(self) -> Singles:
        """For each phrasing the part of its score that is not its own doing."""
        if self._by_rows:
            own = RIDGE * np.diag(self._inverse)
        else:
            own = 1 - np.einsum("ij,ij->i", self._smoother, self._vectors)
        rest: Singles = np.maximum(own, np.float32(1e-6))
        return rest

    @cached_property
    def _smoother(self) -> Singles:
        return self._vectors @ self._inverse


def _bounded(scores: Singles | Floats) -> Floats:
    bounded: Floats = np.clip(scores, 0.0, 1.0).astype(np.float64)
    return bounded
