"""WooCommerce's product export. Its headers are translated, its texts hold `\\n` as two characters, and a cell that
begins like a formula has an apostrophe before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from knowledge.entry import Product
from knowledge.importers.found import Placed, Say, id_of, left_out, no_price, place, point_price, tags_of
from knowledge.importers.html_text import line_of, text_of
from knowledge.importers.tables import Table, TableFormat
from knowledge.importers.variants import Variant, summed
from knowledge.rows import Row

# English, German, Spanish, French, Italian, Dutch, Portuguese; older and newer translations side by side.
_NAMES = {
    "id": ("id",),
    "type": ("type", "typ", "tipo"),
    "sku": ("sku", "artikelnummer", "ugs", "cod", "ref"),
    "name": ("name", "nombre", "nom", "nome", "naam"),
    "published": ("published", "veröffentlicht", "publicado", "publié", "pubblicato", "gepubliceerd"),
    "visible": (
        "visibility in catalog", "sichtbarkeit im katalog", "visibilidad en el catálogo",
        "visibilité dans le catalogue",
        "visibilità nel catalogo", "zichtbaarheid in catalogus", "visibilidade no catálogo",
    ),
    "short": (
        "short description", "kurzbeschreibung", "descripción corta", "description courte", "breve descrizione",
        "korte beschrijving", "descrição curta",
    ),
    "description": ("description", "beschreibung", "descripción", "descrizione", "beschrijving", "descrição"),
    "sale_from": (
        "date sale price starts", "datum, an dem angebotspreis beginnt", "día en que empieza el precio rebajado",
        "date de début de promo", "data di inizio del prezzo in saldo", "startdatum actieprijs",
        "data de preço promocional começa em",
    ),
    "sale_to": (
        "date sale price ends", "datum, an dem angebotspreis endet", "día en que termina el precio rebajado",
        "date de fin de promo", "data di fine del prezzo in saldo", "einddatum actieprijs",
        "data de preço promocional termina em",
    ),
    "in_stock": (
        "in stock", "vorrätig", "auf lager", "existencias", "en inventario", "en stock", "in magazzino",
        "op voorraad", "em estoque",
    ),
    "stock": ("stock", "lager", "lagerbestand", "inventario", "magazzino", "voorraad", "estoque"),
    "sale_price": (
        "sale price", "angebotspreis", "precio rebajado", "tarif promo", "prezzo in offerta", "actieprijs",
        "preço promocional",
    ),
    "price": (
        "regular price", "regulärer preis", "precio normal", "tarif régulier", "prezzo di listino", "reguliere prijs",
        "preço",
    ),
    "categories": ("categories", "kategorien", "categorías", "catégories", "categorie", "categorieën", "categorias"),
    "tags": ("tags", "schlagwörter", "etiquetas", "étiquettes", "tag"),
    "images": ("images", "bilder", "imágenes", "immagine", "immagini", "afbeeldingen", "imagens"),
    "parent": (
        "parent", "übergeordnet", "übergeordnetes produkt", "superior", "principal", "genitore", "hoofd", "ascendente",
    ),
    "url": ("external url", "externe url", "url externa", "url externe", "url esterno"),
}  # fmt: skip
_ATTRIBUTE = re.compile(r"a[td]?tri?but|eigenschap|kenmerk")
_NAME_OF = re.compile(r"\b(name|nombre|nom|nome|naam)\b")
_VALUE_OF = re.compile(r"\b(values?|werte?|valor(es)?|valeurs?|valori|valore|waarden?)\b|\bvalue\(s\)|\bwert\(e\)")
_PARENTS = ("simple", "variable", "grouped", "external")
_STATES = {"-1": "a draft", "0": "private", "2": "waiting for review"}
_FORMULA = re.compile(r"'(?=[=+\-@\t\r])")


def attribute(name: str) -> str:
    """The field `name1` or `values1` of a column such as `Attribute 1 value(s)`, in any language; else nothing."""
    number = re.search(r"\d+", name)
    if number is None or not _ATTRIBUTE.search(name):
        return ""
    if _VALUE_OF.search(name):
        return f"values{number[0]}"
    return f"name{number[0]}" if _NAME_OF.search(name) else ""


def products(table: Table, say: Say) -> Iterator[Placed]:
    """The published products, each with its variations, which may stand anywhere in the file."""
    variations = _variations(table, say)
    for row in table.rows():
        kind, name = _kind(row), line_of(_text(row, "name"))
        if kind == "variation":
            continue
        where = place(row.path, row.line)
        reason = _kept_back(row, kind) or ("" if name else "it has no name")
        if reason:
            say(left_out(where, name or _id(row), reason))
            _forget(variations, row)
            continue
        yield _product(row, name, _forget(variations, row), say), where
    for orphans in variations.values():
        for where, _ in orphans:
            say(left_out(where, "", "its product is not in the file"))


_Variations = dict[str, list[tuple[str, Variant]]]


def _variations(table: Table, say: Say) -> _Variations:
    """Every variation that is sold, by what its column “Parent” says."""
    found: _Variations = {}
    for row in table.rows():
        if _kind(row) == "variation" and row.text("published").lstrip("'") not in _STATES:
            where = place(row.path, row.line)
            variant = Variant(tuple(_attributes(row)), _price(row, say), _stock(row))
            found.setdefault(_text(row, "parent"), []).append((where, variant))
    return found


def _forget(variations: _Variations, row: Row) -> list[tuple[str, Variant]]:
    """Takes a product's variations out: they name it by its SKU, or by its number."""
    names = (name for name in (_text(row, "sku"), f"id:{row.text('id')}") if name in variations)
    return [variation for name in list(names) for variation in variations.pop(name)]


def _kind(row: Row) -> str:
    """The first word of the type, which is never translated: simple, variable, variation …"""
    return row.text("type").casefold().partition(",")[0].strip()


def _kept_back(row: Row, kind: str) -> str:
    state = row.text("published").lstrip("'")
    if kind and kind not in _PARENTS and not row.text("price"):
        return f"its type is {kind}, and it has no price"
    if state in _STATES:
        return f"it is {_STATES[state]}"
    return "it is hidden in the catalogue" if row.text("visible").casefold() == "hidden" else ""


def _product(row: Row, name: str, variations: list[tuple[str, Variant]], say: Say) -> Product:
    price, stock, lines = _price(row, say), _stock(row), ""
    if variations:
        price, of_variations, lines = summed([variant for _, variant in variations], "")
        stock = of_variations if stock is None else stock
    else:
        lines = "\n".join(f"{label}: {value}" for label, value in _attributes(row) if label and value)
    text = text_of(_text(row, "short")) or text_of(_text(row, "description"))
    images = _list(row, "images")
    return Product(
        id=_id(row),
        title=name,
        description="\n\n".join(part for part in (text, lines) if part),
        price=price,
        stock=stock,
        tags=tags_of(*_list(row, "tags"), *map(_leaf, _list(row, "categories"))),
        image=next((image for image in images if image.startswith(("http://", "https://"))), ""),
        url=_text(row, "url"),
    )


def _id(row: Row) -> str:
    return id_of(_text(row, "sku") or f"wc-{row.text('id')}")


def _leaf(category: str) -> str:
    return category.rpartition(">")[2].strip()


def _text(row: Row, field: str) -> str:
    """A cell as the shop shows it: the apostrophe before a formula gone, `\\n` a line's end."""
    return _FORMULA.sub("", row.text(field), count=1).replace("\\r", "").replace("\\n", "\n").strip()


def _list(row: Row, field: str) -> list[str]:
    """The parts of a cell, parted by commas; a comma within a part has a backslash before it."""
    parts = re.split(r"(?<!\\),", _text(row, field))
    return [plain for plain in (line_of(part.replace("\\,", ",")) for part in parts) if plain]


def _attributes(row: Row) -> Iterator[tuple[str, str]]:
    for number in range(1, 31):
        name, values = f"name{number}", f"values{number}"
        if name not in row.cells and values not in row.cells:
            return
        if row.text(values):
            yield line_of(_text(row, name)), ", ".join(_list(row, values))


def _price(row: Row, say: Say) -> Decimal | None:
    """What it costs: the sale's price where the sale has no dates, else the regular one."""
    dated = row.text("sale_from") or row.text("sale_to")
    text = row.text("price") if dated else row.text("sale_price") or row.text("price")
    try:
        return point_price(text.lstrip("'"))
    except ValueError as error:
        say(no_price(place(row.path, row.line), line_of(_text(row, "name")), error))
        return None


def _stock(row: Row) -> int | None:
    """How many there are; None where the shop doesn't count or takes orders beyond."""
    count, state = row.text("stock").lstrip("'").replace(",", "."), row.text("in_stock").casefold()
    if state == "0":
        return 0
    if state == "backorder" or not re.fullmatch(r"\d{1,9}(\.\d+)?", count):
        return None
    return int(count.partition(".")[0])


FORMAT = TableFormat("woocommerce", _NAMES, ("name", "type"), ("price", "published"), products, attribute)
