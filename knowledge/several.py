"""A message that asks several things, or says something beside what it asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from knowledge import words
from knowledge.answer import Answer
from knowledge.asking import is_asking
from knowledge.languages import is_small
from knowledge.premises import is_background, presumes

BACKED_FROM = 0.1
"""How sure a whole message must be of an entry before one sentence of it, in other words than the entry's, answers."""

Ask = Callable[[str], Answer]


def in_parts(text: str, ask: Ask) -> Answer:
    """Asks a message as one; then its questions apart where that answers more; then without what surrounds them."""
    whole = ask(text)
    if whole.exact or whole.reason == "empty":
        return whole
    asked = tuple(map(ask, words.questions(text)))
    if len(asked) > 1 and _worth_splitting(asked):
        return _first_of(asked, text)
    sentences = [] if asked else words.sentences(text)
    if 1 < len(sentences) <= words.PARTS_AT_MOST:
        said = tuple(map(ask, sentences))
        if all(part.entry for part in said) and len({part.entry for part in said}) > 1:
            return _first_of(said, text)
    return whole if whole.entry or whole.stale else _without_background(text, whole, ask)


def _first_of(parts: tuple[Answer, ...], text: str) -> Answer:
    return replace(parts[0], text=text, parts=parts, exact=all(part.exact for part in parts))


def _worth_splitting(asked: tuple[Answer, ...]) -> bool:
    """Whether at least one question is answered, and another is about something else."""
    about = {part.entry or (part.candidates[0].entry if part.candidates else "") for part in asked}
    if not any(part.entry for part in asked):
        return False
    return len(about) > 1 or any(not part.entry and _asks_more(part, asked) for part in asked)


def _asks_more(part: Answer, asked: tuple[Answer, ...]) -> bool:
    """Whether a question holds a word of its own that the others don't: "to Mars", but not "is it possible"."""
    others = {token for other in asked if other is not part for token in words.read(other.text)}
    own = (token for token in words.read(part.text) if token not in others)
    return any(len(token) > 3 and not is_small(token) and not is_asking(token) for token in own)


def _without_background(text: str, whole: Answer, ask: Ask) -> Answer:
    """The one part that asks, where the others only tell of the customer: "I live in Berlin, do you ship there?"."""
    parts = words.clauses(text)
    asking = [part for part in parts if not _is_idle(part)]
    if len(asking) != 1 or len(parts) == 1 or presumes(words.read(text)):
        return whole
    found = ask(asking[0])
    first = whole.candidates[0].entry if whole.candidates else ""
    backed = found.exact or (found.entry == first and whole.confidence >= BACKED_FROM)
    return replace(found, text=text, exact=False) if backed and (found.entry or found.stale) else whole


def _is_idle(clause: str) -> bool:
    tokens = words.read(clause)
    return not clause.rstrip().endswith(("?", "？", "؟")) and (is_background(tokens) or len(tokens) < 3)
