"""Reads a line the way a matcher needs it: plain, folded, in bounded time, in any script.

Nothing here knows about entries. Every function looks at no more than `READ_AT_MOST` characters, so that a message of a
megabyte costs as much as one of four thousand characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import islice

READ_AT_MOST = 4_000
TOKENS_AT_MOST = 200
PARTS_AT_MOST = 6

_LINK = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,200}", re.IGNORECASE)
_LINK_SIGN = re.compile(r"://|www\.|@", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_EDGES = " \t\n?!.,;:…？！。、，؟¿¡\"'"
# Accents, Arabic vowel marks and the hamza that NFKD splits off, tatweel: people leave them out when they type.
_LEFT_OUT = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u0640]")
_SPELT_ALIKE = str.maketrans({"ة": "ه", "ى": "ي", "’": "'", "‘": "'", "`": "'", "´": "'"})
_FOLDED = _SPELT_ALIKE | str.maketrans({"€": " eur ", "$": " usd ", "£": " gbp ", "¥": " jpy "})
# Scripts that put no space between words: Thai to Myanmar, Khmer, kana, Han.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
)
# Marks that belong inside a word in the scripts of India, though Python counts them as no letter.
_MARKS = (
    "\u0591-\u05c7\u0610-\u061a\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983"
    "\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b4d\u0b82"
    "\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c4d\u0c81-\u0c83\u0cbc-\u0ccd\u0d00-\u0d03\u0d3b-\u0d4d"
)
_WORD = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)"
    r"|(?P<number>\d+(?:[.,:/]\d+)*(?![^\W_]))"
    rf"|(?P<word>(?:(?![{_UNSPACED}])[^\W_]|[{_MARKS}])+(?:'(?:(?![{_UNSPACED}])[^\W_])+)*)"
)
_MEASURE = re.compile(
    r"(?<![^\W_])(\d+(?:[.,]\d+)?)(mm|cm|km|kg|mg|ml|cl|dl|g|l|oz|lbs?|ft|inch|inches|eur|usd|gbp|jpy|chf)(?![^\W_])"
)
_HANGUL = re.compile("[\uac00-\ud7a3]")
_STARTS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_ASKED = re.compile(r"[^?？؟⸮]*[?？؟⸮]+|[^?？؟⸮]+\Z")
_SENTENCE = re.compile(r"(?<=[?？؟⸮!！。])\s*|(?<=[.;])\s+|\s*\n\s*")
_CLAUSE = re.compile(r"(?<=[?？؟⸮!！。])\s*|(?<=[.,;:])\s+|[،、，]|\s+[-–—]\s+|\s*\n\s*")


@cache
def _vanishing() -> dict[int, str | None]:
    """What `str.translate` needs to drop zero-width and direction marks, and to turn emoji into spaces."""
    gone = [0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
    table: dict[int, str | None] = dict.fromkeys((*gone, *range(65024, 65040), *range(917504, 917632)))
    table.update(dict.fromkeys((*range(126976, 131072), *range(9728, 10176), 0), " "))
    return table


def strict(text: str) -> str:
    """The line word for word: width, case, invisible characters, spaces and outer punctuation apart."""
    cut = text[:READ_AT_MOST]
    plain = cut if cut.isascii() else unicodedata.normalize("NFKC", cut).translate(_invisible())
    bare = " ".join(plain.casefold().split())
    return bare.translate(_SPELT_ALIKE).strip(_EDGES) or bare


@cache
def _invisible() -> dict[int, str | None]:
    return {code: to for code, to in _vanishing().items() if to is None}


def normalise(text: str) -> str:
    """The line for comparison: links, emoji, accents and stretched letters folded away, numbers kept as they are.

    A unit that is written onto its number stands apart ("4mm" is "4 mm"), a sign for money is its code.
    """
    cut = text[:READ_AT_MOST]
    if _LINK_SIGN.search(cut):
        cut = _LINK.sub(" ", cut)
    if cut.isascii():  # nothing to fold away but the end of a C string
        folded = cut.replace("\0", " ").casefold()
    else:
        cut = unicodedata.normalize("NFKD", cut)
        folded = unicodedata.normalize("NFKC", _LEFT_OUT.sub("", cut).translate(_vanishing())).casefold()
    folded = _STRETCHED.sub(r"\1\1", folded.translate(_FOLDED))
    if any(digit in folded for digit in "0123456789"):
        folded = _MEASURE.sub(r"\1 \2", folded)
    return _SPACE.sub(" ", folded).strip()[:READ_AT_MOST]


def read(text: str, at_most: int | None = TOKENS_AT_MOST) -> list[str]:
    """The tokens of a line as it was written."""
    return tokens(normalise(text), at_most)


def tokens(normalised: str, at_most: int | None = TOKENS_AT_MOST) -> list[str]:
    """Words, numbers and, for scripts without spaces, runs of characters; the first `at_most` of them."""
    return [match.group() for match in islice(_WORD.finditer(normalised), at_most)]


def is_number(token: str) -> bool:
    """Whether a token holds a digit: a number, a size, a date, a part number. Such a token is never repaired."""
    return not token.isalpha() and any(letter.isdigit() for letter in token)


def is_unspaced(token: str) -> bool:
    """Whether a token is a run of a script without spaces, so that it holds several words."""
    return not token.isascii() and bool(_STARTS_UNSPACED.match(token))


def terms(token: str) -> list[str]:
    """What a token counts as among words: itself; a run without spaces counts as its overlapping pairs."""
    if token.isascii():
        return [token]
    if is_unspaced(token):
        return [token[i : i + 2] for i in range(len(token) - 1)] or [token]
    if _HANGUL.match(token) and len(token) > 2:
        return [token, *(token[i : i + 2] for i in range(len(token) - 1))]
    return [token]


def grams(token: str) -> list[str]:
    """The pieces of a token: 2 to 4 characters, its edges marked; 1 to 3 where a character is a syllable or a word."""
    if is_number(token):
        return [f"#{token}"]
    if is_unspaced(token) or _HANGUL.match(token):
        return [token[i : i + n] for n in (1, 2, 3) for i in range(len(token) - n + 1)]
    edged = f" {token[:40]} "
    return [edged[i : i + n] for n in (2, 3, 4) for i in range(len(edged) - n + 1)]


def questions(text: str) -> list[str]:
    """The questions of a line, where two or more of at least two words end in a question mark; else nothing."""
    asked, context = [], ""
    for piece in _ASKED.findall(text[:READ_AT_MOST]):
        whole = f"{context} {piece.strip()}".strip()
        if piece.rstrip()[-1:] in "?？؟⸮" and piece.strip() and _holds_a_question(piece):
            asked.append(whole)
            context = ""
        else:
            context = whole
    if context and asked:
        asked[-1] = f"{asked[-1]} {context}"
    return asked[:PARTS_AT_MOST] if len(asked) > 1 else []


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text that hold a word, at most `PARTS_AT_MOST` + 1 of them."""
    return [part for part in _SENTENCE.split(text[:READ_AT_MOST]) if read(part)][: PARTS_AT_MOST + 1]


def clauses(text: str) -> list[str]:
    """The parts of a text between commas and ends of sentences that hold a word, at most `PARTS_AT_MOST` + 1."""
    return [part for part in _CLAUSE.split(text[:READ_AT_MOST]) if read(part)][: PARTS_AT_MOST + 1]


def _holds_a_question(piece: str) -> bool:
    found = read(piece)
    return len(found) > 1 or any(is_unspaced(token) and len(token) > 3 for token in found)
