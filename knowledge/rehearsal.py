"""How often the base would be wrong: its own phrasings are asked, each without the help of itself."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge.answers import Knowledge
from knowledge.entry import Entry, Product
from knowledge.meaning import SentenceModel

ROUNDS = 3
SEED = 20_261


@dataclass(frozen=True)
class Confusion:
    """Questions of the entry `asked` for which `taken` comes first; `example` is one, `wrong` how many were answered
    with it."""

    asked: str
    taken: str
    example: str
    times: int
    wrong: int


@dataclass(frozen=True)
class Rehearsal:
    """What became of `asked` phrasings; `confusions` are sorted, the worst first."""

    asked: int = 0
    right: int = 0
    wrong: int = 0
    confusions: tuple[Confusion, ...] = ()

    @property
    def wrong_rate(self) -> float:
        """The share, 0 to 1, that would be answered with another entry's answer."""
        return self.wrong / self.asked if self.asked else 0.0


def rehearse(
    entries: Iterable[Entry],
    products: Sequence[Product],
    today: date,
    *,
    currency: str = "",
    model: SentenceModel | None = None,
    at_most: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Rehearsal:
    """Takes one phrasing of each entry away, fits the rest, asks what was taken away, and does so three times.

    Entries that can't answer today, and those with a single phrasing, are asked nothing. The rate is on the careful
    side: each entry has one phrasing less than it will have. `at_most` phrasings are asked in all, by lot.
    """
    able = [e for e in entries if e.mode == "auto" and not (e.valid_until and e.valid_until < today)]
    counts: Counter[str] = Counter()
    seen: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for kept, held in _rounds(able, at_most):
        known = Knowledge(kept, products, currency=currency, model=model)
        for id, question in held:
            found = known.ask(question, today)
            counts["asked"] += 1
            counts["right"] += found.entry == id
            wrong = found.entry is not None and found.entry != id
            counts["wrong"] += wrong
            first = found.candidates[0].entry if found.candidates else id
            if (found.outcome != "handed_over" and first != id) or wrong:
                seen.setdefault((id, found.entry or first), []).append((question, wrong))
            progress(counts["asked"])
    confusions = [
        Confusion(asked, taken, questions[0][0], len(questions), sum(wrong for _, wrong in questions))
        for (asked, taken), questions in seen.items()
    ]
    confusions.sort(key=lambda one: (-one.wrong, -one.times, one.asked, one.taken))
    return Rehearsal(counts["asked"], counts["right"], counts["wrong"], tuple(confusions))


def _rounds(entries: Sequence[Entry], at_most: int | None) -> Iterator[tuple[list[Entry], list[tuple[str, str]]]]:
    """For each round, what is kept and what is held back to be asked."""
    lot = random.Random(SEED)
    each = None if at_most is None else max(1, at_most // ROUNDS)
    for _ in range(ROUNDS):
        several = [entry.id for entry in entries if len(set(entry.questions)) > 1]
        chosen = set(several if each is None or len(several) <= each else lot.sample(several, each))
        held, kept = list[tuple[str, str]](), list[Entry]()
        for entry in entries:
            if entry.id not in chosen:
                kept.append(entry)
                continue
            away = lot.choice(sorted(set(entry.questions)))
            held.append((entry.id, away))
            kept.append(replace(entry, questions=tuple(q for q in entry.questions if q != away)))
        if held:
            yield kept, held
