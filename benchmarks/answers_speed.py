"""Times fitting a base and asking it, without any data set: 500 made-up entries of 10 phrasings.

    python benchmarks/answers_speed.py [--entries 500] [--phrasings 10] [--questions 2000]
        [--semantic FOLDER] [--grow]

`--grow` asks bases of 100 and of 10,000 phrasings in turn, round by round, so that whatever else the machine does falls
on both, and prints the processor time of each and their ratio.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from knowledge.answers import Knowledge
from knowledge.entry import Entry
from knowledge.matching import Sentences
from knowledge.meaning import open_model

SYLLABLES = "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri".split()
ROUNDS = 5
COMMON = "how do i can you what is the a my when where to for of in it are please much".split()


def made_up(entries: int, phrasings: int, chance: random.Random) -> list[Entry]:
    """Entries of about eight words a phrasing, half of them common to all, half of them the entry's own few."""
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(4_000)]
    found = []
    for number in range(entries):
        own = chance.sample(words, 12)
        asked = tuple(
            " ".join(chance.choices(COMMON, k=4) + chance.sample(own, 3) + chance.choices(words, k=1))
            for _ in range(phrasings)
        )
        found.append(Entry(f"entry-{number:04}", asked, "An answer."))
    return found


def made_up_questions(entries: list[Entry], count: int, chance: random.Random) -> list[str]:
    """An entry's phrasing without two of its words, shuffled, and with two others."""
    found = []
    for _ in range(count):
        words = chance.choice(chance.choice(entries).questions).split()
        found.append(" ".join(chance.sample(words, len(words) - 2) + chance.choices(COMMON, k=2)))
    return found


def grow(sizes: tuple[int, ...], questions: int, model: Sentences | None) -> list[float]:
    """The processor time of a question in ms at each number of phrasings: the median round of `ROUNDS`."""
    chance = random.Random(1)
    bases = [made_up(size // 10, 10, chance) for size in sizes]
    known = [Knowledge(entries, model=model) for entries in bases]
    asked = [made_up_questions(entries, questions // ROUNDS, chance) for entries in bases]
    spent: list[list[float]] = [[] for _ in sizes]
    for _ in range(ROUNDS + 1):
        for at, knowledge in enumerate(known):
            began = time.process_time()
            for text in asked[at]:
                knowledge.ask(text, date(2026, 1, 1))
            spent[at].append((time.process_time() - began) * 1000 / len(asked[at]))
    return [float(np.median(rounds[1:])) for rounds in spent]  # the first round warms up


def main() -> int:
    """Prints the time of one fit and the percentiles of asking."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=500)
    parser.add_argument("--phrasings", type=int, default=10)
    parser.add_argument("--questions", type=int, default=2_000)
    parser.add_argument("--semantic", type=Path)
    parser.add_argument("--grow", action="store_true")
    options = parser.parse_args()
    model = open_model(options.semantic)
    if options.grow:
        few, many = grow((100, 10_000), options.questions, model)
        print(f"ask    {few:.2f} ms at 100 phrasings, {many:.2f} ms at 10,000: {many / few:.2f} times")
        return 0
    chance = random.Random(1)
    entries = made_up(options.entries, options.phrasings, chance)
    began, worked = time.perf_counter(), time.process_time()
    knowledge = Knowledge(entries, model=model)
    took, work = time.perf_counter() - began, time.process_time() - worked
    print(f"fit    {took:.2f} s, {work:.2f} s of processor: {options.entries} entries of {options.phrasings} phrasings")
    if model:
        began = time.perf_counter()
        knowledge = Knowledge(entries, model=model)
        print(f"again  {time.perf_counter() - began:.2f} s, the model knowing the phrasings")
    spent, works = list[float](), list[float]()
    for text in made_up_questions(entries, options.questions, chance):
        began, worked = time.perf_counter(), time.process_time()
        knowledge.ask(text, date(2026, 1, 1))
        spent.append((time.perf_counter() - began) * 1000)
        works.append((time.process_time() - worked) * 1000)
    for name, times in (("ask", spent), ("of processor", works)):
        half, most = np.percentile(times, [50, 99])
        print(f"{name:<12} p50 {half:.2f} ms, p99 {most:.2f} ms, most {max(times):.2f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
