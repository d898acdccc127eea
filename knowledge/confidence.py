"""How sure the first place is: some facts about the ranking, weighed into the chance that it is right.

The weights were fitted on public questions by `benchmarks/fit_confidence.py`. A shop brings no labels; what it brings
is its own phrasings, and each of them is a question that the base could not answer if its entry were not there. How
sure the base would be of those tells where its answering line must lie.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from knowledge.classifier import Classifier, Floats, Ints
from knowledge.matching import Index, Question, Ranking

# What `facts` gives, in order, each with its weight.
WEIGHTS = {
    "bias": -5.815,
    "margin": 6.286,
    "share": 2.354,
    "covered": 0.658,
    "echoed": 0.554,
    "length": 0.965,
    "entries": 0.129,
    "phrasings": 0.264,
    "impostor": -2.582,
    "usual": -4.418,
    "near_three": 6.828,
    "near_three_ahead": -7.461,
    "votes": 2.51,
}
GLOBAL_LINE = 0.62
SUGGEST_FROM = 0.2
QUANTILE = 0.9
SAMPLE = 200


@dataclass(frozen=True)
class Background:
    """What the base's own phrasings score, each asked as if it, or its whole entry, were not there."""

    usual: Floats
    """For each entry: what its own phrasings score for it, on average, when only the one that asks is left out."""
    impostor: Floats
    """For each entry: the most that a phrasing of another entry scores for it, when that other entry is left out."""
    impostor_from: Ints
    """Where that most comes from."""
    impostor_next: Floats
    """The most from anywhere else."""

    @classmethod
    def of(cls, classifier: Classifier, owners: Ints, entries: int) -> Background:
        """Asks every phrasing of the base."""
        usual = np.bincount(owners, weights=classifier.own_scores()) / np.bincount(owners)
        highest = np.array([classifier.scores_without(entry).max(axis=0) for entry in range(entries)])
        source = np.argmax(highest, axis=0)
        most = highest.max(axis=0)
        highest[source, np.arange(entries)] = 0.0
        return cls(usual, most, source, highest.max(axis=0))

    def impostor_without(self, entry: int, without: int) -> float:
        """The most that an impostor scores for an entry, those of the entry `without` apart."""
        known = self.impostor_next if self.impostor_from[entry] == without else self.impostor
        return float(known[entry])


class Confidence:
    """The chance that the first place is right, for one base, and that base's answering line."""

    def __init__(self, index: Index, weights: Mapping[str, float] = WEIGHTS) -> None:
        self._index = index
        self._weights = np.array([weights[name] for name in WEIGHTS])
        self.line = GLOBAL_LINE
        if index.classifier is not None:
            self._background = Background.of(index.classifier, index.owners, len(index.ids))
            own = [self._chance(found) for found in self._left_out()]
            self.line = max(GLOBAL_LINE, float(np.quantile(own, QUANTILE)) if own else 0.0)
            index.classifier.forget()

    def of(self, question: Question, ranking: Ranking) -> float:
        """The chance, 0 to 1, that the entry with the best score is what the question asks for."""
        return self._chance(self.facts(question, ranking)) if ranking.scores.any() else 0.0

    def _chance(self, found: Floats) -> float:
        return float(1 / (1 + math.exp(-float(found @ self._weights))))

    def facts(self, question: Question, ranking: Ranking, without: int = -1) -> Floats:
        """The facts about the first place, in the order of `WEIGHTS`, as if the entry `without` were not there."""
        index = self._index
        scores, likeness = ranking.scores.copy(), ranking.likeness
        if without >= 0:
            likeness[index.starts[without] : index.starts[without + 1]] = -1.0
            scores[without] = -1.0
        first = int(np.argmax(scores))
        own = slice(int(index.starts[first]), int(index.starts[first + 1]))
        nearest = index.read[int(np.argmax(likeness[own])) + own.start]
        return np.array(
            [
                1.0,
                *_standing(scores, first),
                Coverage(index, question, without).share_in(index.entry_terms[first]),
                Coverage(index, nearest).share_in(frozenset(question.terms)),
                math.log1p(len(question.terms)),
                math.log(len(index.ids)),
                math.log(own.stop - own.start),
                self._background.impostor_without(first, without),
                float(self._background.usual[first]),
                *_neighbours(likeness, own),
            ]
        )

    def _left_out(self) -> Iterator[Floats]:
        """The facts for up to `SAMPLE` evenly spread phrasings, each asked of the base without its entry."""
        index = self._index
        size = len(index.phrasings)
        if index.classifier is None or len(index.ids) < 2:
            return
        for at in np.unique(np.linspace(0, size - 1, min(size, SAMPLE)).astype(np.int64)):
            entry = int(index.owners[at])
            scores = index.classifier.scores_without(entry)[at - index.starts[entry]]
            apart = Ranking(*index.likenesses(index.read[at]), np.zeros(0))
            apart = replace(apart, scores=index.combined(scores, apart.likeness))
            yield self.facts(index.read[at], apart, entry)


class Coverage:
    """How much of a question's weight, each word weighed by how rare it is in the base, stands where."""

    def __init__(self, index: Index, question: Question, without: int = -1) -> None:
        lost = index.entry_terms[without] if without >= 0 else frozenset()
        distinct = dict.fromkeys(question.terms)
        self._known = {t: index.words.weight(t) for t in distinct if index.entries_with[t] > (t in lost)}
        self._all = sum(self._known.values()) + (len(distinct) - len(self._known)) * index.words.rarest

    def share_in(self, terms: frozenset[str]) -> float:
        """The share of the weight whose words are among `terms`, 0 to 1."""
        return sum(weight for term, weight in self._known.items() if term in terms) / max(self._all, 1e-9)


def _standing(scores: Floats, first: int) -> tuple[float, float]:
    """How far the best score is ahead of the second, and its share of all."""
    score = float(scores[first])
    second = float(np.partition(scores, -2)[-2]) if len(scores) > 1 else 0.0
    return score - max(second, 0.0), score / max(float(np.maximum(scores, 0.0).sum()), 1e-9)


def _neighbours(likeness: Floats, own: slice) -> tuple[float, float, float]:
    """How near the entry's three nearest phrasings are, how far ahead of others' three, and their part in the five."""
    ours = np.sort(likeness[own])[::-1]
    others = np.concatenate([likeness[: own.start], likeness[own.stop :]])
    theirs = np.sort(np.partition(others, -5)[-5:] if len(others) > 5 else others)[::-1]
    near = float(ours[:3].mean())
    fifth = np.sort(np.concatenate([ours[:5], theirs]))[::-1][:5]
    among = np.maximum(ours[ours >= fifth[-1]][:5], 0.0).sum() / max(float(np.maximum(fifth, 0.0).sum()), 1e-9)
    return near, near - (float(theirs[:3].mean()) if len(theirs) else 0.0), float(min(among, 1.0))
