"""The catalogue as something to be asked: which product a line names, and what its columns say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from babel.numbers import get_currency_precision, is_currency
from rapidfuzz import fuzz, process

from knowledge import words
from knowledge.asking import ASKING_UNSPACED, is_asking
from knowledge.attributes import SIZES, tells, values_in
from knowledge.entry import Product
from knowledge.languages import is_small
from knowledge.typos import Speller

PREFIX = "product:"
NAMED_FROM = 90.0
NEAR_AT_MOST = 0.5
CLEAR_ABOVE = 0.4
"""The part of a title's letters that a line must bring along before its columns answer."""
WORDS_AT_MOST = 4
LONG_WORD, LONG_WORD_FROM = 8, 88.0
SHORTENED_FROM = 4

# Quantities as they are written in one way and titled in another.
_SPELT = {
    "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven", "8": "eight", "9": "nine",
    "10": "ten", "12": "twelve", "20": "twenty", "24": "twenty-four", "30": "thirty", "50": "fifty",
    "dozen": "twelve",
}  # fmt: skip
_QUANTITIES = frozenset(_SPELT) | frozenset(_SPELT.values())


@dataclass(frozen=True)
class Naming:
    """A product as a line names it: `score` 0 to 1, and what the line asks of it.

    `named` is the whole title. `asks_columns` is a line that names this product clearly, in full or by what sets it
    apart, and asks for nothing else but its columns; `near` one that asks for columns and may mean this product.
    `by` are the words of the title that stand in the line.
    """

    id: str
    score: float
    named: bool = False
    asks_columns: bool = False
    near: bool = False
    by: tuple[str, ...] = ()


def priced(price: Decimal, currency: str) -> str:
    """A price with as many digits as its currency has, or more where it was written with more: "18.50 EUR"."""
    digits = get_currency_precision(currency.upper()) if is_currency(currency.upper()) else 0
    written = -int(price.as_tuple().exponent)
    plain = f"{price:f}" if written >= digits else f"{price:.{digits}f}"
    return f"{plain} {currency}".strip()


class Catalogue:
    """The products by their public id, `product:<id>`.

    `common` are words that many entries of the shop use: none of them sets a product apart by itself.
    """

    def __init__(self, products: Iterable[Product], currency: str = "", common: Collection[str] = ()) -> None:
        self.currency = currency
        self.products = {PREFIX + product.id: product for product in products}
        self._titles = {id: words.read(p.title) for id, p in self.products.items()}
        self._common = frozenset(common)
        self._words = {
            id: tuple(t for t in dict.fromkeys(title) if not is_asking(t)) for id, title in self._titles.items()
        }
        self._in_title = _found_in(self._words)
        self._in_text = _found_in({id: words.read(p.description) for id, p in self.products.items()})
        self._always = {id for id in self._words if not self._words[id] or any(map(words.is_unspaced, self._words[id]))}
        self._long = [word for word in self._in_title if len(word) >= LONG_WORD]
        self._speller = Speller(Counter(chain(self._in_title, self._in_text)))

    def namings(self, asked: list[str]) -> list[Naming]:
        """Every product with how well a line, as tokens, names it; best first, ties by id."""
        if not self.products:
            return []
        values = values_in(asked, self._in_title)
        asked = [token for token in asked if token not in values] if values else asked
        parts, at_hand = self._in_part(asked), self._at_hand(asked)
        found = [parts.get(id) or Naming(id, 0.0) for id in self._titles.keys() - at_hand]
        found += [self._naming(id, asked, parts.get(id)) for id in at_hand]
        return sorted(found, key=lambda naming: (-naming.score, naming.id))

    def tells(self, id: str, asked: Sequence[str]) -> bool:
        """Whether the columns of the product `id` answer what a line asks of it."""
        return tells(self.products[id], asked)

    def recommended(self, asked: Sequence[str], languages: Collection[str]) -> list[str]:
        """The products whose own words, the owner's note first of all, hold most of what a recommendation is for.

        Only products that the owner has said something of; the best first, and only those as good as the best.
        """
        telling = [token for token in asked if not is_small(token, languages) and not is_asking(token)]
        wanted = {form for token in telling for form in _forms(token)}
        fits = {id: self._fit(product, wanted) for id, product in self.products.items() if product.owner_note}
        best = max(fits.values(), default=0)
        found = sorted(id for id, fit in fits.items() if fit == best) if best else []
        return [id for id in found if 2 * self._held(self.products[id], telling) >= len(telling)]

    def _held(self, product: Product, tokens: Sequence[str]) -> int:
        """How many of the tokens stand in what is written of a product, its note included."""
        text = {*words.read(product.owner_note), *words.read(f"{product.title} {product.description}"), *product.tags}
        return sum(not text.isdisjoint(_forms(token)) for token in tokens)

    def _fit(self, product: Product, wanted: set[str]) -> int:
        note = wanted.intersection(words.read(product.owner_note))
        rest = wanted.intersection(words.read(f"{product.title} {product.description} {' '.join(product.tags)}"))
        return 2 * len(note) + len(rest - note)

    def named_in(self, id: str, text: str) -> bool:
        """Whether a text names the product `id` in full."""
        full = _in_full(id, self._titles[id], words.read(text))
        return full is not None and full.named

    def speaks_of(self, naming: Naming, text: str) -> bool:
        """Whether a text holds all that a line named its product by."""
        if self.named_in(naming.id, text):
            return True
        there = set(chain.from_iterable(_forms(token) for token in words.read(text)))
        return not naming.named and bool(naming.by) and there.issuperset(naming.by)

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
        return "" if product.price is None else priced(product.price, product.currency or self.currency)

    def _naming(self, id: str, asked: list[str], part: Naming | None) -> Naming:
        """The title in full, else in part; else how much of what sets it apart stands in the line."""
        title = self._titles[id]
        full = _in_full(id, title, asked)
        if full is not None or part is not None or not title:
            return full or part or Naming(id, 0.0)
        shared = {token for token in title if token in asked and token not in self._common}
        return Naming(id, NEAR_AT_MOST * _letters(shared) / _letters(set(title)))

    def _at_hand(self, asked: list[str]) -> set[str]:
        """The products of whose title a word stands in the line, a slip allowed: so a large catalogue stays quick."""
        there = {word for token in set(asked) for word in (token, self._speller.mended(token))}
        return self._always | _any_of(self._in_title, there)

    def _in_part(self, asked: list[str]) -> dict[str, Naming]:
        """The products that a line may mean if it asks for columns alone: all that it names is found with them."""
        named = list(dict.fromkeys(token for token in asked if not is_asking(token)))
        if not 0 < len(named) <= WORDS_AT_MOST or any(words.is_unspaced(token) for token in named):
            return {}
        meant = {token: self._meant(token) for token in named}
        fitting = [_any_of(self._in_title, meant[token]) for token in named]
        if self._common.issuperset(named):
            return {id: self._named_by(id, meant, clear=False, fit=True) for id in set().union(*fitting)}
        fits = set.intersection(*fitting)
        telling = [
            found | _any_of(self._in_text, meant[t][:1])
            for t, found in zip(named, fitting, strict=True)
            if not _counts(t)
        ]
        near = fits.union(set.intersection(*telling) if telling else ())
        return {id: self._named_by(id, meant, clear=fits == {id}, fit=id in fits) for id in near}

    def _named_by(self, id: str, meant: Mapping[str, Sequence[str]], clear: bool, fit: bool) -> Naming:
        title = self._words[id]
        by = tuple(word for word in title if any(word in found for found in meant.values()))
        exact = _letters(word for word in by if any(word == found[0] for found in meant.values() if found))
        share = (exact + _letters(by)) / 2 / max(_letters(title), 1)
        clear = clear and share > CLEAR_ABOVE
        return Naming(id, 0.5 + (0.49 if fit else 0.3) * share, False, clear, True, by)

    def _meant(self, token: str) -> list[str]:
        """The words of the catalogue that a word of a line may stand for, the likeliest first."""
        found = [form for form in _forms(_SPELT.get(token, token)) if form in self._in_title or form in self._in_text]
        if found or words.is_number(token):
            return found or [token]
        mended = self._speller.mended(token)
        if mended == token and len(token) >= LONG_WORD:
            best = process.extractOne(token, self._long, scorer=fuzz.ratio, score_cutoff=LONG_WORD_FROM)
            mended = best[0] if best else token
        longer = [word for word in self._in_title if word.startswith(token)] if len(token) >= SHORTENED_FROM else []
        return [token, *longer] if mended == token and len(longer) == 1 else [mended]


def _found_in(texts: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    found = defaultdict(set)
    for id, tokens in texts.items():
        for token in tokens:
            found[token].add(id)
    return dict(found)


def _any_of(found_in: Mapping[str, set[str]], meant: Iterable[str]) -> set[str]:
    return set().union(*(found_in.get(word, ()) for word in meant))


def _counts(token: str) -> bool:
    return token in _QUANTITIES or words.is_number(token)


def _letters(tokens: Iterable[str]) -> int:
    return sum(map(len, tokens))


def _forms(token: str) -> list[str]:
    """A word, then its English plural or singular."""
    if len(token) < 3 or words.is_number(token):
        return [token]
    return [token, f"{token}s", f"{token}es", *(token[: -len(end)] for end in ("s", "es") if token.endswith(end))]


def _in_full(id: str, title: list[str], asked: list[str]) -> Naming | None:
    """The product where a line holds its whole title, a slip allowed."""
    if not title:
        return None
    if any(words.is_unspaced(token) for token in title):
        return _naming_unspaced(id, "".join(title), "".join(asked))
    best, at = max(((_window(title, asked[at : at + len(title)]), -at) for at in range(len(asked))), default=(0.0, 0))
    if best < NAMED_FROM:
        return None
    rest = [*asked[:-at], *asked[-at + len(title) :]]
    return Naming(id, best / 100, True, all(is_asking(token) for token in rest), by=tuple(title))


def _naming_unspaced(id: str, title: str, asked: str) -> Naming:
    before, found, after = asked.partition(title)
    if not found:
        return Naming(id, NEAR_AT_MOST * fuzz.partial_ratio(title, asked) / 100 if asked else 0.0)
    return Naming(id, 1.0, True, bool(ASKING_UNSPACED.fullmatch(before) and ASKING_UNSPACED.fullmatch(after)))


def _window(title: list[str], window: list[str]) -> float:
    """How alike a title and as many tokens are, 0 to 100; 0 where a number, size or part number differs."""
    if [t for t in title if _is_fixed(t)] != [t for t in window if _is_fixed(t)]:
        return 0.0
    return fuzz.ratio(" ".join(title), " ".join(window), score_cutoff=NAMED_FROM - 1)


def _is_fixed(token: str) -> bool:
    return words.is_number(token) or token in SIZES


def _stock(product: Product) -> str:
    if product.stock is None:
        return ""
    return f"{product.stock} in stock" if product.stock > 0 else "out of stock"
