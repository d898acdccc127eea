"""What a likeness can't see: a "not", another number or country, or what is taken for granted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge import words
from knowledge.asking import is_asking
from knowledge.entry import Entry
from knowledge.languages import is_small
from knowledge.particulars import Named, differs, named
from knowledge.premises import is_background, presumes

SHORT = 7
"""Up to so many words a question has one point, and a word that the base has never seen is likely to be it."""
TELLING_FROM = 4

_NEGATIONS = frozenset(
    """
    not never without cannot cant dont doesnt didnt wont isnt arent wasnt havent hasnt couldnt wouldnt shouldnt no
    nicht kein keine keinen keinem keiner keines nie niemals ohne
    pas jamais sans aucun aucune
    nunca sin jamas nao sem non senza
    niet geen nooit zonder inte ikke aldrig utan uden uten ingen
    nie bez не нет без никогда degil yok
    لا لم لن ليس بدون لیس
    לא בלי אין नहीं बिना tidak bukan tanpa khong 안 못
    """.split()
)
_UNSPACED_NEGATION = re.compile("(?:ません|ない|なかった|なし|なく)(?!.{0,4}か)|[不没沒無无别]|ไม่")
_HARMLESS_AFTER = frozenset("sure only just know understand idea problem worries matter doubt mind".split())
_ASKED_OF = frozenset("you i we they he she it there the your my this that these those u".split())
_NUMBER_AFTER_NO = frozenset("is of # number nr".split())


_GOODS = re.compile(
    r"\b(?:do|does|will|would) (?:you|u|ye|your shop|the shop) (?:guys |folks |also |still |ever |even )?"
    r"(?:sell|have|carry|stock|offer|bake|keep|got|get|repair|fix|print|rent|hire)\b"
    r"|\b(?:selling|have you got|are there any|is there any|price (?:of|for)|how much (?:is|are|for|do|does))\b"
    r"|\b(?:verkauft|verkaufen|fuhrt|fuhren|habt|haben) (?:ihr|sie)\b|\bgibt es (?:bei|auch)\b"
    r"|\b(?:vendez|avez|faites) vous\b|\b(?:venden|tienen|hacen)\b|\b(?:vendete|avete|fate)\b"
    r"|\b(?:verkopen|hebben) jullie\b"
)


class Disagreements:
    """Says why an entry must not answer though it looks right, for the entries of one base.

    Names of countries and days are known in `languages`; `read` has the tokens of each entry's phrasings.
    """

    def __init__(
        self,
        entries: Mapping[str, Entry],
        languages: Iterable[str] = (),
        read: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> None:
        self._entries = entries
        self._tokens = read or {}
        self._languages = tuple(languages)
        self._read: dict[str, _Read] = {}

    def between(self, text: str, id: str) -> str | None:
        """ "negation", "premise", or one of `particulars.KINDS`; None where nothing speaks against the entry."""
        own = self._of(id)
        if not own.phrasings:
            return None
        asked = words.read(text)
        if own.never_denies if negated(_core(text)) else own.always_denies:
            return "negation"
        if presumes(asked) and not own.presumes:
            return "premise"
        return differs(named(asked, self._languages), own.named, own.in_answer)

    def _of(self, id: str) -> _Read:
        if id not in self._read:
            self._read[id] = _Read.of(self._entries[id], self._tokens.get(id), self._languages)
        return self._read[id]


@dataclass(frozen=True)
class _Read:
    """What counts of an entry."""

    phrasings: int
    never_denies: bool
    always_denies: bool
    presumes: bool
    named: tuple[Named, ...]
    in_answer: Named

    @classmethod
    def of(cls, entry: Entry, read: Sequence[Sequence[str]] | None, languages: Sequence[str]) -> _Read:
        own = read if read is not None else [words.read(question) for question in entry.questions]
        flags = [negated(tokens) for tokens in own]
        return cls(
            len(own),
            not any(flags),
            bool(flags) and all(flags),
            any(map(presumes, own)),
            tuple(named(tokens, languages) for tokens in own),
            named(words.read(entry.answer), languages),
        )


def _core(text: str) -> list[str]:
    """The tokens of what is asked, without what customers say of themselves before or after it."""
    parts = [words.read(part) for part in words.clauses(text)]
    asked = [part for part in parts if len(part) > 2 and not is_background(part)]
    return [token for part in asked for token in part] if asked else words.read(text)


def misses_the_point(
    asked: Sequence[str],
    own: Collection[str],
    seen: Mapping[str, int],
    common: Collection[str],
    by_meaning: bool = False,
) -> bool:
    """Whether a short question holds a word that no entry has, and shares with this entry only what many say.

    `asked` are the tokens after typo repair, `own` the entry's words, `seen` how many entries hold a word, `common`
    the words that point nowhere. "Do you sell duck eggs?" is not what "Do you sell eggs?" asks. `by_meaning`: a model
    has read the line, which finds the same point in other words, so that only what is asked for as goods counts.
    """
    distinct = [token for token in dict.fromkeys(asked) if not is_asking(token)]
    new = [token for token in distinct if _is_new(token, seen)]
    if len(set(asked)) > SHORT or not new:
        return False
    as_goods = _GOODS.search(" ".join(asked)) is not None
    if as_goods or by_meaning:
        return as_goods
    return not any(term in own and term not in common for token in distinct for term in words.terms(token))


def _is_new(token: str, seen: Mapping[str, int]) -> bool:
    if is_small(token):
        return False
    return len(token) >= TELLING_FROM and words.terms(token) == [token] and token.isalpha() and not seen.get(token)


def negated(tokens: Sequence[str]) -> bool:
    """Whether a line denies something; "don't you …?", "… or not" and "not sure" deny nothing."""
    return any(_denies(tokens, at) for at in range(len(tokens)))


def _denies(tokens: Sequence[str], at: int) -> bool:
    token = tokens[at]
    if words.is_unspaced(token):
        return bool(_UNSPACED_NEGATION.search(token))
    if token not in _NEGATIONS and not token.endswith("n't"):
        return False
    before = tokens[at - 1] if at else ""
    after = tokens[at + 1] if at + 1 < len(tokens) else ""
    if after in _HARMLESS_AFTER or (before == "or" and (token == "not" or not after)):
        return False
    if token == "no" and (not after or words.is_number(after) or after in _NUMBER_AFTER_NO):
        return False
    return not (at == 0 and after in _ASKED_OF)
