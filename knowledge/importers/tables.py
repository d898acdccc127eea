"""Tables that other shops' programs export: what parts their cells, and which column holds what."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from knowledge.errors import InputError
from knowledge.files import no_nul, open_text
from knowledge.importers.found import Placed, Say
from knowledge.rows import Row, Sheet, read_rows

DELIMITERS = ",;\t|"
_SHOWN_COLUMNS = 12


@dataclass(frozen=True)
class Header:
    """The first filled row of a table, as it stands in the file."""

    path: Path
    line: int
    delimiter: str
    names: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The same for every table with these columns, whatever its rows: a mapping is remembered by it."""
        plain = "\x1f".join(folded(name) for name in self.names)
        return sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


Mapped = Mapping[str, str]
"""Which of our fields stands in which column: the column's name as in the file → the field."""


@dataclass(frozen=True)
class TableFormat:
    """One program's table. `names` gives the headers by which a field is known, folded; `needed` must be there, and
    what is in `telling` sets this format apart from others. `matches` finds fields whose column has a number in it.
    """

    name: str
    names: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    telling: tuple[str, ...]
    items: Callable[[Table, Say], Iterator[Placed]]
    matches: Callable[[str], str] = field(default=lambda name: "")

    def mapping(self, header: Header) -> dict[str, str]:
        """The columns of a header that mean something in this format; a field's usual name goes before its others."""
        columns: dict[str, str] = {}
        for name in header.names:
            columns.setdefault(folded(name), name)
        found: dict[str, str] = {}
        for meant, aliases in self.names.items():
            column = next((columns[alias] for alias in aliases if alias in columns), "")
            if column and column not in found:
                found[column] = meant
        for plain, column in columns.items():
            if column not in found and (meant := self.matches(plain)):
                found[column] = meant
        return found

    def fits(self, header: Header) -> bool:
        """Whether a header is this format's."""
        return {*self.needed, *self.telling} <= set(self.mapping(header).values())


@dataclass(frozen=True)
class Table:
    """A table with its mapping; `rows()` reads it from the beginning each time, so that two passes are possible."""

    header: Header
    mapping: Mapped

    @property
    def fields(self) -> tuple[str, ...]:
        """Our field for each column, or nothing; of columns with one name the first counts."""
        names = self.header.names
        return tuple("" if name in names[:at] else self.mapping.get(name, "") for at, name in enumerate(names))

    def rows(self) -> Iterator[Row]:
        """The rows by our fields' names, one at a time. Raises InputError at what can't be parted into cells."""
        return read_rows(Sheet(self.header.path, self.header.line, self.header.delimiter, self.fields, ()))


def folded(name: str) -> str:
    """A column's name without what differs between versions and people: case, accents' width, blanks, `?` and `:`."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("’", "'")
    return " ".join(re.sub(r"[?¿:*]", " ", plain).split())


def read_header(path: Path) -> Header:
    """The header, with the delimiter that parts it best; blank lines before it are passed over. Raises InputError."""
    with open_text(path, newline="") as stream:
        number, line = next(((n, text) for n, text in enumerate(no_nul(path, stream), 1) if text.strip()), (0, ""))
    if not line:
        raise InputError(path, None, "is empty", "Its first line must name the columns.")
    cells = {mark: _cells(line, mark) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: sum(bool(cell.strip()) for cell in cells[mark]))
    return Header(path, number, delimiter, tuple(cell.strip() for cell in cells[delimiter]))


def require(header: Header, wanted: TableFormat, mapping: Mapped) -> None:
    """Raises InputError where a table lacks a column without which the format can't be read."""
    missing = [name for name in wanted.needed if name not in mapping.values()]
    if missing:
        usual = " and ".join(f"“{wanted.names[name][0]}”" for name in missing)
        problem = f"is no {wanted.name} export: the column {usual} is missing"
        raise InputError(header.path, header.line, problem, f"It has {shown(header)}.")


def shown(header: Header) -> str:
    """The columns of a table, for a sentence."""
    names = [name for name in header.names if name]
    more = f" and {len(names) - _SHOWN_COLUMNS} more" if len(names) > _SHOWN_COLUMNS else ""
    return ", ".join(f"“{name}”" for name in names[:_SHOWN_COLUMNS]) + more


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return []
