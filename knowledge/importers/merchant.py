"""A product feed as Google Merchant Center takes it: RSS 2.0 or Atom, or a table parted by tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from knowledge.entry import Product
from knowledge.errors import InputError
from knowledge.importers.found import Placed, Say, id_of, left_out, no_price, place, point_price, tags_of
from knowledge.importers.html_text import line_of, text_of
from knowledge.importers.tables import Table, TableFormat

_FIELDS = (
    "id", "title", "description", "link", "image_link", "availability", "price", "sale_price",
    "sale_price_effective_date", "product_type", "color", "size", "material", "brand",
)  # fmt: skip
_SHOWN = ("brand", "color", "size", "material")
_ITEMS = ("item", "entry")
_PIECE = 1 << 16
_LONGEST_TEXT = 200_000
_MONEY = re.compile(r"([A-Za-z]{3})?\s*([\d.,'’\s]+?)\s*([A-Za-z]{3})?")


class _Items:
    """The target of the parser: keeps the fields of one item, and those of items that nobody has fetched yet."""

    def __init__(self, path: Path) -> None:
        self.parser = DefusedXMLParser(target=self)
        self.ready: list[tuple[int, dict[str, str]]] = []
        self.root = ""
        self._path = path
        self._open: list[str] = []
        self._item: dict[str, str] | None = None
        self._depth = self._line = self._length = 0
        self._text: list[str] = []

    @property
    def line(self) -> int:
        """Where the parser stands, as a line of the file."""
        return int(self.parser.parser.CurrentLineNumber)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition("}")[2]
        self.root = self.root or name
        self._open.append(name)
        if self._item is None and name in _ITEMS:
            self._item, self._depth, self._line = {}, len(self._open), self.line
        elif self._item is not None and name == "link" and attributes.get("href"):
            self._item.setdefault("link", attributes["href"])
        self._text, self._length = [], 0

    def data(self, text: str) -> None:
        """A piece of text within the innermost element."""
        if self._item is None:
            return
        self._length += len(text)
        if self._length > _LONGEST_TEXT:
            raise InputError(self._path, self.line, f"“{self._open[-1]}” is too long", "Shorten it in the feed.")
        self._text.append(text)

    def end(self, tag: str) -> None:
        """An element ends; fields count only right below the item: a shipping's price is none of its own."""
        if self._item is not None and len(self._open) == self._depth + 1:
            self._item.setdefault(self._open[-1], "".join(self._text).strip())
        elif self._item is not None and len(self._open) == self._depth:
            self.ready.append((self._line, self._item))
            self._item = None
        self._open.pop()

    def close(self) -> None:
        """The document ends."""


def feed(path: Path, say: Say) -> Iterator[Placed]:
    """The products of an XML feed, read piece by piece. Raises InputError for what is no XML, or no such feed."""
    items = _Items(path)
    for ready in _pieces(path, items):
        for line, fields in ready:
            yield from _product(fields, place(path, line), say)
    if items.root not in ("rss", "feed", "channel"):
        problem = f"is no product feed: it begins with <{items.root}>"
        raise InputError(path, 1, problem, "A feed begins with <rss> or <feed>.")


def _pieces(path: Path, items: _Items) -> Iterator[list[tuple[int, dict[str, str]]]]:
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                items.parser.feed(piece)
                ready, items.ready = items.ready, []
                yield ready
        items.parser.close()
        yield items.ready
    except DefusedXmlException as error:
        problem = "holds definitions of its own (entities), which no product feed needs"
        raise InputError(path, items.line, problem, "Take out the <!DOCTYPE …> and export it again.") from error
    except ParseError as error:
        said = re.sub(r": line \d+, column \d+$", "", str(error))
        advice = "Export it again; it may have been cut off."
        raise InputError(path, max(error.position[0], 1), f"is no valid XML ({said})", advice) from error
    except (LookupError, ValueError) as error:
        raise InputError(path, 1, f"is no valid XML ({error})", "Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(path, None, f"can't be read ({error.strerror})", "Check its permissions.") from error


def products(table: Table, say: Say) -> Iterator[Placed]:
    """The products of a feed in a table."""
    for row in table.rows():
        yield from _product({name: row.text(name) for name in _FIELDS}, place(row.path, row.line), say)


def _product(fields: Mapping[str, str], where: str, say: Say) -> Iterator[Placed]:
    id, title = id_of(fields.get("id", "")), line_of(fields.get("title", ""))
    if not id or not title:
        say(left_out(where, title or id, f"it has no {'title' if id else 'id'}"))
        return
    price, currency = _price(fields, where, title, say)
    facts = [f"{name.capitalize()}: {line_of(fields[name])}" for name in _SHOWN if fields.get(name)]
    gone = fields.get("availability", "").casefold().replace("_", " ").strip() == "out of stock"
    kind = fields.get("product_type", "").rpartition(">")[2]
    image = fields.get("image_link", "").strip()
    yield (
        Product(
            id=id,
            title=title,
            description="\n\n".join(p for p in (text_of(fields.get("description", "")), "\n".join(facts)) if p),
            price=price,
            currency=currency,
            stock=0 if gone else None,
            tags=tags_of(line_of(kind)),
            image=image if image.startswith(("http://", "https://")) else "",
            url=fields.get("link", "").strip(),
        ),
        where,
    )


def _price(fields: Mapping[str, str], where: str, title: str, say: Say) -> tuple[Decimal | None, str]:
    """The price and its currency: the sale's where the sale has no dates, else the regular one."""
    dated = fields.get("sale_price_effective_date")
    text = (fields.get("price", "") if dated else fields.get("sale_price") or fields.get("price", "")).strip()
    if not text:
        return None, ""
    found = _MONEY.fullmatch(text)
    try:
        if found is None:
            raise ValueError(f"“{text}” is no price such as 4.50 EUR")
        return point_price(found[2]), (found[3] or found[1] or "").upper()
    except ValueError as error:
        say(no_price(where, title, error))
        return None, ""


_NAMES = {name: (name, name.replace("_", " ")) for name in _FIELDS}
FORMAT = TableFormat("merchant-feed", _NAMES, ("id", "title"), ("link", "price"), products)
