"""Small values as people write them in tables: dates, prices, amounts, tags; half a sentence says what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Literal

Mode = Literal["auto", "draft"]

_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies with a thousandth as their smallest coin (ISO 4217): there "1,250" is a price, elsewhere a riddle."""

_LONGEST_ID = 80
_TAG_SEPARATORS = re.compile(r"[,;|\n]")


def parse_date(text: str) -> date:
    """A day as `2026-12-24`. Raises ValueError."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"“{text}” is no date such as 2026-12-24")


def parse_mode(text: str) -> Mode:
    """`auto` (also when empty) or `draft`. Raises ValueError."""
    if text in ("", "auto"):
        return "auto"
    if text == "draft":
        return "draft"
    raise ValueError(f"“{text}” is no mode; it is auto or draft")


def decimal_mark(prices: Iterable[str]) -> str:
    """The decimal mark of a column of prices, `,` or `.`, where those that leave no doubt agree; else nothing."""
    marks: set[str] = set()
    for text in prices:
        ends = re.search(r"([.,])\d{1,2}$|([.,])\d{4,}$", text.strip())
        thousands = re.search(r"\d([.,])\d{3}(?!\d).*?([.,])\d+$", text.strip())
        if thousands and thousands[1] != thousands[2]:
            marks.add(thousands[2])
        elif ends:
            marks.add(ends[1] or ends[2])
        if len(marks) > 1:
            return ""
    return marks.pop() if marks else ""


def parse_price(text: str, currency: str = "", mark: str = "") -> Decimal | None:
    """A price with a decimal comma or point, `1.234,50` and `1 234.50` too; None when empty. Raises ValueError.

    A single comma or point before exactly three digits ("1,234") could be either, so it is refused, but for the
    currencies that have three decimals, and where `mark` tells which of the two begins decimals here.
    """
    plain = re.sub(r"(?<=\d)[\s'’](?=\d{3})", "", unicodedata.normalize("NFKC", text).strip())
    if not plain:
        return None
    if not re.fullmatch(r"\d+([.,]\d+)*", plain):
        raise ValueError(f"“{text}” is no price such as 4.50")
    marks = [mark for mark in plain if mark in ".,"]
    if len(marks) == 1 and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", plain) and currency not in _THREE_DECIMALS:
        if not mark:
            raise ValueError(f"“{text}” may be a thousand or a fraction")
        plain = plain if marks[0] == mark else plain.replace(marks[0], "")
    if len(marks) > 1:
        plain = _without_thousands(plain, marks, text)
    return Decimal(plain.replace(",", "."))


def _without_thousands(plain: str, marks: list[str], text: str) -> str:
    """The number with only its decimal mark: the last one, if it differs from those before it."""
    thousands, last = marks[0], marks[-1]
    whole, _, decimals = plain.rpartition(last) if last != thousands else (plain, "", "")
    if set(marks[:-1]) != {thousands} or not re.fullmatch(rf"\d{{1,3}}(\{thousands}\d{{3}})+", whole):
        raise ValueError(f"“{text}” is no price such as 1234.50")
    return f"{whole.replace(thousands, '')}.{decimals or 0}"


def parse_stock(text: str) -> int | None:
    """A count of pieces; None when empty: nobody counts. Raises ValueError."""
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text):
        raise ValueError(f"“{text}” is no number of pieces such as 12")
    return int(text)


def parse_tags(text: str) -> tuple[str, ...]:
    """Tags of one cell, parted by commas, semicolons or bars."""
    return tuple(tag for tag in (part.strip() for part in _TAG_SEPARATORS.split(text)) if tag)


def slug(text: str, prefix: str = "") -> str:
    """An id out of words, the same for the same words: letters and digits of any script, parted by hyphens."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = "-".join(re.findall(r"[^\W_]+", plain))
    if words and len(words) <= _LONGEST_ID:
        return prefix + words
    digest = sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{prefix}{words[: _LONGEST_ID - 9].rstrip('-')}-{digest}" if words else f"{prefix}{digest}"


def parse_id(text: str) -> str:
    """An id as it stands, one printable line. Raises ValueError; `product:` is how answers name the catalogue."""
    if not text.isprintable():
        raise ValueError("the id has a line break or an invisible character in it")
    if text.startswith("product:"):
        raise ValueError("an id that begins with “product:” would be taken for one of the catalogue")
    return text
