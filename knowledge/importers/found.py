"""What every reader of a format gives and says: items with their places, and reasons for what was left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from knowledge.entry import Entry, Product
from knowledge.errors import one_line
from knowledge.values import parse_price, parse_tags

Item = Entry | Product
Placed = tuple[Item, str]
"""An item and where it was read, as `file:line`."""

Say = Callable[[str], object]
"""Hears, in one sentence with `file:line`, what was left out and why."""


def place(path: Path, line: int) -> str:
    """A place in a file as people write it."""
    return f"{path}:{line}"


def point_price(text: str) -> Decimal | None:
    """A price of an export that writes no thousands: one comma or point is the decimal mark. Raises ValueError."""
    plain = text.strip()
    if re.fullmatch(r"\d{1,14}([.,]\d{1,4})?", plain):
        return Decimal(plain.replace(",", "."))
    return parse_price(plain)


def tags_of(*cells: str) -> tuple[str, ...]:
    """The tags of several cells, each once; a tag with a comma in it is several, as in our own tables."""
    return tuple(dict.fromkeys(tag for cell in cells for tag in parse_tags(cell)))


def id_of(text: str) -> str:
    """An id as another program wrote it, on one line and without what can't be seen."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


class LeftOut(str):
    """The sentence for an item that was left out; other remarks are plain texts."""

    __slots__ = ()


def left_out(where: str, name: str, reason: str) -> LeftOut:
    """How an item that was left out is said."""
    said = f"“{name}” was left out: {reason}." if name else f"this was left out: {reason}."
    return LeftOut(f"{where}: {one_line(said)}")


def no_price(where: str, name: str, error: ValueError) -> str:
    """How a price that can't be read is said; the product comes in without one."""
    return f"{where}: {one_line(f'“{name}” comes without its price: {error}.')}"
