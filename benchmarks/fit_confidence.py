"""Fits the weights of `knowledge/confidence.py` on the `val` parts of the development sets and prints them.

    python benchmarks/fit_confidence.py [--data DIR] [--k 1 3 10] [--semantic DIR]

`--semantic` is a sentence model's folder; with one only the English sets are read, in which it was trained.

A logistic regression by Newton's method with a little ridge. Each family of sets weighs the same, in each family each
base; `WITHOUT_ANSWER` says what questions without an answer weigh beside those with one, the most at ten phrasings,
because a larger base finds something alike for everything. Bases in which a sentence model that was given counts for
nothing are left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.qa_sets import DEFAULT, QuestionSet, read_sets
from knowledge import words
from knowledge.confidence import WEIGHTS, WEIGHTS_WITH_MEANING, Confidence
from knowledge.errors import InputError
from knowledge.matching import Index, Sentences
from knowledge.meaning import open_model

Floats = NDArray[np.float64]
WITHOUT_ANSWER = {1: 1.0, 3: 0.4, 10: 3.5}
WITHOUT_ANSWER_BY_MEANING = {1: 1.0, 3: 1.0, 10: 0.8}
RIDGE = 1e-3
STEPS = 30


@dataclass(frozen=True)
class Sample:
    """What one base gives to learn from: for each question its facts, whether the first place was right, its weight."""

    family: str
    facts: Floats
    right: Floats
    weights: Floats


def samples(
    sets: Iterable[QuestionSet], ks: Sequence[int], seeds: Sequence[int], model: Sentences | None = None
) -> list[Sample]:
    """Asks the `val` part of every set at every k and seed."""
    sets = list(sets)
    sizes = {one.family: sum(other.family == one.family for other in sets) for one in sets}
    found = []
    for one in sets:
        own_ks, own_seeds = one.ks(list(ks)), [seed for seed in seeds if seed in one.bases]
        for k in own_ks:
            for seed in own_seeds:
                made = _sample(one, k, seed, 1 / (len(ks) * len(own_seeds) * sizes[one.family]), model)
                found += [made] if made else []
    return found


def _sample(one: QuestionSet, k: int, seed: int, share: float, model: Sentences | None) -> Sample | None:
    index = Index(((entry.id, entry.questions) for entry in one.entries(seed, k)), model)
    if model and not index.centres:
        return None
    confidence = Confidence(index)
    rows, right, inside = [], [], []
    for asked in one.asked("val"):
        question = index.question(words.read(asked.text), asked.text)
        ranking = index.rank(question)
        rows.append(confidence.facts(question, ranking))
        right.append(index.ids[int(np.argmax(ranking.scores))] == asked.id)
        inside.append(asked.id is not None)
    known = np.array(inside)
    heavy = WITHOUT_ANSWER_BY_MEANING if index.meaning_share else WITHOUT_ANSWER
    outside = heavy.get(k, 1.0) / max(int((~known).sum()), 20)
    return Sample(one.family, np.array(rows), np.array(right, float), share * np.where(known, 1 / known.sum(), outside))


def fitted(learnt_from: Iterable[Sample]) -> dict[str, float]:
    """The weights, by the names of `WEIGHTS`, or of those with meaning."""
    chosen = list(learnt_from)
    names = WEIGHTS if chosen[0].facts.shape[1] == len(WEIGHTS) else WEIGHTS_WITH_MEANING
    facts = np.concatenate([sample.facts for sample in chosen])
    right = np.concatenate([sample.right for sample in chosen])
    weights = np.concatenate([sample.weights for sample in chosen])
    mean, spread = facts.mean(0), facts.std(0)
    mean[0], spread[0] = 0.0, 1.0
    scaled = (facts - mean) / spread
    ridge = RIDGE * np.eye(len(mean))
    ridge[0, 0] = 0.0
    found = np.zeros(len(mean))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-scaled @ found))
        slope = scaled.T @ (weights * (chance - right)) + ridge @ found
        bend = (scaled * (weights * chance * (1 - chance))[:, None]).T @ scaled + ridge
        found -= np.linalg.solve(bend, slope)
    unscaled = found / spread
    unscaled[0] -= float((unscaled * mean)[1:].sum())
    return {name: round(float(value), 3) for name, value in zip(names, unscaled, strict=True)}


def main() -> int:
    """Prints the weights as they stand in the code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--k", type=int, nargs="+", default=[1, 3, 10])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--semantic", type=Path)
    options = parser.parse_args()
    try:
        sets = read_sets(options.data)
        model = open_model(options.semantic)
    except (OSError, InputError) as error:
        print(error, file=sys.stderr)
        return 2
    sets = [one for one in sets if model is None or one.language == "en"]
    print("WEIGHTS_WITH_MEANING = {" if model else "WEIGHTS = {")
    for name, value in fitted(samples(sets, options.k, options.seeds, model)).items():
        print(f'    "{name}": {value},')
    print("}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
