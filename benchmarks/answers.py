"""Measures the answers on the development sets, beside `token_set_ratio` and BM25, and prints tables.

    python benchmarks/answers.py [--data DIR] [--k 1 3 10] [--seeds 0 1 2] [--split test] [--frozen] [--lost]
        [--typos] [--semantic FOLDER]

Whatever is chosen is chosen on the `val` parts of other families of sets than the one measured: the weights of the
confidence, and for the other rankers the line. `--frozen` measures the weights in the code instead, which have seen
every set's `val` part. `--lost` says where the questions with an entry were lost that were not answered: the right
entry wasn't first, it stayed under the line that holds everywhere, or under the base's own, or was kept from answering.
`--typos` asks everything again with one slip of the finger in each question, by lots of three seeds, and says how much
of what is resolved on clean text stays so. `--semantic` measures with a sentence model, which must know the language:
the sets in English alone.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process, utils

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bm25 import bm25
from benchmarks.fit_confidence import fitted, samples
from benchmarks.qa_sets import DEFAULT, Asked, QuestionSet, read_sets
from benchmarks.slips import with_a_slip
from knowledge.answers import Answer, Knowledge
from knowledge.errors import InputError
from knowledge.evaluation import Case, Report, evaluate
from knowledge.meaning import SentenceModel, open_model

TODAY = date(2026, 1, 1)
COLUMNS = {
    "top1": "top-1",
    "answered_right": "resolved",
    "answered_wrong": "wrong",
    "covered": "+buttons",
    "false_answers": "false",
    "false_suggestions": "false btn",
}
LOSSES = {"not_first": "not first", "global_line": "line", "own_line": "own line", "kept_back": "kept back"}
SLIPS = {"answered_right": "clean", "slipped": "one slip", "kept": "kept", "wrong": "wrong", "false": "false"}
SLIP_SEEDS = (0, 1, 2)
FEW = 5
FALSE_AT_MOST, WRONG_AT_MOST = 0.05, 0.035
Lines = Mapping[str, float]


@dataclass(frozen=True)
class Ratios:
    """One base and one part under another ranker: the best entry's score, whether it is right, whether one is."""

    family: str
    score: NDArray[np.float64]
    right: NDArray[np.bool_]
    inside: NDArray[np.bool_]


def ours(knowledge: Knowledge, one: QuestionSet, split: str) -> dict[str, float]:
    """The figures of our matcher for one base."""
    return _figures(evaluate(knowledge, [Case(asked.text, asked.id) for asked in one.asked(split)], TODAY))


def _figures(report: Report) -> dict[str, float]:
    found: dict[str, float] = {field.name: getattr(report, field.name) for field in fields(report)}
    found["covered"] = report.answered_right + report.suggested_right
    if report.n_out <= FEW:
        found["false_answers"] = found["false_suggestions"] = float("nan")
    return found


def slipped(knowledge: Knowledge, one: QuestionSet, split: str) -> dict[str, float]:
    """What is resolved of clean questions and of those with one slip each, and the part that is kept."""
    clean = ours(knowledge, one, split)["answered_right"]
    asked = one.asked(split)
    found = mean(
        [
            _figures(evaluate(knowledge, [Case(with_a_slip(q.text, seed), q.id) for q in asked], TODAY))
            for seed in SLIP_SEEDS
        ]
    )
    return {
        "answered_right": clean,
        "slipped": found["answered_right"],
        "kept": found["answered_right"] / clean if clean else float("nan"),
        "wrong": found["answered_wrong"],
        "false": found["false_answers"],
    }


def lost(knowledge: Knowledge, one: QuestionSet, split: str) -> dict[str, float]:
    """Where the questions with an entry that were not answered right were lost, as shares of all with an entry."""
    asked = [question for question in one.asked(split) if question.id is not None]
    counts = Counter(_loss(knowledge.ask(q.text, TODAY), q.id, knowledge.least_line) for q in asked)
    return {name: counts[name] / max(len(asked), 1) for name in LOSSES}


def _loss(answer: Answer, right: str | None, least: float) -> str:
    if answer.entry == right:
        return "none"
    if not answer.candidates or answer.candidates[0].entry != right:
        return "not_first"
    if answer.confidence < answer.line:
        return "global_line" if answer.confidence < least else "own_line"
    return "kept_back"


def token_set_ratio(questions: Sequence[str], phrasings: Sequence[str]) -> NDArray[np.float64]:
    """A row for each question, a column for each phrasing, 0 to 100."""
    scores = process.cdist(questions, phrasings, scorer=fuzz.token_set_ratio, processor=utils.default_process)
    return scores.astype(np.float64)


Ranker = Callable[[Sequence[str], Sequence[str]], NDArray[np.float64]]


def ratios(ranker: Ranker, one: QuestionSet, k: int, seed: int, split: str) -> Ratios:
    """Ranks by the nearest phrasing, the first entry by id where several score the same."""
    owners, phrasings = zip(*sorted((id, p) for id, all_ in one.bases[seed].items() for p in all_[:k]), strict=True)
    asked: list[Asked] = one.asked(split)
    scores = ranker([question.text for question in asked], phrasings)
    best = scores.argmax(axis=1)
    right = [owners[at] == question.id for at, question in zip(best, asked, strict=True)]
    inside = [question.id is not None for question in asked]
    return Ratios(one.family, scores.max(axis=1).astype(np.float64), np.array(right), np.array(inside))


def ratio_figures(found: Ratios, line: float) -> dict[str, float]:
    """The same figures for another ranker at an answering line; it has no buttons."""
    answered, inside = found.score >= line, found.inside
    figures = {name: float("nan") for name in COLUMNS}
    figures["top1"] = float(found.right[inside].mean())
    figures["answered_right"] = figures["covered"] = float((answered & found.right)[inside].mean())
    figures["answered_wrong"] = float((answered & ~found.right)[inside].mean())
    if int((~inside).sum()) > FEW:
        figures["false_answers"] = float(answered[~inside].mean())
    return figures


def ratio_line(chosen_on: Sequence[Ratios]) -> float:
    """The lowest line at which the mean over bases keeps false and wrong answers in bounds."""
    for line in range(10, 101):
        figures = [ratio_figures(found, line) for found in chosen_on]
        false = [f["false_answers"] for f in figures if not np.isnan(f["false_answers"])]
        if fmean(false) <= FALSE_AT_MOST and fmean(f["answered_wrong"] for f in figures) <= WRONG_AT_MOST:
            return float(line)
    return 101.0


def table(
    rows: Mapping[tuple[str, int], dict[str, float]],
    names: Sequence[str],
    ks: Sequence[int],
    columns: Mapping[str, str] = COLUMNS,
) -> list[str]:
    """A line for each set and k."""
    wide = max(map(len, names), default=0)
    found = [f"{'':{wide}}  k   " + "".join(f"{title:>10}" for title in columns.values())]
    for name in names:
        for k in ks:
            if (name, k) in rows:
                cells = "".join(f"{_cell(rows[name, k][column]):>10}" for column in columns)
                found.append(f"{name:{wide}}  {k:<4}{cells}")
    return found


def _cell(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}"


def mean(figures: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of each figure over those that have it."""
    found = {}
    for column in dict.fromkeys(name for one in figures for name in one):
        known = [one[column] for one in figures if not np.isnan(one[column])]
        found[column] = fmean(known) if known else float("nan")
    return found


def measured(
    sets: Sequence[QuestionSet], ks: Sequence[int], seeds: Sequence[int], figures: Callable[..., dict[str, float]]
) -> dict[tuple[str, int], dict[str, float]]:
    """Seeds averaged first, then sets: English, and other languages, each with the same weight."""
    rows: dict[tuple[str, int], dict[str, float]] = {}
    for one in sets:
        for k in one.ks(list(ks)):
            rows[one.name, k] = mean([figures(one, k, seed) for seed in seeds if seed in one.bases])
    for k in ks:
        for title, english in (("mean of English", True), ("mean of other languages", False)):
            group = [rows[s.name, k] for s in sets if (s.language == "en") is english and len(s.ks([1, 3])) > 1]
            if group:
                rows[title, k] = mean(group)
    return rows


def _report(
    title: str,
    rows: Mapping[tuple[str, int], dict[str, float]],
    ks: Sequence[int],
    columns: Mapping[str, str] = COLUMNS,
) -> None:
    print(f"\n{title}\n")
    print("\n".join(table(rows, list(dict.fromkeys(name for name, _ in rows)), ks, columns)))


def _base(
    weights: Mapping[str, Lines | None], model: SentenceModel | None, one: QuestionSet, k: int, seed: int
) -> Knowledge:
    return Knowledge(one.entries(seed, k), weights=weights[one.family], model=model)


def main() -> int:
    """Prints both tables; 2 where the sets are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--k", type=int, nargs="+", default=[1, 3, 10])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--split", choices=["val", "test"], default="test")
    parser.add_argument("--frozen", action="store_true")
    parser.add_argument("--lost", action="store_true")
    parser.add_argument("--typos", action="store_true")
    parser.add_argument("--semantic", type=Path)
    options = parser.parse_args()
    try:
        sets = read_sets(options.data)
        model = open_model(options.semantic)
    except (OSError, InputError) as error:
        print(error, file=sys.stderr)
        return 2
    sets = [one for one in sets if not model or one.language == "en"]
    ks, seeds, split = options.k, options.seeds, options.split
    families = sorted({one.family for one in sets})

    learnt = [] if options.frozen else samples(sets, ks, seeds, model)
    weights = {f: fitted(s for s in learnt if s.family != f) if learnt else None for f in families}
    base = partial(_base, weights, model)
    rows = measured(sets, ks, seeds, lambda one, k, seed: ours(base(one, k, seed), one, split))
    _report(f"concierge, {split}, {'weights as frozen' if options.frozen else 'one family of sets left out'}", rows, ks)

    if options.typos:
        rows = measured(sets, ks, seeds, lambda one, k, seed: slipped(base(one, k, seed), one, split))
        _report(f"one slip of the finger in each question, {split}", rows, ks, SLIPS)
        return 0
    if options.lost:
        rows = measured(sets, ks, seeds, lambda one, k, seed: lost(base(one, k, seed), one, split))
        _report(f"where questions with an entry were lost, {split}", rows, ks, LOSSES)
        return 0
    if model:
        return 0

    for ranker in (token_set_ratio, bm25):
        _measure_beside(ranker, sets, ks, seeds, split)
    return 0


def _measure_beside(
    ranker: Ranker, sets: Sequence[QuestionSet], ks: Sequence[int], seeds: Sequence[int], split: str
) -> None:
    val = [
        ratios(ranker, one, k, seed, "val")
        for one in sets
        for k in one.ks(list(ks))
        for seed in seeds
        if seed in one.bases
    ]
    families = {found.family for found in val}
    lines = {family: ratio_line([found for found in val if found.family != family]) for family in families}
    rows = measured(
        sets, ks, seeds, lambda one, k, seed: ratio_figures(ratios(ranker, one, k, seed, split), lines[one.family])
    )
    _report(f"{ranker.__name__}, {split}, line chosen with one family of sets left out", rows, ks)


if __name__ == "__main__":
    raise SystemExit(main())
