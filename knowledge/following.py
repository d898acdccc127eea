"""A line that says half of what it asks, because the other half was spoken of just before: "and how much is it?"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from knowledge import words
from knowledge.answer import Answer
from knowledge.asking import is_asking
from knowledge.entry import Entry
from knowledge.languages import is_small
from knowledge.particulars import KINDS, names_of

_LEADS = tuple(
    tuple(lead.split())
    for lead in (
        "what about|how about|and what about|and how about|and also|and|also|or"
        "|thanks and|thank you and|ok and|okay and|thanks|thank you|ok|okay"
        "|und was ist mit|und|et|y|e|en|und wie ist es mit|それで|では"
    ).split("|")
)
_ANAPHORS = frozenset(
    """
    it its it's that that's this they them they're these those one ones es das sie ihn ihm davon diese dieser dieses
    il elle ils elles ca cela celui celle lo la los las eso esa ese questo questa quello quella
    het dit deze ele ela isso
    """.split()
)
_VAGUE = frozenset(
    """
    take takes long cost costs work works mean big heavy wide tall much many price size colour color loud heated free
    organic left available stock soon fast cheap expensive good bad kosten dauert kostet gratis lange
    """.split()
)
FOLLOWS_AT_MOST = 10
OWN_WORDS_AT_MOST = 2

Ask = Callable[[str], Answer]


def is_vague(tokens: Sequence[str]) -> bool:
    """Whether nothing in a line says what it is about."""
    return all(token in _VAGUE or token in _ANAPHORS or is_small(token) or is_asking(token) for token in tokens)


def is_whole(tokens: Sequence[str], entry: Entry | None) -> bool:
    """Whether a line that names nothing asks all that a phrasing of the entry asks: "how can I order" needs no more."""
    said = (
        [{token for token in words.read(question) if not is_small(token)} for question in entry.questions]
        if entry
        else []
    )
    return any(asked and asked <= set(tokens) for asked in said)


def follows(tokens: Sequence[str]) -> bool:
    """Whether a line may be half a question: it begins with "and" or "what about", points back, or names nothing."""
    if not 0 < len(tokens) <= FOLLOWS_AT_MOST:
        return False
    return bool(_lead(tokens)) or any(token in _ANAPHORS for token in tokens) or is_vague(tokens)


def without_lead(tokens: Sequence[str]) -> list[str]:
    """The line without "and" or "what about"."""
    return list(tokens[len(_lead(tokens)) :])


def about_product(tokens: Sequence[str], title: str) -> str:
    """What a line asks of a product: its own words beside the title, whose size or number it may replace."""
    rest = [token for token in without_lead(tokens) if token not in _ANAPHORS]
    changed = _replaced(words.read(title), rest)
    if changed != words.read(title):
        return " ".join(changed)
    return " ".join([*rest, *words.read(title)])


def about_entry(tokens: Sequence[str], entry: Entry, languages: Sequence[str]) -> Iterator[str]:
    """Whole questions that a line may stand for after an entry: its phrasings with another number or country in place
    of theirs; else its own words beside what all of its phrasings say."""
    rest = [token for token in without_lead(tokens) if token not in _ANAPHORS]
    if names_of(rest, languages):
        for question in entry.questions:
            own = words.read(question)
            changed = _replaced(own, rest, languages)
            if changed != own:
                yield " ".join(changed)
    every = [set(words.read(question)) for question in entry.questions]
    often = [t for t in words.read(entry.questions[0]) if sum(t in one for one in every) * 2 >= len(every)]
    told = [token for token in often if not is_small(token) and not is_asking(token) and token not in rest]
    yield " ".join([*rest, *told])


def follow(text: str, alone: Answer, completed: Sequence[str], topic: str, ask: Ask) -> Answer:
    """The answer to half a question, from the first whole one that has a sure answer; else what it gets alone.

    An entry that was just given is not given again: who asks on wants to know something else.
    """
    tokens = words.read(text)
    bare = without_lead(tokens)
    points_back = any(token in _ANAPHORS for token in bare) or is_vague(bare)
    if not points_back:
        found = ask(" ".join(bare))
        if found.entry and found.entry != topic:
            return replace(found, text=text)
    for question in completed:
        found = ask(question)
        if found.entry and (found.entry != topic or topic.startswith("product:")):
            return replace(found, text=text, exact=False)
    if points_back and topic.startswith("product:") and topic in (found := ask(completed[0])).suggestions:
        return replace(found, text=text)
    return unsure(alone) if points_back or alone.entry == topic else alone


def unsure(found: Answer) -> Answer:
    """The same without an answer: nobody can tell what the line is about."""
    if not found.entry or found.exact:
        return found
    return replace(found, outcome="handed_over", entry=None, answer=None, reason="vague")


def _lead(tokens: Sequence[str]) -> tuple[str, ...]:
    return max((lead for lead in _LEADS if tuple(tokens[: len(lead)]) == lead), key=len, default=())


def _replaced(own: Sequence[str], rest: Sequence[str], languages: Sequence[str] = ()) -> list[str]:
    """A phrasing with each particular replaced by the one of its kind that the rest names."""
    new = names_of(rest, languages)
    changed = list(own)
    for kind in KINDS:
        values = [[value] if kind == "number" else rest[span] for span, found, value in new if found == kind]
        places = [own[span] for span, found, _ in names_of(own, languages) if found == kind]
        if len(values) == 1 and len(places) == 1:
            at = _found_at(changed, places[0])
            changed[at : at + len(places[0])] = values[0]
    return changed


def _found_at(tokens: Sequence[str], wanted: Sequence[str]) -> int:
    return next(at for at in range(len(tokens)) if list(tokens[at : at + len(wanted)]) == list(wanted))
