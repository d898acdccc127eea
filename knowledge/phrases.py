"""Lines that are no question: a call for a person, a complaint, abuse, and plain politeness."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from knowledge.errors import InputError
from knowledge.files import folder, read_text
from knowledge.words import is_unspaced, normalise, tokens

Escalation = Literal["person", "complaint", "abuse"]
Remark = Literal["didnt_help", "dismissive", "policy", "acknowledged", "stop"]
Pleasantry = Literal["greeting", "thanks", "goodbye", "fine", "opener"]

DEFAULTS = Path(__file__).parent / "defaults"
HALF_READ = 1_900
"""Of a very long message its first and its last so many characters are read."""

_ESCALATIONS: tuple[Escalation, ...] = get_args(Escalation)
_PLEASANTRIES: tuple[Pleasantry, ...] = ("opener", "goodbye", "thanks", "greeting", "fine")
"""In the order in which one names a message that holds several."""
_HEADINGS = (*_ESCALATIONS, *get_args(Pleasantry), *get_args(Remark), "unless", "filler")
MONEY = "money"
"""The trouble [alike money]: what follows from another trouble, and counts only where no other is named."""
_SAME_WORDS_FROM = 75.0
"""How alike two complaints must be, 0 to 100, where a list names the trouble of at most one of them."""
_FORMS_AT_MOST = 10_000
_DEEPEST = 4
_WORDS_AT_ONCE = 100
_POLITE_AT_MOST = 40
_ENDINGS = ("s", "es", "n", "en", "e", "er")

_EMOJI = re.compile("([\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff])")
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
_EMOTICON = re.compile(r"(?<!\w)(?:[:;=]['’]?-?[()DPpOo3/|]+|[xX]D+|<3+|\^_?\^)(?!\w)")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_ALIKE = re.compile(r"alike (\w+)")
_LINK = re.compile(r"://|www\.|\S@\S")
_BRACKETS = re.compile(r"([()|])")


@dataclass(frozen=True)
class _Phrase:
    heading: str
    words: tuple[str, ...]
    whole: bool = False


@dataclass(slots=True)
class _Step:
    """Where a beginning of phrases leads: the words that may follow, and what ends here, as (heading, whole)."""

    after: dict[str, _Step] = field(default_factory=dict)
    ends: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class _File:
    """The phrases of one file, all their words, and whether the shop wrote it."""

    start: _Step
    words: frozenset[str]
    own: bool


class Phrases:
    """The phrases of some languages: those that come with the program, and the shop's own beside them.

    A file has headings in brackets and one phrase a line; `#` begins a comment, `(a|b)` gives alternatives, `{owner}`
    is the owner's name, and a line that begins with `=` counts only when it is the whole message. Under [unless]
    stand words that undo a phrase right behind them ("don't want to"), under [filler] words that a polite line may
    hold besides.
    """

    def __init__(self, files: Sequence[_File]) -> None:
        self._starts = [file.start for file in files]
        self._words = frozenset[str]().union(*(file.words for file in files))
        self._own = sorted(set().union(*(file.words for file in files if file.own)))
        self._misspellable = sorted(word for word in self._words if len(word) > 3 and word.isalpha())

    @classmethod
    def load(cls, directory: Path, languages: Sequence[str], owner_name: str = "") -> Phrases:
        """The phrases for a shop's folder. Raises InputError for a file that can't be read or a heading unknown."""
        codes = dict.fromkeys(language.split("-")[0].casefold() for language in languages)
        packaged = [path for path in (DEFAULTS / f"{code}.txt" for code in codes) if path.exists()]
        own = directory / "phrases"
        added = sorted(path for path in folder(own).glob("*.txt")) if own.exists() else []
        ours = [_packaged(path, owner_name) for path in packaged or [DEFAULTS / "en.txt"]]
        return cls([*ours, *(_file(path, owner_name, own=True) for path in added)])

    def escalation(self, text: str) -> Escalation | None:
        """Whether the line asks for a person, complains or insults, in this order; None if none of them."""
        words = [word for word in _read(text) if not _EMOJI.match(word)]
        alike = self._meant_by(words)
        windows = list(self._matches(alike))
        undone = _undone(windows)
        found = {heading for start, _, heading, whole in windows if not whole and start not in undone}
        if len(words) <= _POLITE_AT_MOST and not self._cover(alike, _PLEASANTRIES):
            found.add(self._cover(alike, (*_ESCALATIONS, *_PLEASANTRIES), undone))
        return next((heading for heading in _ESCALATIONS if heading in found), None)

    def pleasantry(self, text: str) -> Pleasantry | None:
        """What kind of politeness the line is, if it is nothing else; None if there is more in it."""
        words = [word for word in _read(text) if word in self._words or not _EMOJI.match(word)]
        if not words or len(words) > _POLITE_AT_MOST or _LINK.search(text):
            return None
        heading = self._cover(self._meant_by(words), _PLEASANTRIES)
        asked = re.search("[?？؟]", text) is not None and heading not in ("greeting", "opener")
        return None if asked else next((kind for kind in _PLEASANTRIES if kind == heading), None)

    def found(self, heading: Remark, text: str) -> str:
        """The words of `text` that say what stands under that heading; empty where none do.

        `didnt_help`: a customer was not helped. For what is said to one who complains: `dismissive` words, `policy`,
        and `acknowledged`, that somebody is sorry or understands.
        """
        words = [word for word in _read(text) if not _EMOJI.match(word)]
        windows = list(self._matches(self._meant_by(words)))
        undone = _undone(windows)
        fits = [
            (start, end)
            for start, end, known, whole in windows
            if known == heading and start not in undone and (not whole or (start, end) == (0, len(words)))
        ]
        start, end = max(fits, key=lambda fit: fit[1] - fit[0], default=(0, 0))
        return ("" if any(map(is_unspaced, words[start:end])) else " ").join(words[start:end])

    def troubles(self, text: str) -> frozenset[str]:
        """What a complaint is about, by the headings [alike …] that have a phrase in it, such as broken, late."""
        words = [word for word in _read(text) if not _EMOJI.match(word)]
        found = {heading for _, _, heading, whole in self._matches(self._meant_by(words)) if not whole}
        named = frozenset(heading.removeprefix("alike ") for heading in found if heading.startswith("alike "))
        return named - {MONEY} or named

    def same_complaint(self, one: str, other: str) -> bool:
        """Whether two people complain of the same trouble, in whatever words and languages."""
        first, second = self.troubles(one), self.troubles(other)
        if first and second:
            return bool(first & second)
        return fuzz.token_sort_ratio(normalise(one), normalise(other)) >= _SAME_WORDS_FROM

    def _meant_by(self, words: list[str]) -> list[frozenset[str]]:
        """For each word of a message, the words of our phrases that it may be, slips of the finger included."""
        known = {word: self._meant(word) for word in dict.fromkeys(words)}
        return [known[word] for word in words]

    def _meant(self, word: str) -> frozenset[str]:
        ends = {other for other in self._own if _is_ending(word, other)}
        if len(word) < 4 or not word.isalpha() or is_unspaced(word):
            return frozenset(({word} & self._words) | ends)
        near = extract(word, self._misspellable, scorer=OSA.distance, score_cutoff=2, limit=20)
        return frozenset(other for other, distance, _ in near if _is_slip(word, other, int(distance))) | ends

    def _matches(self, alike: list[frozenset[str]]) -> Iterator[tuple[int, int, str, bool]]:
        """Windows of the message that a phrase fits, by their start, as (start, end, heading, whole)."""
        for start in range(len(alike)):
            reached = self._starts
            for end in range(start, len(alike)):
                reached = [step.after[word] for step in reached for word in alike[end] if word in step.after]
                if not reached:
                    break
                for heading, whole in [found for step in reached for found in step.ends]:
                    yield start, end + 1, heading, whole

    def _cover(self, alike: list[frozenset[str]], headings: tuple[str, ...], undone: Collection[int] = ()) -> str:
        """The first of `headings` in any way to read the whole message as phrases; empty if there is no way."""
        ranks = {heading: len(headings) - at for at, heading in enumerate(headings)} | {"filler": 0}
        best = [0] + [-1] * len(alike)
        for start, end, heading, _ in self._matches(alike):
            if best[start] >= 0 and heading in ranks and start not in undone:
                best[end] = max(best[end], best[start], ranks[heading])
        return headings[len(headings) - best[-1]] if best[-1] > 0 else ""


def _undone(windows: Iterable[tuple[int, int, str, bool]]) -> set[int]:
    """Where a phrase counts for nothing: inside or right behind one of [unless] that begins before it."""
    return {at for start, end, heading, _ in windows if heading == "unless" for at in range(start + 1, end + 1)}


def _is_ending(word: str, meant: str) -> bool:
    """Whether two words are one in its singular and plural, as far as that is a letter or two more at its end. Only for
    a shop's own phrases: those that come along name each form that counts ("arrived broken", but not "arrive")."""
    shorter, longer = sorted((word, meant), key=len)
    return len(shorter) > 2 and longer.startswith(shorter) and longer[len(shorter) :] in _ENDINGS


def _is_slip(word: str, meant: str, distance: int) -> bool:
    """Whether `word` is `meant` with a slip: the first letter right, and not merely another ending of it.

    Four letters may be swapped; five to eight may have one wrong, longer ones two.
    """
    if distance == 0:
        return True
    if word[0] != meant[0] or word.startswith(meant) or meant.startswith(word):
        return False
    if len(meant) == 4:
        return distance == 1 and sorted(word) == sorted(meant)
    return distance <= (1 if len(meant) < 9 else 2)


def _read(text: str) -> list[str]:
    """Words without apostrophes, emoji each for itself, and single characters where a script has no spaces."""
    if len(text) > 2 * HALF_READ:
        text = f"{text[:HALF_READ]} {text[-HALF_READ:]}"
    found: list[str] = []
    for piece in _EMOJI.split(_SKIN.sub("", _EMOTICON.sub(" ", text))):
        found.extend([piece] if _EMOJI.fullmatch(piece) else _words(piece))
    return found


def _words(text: str) -> Iterator[str]:
    parts = normalise(_STRETCHED.sub(r"\1", text)).split(" ")
    for at in range(0, len(parts), _WORDS_AT_ONCE):
        for token in tokens(" ".join(parts[at : at + _WORDS_AT_ONCE])):
            if is_unspaced(token):
                yield from token
            else:
                yield token.replace("'", "")


@cache
def _packaged(path: Path, owner_name: str) -> _File:
    """One of our own files, read once: its brackets stand for thousands of forms."""
    return _file(path, owner_name)


def _file(path: Path, owner_name: str, *, own: bool = False) -> _File:
    start, words = _Step(), set[str]()
    for phrase in _read_phrases(path, owner_name):
        step = start
        for word in phrase.words:
            step = step.after.get(word) or step.after.setdefault(word, _Step())
        step.ends += ((phrase.heading, phrase.whole),)
        words.update(phrase.words)
    return _File(start, frozenset(words), own)


def _read_phrases(path: Path, owner_name: str) -> Iterator[_Phrase]:
    heading, names = (
        "",
        list(dict.fromkeys([owner_name.strip(), *owner_name.split()[:1]])) if owner_name.strip() else [],
    )
    for number, line in enumerate(read_text(path).split("\n"), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("[") and text.endswith("]"):
            heading = text[1:-1].strip().casefold()
            if heading not in _HEADINGS and not _ALIKE.fullmatch(heading):
                raise InputError(path, number, f"“{text}” is no heading that is known", f"Use {_bracketed()}.")
        elif not heading:
            raise InputError(path, number, "this phrase stands above the first heading", f"Begin with {_bracketed()}.")
        else:
            yield from _phrases(path, number, heading, text, names)


def _phrases(path: Path, number: int, heading: str, text: str, names: list[str]) -> Iterator[_Phrase]:
    try:
        forms, _ = _forms(_BRACKETS.split(text.removeprefix("=")), 0, names)
    except ValueError as error:
        raise InputError(path, number, f"this phrase {error}", "Part it into several lines.") from error
    if forms and not any(forms):
        raise InputError(path, number, f"“{text}” has no words in it", "Write a phrase, or begin it with #.")
    for words in filter(None, forms):
        yield _Phrase(heading, words, text.startswith("="))


def _forms(parts: list[str], at: int, names: list[str], depth: int = 0) -> tuple[list[tuple[str, ...]], int]:
    """Every form of a phrase from part `at` up to the bracket that closes it, and where that is.

    Raises ValueError for brackets in too deep a heap, or for more than `_FORMS_AT_MOST` forms.
    """
    done: list[tuple[str, ...]] = []
    forms: list[tuple[str, ...]] = [()]
    while at < len(parts) and parts[at] != ")":
        if parts[at] == "|":
            done, forms = done + forms, [()]
        else:
            if parts[at] == "(":
                tails, at = _forms(parts, at + 1, names, depth + 1)
            else:
                tails = _said(parts[at], names)
            forms = [head + tail for head in forms for tail in tails]
        if depth > _DEEPEST or len(done) + len(forms) > _FORMS_AT_MOST:
            raise ValueError("has brackets that give too many forms")
        at += 1
    return done + forms, at


def _said(text: str, names: list[str]) -> list[tuple[str, ...]]:
    if "{owner}" in text:
        return [tuple(_read(text.replace("{owner}", name))) for name in names]
    return [tuple(_read(text))]


def _bracketed() -> str:
    return ", ".join(f"[{name}]" for name in _ESCALATIONS)
