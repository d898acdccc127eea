"""What the owner may want to mend: findings about entries and products, each with the next step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from knowledge.clusters import Cluster
from knowledge.entry import Entry, Product
from knowledge.files import find_picture
from knowledge.reading import Base
from knowledge.rehearsal import Rehearsal
from knowledge.words import strict

FEWEST_PHRASINGS = 3
SOON_DAYS = 30
_OTHER_WORDS = "Add lines to “questions” as customers would write it, with other words."


@dataclass(frozen=True)
class Finding:
    """One thing to mend. An error: something isn't given to customers; a warning: it could be better."""

    level: Literal["error", "warning"]
    where: str
    problem: str
    advice: str


def check_base(base: Base, today: date) -> list[Finding]:
    """What is wrong or weak in the base on that day, errors first, else in the order of the files."""
    findings = [_left_out(text) for text in base.warnings]
    for entry in base.entries:
        where = base.places.get(entry.id, entry.id)
        findings += (
            Finding(level, where, f"“{entry.id}” {said}", advice) for level, said, advice in _entry(entry, today)
        )
    findings += _shared(base)
    for product in base.products:
        where = base.places.get(f"product:{product.id}", product.id)
        findings += (
            Finding("warning", where, f"“{product.title}” {said}", advice) for said, advice in _product(product)
        )
    if base.directory is not None:
        findings += _pictures(base, base.directory)
    return sorted(findings, key=lambda finding: finding.level != "error")


def _left_out(warning: str) -> Finding:
    where, _, problem = warning.partition(": ")
    return Finding("warning", where, problem.rstrip("."), "Correct the name, or take it out.")


_Remark = tuple[Literal["error", "warning"], str, str]


def _entry(entry: Entry, today: date) -> Iterator[_Remark]:
    phrasings = len({strict(question) for question in entry.questions})
    if not entry.answer.strip():
        yield "error", "has no answer", "Write it below the second --- line."
    if not phrasings:
        yield "error", "has no phrasing, so nobody can ask for it", _OTHER_WORDS
    elif phrasings < FEWEST_PHRASINGS:
        count = "one phrasing" if phrasings == 1 else f"{phrasings} phrasings"
        yield "warning", f"has only {count}; with {FEWEST_PHRASINGS} it is found more surely", _OTHER_WORDS
    if entry.valid_until is not None:
        yield from _validity(entry.valid_until, today)


def _validity(until: date, today: date) -> Iterator[_Remark]:
    if until < today:
        yield (
            "error",
            f"expired on {until}, so it is no longer answered",
            "Renew the answer and its date, or delete it.",
        )
    elif until - today <= timedelta(days=SOON_DAYS):
        yield "warning", f"expires on {until}", "Renew the answer and its date in time."


def _shared(base: Base) -> Iterator[Finding]:
    """Phrasings that two entries have, word for word: they are only suggested."""
    asked: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in base.entries:
        for question in entry.questions:
            asked[strict(question)].setdefault(entry.id, question)
    for owners in asked.values():
        if len(owners) > 1:
            ids = list(owners)
            problem = f"“{owners[ids[1]]}” is a phrasing of {' and '.join(f'“{id}”' for id in ids)}"
            where = base.places.get(ids[1], ids[1])
            yield Finding("warning", where, f"{problem}, so neither is sure", "Leave it to the one that answers it.")


def _product(product: Product) -> Iterator[tuple[str, str]]:
    if product.price is None:
        yield "has no price", "Fill in the column “price”, or say in the description how to ask for it."
    elif not product.price:
        yield "costs nothing", "Check the column “price”."
    if not product.description:
        yield "has no description", "One sentence in the column “description” helps a customer to choose."


def _pictures(base: Base, directory: Path) -> Iterator[Finding]:
    wanted = [(entry.id, entry.id, image) for entry in base.entries for image in entry.images]
    wanted += [(f"product:{product.id}", product.title, product.image) for product in base.products if product.image]
    for key, name, image in wanted:
        if image.startswith(("http://", "https://")) or find_picture(directory, image):
            continue
        problem = f"“{name}” names the picture {image}, which is not there"
        yield Finding(
            "error", base.places.get(key, name), problem, "Put it into the folder images, or correct the name."
        )


CAREFUL_BELOW = 0.03
"""The share of wrong answers from which the base needs work."""
CONFUSED_FROM = 2
_APART = "Add phrasings to both that say what sets them apart, or make one answer of the two."


def rehearsed(rehearsal: Rehearsal, places: Mapping[str, str]) -> list[Finding]:
    """What a rehearsal found: pairs of entries that are taken for each other, and a rate of wrong answers that is high.

    One question that is only suggested wrongly is no finding yet.
    """
    found = []
    for one in rehearsal.confusions:
        if one.wrong or one.times >= CONFUSED_FROM:
            problem = f"“{one.example}” of “{one.asked}” is taken for “{one.taken}”"
            found.append(Finding("warning", places.get(one.asked, one.asked), problem, _APART))
    if rehearsal.wrong > 1 and rehearsal.wrong_rate > CAREFUL_BELOW:
        problem = f"about {rehearsal.wrong_rate:.0%} of questions would be answered wrongly"
        found.append(Finding("warning", "the whole", problem, "Begin with the pairs that are taken for each other."))
    return found


def unanswered(asked: Sequence[Cluster]) -> list[Finding]:
    """Questions of customers that nothing answers, as a finding each."""
    found = []
    for cluster in asked:
        times = "once" if cluster.count == 1 else f"{cluster.count} times"
        problem = f"“{' '.join(cluster.example.split())}” was asked {times} and nothing answers it"
        found.append(Finding("warning", "customers", problem, "Write an answer, or /teach yours in their thread."))
    return found
