"""What a line asks of a product beside its price and stock: a colour, a size, a measure, or one of them by its value.

There are no columns for these; they stand in the title and the description. Whether the columns can tell is
all that is decided here: "what colour is it" where no colour is written, or "in red" where red isn't, is the owner's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Literal

from knowledge import words
from knowledge.asking import COLOURS, wants_colour, wants_measure, wants_size
from knowledge.entry import Product
from knowledge.particulars import named

Attribute = Literal["price", "stock", "colour", "measure"]
"""What a line may ask of a product: the columns price and stock, and what the title and description say beside them."""

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|\n+")
SIZES = frozenset("xs s m l xl xxl xxxl xxs 2xl 3xl".split())
_ORDER = ("xs", "s", "m", "l", "xl", "xxl", "xxxl")


def values_in(asked: Sequence[str], in_titles: Collection[str]) -> frozenset[str]:
    """The colours and sizes that a line names and that are no product's name."""
    return frozenset(token for token in asked if (token in COLOURS or token in SIZES) and token not in in_titles)


_PRICE = frozenset(
    """
    much price prices cost costs expensive kostet kosten preis wieviel combien coute coutent prix cuanto cuesta cuestan
    precio quanto costa costano prezzo hoeveel kost kosten prijs custa custam preco
    """.split()
)
_STOCK = frozenset(
    "stock available left lager vorratig verfugbar disponible disponibles disponibile voorraad ainda".split()
)
_UNSPACED = {"price": ("いくら", "値段", "価格", "多少", "价格", "價格"), "stock": ("在庫", "库存", "庫存")}


def asked_of(asked: Sequence[str]) -> tuple[Attribute, ...]:
    """What a line, as tokens, asks for in so many words; nothing for "do you have it" and "tell me about it"."""
    whole, there = "".join(asked), set(asked)
    wanted: dict[Attribute, bool] = {
        "price": not _PRICE.isdisjoint(there) or any(word in whole for word in _UNSPACED["price"]),
        "stock": not _STOCK.isdisjoint(there) or any(word in whole for word in _UNSPACED["stock"]),
        "colour": wants_colour(asked) or not COLOURS.isdisjoint(there),
        "measure": wants_measure(asked) or not SIZES.isdisjoint(there),
    }
    return tuple(name for name, is_wanted in wanted.items() if is_wanted)


def written_of(product: Product, attribute: Attribute) -> str:
    """The sentence of the description, else the title, in which a colour or a measure stands; nothing where none is."""
    for sentence in (*_SENTENCE_END.split(product.description), product.title):
        text = words.read(sentence)
        if attribute == "colour" and not COLOURS.isdisjoint(text):
            return sentence.strip()
        if attribute == "measure" and _has_measure(text, or_a_size=True):
            return sentence.strip()
    return ""


def tells(product: Product, asked: Sequence[str]) -> bool:
    """Whether what is written of a product answers a line about it."""
    text = words.read(f"{product.title} {product.description}")
    there = set(text)
    if wants_colour(asked) and COLOURS.isdisjoint(there):
        return False
    if wants_measure(asked) and not _has_measure(text, or_a_size=wants_size(asked)):
        return False
    return all(_has(value, text, there) for value in asked if value in COLOURS or value in SIZES)


def _has_measure(text: Sequence[str], or_a_size: bool) -> bool:
    found = named(text)
    by_two = any("x" in token for token in text if words.is_number(token))
    return bool(found["unit"] or by_two or (or_a_size and (found["size"] or "size" in text)))


def _has(value: str, text: Sequence[str], there: Collection[str]) -> bool:
    """Whether a text has a colour or a size, be it between two others: "S to L" holds M."""
    if value in there:
        return True
    sizes = [_ORDER.index(token) for token in text if token in _ORDER]
    between = value in _ORDER and len(sizes) == 2 and "to" in there
    return between and sizes[0] <= _ORDER.index(value) <= sizes[1]
