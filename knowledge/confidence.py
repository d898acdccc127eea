"""How sure the first place is: some facts about the ranking, weighed into the chance that it is right.

The weights were fitted on public questions by `benchmarks/fit_confidence.py`. A shop brings no labels; what it brings
is its own phrasings, and each of them is a question that the base could not answer if its entry were not there. How
sure the base would be of those tells where its answering line must lie.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.classifier import Classifier, Floats, Ints
from knowledge.matching import Index, Question, Ranking

# What `facts` gives, in this order, each with its weight.
WEIGHTS = {
    "bias": -4.737,
    "margin": 10.462,
    "length": 0.507,
    "phrasings": 0.07,
    "impostor": -1.392,
    "usual": -2.576,
    "votes": 0.706,
    "near_and_long": 1.718,
    "margin_and_usual": -9.662,
    "strangers": 1.729,
}
WEIGHTS_WITH_MEANING = {
    "bias": -5.288,
    "margin": 5.399,
    "length": 0.347,
    "phrasings": 0.916,
    "impostor": -1.862,
    "usual": -5.09,
    "votes": 0.302,
    "strangers": 1.249,
    "centre": 6.476,
    "field": -1.619,
    "within": -0.606,
}
"""The same where a sentence model counts: it finds strangers more alike, and has facts of its own."""
GLOBAL_LINE, LINE_WHERE_FOUND = 0.37, 0.32
FOUND_FROM, FOUND_TO = 0.8, 0.9
"""The line that holds everywhere is lower where a base tells its entries well apart: it falls from the first to the
second as the part of the phrasings that find their entry, each asked as if it were not there, goes from .8 to .9."""
SUGGEST_FROM = 0.13
QUANTILE = 0.91
LINE_WITH_MEANING, QUANTILE_WITH_MEANING = 0.56, 0.885
SUGGEST_BY_MEANING_FROM = 0.2
FEW_ENTRIES, QUANTILE_OF_FEW = 20, 0.91
"""Where a model counts: fewer entries than that are few strangers, whose quantile says less, so a higher one holds."""
STRETCHED_FROM, STRETCHED = 0.6, 1.3
"""Where a model counts: how surer than .6 a base is of its strangers (in log odds) is taken 1.3 times, because those
who ask are then still more alike than the entries that were left out."""
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
    strangers: Floats
    """For each phrasing the most that it scores when its own entry is left out, in rising order."""

    @classmethod
    def of(cls, classifier: Classifier, owners: Ints, entries: int) -> Background:
        """Asks every phrasing of the base."""
        usual = np.bincount(owners, weights=classifier.own_scores()) / np.bincount(owners)
        apart = [classifier.scores_without(entry) for entry in range(entries)]
        highest = np.array([rows.max(axis=0) for rows in apart])
        strangers = np.sort(np.concatenate([rows.max(axis=1) for rows in apart]))
        source = np.argmax(highest, axis=0)
        most = highest.max(axis=0)
        highest[source, np.arange(entries)] = 0.0
        return cls(usual, most, source, highest.max(axis=0), strangers)

    def impostor_without(self, entry: int, without: int) -> float:
        """The most that an impostor scores for an entry, those of the entry `without` apart."""
        known = self.impostor_next if self.impostor_from[entry] == without else self.impostor
        return float(known[entry])

    def strangers_below(self, score: float) -> float:
        """The part of the strangers that score less, 0 to 1."""
        return float(np.searchsorted(self.strangers, score)) / len(self.strangers)


class Confidence:
    """The chance that the first place is right, for one base, and that base's answering line."""

    def __init__(
        self,
        index: Index,
        weights: Mapping[str, float] | None = None,
        refused: Callable[[str, str], bool] | None = None,
    ) -> None:
        """`weights` are for benchmarks, and hold only where they are for the facts that this base has; `refused` says
        whether an entry must not answer a text however sure it is: such a stranger does no harm."""
        self._index = index
        self._refused = refused or (lambda text, id: False)
        usual = WEIGHTS_WITH_MEANING if index.centres else WEIGHTS
        chosen = weights if weights and weights.keys() == usual.keys() else usual
        self.names = tuple(chosen)
        self._weights = np.array([*chosen.values()])
        self.suggest_from = SUGGEST_BY_MEANING_FROM if index.centres else SUGGEST_FROM
        self.least = LINE_WITH_MEANING if index.centres else GLOBAL_LINE
        if index.classifier is None:
            self.line = self.least
            return
        self._background = Background.of(index.classifier, index.owners, len(index.ids))
        if not index.centres:
            found = np.interp(index.classifier.found_again(), (FOUND_FROM, FOUND_TO), (0.0, 1.0))
            self.least -= (GLOBAL_LINE - LINE_WHERE_FOUND) * float(found)
        self.line = max(self.least, self._own_line(list(self._left_out())))
        index.classifier.forget()

    def _own_line(self, strangers: Sequence[float]) -> float:
        """What most of the base's own strangers stay under."""
        if not strangers:
            return 0.0
        if not self._index.centres:
            return float(np.quantile(strangers, QUANTILE, method="lower"))
        few = len(self._index.ids) < FEW_ENTRIES
        return _stretched(float(np.quantile(strangers, QUANTILE_OF_FEW if few else QUANTILE_WITH_MEANING)))

    def of(self, question: Question, ranking: Ranking) -> float:
        """The chance, 0 to 1, that the entry with the best score is what the question asks for."""
        return self._chance(self.facts(question, ranking)) if ranking.scores.any() else 0.0

    def _chance(self, found: Floats) -> float:
        return float(1 / (1 + math.exp(-float(found @ self._weights))))

    def facts(self, question: Question, ranking: Ranking, without: int = -1) -> Floats:
        """The facts about the first place, in the order of `names`, as if the entry `without` were not there."""
        index, background = self._index, self._background
        scores, owners, likeness = ranking.scores, ranking.owners, ranking.likeness
        if without >= 0:
            scores = scores.copy()
            scores[without] = -1.0
            owners, likeness = owners[owners != without], likeness[owners != without]
        first = int(np.argmax(scores))
        margin, usual = _margin(scores, first), float(background.usual[first])
        near, votes = _neighbours(likeness[owners == first], likeness[owners != first])
        length = math.log1p(len(question.terms))
        known = {
            "bias": 1.0,
            "margin": margin,
            "length": length,
            "phrasings": math.log(index.starts[first + 1] - index.starts[first]),
            "impostor": background.impostor_without(first, without),
            "usual": usual,
            "votes": votes,
            "near_and_long": near * length,
            "margin_and_usual": margin * usual,
            "strangers": background.strangers_below(float(scores[first])),
        }
        if index.centres and question.meaning is not None:
            known |= index.centres.facts(question.meaning, first)
        return np.array([known[name] for name in self.names])

    def _left_out(self) -> Iterator[float]:
        """How sure the base is of up to `SAMPLE` evenly spread phrasings, each asked without its entry."""
        index = self._index
        size = len(index.phrasings)
        if index.classifier is None or len(index.ids) < 2:
            return
        for at in np.unique(np.linspace(0, size - 1, min(size, SAMPLE)).astype(np.int64)):
            entry = int(index.owners[at])
            apart = index.ranked(index.read[at], index.classifier.scores_without(entry)[at - index.starts[entry]])
            first = index.ids[_first_without(apart.scores, entry)]
            chance = self._chance(self.facts(index.read[at], apart, entry))
            # Below the line that holds everywhere nothing lifts it, so there the dearer question needn't be asked.
            yield 0.0 if chance > self.least and self._refused(index.phrasings[at], first) else chance


def _stretched(line: float) -> float:
    """A line in log odds `STRETCHED` times as far above `STRETCHED_FROM`; one below it stays."""
    if not STRETCHED_FROM < line < 1:
        return line
    start = math.log(STRETCHED_FROM / (1 - STRETCHED_FROM))
    return 1 / (1 + math.exp(-(start + STRETCHED * (math.log(line / (1 - line)) - start))))


def _first_without(scores: Floats, entry: int) -> int:
    others = scores.copy()
    others[entry] = -1.0
    return int(np.argmax(others))


def _margin(scores: Floats, first: int) -> float:
    """How far the best score is ahead of the second."""
    second = float(np.partition(scores, -2)[-2]) if len(scores) > 1 else 0.0
    return float(scores[first]) - max(second, 0.0)


def _neighbours(ours: Floats, others: Floats) -> tuple[float, float]:
    """How near the entry's three nearest phrasings are, and its part in the five nearest of all."""
    if not len(ours):  # a first place among scores that are all nothing
        return 0.0, 0.0
    ours = np.sort(ours)[::-1]
    theirs = np.partition(others, -5)[-5:] if len(others) > 5 else others
    fifth = np.sort(np.concatenate([ours[:5], theirs]))[::-1][:5]
    among = np.maximum(ours[ours >= fifth[-1]][:5], 0.0).sum() / max(float(np.maximum(fifth, 0.0).sum()), 1e-9)
    return float(ours[:3].mean()), float(min(among, 1.0))
