"""Finds the entries nearest to a question: words, pairs of words and pieces of words, weighed by how rare they are.

A small linear classifier, learnt from the phrasings alone, says which entries a question points to; how alike the
phrasings of the first few of those are says the rest, so that a question costs about the same in a base of any size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np

from knowledge import words
from knowledge.centres import Centres
from knowledge.classifier import Classifier, Floats, Ints, Singles, places_for
from knowledge.meaning import share_of_meaning
from knowledge.typos import Speller

WORDS_SHARE = 0.5
NEAREST_SHARE = 0.05
COMMON_ENTRIES, COMMON_SHARE = 4, 0.1
LOOKED_AT = 16
"""The phrasings of so many entries are compared with a question: those that the classifier puts first."""


Read = tuple[tuple[Ints, Floats], tuple[Ints, Floats]]
"""A question's known features and their weights: its words, its pieces."""


class Sentences(Protocol):
    """A sentence model: a row of length 1 for each text."""

    def of(self, texts: Sequence[str]) -> Singles: ...


class Field:
    """One way to take a phrasing apart: `likeness` compares a question with the phrasings of some entries."""

    def __init__(
        self, documents: Sequence[Sequence[str]], parts: Callable[[str], Iterable[str]], entries: Ints
    ) -> None:
        """`parts` takes one unit of a document (a token, a pair) apart into features; it is asked once for each.

        `entries` says which entry each document belongs to, counted up from 0. A feature is rare when few *entries*
        use it: what every phrasing of one entry says is that entry's very own word.
        """
        self.vocabulary: dict[str, int] = {}
        known = self.vocabulary
        units = {unit: None for document in documents for unit in document}
        taken_apart = {unit: [known.setdefault(part, len(known)) for part in parts(unit)] for unit in units}
        ids: list[int] = []
        lengths = []
        for document in documents:
            own = {feature for unit in document for feature in taken_apart[unit]}
            ids.extend(own)
            lengths.append(len(own))
        self.size = len(documents)
        self.features: Ints = np.array(ids, dtype=np.int64)
        self.owners: Ints = np.repeat(np.arange(self.size), lengths)
        self.ends: Ints = np.append(0, np.cumsum(lengths)).astype(np.int64)
        many = int(entries.max()) + 1 if self.size else 0
        pairs = np.sort(self.features * max(many, 1) + entries[self.owners])
        once = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
        using = np.bincount(once // max(many, 1), minlength=len(known))
        self.rarest = float(np.log(1 + many / 0.5))
        self.idf: Floats = np.log(1 + many / (using + 0.5))
        norms = np.sqrt(np.bincount(self.owners, weights=self.idf[self.features] ** 2, minlength=self.size))
        self.weights: Floats = self.idf[self.features] / np.maximum(norms[self.owners], 1e-9)

    def read(self, features: Iterable[str]) -> tuple[Ints, Floats]:
        """The known features of a question and their weights; what the base has never seen makes them weigh less."""
        distinct = set(features)
        found = np.array(sorted(self.vocabulary[f] for f in distinct if f in self.vocabulary), dtype=np.int64)
        idf: Floats = self.idf[found]
        unseen = len(distinct) - len(found)
        return found, idf / np.sqrt(max(float(idf @ idf) + unseen * self.rarest**2, 1e-9))

    def likeness(self, found: Ints, weights: Floats, documents: Ints) -> Floats:
        """The cosine of a question, as `read`, with each of these documents, 0 to 1."""
        asked = np.zeros(len(self.vocabulary))
        asked[found] = weights
        starts, lengths = self.ends[documents], self.ends[documents + 1] - self.ends[documents]
        ends = np.cumsum(lengths)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths)
        summed = np.append(0.0, np.cumsum(asked[self.features[at]] * self.weights[at]))
        cosines: Floats = np.clip(summed[ends] - summed[ends - lengths], 0.0, 1.0)
        return cosines

    def weight(self, feature: str) -> float:
        """How much a feature says: its inverse document frequency in this base."""
        at = self.vocabulary.get(feature)
        return self.rarest if at is None else float(self.idf[at])


@dataclass(frozen=True)
class Question:
    """A line taken apart: its tokens after typo repair, and what counts as words."""

    tokens: tuple[str, ...]
    terms: tuple[str, ...]
    meaning: Singles | None = field(default=None, compare=False)
    """The line's vector where the base has a sentence model."""

    @cached_property
    def phrases(self) -> tuple[str, ...]:
        """The terms and the pairs of neighbours, both ends of the line marked."""
        edged = ("^", *self.terms, "$")
        return (*self.terms, *(f"{one} {two}" for one, two in pairwise(edged)))

    @cached_property
    def grams(self) -> tuple[str, ...]:
        """The pieces of all tokens."""
        return tuple(gram for token in self.tokens for gram in words.grams(token))


@dataclass(frozen=True)
class Ranking:
    """Each entry's score, 0 to 1 (places as in `Index.ids`), and how alike the phrasings looked at are.

    `owners` says which entry each of those phrasings belongs to, counted up.
    """

    scores: Floats
    owners: Ints
    likeness: Floats


class Index:
    """All phrasings of a base. `ids` are sorted, so that an earlier place means an earlier id."""

    def __init__(self, phrasings: Iterable[tuple[str, Iterable[str]]], model: Sentences | None = None) -> None:
        base = sorted((id, [q for q in questions if q.strip()]) for id, questions in phrasings)
        base = [(id, questions) for id, questions in base if questions]
        self.ids = [id for id, _ in base]
        self.phrasings = [question for _, questions in base for question in questions]
        sizes = [len(questions) for _, questions in base]
        self.starts: Ints = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.owners: Ints = np.repeat(np.arange(len(self.ids)), np.array(sizes, dtype=np.int64))
        self.read = [_taken_apart(words.read(phrasing)) for phrasing in self.phrasings]
        self.words = Field([question.phrases for question in self.read], lambda phrase: (phrase,), self.owners)
        self.grams = Field([question.tokens for question in self.read], words.grams, self.owners)
        self.speller = Speller(Counter(token for question in self.read for token in question.tokens))
        self.entry_terms = [
            frozenset(term for question in self.read[a:b] for term in question.terms)
            for a, b in zip(self.starts[:-1], self.starts[1:], strict=True)
        ]
        self.entries_with = Counter(term for terms in self.entry_terms for term in terms)
        self._all: Ints = np.arange(len(self.ids))
        self._fields = [(self.words, WORDS_SHARE**0.5), (self.grams, (1 - WORDS_SHARE) ** 0.5)]
        self._places = places_for([one.vocabulary for one, _ in self._fields], len(self.phrasings))
        self._model = model if self.phrasings else None
        if self._model:
            vectors = self._model.of(self.phrasings)
            self.read = [replace(one, meaning=vector) for one, vector in zip(self.read, vectors, strict=True)]
            self._meanings: Singles = vectors
        self.meaning_share, self.classifier = self._learnt()
        self.centres = Centres(self.owners, self._meanings) if self.meaning_share else None

    def question(self, asked: Iterable[str], text: str = "") -> Question:
        """Mends the typos in a line's tokens against the words of the base; `text` is the line for its meaning."""
        found = _taken_apart(self.mended(asked))
        if self._model is None or not self.meaning_share:
            return found
        return replace(found, meaning=self._model.of([text or " ".join(found.tokens)])[0])

    def mended(self, asked: Iterable[str]) -> list[str]:
        """The tokens, each typo mended."""
        return [self.speller.mended(token) for token in asked]

    def rank(self, question: Question) -> Ranking:
        """Scores every entry for the question."""
        read = self._looked_up(question)
        if self.classifier is None:
            return Ranking(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0))
        vector = np.zeros(self._places[0].buckets, dtype=np.float32)
        for (_, share), places, (found, weights) in zip(self._fields, self._places, read, strict=True):
            vector += np.float32(share) * places.vectors(np.zeros_like(found), found, weights, 1)[0]
        if self.meaning_share and question.meaning is not None:
            vector = _beside(vector, question.meaning, self.meaning_share)
        return self._beside_likeness(question, read, self.classifier.scores(vector))

    def ranked(self, question: Question, classified: Floats) -> Ranking:
        """The ranking of a question of which the classifier's scores are known."""
        return self._beside_likeness(question, self._looked_up(question), classified)

    def _beside_likeness(self, question: Question, read: Read, classified: Floats) -> Ranking:
        """What the classifier says, and a little of how alike an entry's nearest phrasing is.

        The classifier knows which words tell entries apart; the likeness keeps it honest in a base so large that its
        vectors are crowded.
        """
        first = np.argpartition(classified, -LOOKED_AT)[-LOOKED_AT:] if len(self.ids) > LOOKED_AT else self._all
        first = np.sort(first)
        sizes = self.starts[first + 1] - self.starts[first]
        begins = np.cumsum(sizes) - sizes
        documents = np.arange(int(sizes.sum())) + np.repeat(self.starts[first] - begins, sizes)
        likeness = self._likeness(question, read, documents)
        scores = (1 - NEAREST_SHARE) * classified
        scores[first] += NEAREST_SHARE * np.maximum.reduceat(likeness, begins)
        return Ranking(scores, self.owners[documents], likeness)

    def tokens_of(self) -> dict[str, list[tuple[str, ...]]]:
        """The tokens of each entry's phrasings."""
        spans = zip(self.ids, self.starts[:-1], self.starts[1:], strict=True)
        return {id: [question.tokens for question in self.read[a:b]] for id, a, b in spans}

    def common_words(self) -> frozenset[str]:
        """The words that so many entries use that none of them points anywhere."""
        many = max(COMMON_ENTRIES, COMMON_SHARE * len(self.ids))
        return frozenset(term for term, entries in self.entries_with.items() if entries >= many)

    def _likeness(self, question: Question, read: Read, documents: Ints) -> Floats:
        by_words, by_grams = (one.likeness(*f, documents) for (one, _), f in zip(self._fields, read, strict=True))
        fused: Floats = WORDS_SHARE * by_words + (1 - WORDS_SHARE) * by_grams
        if not self.meaning_share or question.meaning is None:
            return fused
        meant = np.clip(self._meanings[documents] @ question.meaning, 0.0, 1.0).astype(np.float64)
        both: Floats = (1 - self.meaning_share) * fused + self.meaning_share * meant
        return both

    def _looked_up(self, question: Question) -> Read:
        return self.words.read(question.phrases), self.grams.read(question.grams)

    def _learnt(self) -> tuple[float, Classifier | None]:
        """What meaning counts in this base, and the classifier."""
        if not self.ids:
            return 0.0, None
        size, parts = len(self.phrasings), zip(self._fields, self._places, strict=True)
        made = [np.float32(share) * h.vectors(f.owners, f.features, f.weights, size) for (f, share), h in parts]
        vectors: Singles = np.add(*made)
        share = share_of_meaning(self.owners, vectors, self._meanings) if self._model else 0.0
        return share, Classifier(self.owners, _beside(vectors, self._meanings, share) if share else vectors)


def _beside(vectors: Singles, meanings: Singles, share: float) -> Singles:
    """Words and meaning in one vector, so that the product of two is the mean of both likenesses, weighed by share."""
    both = [np.float32((1 - share) ** 0.5) * vectors, np.float32(share**0.5) * meanings]
    return np.concatenate(both, axis=-1)


def _taken_apart(found: Sequence[str]) -> Question:
    tokens = tuple(found)
    if all(map(str.isascii, tokens)):  # each is its own term
        return Question(tokens, tokens)
    return Question(tokens, tuple(term for token in tokens for term in words.terms(token)))
