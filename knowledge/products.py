"""The catalogue as something to be asked: which product a line names, and what its columns say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from knowledge import words
from knowledge.entry import Product

PREFIX = "product:"
NAMED_FROM = 90.0
NEAR_AT_MOST = 0.5

# What may stand beside a product's name in a question that its columns answer: price, stock, "do you have", "tell me".
_ASKING = frozenset(
    """
    how much many is are does do did the a an your you have has got any in on stock available still there left sell can
    could i we buy get order price prices cost costs what what's whats of for please hi hello tell me about it one and
    was kostet kosten der die das den dem ein eine einen wie viel wieviel preis vom von fur habt ihr haben sie noch auf
    lager vorratig gibt es ist sind verfugbar bitte kann ich kaufen bestellen hallo
    combien coute coutent le la les un une des du de prix quel est avez vous en il y a-t-il encore disponible puis je
    cuanto cuesta cuestan el los las una precio del hay tienen teneis queda quedan disponible puedo comprar
    quanto costa costano il lo i gli le prezzo avete ce ancora disponibile posso comprare
    hoeveel kost kosten het een prijs van hebben jullie nog op voorraad zijn er te koop kan ik
    quanto custa custam o os as um uma preco tem ainda
    """.split()
)
_ASKING_UNSPACED = re.compile(
    "(?:は|の|を|が|も|いくら|値段|価格|在庫|あります|ある|か|です|まだ|ください|欲しい|買えます|教えて|について"
    "|多少|钱|錢|有|吗|嗎|还|還|库存|庫存|价格|價格|的)*"
)


@dataclass(frozen=True)
class Naming:
    """A product as a line names it: `score` 0 to 1, and whether the line asks for nothing but its columns."""

    id: str
    score: float
    named: bool
    asks_columns: bool


class Catalogue:
    """The products by their public id, `product:<id>`."""

    def __init__(self, products: Iterable[Product], currency: str = "") -> None:
        self.currency = currency
        self.products = {PREFIX + product.id: product for product in products}
        self._titles = {id: words.read(p.title) for id, p in self.products.items()}

    def namings(self, asked: list[str]) -> list[Naming]:
        """Every product with how well a line, as tokens, names it; best first, ties by id."""
        if not self.products:
            return []
        found = [_naming(id, title, asked) for id, title in self._titles.items()]
        return sorted(found, key=lambda naming: (-naming.score, naming.id))

    def named_in(self, id: str, text: str) -> bool:
        """Whether a text names the product `id` in full."""
        return _naming(id, self._titles[id], words.read(text)).named

    def title(self, id: str) -> str:
        """The product's title, or nothing for an unknown id."""
        return self.products[id].title if id in self.products else ""

    def images(self, id: str) -> tuple[str, ...]:
        """The product's picture, if it has one."""
        return (self.products[id].image,) if id in self.products and self.products[id].image else ()

    def answer(self, id: str) -> str:
        """Title, price and stock out of the columns, then the description; nothing for an unknown id."""
        product = self.products.get(id)
        if product is None:
            return ""
        facts = [fact for fact in (self._price(product), _stock(product)) if fact]
        first = f"**{product.title}**" + (f": {', '.join(facts)}" if facts else "")
        return "\n\n".join(part for part in (first, product.description, product.url) if part)

    def _price(self, product: Product) -> str:
        return "" if product.price is None else f"{product.price} {product.currency or self.currency}".strip()


def _naming(id: str, title: list[str], asked: list[str]) -> Naming:
    if not title:
        return Naming(id, 0.0, False, False)
    if any(words.is_unspaced(token) for token in title):
        return _naming_unspaced(id, "".join(title), "".join(asked))
    best, at = max(((_window(title, asked[at : at + len(title)]), -at) for at in range(len(asked))), default=(0.0, 0))
    if best >= NAMED_FROM:
        rest = [*asked[:-at], *asked[-at + len(title) :]]
        return Naming(id, best / 100, True, all(_is_asking(token) for token in rest))
    shared = sum(len(token) for token in set(title) & set(asked)) / sum(len(token) for token in set(title))
    return Naming(id, NEAR_AT_MOST * shared, False, False)


def _naming_unspaced(id: str, title: str, asked: str) -> Naming:
    before, found, after = asked.partition(title)
    if not found:
        return Naming(id, NEAR_AT_MOST * fuzz.partial_ratio(title, asked) / 100 if asked else 0.0, False, False)
    return Naming(id, 1.0, True, bool(_ASKING_UNSPACED.fullmatch(before) and _ASKING_UNSPACED.fullmatch(after)))


def _window(title: list[str], window: list[str]) -> float:
    """How alike a title and as many tokens are, 0 to 100; 0 where a number, size or part number differs."""
    if [t for t in title if words.is_number(t)] != [t for t in window if words.is_number(t)]:
        return 0.0
    return fuzz.ratio(" ".join(title), " ".join(window), score_cutoff=NAMED_FROM - 1)


def _is_asking(token: str) -> bool:
    return token in _ASKING or (words.is_unspaced(token) and bool(_ASKING_UNSPACED.fullmatch(token)))


def _stock(product: Product) -> str:
    if product.stock is None:
        return ""
    return f"{product.stock} in stock" if product.stock > 0 else "out of stock"
