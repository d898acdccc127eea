"""What becomes of one line that was asked: a plain value, the same for the chat and for `concierge ask`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

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
    one of exact, sure, near, unsure, expired, draft, shared_phrasing, veto, vague, hours, language, empty. `stale`
    names the expired or draft entry that would have answered. `computed` is the part of the answer that stands in no
    entry: what the shop's hours say. `language` is the line's, where the base has nothing in it. `parts` holds one
    answer for each question of a line with two or more. `recommended` are the products, at most three, whose notes by
    the owner fit what a recommendation was asked for.
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
    computed: str = ""
    language: str = ""
    recommended: tuple[str, ...] = ()

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
