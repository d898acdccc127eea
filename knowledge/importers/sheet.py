"""A table that somebody keeps by hand, or that an unknown program exports: our columns under the names people use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge.errors import InputError
from knowledge.importers.found import Placed, Say
from knowledge.importers.tables import Header, Table, TableFormat, folded, shown
from knowledge.reading import sheet_items
from knowledge.rows import ENTRY_COLUMNS, PRODUCT_COLUMNS, Sheet, read_sheet

_NAMES = {
    "id": (
        "id", "sku", "article number", "item number", "product id", "artikelnummer", "art.-nr.", "referencia",
        "référence", "codice", "artikelnr", "品番",
    ),
    "question": ("question", "frage", "pregunta", "domanda", "vraag", "pergunta", "質問", "问题"),
    "answer": (
        "answer", "antwort", "respuesta", "réponse", "reponse", "risposta", "antwoord", "resposta", "回答", "答案",
    ),
    "title": (
        "title", "name", "product", "product name", "titel", "produkt", "produktname", "bezeichnung", "artikel",
        "nombre", "producto", "título", "nom", "produit", "titre", "nome", "prodotto", "titolo", "naam", "商品名",
    ),
    "description": (
        "description", "beschreibung", "descripción", "descrizione", "beschrijving", "descrição", "説明",
    ),
    "price": ("price", "preis", "vk", "vk-preis", "precio", "prix", "prezzo", "prijs", "preço", "価格", "价格"),
    "currency": ("currency", "währung", "moneda", "devise", "valuta", "moeda", "通貨"),
    "stock": (
        "stock", "quantity", "qty", "inventory", "bestand", "lagerbestand", "existencias", "giacenza", "voorraad",
        "estoque", "在庫",
    ),
    "tags": ("tags", "schlagwörter", "etiquetas", "étiquettes", "tag", "category", "kategorie", "categoría"),
    "language": ("language", "sprache", "idioma", "langue", "lingua", "taal"),
    "valid_until": ("valid_until", "valid until", "gültig bis", "válido hasta", "valable jusqu'au"),
    "mode": ("mode",),
    "owner_note": ("owner_note", "owner note"),
    "image": ("image", "picture", "image url", "bild", "imagen", "immagine", "afbeelding", "画像"),
    "url": ("url", "link", "webseite", "enlace", "lien"),
}  # fmt: skip
FIELDS = tuple(_NAMES)


def rows(table: Table, say: Say) -> Iterator[Placed]:
    """Entries or products, whichever the mapped columns are. Raises InputError where they are neither."""
    columns = set(table.mapping.values())
    if {"question", "answer"} <= columns:
        yield from sheet_items(_sheet(table, ENTRY_COLUMNS, "question"), say)
    elif "title" in columns:
        yield from sheet_items(_sheet(table, PRODUCT_COLUMNS, "title"), say)
    elif columns & {"question", "answer"}:
        read_sheet(table.header.path)  # says which column is missing
    else:
        header = table.header
        problem = f"has no columns that are known: {shown(header)}"
        raise InputError(header.path, header.line, problem, "Say which is which: --map “their name”=title, and so on.")


def _sheet(table: Table, known: tuple[str, ...], id_from: str) -> Sheet:
    header = table.header
    names = tuple(
        meant or "_".join(name.casefold().split()) for name, meant in zip(header.names, table.fields, strict=True)
    )
    for number, name in enumerate(names):
        if name in _NAMES and name in names[:number]:
            raise InputError(header.path, header.line, f"the column “{name}” is there twice", "Keep one of the two.")
    return Sheet(header.path, header.line, header.delimiter, names, known, "" if "id" in names else id_from)


def mapped_by_hand(header: Header, given: Mapping[str, str]) -> dict[str, str]:
    """The columns as somebody named them, the others as they are known. Raises InputError for one that isn't there."""
    there = {folded(name): name for name in header.names}
    chosen: dict[str, str] = {}
    for column, meant in given.items():
        if folded(column) not in there:
            raise InputError(header.path, header.line, f"has no column “{column}”", f"It has {shown(header)}.")
        chosen[there[folded(column)]] = meant
    rest = {name: meant for name, meant in FORMAT.mapping(header).items() if meant not in chosen.values()}
    return {**{name: meant for name, meant in rest.items() if name not in chosen}, **chosen}


FORMAT = TableFormat("csv", _NAMES, (), (), rows)
