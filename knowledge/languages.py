"""Which language a line is in: by its script, and by the small words of many languages, which say little else."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from knowledge import words

_FILE = Path(__file__).parent / "defaults" / "words" / "function_words.txt"


@cache
def small_words() -> Mapping[str, frozenset[str]]:
    """For each language, by its code, the words that carry a sentence, folded as `words.read` folds them."""
    found = {}
    for line in _FILE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, listed = line.partition(":")
            found[code] = frozenset(words.read(listed, at_most=None))
    return found


@cache
def _every() -> frozenset[str]:
    return frozenset().union(*small_words().values())


def is_small(token: str, languages: Collection[str] = ()) -> bool:
    """Whether a token is a small word of one of these languages, of any where none is given."""
    if not languages:
        return token in _every()
    return any(token in small_words().get(language, ()) for language in languages)


_SCRIPTS = (
    (re.compile("[\u3040-\u30ff]"), ("ja",)),
    (re.compile("[\u1100-\u11ff\uac00-\ud7a3]"), ("ko",)),
    (re.compile("[\u3400-\u9fff]"), ("zh", "ja")),
    (re.compile("[\u0e00-\u0e7f]"), ("th",)),
    (re.compile("[\u0370-\u03ff]"), ("el",)),
    (re.compile("[\u0590-\u05ff]"), ("he",)),
    (re.compile("[\u0900-\u097f]"), ("hi",)),
    (re.compile("[\u0980-\u09ff]"), ("bn",)),
    (re.compile("[\u0b80-\u0bff]"), ("ta",)),
    (re.compile("[\u0679\u0688\u0691\u06ba\u06d2]"), ("ur",)),
    (re.compile("[\u067e\u0686\u0698\u06af\u06a9\u06cc]"), ("fa", "ur")),
    (re.compile("[\u0600-\u06ff]"), ("ar", "fa", "ur")),
    (re.compile("[\u0491\u0454\u0456\u0457](?![\\w]*[\u049b\u04a3\u0493\u04b1\u04e9\u04d9])"), ("uk",)),
    (re.compile("[\u049b\u04a3\u0493\u04b1\u04e9\u04d9]"), ("kk",)),
    (re.compile("[\u0452\u045b\u0458\u0459\u045a\u045f]"), ("sr",)),
    (re.compile("[\u0400-\u04ff]"), ("ru", "uk", "bg", "sr", "kk")),
)
"""The letters that tell a script or a language, the telling ones first, and the languages that are written so."""
_TOLD_AT_MOST = 400
_HITS = 2


def possible(text: str, locale: str = "") -> tuple[str, ...]:
    """The languages that a line may be in, by their codes, the likeliest first; nothing where nobody can tell.

    A script is nearly proof; in Latin letters two small words are needed, or one where the platform's `locale` agrees.
    """
    told = text[:_TOLD_AT_MOST]
    tokens = frozenset(words.read(told))
    home = code_of(locale)
    for letters, languages in _SCRIPTS:
        if 2 * len(letters.findall(told)) >= len(tokens) > 0 and letters.search(told):
            return tuple(sorted(languages, key=lambda code: (-_hits(tokens, code), code != home)))
    hits = {code: _hits(tokens, code) for code in small_words()}
    most = max(hits.values(), default=0)
    if most < (1 if hits.get(home, 0) == most else _HITS) or 4 * most < len(tokens):
        return ()
    return tuple(sorted((code for code, hit in hits.items() if hit >= most), key=lambda code: (code != home, code)))


def code_of(tag: str) -> str:
    """The language of a tag such as `de-AT`, without its region."""
    return tag.replace("_", "-").partition("-")[0].casefold()


def _hits(tokens: Collection[str], language: str) -> int:
    return len(small_words().get(language, frozenset()).intersection(tokens))
