"""What the shop knows, ready to be asked: `Knowledge.ask` gives an `Answer`, and never raises.

Nothing here keeps anything between two questions, reads a clock or a file, or knows of a platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from knowledge import words
from knowledge.confidence import GLOBAL_LINE, SUGGEST_FROM, features, probability
from knowledge.entry import Entry, Product
from knowledge.matching import Index, Question
from knowledge.products import Catalogue

CANDIDATES_AT_MOST = 5
BUTTONS_AT_MOST = 3
TITLE_AT_MOST = 60

AnswerOutcome = Literal["answered", "suggested", "handed_over"]


@dataclass(frozen=True)
class Candidate:
    """An entry (or `product:<id>`) that may answer, with its score from 0 to 1."""

    entry: str
    score: float


@dataclass(frozen=True)
class Answer:
    """What becomes of one line, and why.

    `confidence` is the chance, 0 to 1, that the first candidate is right; `line` is what it had to reach. `reason` is
    one of exact, sure, near, unsure, expired, draft, shared_phrasing, veto, empty. `stale` names the expired or draft
    entry that would have answered. `parts` holds one answer for each question of a line with two or more.
    """

    text: str
    outcome: AnswerOutcome
    entry: str | None
    confidence: float
    candidates: tuple[Candidate, ...]
    answer: str | None
    line: float
    suggestions: tuple[str, ...] = ()
    reason: str = "unsure"
    stale: str | None = None
    parts: tuple[Answer, ...] = ()
    exact: bool = False

    def as_json(self) -> dict[str, Any]:
        """The object that `concierge ask --json` prints."""
        found: dict[str, Any] = {
            "text": self.text,
            "outcome": self.outcome,
            "entry": self.entry,
            "confidence": round(self.confidence, 4),
            "candidates": [{"entry": c.entry, "score": round(c.score, 4)} for c in self.candidates],
            "answer": self.answer,
        }
        if self.parts:
            found["answers"] = [part.as_json() for part in self.parts]
        return found


class Knowledge:
    """A base of entries and products, fitted once and then only read; safe to share between threads."""

    def __init__(self, entries: Iterable[Entry], products: Iterable[Product] = (), *, currency: str = "") -> None:
        self.entries: Mapping[str, Entry] = MappingProxyType({entry.id: entry for entry in entries})
        self.products: Mapping[str, Product] = MappingProxyType({product.id: product for product in products})
        self._catalogue = Catalogue(self.products.values(), currency)
        self._index = Index((entry.id, entry.questions) for entry in self.entries.values())
        self._own: dict[str, set[str]] = {}
        self._own_loosely: dict[str, set[str]] = {}
        for entry in self.entries.values():
            for question in filter(str.strip, entry.questions):
                self._own.setdefault(words.strict(question), set()).add(entry.id)
                self._own_loosely.setdefault(_loose(question), set()).add(entry.id)
        self.line = GLOBAL_LINE

    def ask(self, text: str, today: date) -> Answer:
        """Answers a line, or says that it can't. `today` is the shop's date, against which answers expire."""
        whole = self._ask_one(text, today)
        if whole.exact or whole.reason == "empty":
            return whole
        parts = tuple(self._ask_one(part, today) for part in words.questions(text))
        if len(parts) < 2 or len({part.entry for part in parts}) < 2:
            return whole
        return replace(parts[0], text=text, parts=parts)

    def title(self, id: str) -> str:
        """A label for a button, at most 60 characters: the entry's first phrasing or the product's title."""
        entry = self.entries.get(id)
        label = next(iter(entry.questions), id) if entry else self._catalogue.title(id) or id
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
        question = self._index.question(text)
        own = self._own.get(words.strict(text)) or self._own_loosely.get(_loose(text)) or set()
        if own:
            return self._ask_own(text, question, sorted(own), today)
        if not question.tokens:
            return Answer(text, "handed_over", None, 0.0, self._candidates(question), None, self.line, reason="empty")
        return self._ask_near(text, question, today)

    def _ask_own(self, text: str, question: Question, own: list[str], today: date) -> Answer:
        candidates = self._candidates(question, own)
        if len(own) == 1:
            return self._given(Answer(text, "answered", own[0], 1.0, candidates, None, 0.0, exact=True), "exact", today)
        buttons = tuple(c.entry for c in candidates[:BUTTONS_AT_MOST])
        return Answer(text, "suggested", None, 0.5, candidates, None, self.line, buttons, "shared_phrasing", exact=True)

    def _ask_near(self, text: str, question: Question, today: date) -> Answer:
        candidates = self._candidates(question)
        if not self._index.ids:
            return Answer(text, "handed_over", None, 0.0, candidates, None, self.line)
        ranking = self._index.rank(question)
        order = np.argsort(-ranking.scores, kind="stable")[:2]
        confidence = probability(features(self._index, question, ranking, [int(place) for place in order]))
        found = Answer(text, "handed_over", None, confidence, candidates, None, self.line)
        if confidence >= self.line:
            return self._given(replace(found, entry=candidates[0].entry), "sure", today)
        if confidence >= SUGGEST_FROM:
            buttons = tuple(c.entry for c in candidates[:BUTTONS_AT_MOST])
            return replace(found, outcome="suggested", suggestions=buttons, reason="near")
        return found

    def _given(self, found: Answer, reason: str, today: date) -> Answer:
        """The answer with its stored text, or the reason why this entry may not speak for itself today."""
        assert found.entry is not None
        entry = self.entries.get(found.entry)
        if entry and entry.valid_until and entry.valid_until < today:
            return replace(found, outcome="handed_over", entry=None, reason="expired", stale=entry.id)
        if entry and entry.mode == "draft":
            return replace(found, outcome="handed_over", entry=None, reason="draft", stale=entry.id)
        return replace(found, outcome="answered", answer=self.stored(found.entry), reason=reason)

    def _candidates(self, question: Question, own: Iterable[str] = ()) -> tuple[Candidate, ...]:
        scores: dict[str, float] = {}
        if self._index.ids:
            ranking = self._index.rank(question)
            best_first = np.argsort(-ranking.scores, kind="stable")[:CANDIDATES_AT_MOST]
            scores = {self._index.ids[place]: float(ranking.scores[place]) for place in best_first}
        scores |= dict.fromkeys(own, 1.0)
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(Candidate(id, score) for id, score in best[:CANDIDATES_AT_MOST])


def _loose(text: str) -> str:
    return " ".join(words.tokens(words.normalise(text))) or words.strict(text)
