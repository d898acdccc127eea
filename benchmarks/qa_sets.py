"""The development sets of questions, as shops: what both benchmarks of answers read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.entry import Entry

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "qa"


@dataclass(frozen=True)
class Asked:
    """One labelled question; `id` is None where the base has no answer."""

    text: str
    id: str | None
    split: str


@dataclass(frozen=True)
class QuestionSet:
    """One set: its bases by seed (entry to phrasings, the full order) and its questions."""

    name: str
    language: str
    bases: dict[int, dict[str, list[str]]]
    questions: list[Asked]

    @property
    def family(self) -> str:
        """Sets of one family are translations of each other: none may choose a number by which another is judged."""
        return self.name.split("_")[0]

    def entries(self, seed: int, k: int) -> list[Entry]:
        """The base with the first k phrasings of each entry."""
        return [Entry(id, tuple(phrasings[:k]), f"Answer {id}") for id, phrasings in self.bases[seed].items()]

    def ks(self, wanted: list[int]) -> list[int]:
        """Those k that the set has more phrasings for than the k before."""
        most = max(len(phrasings) for base in self.bases.values() for phrasings in base.values())
        return [k for k in wanted if k == 1 or most > 1]

    def asked(self, split: str) -> list[Asked]:
        """The questions of one part, `val` or `test`."""
        return [question for question in self.questions if question.split == split]


def read_sets(folder: Path) -> list[QuestionSet]:
    """All sets under the folder, by name; raises FileNotFoundError with one sentence where there are none."""
    found = [_read_set(path.parent) for path in sorted(folder.glob("*/meta.json"))]
    if not found:
        raise FileNotFoundError(f"There are no question sets in {folder}: give their folder with --data.")
    return found


def _read_set(folder: Path) -> QuestionSet:
    bases: dict[int, dict[str, list[str]]] = defaultdict(dict)
    for row in _rows(folder / "kb.jsonl"):
        bases[row["seed"]][row["id"]] = row["examples"]
    questions = [Asked(row["text"], row["id"], row["split"]) for row in _rows(folder / "queries.jsonl")]
    language = json.loads((folder / "meta.json").read_text("utf-8"))["language"]
    return QuestionSet(folder.name, language, dict(bases), questions)


def _rows(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
