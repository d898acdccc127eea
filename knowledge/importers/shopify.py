"""Shopify's product export, with the column names of both its generations.

A product is the rows of one handle: the first has its title, each row one variant or one more picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from knowledge.entry import Product
from knowledge.importers.found import Placed, Say, id_of, left_out, no_price, place, point_price, tags_of
from knowledge.importers.html_text import line_of, text_of
from knowledge.importers.tables import Table, TableFormat
from knowledge.importers.variants import Variant, summed
from knowledge.rows import Row

_NAMES = {
    "handle": ("handle", "url handle"),
    "title": ("title",),
    "body": ("body (html)", "description"),
    "type": ("type",),
    "tags": ("tags",),
    "published": ("published", "published on online store"),
    "status": ("status",),
    "option1_name": ("option1 name",),
    "option1": ("option1 value",),
    "option2_name": ("option2 name",),
    "option2": ("option2 value",),
    "option3_name": ("option3 name",),
    "option3": ("option3 value",),
    "sku": ("variant sku", "sku"),
    "tracker": ("variant inventory tracker", "inventory tracker"),
    "stock": ("variant inventory qty", "inventory quantity"),
    "oversell": ("variant inventory policy", "continue selling when out of stock"),
    "price": ("variant price", "price"),
    "image": ("image src", "product image url"),
}
_NO_OPTION = "Default Title"
_OFF = {"draft": "a draft", "archived": "archived", "unlisted": "unlisted"}


def products(table: Table, say: Say) -> Iterator[Placed]:
    """The products, one for each handle; drafts, archived ones and those off the online store are left out."""
    for _, rows in groupby(_carried(table), key=lambda pair: pair[0]):
        group = [row for _, row in rows]
        first = group[0]
        where = place(first.path, first.line)
        name = line_of(first.text("title"))
        reason = _kept_back(first) or ("" if name else "its first row has no title")
        if reason:
            say(left_out(where, name or first.text("handle"), reason))
            continue
        yield _product(group, name, where, say), where


def _carried(table: Table) -> Iterator[tuple[str, Row]]:
    """Each row with its handle; a row with neither handle nor title goes on with the product above it."""
    handle = ""
    for row in table.rows():
        if row.text("handle") or row.text("title"):
            handle = row.text("handle") or row.text("title")
        yield handle, row


def _kept_back(row: Row) -> str:
    status = row.text("status").casefold()
    if status in _OFF:
        return f"it is {_OFF[status]}"
    return "it is not in the online store" if row.text("published").casefold() == "false" else ""


def _product(group: list[Row], name: str, where: str, say: Say) -> Product:
    first = group[0]
    options = [line_of(first.text(f"option{n}_name")) for n in (1, 2, 3)]
    variants = [variant for row in group if (variant := _variant(row, options, say))]
    price, stock, lines = summed(variants, "")
    images = (row.text("image") for row in group if row.text("image").startswith(("http://", "https://")))
    return Product(
        id=id_of(first.text("handle") or name).casefold(),
        title=name,
        description="\n\n".join(part for part in (text_of(first.cells.get("body", "")), lines) if part),
        price=price,
        stock=stock,
        tags=tags_of(first.text("tags"), first.text("type")),
        image=next(images, ""),
    )


def _variant(row: Row, options: list[str], say: Say) -> Variant | None:
    """The variant of a row; a row that only brings a picture has none."""
    values = [line_of(row.text(f"option{n}")) for n in (1, 2, 3)]
    if not any(values) and not row.text("price"):
        return None
    price: Decimal | None = None
    try:
        price = point_price(row.text("price"))
    except ValueError as error:
        say(no_price(place(row.path, row.line), line_of(row.text("title")) or row.text("handle"), error))
    pairs = tuple((name, value) for name, value in zip(options, values, strict=True) if value and value != _NO_OPTION)
    return Variant(pairs, price, _stock(row))


def _stock(row: Row) -> int | None:
    """How many there are; None where Shopify doesn't count, or sells on at nought."""
    text = row.text("stock")
    if not row.text("tracker") or not text.lstrip("-").isdigit() or len(text) > 9:
        return None
    if int(text) <= 0 and row.text("oversell").casefold() in ("continue", "true"):
        return None
    return max(int(text), 0)


FORMAT = TableFormat("shopify", _NAMES, ("handle", "title"), ("option1_name",), products)
