"""Measures the hand-written cases in `tests/data/hand`, for what no public set has, and prints what went wrong.

    python benchmarks/hand_sets.py [--part dev|held] [SET …]

A set has two halves: `dev` was looked at while the rules were made, `held` only counted. The shops that are asked lie
in `tests/data/shops`; their day is `TODAY`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from knowledge.answers import Answer, Knowledge
from knowledge.reading import read_base
from knowledge.shop import read_shop

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
TODAY = date(2026, 2, 24)
SETS = ("particulars", "several", "products", "follow_ups", "premises", "stale")
PARTS = ("dev", "held")


@dataclass(frozen=True)
class HandCase:
    """A message to a shop, after something was spoken of or not, and what is right."""

    shop: str
    after: str | None
    text: str
    right: str


def read(name: str, part: str) -> list[HandCase]:
    """The cases of one half of a set."""
    return list(_cases(DATA / "hand" / f"{name}.{part}.txt"))


def _cases(path: Path) -> Iterator[HandCase]:
    for line in path.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            shop, *after, text, right = (column.strip() for column in line.split(" | "))
            yield HandCase(shop, after[0] if after and after[0] != "-" else None, text.replace("\\n", "\n"), right)


@cache
def shop(name: str) -> Knowledge:
    """A shop's knowledge, fitted once."""
    base = read_base(DATA / "shops" / name)
    return Knowledge(base.entries, base.products, currency=read_shop(DATA / "shops" / name).currency)


def ask(case: HandCase) -> Answer:
    """What the shop answers."""
    return shop(case.shop).ask(case.text, TODAY, topic=case.after)


def is_right(case: HandCase, found: Answer) -> bool:
    """Whether that is what the case wants."""
    wanted = [part.strip() for part in case.right.split(" + ")]
    if len(wanted) == 1:
        return not (found.parts and "?" not in case.right) and _is(wanted[0], found)
    return len(found.parts) == len(wanted) and all(map(_is, wanted, found.parts))


def _is(wanted: str, found: Answer) -> bool:
    id, _, said = (part.strip() for part in wanted.partition(" ~ "))
    if id == "!":
        return found.outcome != "answered"
    if id.startswith("stale:"):
        return found.outcome == "handed_over" and found.stale == id.removeprefix("stale:")
    if id.startswith("?"):
        return id[1:] in (found.entry, *found.suggestions) or any(part.entry == id[1:] for part in found.parts)
    return found.entry == id and said in (found.answer or "")


def main() -> int:
    """Prints the share that is right and every case that isn't."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--part", choices=PARTS, nargs="+", default=PARTS)
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    for name in options.sets:
        for part in options.part:
            cases = [(case, ask(case)) for case in read(name, part)]
            wrong = [(case, found) for case, found in cases if not is_right(case, found)]
            print(f"{name:12} {part:5} {len(cases) - len(wrong)} of {len(cases)}: {1 - len(wrong) / len(cases):.3f}")
            for case, found in [] if options.quiet else wrong:
                got = [part.entry or part.outcome for part in found.parts] or found.entry or found.outcome
                print(f"    {case.shop} | {case.after or '-'} | {case.text!r} | wanted {case.right}, got {got}"
                      f" ({found.reason}, {found.confidence:.2f} of {found.line:.2f}, {found.stale or ''}"
                      f" {[c.entry for c in found.candidates[:2]]})")  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
