"""What a merchant has already, read as entries and products: a small file for each format, and the table of them.

A file's format is found by its ending and its first lines. Of a table, the columns are mapped to our fields; the
mapping is told, so that it can be remembered for the next table with the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import InputError
from knowledge.importers import etsy, jsonld, merchant, rasa, sheet, shopify, woocommerce, zendesk
from knowledge.importers.found import Item, Placed, Say, left_out
from knowledge.importers.tables import Header, Table, TableFormat, read_header, require
from knowledge.reading import is_shop, read_places

TABLES: tuple[TableFormat, ...] = (
    shopify.FORMAT, etsy.FORMAT, woocommerce.FORMAT, merchant.FORMAT, sheet.FORMAT,
)  # fmt: skip
"""Formats that are tables; a header is the first one's that it fits, the last takes what is left."""

DOCUMENTS: Mapping[str, Callable[[Path, Say], Iterator[Placed]]] = {
    "merchant-feed": merchant.feed,
    "jsonld": jsonld.page,
    "zendesk": zendesk.articles,
}
"""Formats that are no tables, file by file."""

FORMATS = ("auto", "markdown", "csv", "shopify", "woocommerce", "merchant-feed", "etsy", "jsonld", "zendesk", "rasa")
_MARKDOWN, _TABLES = (".md", ".markdown"), (".csv", ".tsv", ".txt", ".tab")
_PAGES, _YAML = (".html", ".htm", ".xhtml", ".jsonld"), (".yml", ".yaml")
_HEAD = 100_000


@dataclass(frozen=True)
class Taken:
    """How a table was taken: its format, and which column is which of our fields; `signature` is of its header."""

    path: Path
    format: str
    signature: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """What the person says of the files: the format, and columns by hand as {their name: our field}; `remembered` are
    earlier choices by signature."""

    format: str = "auto"
    columns: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, Taken] = field(default_factory=dict)


def read_all(paths: Sequence[Path], choice: Choice, say: Say, took: Callable[[Taken], object]) -> Iterator[Item]:
    """Every entry and product of files and folders, as they are read.

    `say` hears of what was left out, `took` of each table. Raises InputError for what can't be read, and where an id
    comes twice in files of our own formats; in others the second is left out.
    """
    if choice.format not in FORMATS:
        problem = f"the format “{choice.format}” can't be read"
        raise InputError(paths[0], None, problem, f"Use one of {', '.join(FORMATS)}.")
    found = [one for path in paths for one in _files(path, choice.format, say)]
    seen: dict[str, str] = {}
    for format, path in found:
        if format != "rasa":
            yield from _once(_read(path, format, choice, say, took), format in ("markdown", "csv"), seen, say)
    if bots := [path for format, path in found if format == "rasa"]:
        yield from _once(rasa.entries(bots, say), False, seen, say)


def _once(items: Iterator[Placed], strict: bool, seen: dict[str, str], say: Say) -> Iterator[Item]:
    for item, where in items:
        key = f"{type(item).__name__}:{item.id}"
        first = seen.get(key)
        if first is None:
            seen[key] = where
            yield item
        elif strict:
            path, _, line = where.rpartition(":")
            raise InputError(path, int(line), f"the id “{item.id}” is taken by {first}", "Give one of them another id.")
        else:
            say(left_out(where, item.id, f"{first} has the same id"))


def _files(path: Path, format: str, say: Say) -> Iterator[tuple[str, Path]]:
    """The files of a path with their formats; a shop's folder is one of them, under `csv`."""
    if not path.is_dir():
        yield _format_of(path, format), path
    elif is_shop(path) and format in ("auto", "markdown", "csv"):
        yield ("shop" if format == "auto" else format), path
    elif format == "rasa" or (format == "auto" and _is_bot(path)):
        yield "rasa", path
    elif format == "markdown":
        yield format, path
    else:
        yield from _visible_files(path, format, say)


def _visible_files(directory: Path, format: str, say: Say) -> Iterator[tuple[str, Path]]:
    files = sorted(file for file in directory.iterdir() if file.is_file() and not file.name.startswith((".", "~")))
    readable = [file for file in files if file.suffix.lower() in _endings(format)]
    if not readable:
        raise InputError(directory, None, "holds no file that can be read", "Name a file, or a shop's folder.")
    for file in files:
        if file in readable:
            yield _format_of(file, format), file
        else:
            say(f"{file}: was not read, because of its ending.")


def _endings(format: str) -> tuple[str, ...]:
    by_format = {"jsonld": (*_PAGES, ".json"), "zendesk": (".json", ".jsonl"), "merchant-feed": (".xml", *_TABLES)}
    every = (*_MARKDOWN, *_TABLES, *_PAGES, *_YAML, ".json", ".jsonl", ".xml")
    return every if format == "auto" else by_format.get(format, _TABLES)


def _is_bot(directory: Path) -> bool:
    return any((directory / name).exists() for name in ("domain.yml", "domain.yaml", "data/nlu.yml", "nlu.yml"))


def _format_of(path: Path, format: str) -> str:
    """The format of a file; of a table only that it is one, unless it was said. Raises InputError."""
    if format != "auto":
        return format
    if not path.exists():
        raise InputError(path, None, "there is no such file or folder", "Check the name.")
    end = path.suffix.lower()
    if end in _MARKDOWN:
        return "markdown"
    if end in _PAGES:
        return "jsonld"
    if end == ".xml":
        return "merchant-feed"
    if end in (".json", ".jsonl"):
        return "jsonld" if '"@type"' in _head(path) else "zendesk"
    if end in _YAML and rasa.is_rasa(path):
        return "rasa"
    if end in _TABLES:
        return "table"
    advice = "Name the format: --format, then one of " + ", ".join(FORMATS[1:]) + "."
    raise InputError(path, None, "is in no format that is known by its name", advice)


def _head(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(_HEAD).decode("utf-8", "replace")


def _read(path: Path, format: str, choice: Choice, say: Say, took: Callable[[Taken], object]) -> Iterator[Placed]:
    if path.is_dir() or format == "markdown":
        return read_places(path, "auto" if format == "shop" else format, say)
    if format in DOCUMENTS and not (format == "merchant-feed" and path.suffix.lower() in _TABLES):
        if not path.is_file():
            raise InputError(path, None, "there is no such file", "Check the name.")
        return DOCUMENTS[format](path, say)
    return _read_table(read_header(path), format, choice, say, took)


def _read_table(
    header: Header, format: str, choice: Choice, say: Say, took: Callable[[Taken], object]
) -> Iterator[Placed]:
    wanted = next((table for table in TABLES if table.name == format), None)
    remembered = choice.remembered.get(header.signature)
    if choice.columns:
        wanted, mapping = sheet.FORMAT, sheet.mapped_by_hand(header, choice.columns)
    elif wanted is None and remembered is not None:
        wanted = next(table for table in TABLES if table.name == remembered.format)
        mapping = dict(remembered.columns)
    else:
        wanted = wanted or next(table for table in TABLES if table.fits(header))
        mapping = wanted.mapping(header)
    require(header, wanted, mapping)
    took(Taken(header.path, wanted.name, header.signature, mapping))
    yield from wanted.items(Table(header, mapping), say)
