"""The catalogue as something to be asked: which product a line names, and what its columns say."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.entry import Product

PREFIX = "product:"


class Catalogue:
    """The products by their public id, `product:<id>`."""

    def __init__(self, products: Iterable[Product], currency: str = "") -> None:
        self.currency = currency
        self.products = {PREFIX + product.id: product for product in products}

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
        return "\n\n".join(part for part in (first, product.description) if part)

    def _price(self, product: Product) -> str:
        return "" if product.price is None else f"{product.price} {product.currency or self.currency}".strip()


def _stock(product: Product) -> str:
    if product.stock is None:
        return ""
    return f"{product.stock} in stock" if product.stock > 0 else "out of stock"
