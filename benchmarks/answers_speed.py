"""Times fitting a base and asking it, without any data set: 500 made-up entries of 10 phrasings.

python benchmarks/answers_speed.py [--entries 500] [--phrasings 10] [--questions 2000]
        [--semantic FOLDER]
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
from knowledge.meaning import open_model

SYLLABLES = "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri".split()
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


def main() -> int:
    """Prints the time of one fit and the percentiles of asking."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=500)
    parser.add_argument("--phrasings", type=int, default=10)
    parser.add_argument("--questions", type=int, default=2_000)
    parser.add_argument("--semantic", type=Path)
    options = parser.parse_args()
    model = open_model(options.semantic)
    chance = random.Random(1)
    entries = made_up(options.entries, options.phrasings, chance)
    began = time.perf_counter()
    knowledge = Knowledge(entries, model=model)
    print(f"fit    {time.perf_counter() - began:.2f} s for {options.entries} entries of {options.phrasings} phrasings")
    if model:
        began = time.perf_counter()
        knowledge = Knowledge(entries, model=model)
        print(f"again  {time.perf_counter() - began:.2f} s, the model knowing the phrasings")
    spent = []
    for _ in range(options.questions):
        words = chance.choice(chance.choice(entries).questions).split()
        text = " ".join(chance.sample(words, len(words) - 2) + chance.choices(COMMON, k=2))
        began = time.perf_counter()
        knowledge.ask(text, date(2026, 1, 1))
        spent.append((time.perf_counter() - began) * 1000)
    half, most = np.percentile(spent, [50, 99])
    print(f"ask    p50 {half:.2f} ms, p99 {most:.2f} ms, most {max(spent):.2f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
