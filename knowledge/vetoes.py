"""What a likeness can't see: a "not" or another number turns a question round, however alike the words are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from knowledge import words
from knowledge.asking import is_asking
from knowledge.entry import Entry

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


def disagreement(asked: Sequence[str], entry: Entry) -> str | None:
    """Why an entry must not answer these tokens though it looks right: "negation", "number", or None."""
    own = [words.read(question) for question in entry.questions]
    if own and _negation_differs(asked, own):
        return "negation"
    return "number" if own and _number_differs(asked, own, entry.answer) else None


def misses_the_point(
    asked: Sequence[str], own: Collection[str], seen: Mapping[str, int], common: Collection[str]
) -> bool:
    """Whether a short question holds a word that no entry has, and shares with this entry only what many say.

    `asked` are the tokens after typo repair, `own` the entry's words, `seen` how many entries hold a word, `common`
    the words that point nowhere. "Do you sell duck eggs?" is not what "Do you sell eggs?" asks.
    """
    distinct = [token for token in dict.fromkeys(asked) if not is_asking(token)]
    if len(set(asked)) > SHORT or not any(_is_new(token, seen) for token in distinct):
        return False
    return not any(term in own and term not in common for token in distinct for term in words.terms(token))


def _is_new(token: str, seen: Mapping[str, int]) -> bool:
    return len(token) >= TELLING_FROM and words.terms(token) == [token] and token.isalpha() and not seen.get(token)


def negated(tokens: Sequence[str]) -> bool:
    """Whether a line denies something; "don't you …?", "… or not" and "not sure" deny nothing."""
    return any(_denies(tokens, at) for at in range(len(tokens)))


def _negation_differs(asked: Sequence[str], own: Sequence[Sequence[str]]) -> bool:
    flags = [negated(tokens) for tokens in own]
    return not any(flags) if negated(asked) else all(flags)


def _number_differs(asked: Sequence[str], own: Sequence[Sequence[str]], answer: str) -> bool:
    """A number that the entry never mentions, where at least half of its phrasings name one and the same."""
    named = {token for token in asked if words.is_number(token)}
    each = [{token for token in tokens if words.is_number(token)} for tokens in own]
    every = set().union(*each)
    fixed = {number for number in every if sum(number in one for one in each) * 2 >= len(each)}
    return bool(named and fixed and named - every - set(words.read(answer)))


def _denies(tokens: Sequence[str], at: int) -> bool:
    token = tokens[at]
    if words.is_unspaced(token):
        return bool(_UNSPACED_NEGATION.search(token))
    if token not in _NEGATIONS and not token.endswith("n't"):
        return False
    before = tokens[at - 1] if at else ""
    after = tokens[at + 1] if at + 1 < len(tokens) else ""
    if after in _HARMLESS_AFTER or (before == "or" and not after):
        return False
    if token == "no" and (not after or words.is_number(after) or after in _NUMBER_AFTER_NO):
        return False
    return not (at == 0 and after in _ASKED_OF)
