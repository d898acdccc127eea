"""What the shop knows, ready to be asked: `Knowledge.ask` gives an `Answer`, and never raises.

Nothing here keeps anything between two questions, reads a clock or a file, or knows of a platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from heapq import nsmallest
from itertools import chain
from types import MappingProxyType

import numpy as np

from knowledge import following, languages, opening, words
from knowledge.answer import Answer, AnswerOutcome, Candidate
from knowledge.asking import recommendation, wants_columns
from knowledge.confidence import Confidence
from knowledge.entry import Entry, Product
from knowledge.hours import Hours
from knowledge.languages import is_small, possible
from knowledge.matching import LOOKED_AT, Index, Sentences
from knowledge.opening_said import sentence
from knowledge.products import PREFIX, Catalogue, Naming
from knowledge.several import in_parts
from knowledge.vetoes import Disagreements, misses_the_point

CANDIDATES_AT_MOST = 5
BUTTONS_AT_MOST = 3
NOTES_AT_MOST = 3
TITLE_AT_MOST = 60
RIVAL_FROM = 0.5
"""The part of the line from which an entry keeps a product that is named only in part from answering."""
STALE_FROM = 0.5
"""The part of the line from which an expired or draft entry goes to the owner with its text, rather than other guesses
to the customer."""

HOURS = "shop:hours"
"""What stands for an entry where the shop's hours answer and no entry is about them."""

__all__ = ["Answer", "AnswerOutcome", "Candidate", "Knowledge"]


class Knowledge:
    """A base of entries and products, fitted once and then only read; safe to share between threads.

    `currency` stands behind a price whose product names none; `hours` answer when the shop is open; `model` finds
    what means the same in other words, where that helps this base. `weights` are for
    benchmarks alone.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        products: Iterable[Product] = (),
        *,
        currency: str = "",
        hours: Hours | None = None,
        model: Sentences | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        self.entries: Mapping[str, Entry] = MappingProxyType({entry.id: entry for entry in entries})
        self.products: Mapping[str, Product] = MappingProxyType({product.id: product for product in products})
        self.hours = hours or Hours()
        self._languages = tuple(sorted({entry.language for entry in self.entries.values() if entry.language}))
        self._index = Index(((entry.id, entry.questions) for entry in self.entries.values()), model)
        self._common = self._index.common_words()
        self._catalogue = Catalogue(self.products.values(), currency, self._common)
        self._disagreements = Disagreements(self.entries, self._languages, self._index.tokens_of())
        self._confidence = Confidence(self._index, weights, self._refused)
        self._own: dict[str, set[str]] = {}
        self._own_loosely: dict[tuple[str, ...], set[str]] = {}
        for entry in self.entries.values():
            for question in filter(str.strip, entry.questions):
                self._own.setdefault(words.strict(question), set()).add(entry.id)
        for place, asked in zip(self._index.owners, self._index.read, strict=True):
            if asked.tokens:
                self._own_loosely.setdefault(asked.tokens, set()).add(self._index.ids[place])
        self.line, self.least_line = self._confidence.line, self._confidence.least

    def ask(
        self, text: str, today: date, topic: str | None = None, now: datetime | None = None, locale: str = ""
    ) -> Answer:
        """Answers a line, or says that it can't. `today` is the shop's date, against which answers expire; `topic`
        the entry, or `product:<id>`, that was spoken of last, to which "how much is it" refers; `now` the instant, by
        which the shop is open or not: without it nothing is said of hours but what entries say. `locale` is what the
        platform says of the customer's language."""
        found = self._about(text, today, topic, now)
        return found if found.entry or found.stale or found.parts else self._in_its_language(found, locale)

    def _about(self, text: str, today: date, topic: str | None, now: datetime | None) -> Answer:
        alone = in_parts(text, lambda part: self._with_hours(self._ask_one(part, today), now))
        asked = words.read(text)
        if alone.exact or alone.parts or not following.follows(asked):
            return alone
        if topic is None or (topic not in self.entries and not self._catalogue.title(topic)):
            whole = following.is_whole(asked, self.entries.get(alone.entry or ""))
            return following.unsure(alone) if following.is_vague(asked) and not whole else alone
        return following.follow(text, alone, self._completed(asked, topic), topic, lambda q: self._ask_one(q, today))

    def _in_its_language(self, found: Answer, locale: str) -> Answer:
        """The same; handed over, with the language, where the line is in one that no entry is in."""
        theirs = possible(found.text, locale) if self._covers else ()
        if not theirs or not self._covers.isdisjoint(theirs):
            return found
        asked = [token for token in words.read(found.text) if not is_small(token, theirs)]
        if 2 * sum(token in self._index.entries_with for token in asked) > len(asked):
            return found  # a line of names and numbers is in every language
        return replace(found, outcome="handed_over", suggestions=(), reason="language", language=theirs[0])

    @cached_property
    def _covers(self) -> frozenset[str]:
        """The languages that the entries are in: as they say, or as their phrasings look."""
        said = [languages.code_of(entry.language) for entry in self.entries.values() if entry.language]
        seen = [
            possible(" ".join(entry.questions))[:1]
            for entry in self.entries.values()
            if not entry.language and entry.questions
        ]
        return frozenset(chain(said, *seen))

    def _with_hours(self, found: Answer, now: datetime | None) -> Answer:
        """The same, or what the shop's hours say where they are asked for and no entry was asked in its own words.

        An entry about the hours that comes first, or near, keeps its name on the answer, and its text below it.
        """
        if found.reason in ("exact", "expired", "draft", "shared_phrasing") or now is None or not self.hours.known:
            return found
        here = now.astimezone(self.hours.zone)
        asked = opening.read(found.text, here)
        said = sentence(asked, self.hours, here) if asked else ""
        if not said:
            return found
        about = next((c.entry for c in found.candidates if self._is_about_hours(c.entry, here)), "")
        stored = self.stored(about)
        return replace(
            found,
            outcome="answered",
            entry=about or HOURS,
            answer="\n\n".join(filter(None, (said, stored))),
            computed=said,
            confidence=1.0,
            candidates=found.candidates if about else (Candidate(HOURS, 1.0), *found.candidates)[:CANDIDATES_AT_MOST],
            suggestions=(),
            reason="hours",
        )

    def _is_about_hours(self, id: str, here: datetime) -> bool:
        entry = self.entries.get(id)
        if entry is None or not self._may_speak(id, here.date()):
            return False
        return any(opening.speaks_of_hours(question) for question in entry.questions)

    def _completed(self, asked: list[str], topic: str) -> list[str]:
        entry = self.entries.get(topic)
        if entry is None:
            return [following.about_product(asked, self._catalogue.title(topic))]
        return list(following.about_entry(asked, entry, self._languages)) if entry.questions else []

    def title(self, id: str) -> str:
        """A label for a button, at most 60 characters: the entry's first phrasing or the product's title."""
        entry = self.entries.get(id)
        label = next(filter(str.strip, entry.questions), id) if entry else self._catalogue.title(id) or id
        label = " ".join(label.split())
        return label if len(label) <= TITLE_AT_MOST else label[: TITLE_AT_MOST - 1].rstrip() + "…"

    def stored(self, id: str) -> str:
        """The stored answer of an entry, or what the columns say of `product:<id>`; nothing for an unknown id."""
        entry = self.entries.get(id)
        return entry.answer if entry else self._catalogue.answer(id)

    def images(self, id: str) -> tuple[str, ...]:
        """The pictures of an entry or product, as paths within the shop's folder."""
        entry = self.entries.get(id)
        return entry.images if entry else self._catalogue.images(id)

    def _ask_one(self, text: str, today: date) -> Answer:
        asked = words.read(text)
        confidence, scores = self._ranked(asked, text)
        namings = self._catalogue.namings(asked)
        own = self._own.get(words.strict(text)) or self._own_loosely.get(tuple(asked)) or set()
        if own:
            return self._ask_own(text, _best(scores | dict.fromkeys(own, 1.0), namings), own, today)
        if chosen := self._recommended(text, asked, scores, namings):
            return chosen
        product = self._asked_product(asked, namings, scores, confidence)
        if product and self._catalogue.tells(product.id, asked):
            best = _best({id: min(score, 0.99 * product.score) for id, score in scores.items()}, namings)
            return Answer(
                text, "answered", product.id, product.score, best, self.stored(product.id), self.line, reason="sure"
            )
        found = Answer(text, "handed_over", None, confidence, _best(scores, namings), None, self.line)
        if not asked:
            return replace(found, confidence=0.0, reason="empty")
        return self._ask_near(found, asked, scores, namings, today)

    def _recommended(
        self, text: str, asked: list[str], scores: Mapping[str, float], namings: list[Naming]
    ) -> Answer | None:
        """What the owner has said of the one product that fits; of several that fit alike, a choice."""
        purpose = recommendation(asked)
        fitting = self._catalogue.recommended(purpose, ("en", *self._languages)) if purpose else []
        if not fitting:
            return None
        noted = tuple(fitting[:NOTES_AT_MOST])
        best = _best(scores, [*(Naming(id, 1.0) for id in fitting), *(n for n in namings if n.id not in fitting)])
        found = Answer(text, "suggested", None, 0.5, best, None, self.line, noted, "near", recommended=noted)
        if len(fitting) > 1:
            return found
        said = f"{self.stored(fitting[0])}\n\n{self.products[fitting[0].removeprefix(PREFIX)].owner_note}"
        return replace(
            found, outcome="answered", entry=fitting[0], answer=said, confidence=1.0, suggestions=(), reason="sure"
        )

    def _ask_own(self, text: str, best: tuple[Candidate, ...], own: set[str], today: date) -> Answer:
        """What is asked in an entry's own words: answered, or a choice where entries share them."""
        found = Answer(text, "answered", min(own), 1.0, best, None, self.line, reason="exact", exact=True)
        if len(own) == 1:
            return self._given(found, today)
        buttons = tuple(id for id in sorted(own) if self._may_speak(id, today))[:BUTTONS_AT_MOST]
        if not buttons:
            return self._given(found, today)
        return replace(
            found, outcome="suggested", entry=None, confidence=0.5, suggestions=buttons, reason="shared_phrasing"
        )

    def _ask_near(
        self, found: Answer, asked: list[str], scores: Mapping[str, float], namings: list[Naming], today: date
    ) -> Answer:
        """What is asked in other words: the line decides whether the best entry answers."""
        first = min(scores, key=lambda id: (-scores[id], id), default="")
        if first and found.confidence >= self.line:
            if not self._is_vetoed(found.text, asked, first, namings):
                best = _best(scores, [replace(n, score=min(n.score, 0.99 * scores[first])) for n in namings])
                return self._given(replace(found, entry=first, candidates=best, reason="sure"), today)
            return self._suggested(found, "veto", today)
        if first and found.confidence >= STALE_FROM * self.line and not self._may_speak(first, today):
            return self._given(replace(found, entry=first), today)
        if found.confidence >= self._confidence.suggest_from or any(naming.named or naming.near for naming in namings):
            return self._suggested(found, "near", today)
        return found

    def _refused(self, text: str, id: str) -> bool:
        return self._disagreements.between(text, id) is not None

    def _is_vetoed(self, text: str, asked: list[str], first: str, namings: list[Naming]) -> bool:
        """Whether the best entry must not answer though it is sure: it is turned round, misses the point, or the line
        asks for nothing but a product of which the entry doesn't speak."""
        entry = self.entries[first]
        near = [naming for naming in namings if naming.near and naming.by]
        spoken = any(self._catalogue.speaks_of(naming, question) for naming in near for question in entry.questions)
        return (
            (bool(near) and not spoken)
            or self._refused(text, first)
            or self._is_in_another_language(text, entry)
            or self._misses_the_point(asked, first)
        )

    def _is_in_another_language(self, text: str, entry: Entry) -> bool:
        """Whether a line is surely in a language that other entries are in, and this one isn't."""
        theirs = possible(text) if entry.language and len(self._languages) > 1 else ()
        return bool(theirs) and languages.code_of(entry.language) not in theirs and not self._covers.isdisjoint(theirs)

    def _misses_the_point(self, asked: list[str], id: str) -> bool:
        tokens, own = self._index.mended(asked), self._index.entry_terms[self._index.ids.index(id)]
        by_meaning = self._index.centres is not None
        return misses_the_point(tokens, own, self._index.entries_with, self._common, by_meaning)

    def _suggested(self, found: Answer, reason: str, today: date) -> Answer:
        """Up to three buttons; handed over where none of them may be pressed today."""
        able = [c.entry for c in found.candidates if c.score > 0 and self._may_speak(c.entry, today)]
        if not able:
            return found
        return replace(found, outcome="suggested", suggestions=tuple(able[:BUTTONS_AT_MOST]), reason=reason)

    def _given(self, found: Answer, today: date) -> Answer:
        """The answer with its stored text, or the reason why this entry may not speak for itself today."""
        assert found.entry is not None
        entry = self.entries[found.entry]
        if self._may_speak(entry.id, today):
            return replace(found, outcome="answered", answer=entry.answer)
        reason = "draft" if entry.mode == "draft" else "expired"
        return replace(found, outcome="handed_over", entry=None, reason=reason, stale=entry.id)

    def _may_speak(self, id: str, today: date) -> bool:
        entry = self.entries.get(id)
        return entry is None or (entry.mode != "draft" and not (entry.valid_until and entry.valid_until < today))

    def _asked_product(
        self, tokens: list[str], namings: list[Naming], scores: Mapping[str, float], confidence: float
    ) -> Naming | None:
        """The one product whose columns a line asks for, unless an entry that speaks of it is sure of itself; where
        price or stock are asked for, only an entry that speaks of those."""
        asked = [naming for naming in namings if naming.asks_columns]
        if not asked or (len(asked) > 1 and asked[0].score == asked[1].score):
            return None
        first = max(scores, key=lambda id: scores[id], default="")
        if not first or confidence < self.line * (1 if asked[0].named else RIVAL_FROM):
            return asked[0]
        own = [q for q in self.entries[first].questions if not wants_columns(tokens) or wants_columns(words.read(q))]
        return None if any(self._catalogue.speaks_of(asked[0], question) for question in own) else asked[0]

    def _ranked(self, asked: list[str], text: str) -> tuple[float, dict[str, float]]:
        """How sure the best entry is, and the scores of the best."""
        if not self._index.ids:
            return 0.0, {}
        question = self._index.question(asked, text)
        ranking = self._index.rank(question)
        confidence = self._confidence.of(question, ranking)
        best = np.argsort(-ranking.scores, kind="stable")[:LOOKED_AT]  # of equal ones the first by id
        return confidence, {self._index.ids[place]: float(ranking.scores[place]) for place in best}


def _best(scores: Mapping[str, float], namings: Iterable[Naming]) -> tuple[Candidate, ...]:
    every = {**scores, **{naming.id: naming.score for naming in namings}}
    best = nsmallest(CANDIDATES_AT_MOST, every.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Candidate(id, score) for id, score in best)
