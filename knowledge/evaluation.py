"""Asks a base questions whose right answers are known, and counts what became of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge.answers import Answer, Knowledge
from knowledge.errors import InputError

IN_SHARES = ("answered_right", "answered_wrong", "suggested_right", "suggested_wrong", "handed_over")
OUT_SHARES = ("false_answers", "false_suggestions", "rightly_handed_over")


@dataclass(frozen=True)
class Case:
    """One question and the entry that answers it; None where the base has no answer."""

    text: str
    entry: str | None


@dataclass(frozen=True)
class Report:
    """Shares from 0 to 1. The first five are of the `n_in` cases with an entry, the false ones of the `n_out` without.

    `top1` is the share of the first where the best candidate is right, whatever was done with it. A share of no cases
    is 0.
    """

    answered_right: float
    answered_wrong: float
    suggested_right: float
    suggested_wrong: float
    handed_over: float
    false_answers: float
    false_suggestions: float
    rightly_handed_over: float
    top1: float
    n_in: int
    n_out: int

    def as_json(self) -> dict[str, Any]:
        """The object that `concierge knowledge evaluate --json` prints."""
        shares = {name: round(getattr(self, name), 6) for name in (*IN_SHARES, *OUT_SHARES, "top1")}
        return {**shares, "n_in": self.n_in, "n_out": self.n_out}

    def lines(self) -> list[str]:
        """The same for a person at a terminal."""
        found = [f"{self.n_in} questions that the base should answer:"]
        found += [f"  {name.replace('_', ' '):<20} {getattr(self, name):6.1%}" for name in (*IN_SHARES, "top1")]
        found += [f"{self.n_out} questions that it has no answer for:"]
        return found + [f"  {name.replace('_', ' '):<20} {getattr(self, name):6.1%}" for name in OUT_SHARES]


def evaluate(knowledge: Knowledge, cases: Iterable[Case], today: date, now: datetime | None = None) -> Report:
    """Asks every case and reports the shares. `now` is the instant by which the shop is open or not, as in
    `Knowledge.ask`; what its hours alone answer counts as the entry `shop:hours`."""
    counts: Counter[str] = Counter()
    for case in cases:
        answer = knowledge.ask(case.text, today, now=now)
        counts["n_out" if case.entry is None else "n_in"] += 1
        counts[_verdict(answer, case.entry)] += 1
        counts["top1"] += bool(case.entry and answer.candidates and answer.candidates[0].entry == case.entry)
    inside, outside = max(counts["n_in"], 1), max(counts["n_out"], 1)
    shares = {name: counts[name] / inside for name in (*IN_SHARES, "top1")}
    shares |= {name: counts[name] / outside for name in OUT_SHARES}
    return Report(**shares, n_in=counts["n_in"], n_out=counts["n_out"])


def _verdict(answer: Answer, right: str | None) -> str:
    if right is None:
        return {"answered": "false_answers", "suggested": "false_suggestions"}.get(
            answer.outcome, "rightly_handed_over"
        )
    if answer.outcome == "answered":
        return "answered_right" if answer.entry == right else "answered_wrong"
    if answer.outcome == "suggested":
        return "suggested_right" if right in answer.suggestions else "suggested_wrong"
    return "handed_over"


def read_cases(path: Path) -> list[Case]:
    """Reads JSON lines `{"text": ..., "entry": id or null}`; raises `InputError` naming the line that it can't use."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(path, None, f"The file can't be read ({error.strerror})", "Check the path.") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(path, line, "This isn't UTF-8 text", "Save the file as UTF-8.") from error
    cases = [_read_case(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not cases:
        raise InputError(path, None, "There are no questions in it", 'Write one a line: {"text": "…", "entry": "…"}.')
    return cases


def _read_case(path: Path, number: int, line: str) -> Case:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(path, number, "This line isn't JSON", 'Write {"text": "…", "entry": "…" or null}.') from error
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        raise InputError(path, number, 'A question needs "text" with the words of a customer')
    if "entry" not in found or not isinstance(found["entry"], str | None):
        raise InputError(path, number, '"entry" must be an id in quotes, or null where the base has no answer')
    return Case(found["text"], found["entry"])
