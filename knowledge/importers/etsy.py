"""Etsy's “Download data”: one listing a row, its variations in columns, no number to know a listing by."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from decimal import Decimal

from knowledge.entry import Product
from knowledge.importers.found import Placed, Say, id_of, left_out, no_price, place, point_price, tags_of
from knowledge.importers.html_text import plain
from knowledge.importers.tables import Table, TableFormat
from knowledge.rows import Row
from knowledge.values import slug

_VARIATIONS = (1, 2, 3)
_NAMES = {
    "title": ("title",),
    "description": ("description",),
    "price": ("price",),
    "currency": ("currency_code",),
    "quantity": ("quantity",),
    "tags": ("tags",),
    "materials": ("materials",),
    "image": ("image1",),
    "sku": ("sku",),
    **{f"kind{n}": (f"variation {n} name",) for n in _VARIATIONS},
    **{f"values{n}": (f"variation {n} values",) for n in _VARIATIONS},
}


def products(table: Table, say: Say) -> Iterator[Placed]:
    """The listings. Known by their SKU where there is exactly one, else by their title."""
    for row in table.rows():
        where = place(row.path, row.line)
        title = _text(row, "title")
        if not title:
            say(left_out(where, "", "it has no title"))
            continue
        yield _product(row, title, where, say), where


def _product(row: Row, title: str, where: str, say: Say) -> Product:
    choices = [(_text(row, f"kind{n}"), ", ".join(_list(row, f"values{n}"))) for n in _VARIATIONS]
    choices = [(name or "Choice", values) for name, values in choices if values]
    price, currency = _price(row, where, say), row.text("currency").upper()
    facts = [f"{name}: {values}" for name, values in choices]
    if choices and price is not None:
        # The listing's price is the lowest of its variations, and the file doesn't tell the others.
        facts.append(f"From {price:f} {currency}".strip())
    skus = _list(row, "sku")
    if len(skus) > 1 or "," in row.text("sku"):
        skus = []
    text = plain(html.unescape(row.cells.get("description", ""))).strip()
    return Product(
        id=id_of(skus[0]) if skus else slug(title, "etsy-"),
        title=title,
        description="\n\n".join(part for part in (text, "\n".join(facts)) if part),
        price=None if choices else price,
        currency=currency,
        stock=_stock(row),
        tags=tags_of(*(_text(row, name).replace("_", " ") for name in ("tags", "materials"))),
        image=row.text("image") if row.text("image").startswith(("http://", "https://")) else "",
    )


def _text(row: Row, field: str) -> str:
    return " ".join(plain(html.unescape(row.text(field))).split())


def _list(row: Row, field: str) -> list[str]:
    return [part for part in map(str.strip, _text(row, field).split(",")) if part]


def _price(row: Row, where: str, say: Say) -> Decimal | None:
    try:
        return point_price(row.text("price"))
    except ValueError as error:
        say(no_price(where, _text(row, "title"), error))
        return None


def _stock(row: Row) -> int | None:
    count = row.text("quantity")
    return int(count) if re.fullmatch(r"\d{1,9}", count) else None


FORMAT = TableFormat("etsy", _NAMES, ("title", "price"), ("currency", "quantity"), products)
