"""A table saved as CSV, row by row: what separates its cells is found from the header, and each row knows its line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from knowledge.errors import InputError
from knowledge.files import no_nul, open_text
from knowledge.values import slug

ENTRY_COLUMNS = ("id", "question", "answer", "language", "tags", "valid_until", "mode")
PRODUCT_COLUMNS = (
    "id", "title", "description", "price", "currency", "stock", "tags", "owner_note", "image", "url",
)  # fmt: skip
_NEEDED = {ENTRY_COLUMNS: ("id", "question", "answer"), PRODUCT_COLUMNS: ("id", "title")}
_QUOTES = "Put a cell with quotes in it into quotes and double those inside, and close each quote."

T = TypeVar("T")


@dataclass(frozen=True)
class Sheet:
    """A CSV file whose header was read: `known` is what its rows are, `columns` the header in lower case.

    `id_from` is the column whose words make a row's id, where the table has none.
    """

    path: Path
    line: int
    delimiter: str
    columns: tuple[str, ...]
    known: tuple[str, ...]
    id_from: str = ""

    def unknown(self) -> Iterator[str]:
        """Columns of the header that mean nothing here."""
        return (name for name in self.columns if name and name not in self.known)


@dataclass(frozen=True)
class Row:
    """One row; `line` is where it begins in the file."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def error(self, problem: str, advice: str = "") -> InputError:
        """The error that names this row's line."""
        return InputError(self.path, self.line, problem, advice)

    def text(self, column: str) -> str:
        """A cell without the blanks around it; empty when the row or the table has none."""
        return self.cells.get(column, "").strip()

    def required(self, column: str) -> str:
        """A cell that must not be empty. Raises InputError."""
        value = self.text(column)
        if not value:
            raise self.error(f"the cell “{column}” is empty", "Fill it in, or take the row out.")
        return value

    def parsed(self, column: str, parse: Callable[[str], T], advice: str = "") -> T:
        """A cell through `parse`, whose ValueError becomes an InputError of this row."""
        try:
            return parse(self.text(column))
        except ValueError as error:
            raise self.error(f"{column}: {error}", advice) from error


def read_sheet(path: Path, known: tuple[str, ...] | None = None) -> Sheet:
    """Reads the header. Without `known`, a column `title` makes it a catalogue, else it is a table of answers.

    Raises InputError when the file can't be read, is empty, or lacks a needed column.
    """
    with open_text(path, newline="") as stream:
        number, line = next(((n, text) for n, text in enumerate(no_nul(path, stream), 1) if text.strip()), (0, ""))
    if not line:
        wanted = ",".join(_NEEDED[known or ENTRY_COLUMNS])
        raise InputError(path, None, "is empty", f"Its first line must be a header such as {wanted}.")
    delimiter, columns = max(
        ((mark, _names(line, mark)) for mark in ",;\t"),
        key=lambda found: len({*ENTRY_COLUMNS, *PRODUCT_COLUMNS}.intersection(found[1])),
    )
    known = known or (PRODUCT_COLUMNS if "title" in columns and "question" not in columns else ENTRY_COLUMNS)
    _check_header(path, number, columns, known)
    return Sheet(path, number, delimiter, columns, known)


def _names(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return ()
    return tuple("_".join(cell.casefold().split()) for cell in cells)


def _check_header(path: Path, line: int, columns: tuple[str, ...], known: tuple[str, ...]) -> None:
    needed = _NEEDED[known]
    for name in needed:
        if name not in columns:
            advice = f"The header must name {', '.join(needed)}, parted by commas, semicolons or tabs."
            raise InputError(path, line, f"the column “{name}” is missing", advice)
    for number, name in enumerate(columns):
        if name and name in columns[:number]:
            raise InputError(path, line, f"the column “{name}” is there twice", "Keep one of the two.")


def read_rows(sheet: Sheet) -> Iterator[Row]:
    """The rows below the header, one at a time, empty ones left out. Raises InputError at what can't be parted."""
    with open_text(sheet.path, newline="") as stream:
        reader = csv.reader(no_nul(sheet.path, stream), delimiter=sheet.delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                if line > sheet.line and any(cell.strip() for cell in cells):
                    yield _row(sheet, line, cells)
                line = reader.line_num + 1
        except csv.Error as error:
            raise _unfit(sheet.path, line, error) from error


def _unfit(path: Path, line: int, error: csv.Error) -> InputError:
    """The error for a row that can't be parted into cells; a quote that is never closed makes one of any length."""
    if "field larger" in str(error):
        return InputError(path, line, "a cell in the row that begins here is too long", _QUOTES)
    return InputError(path, line, f"the row that begins here has a quote that doesn't fit ({error})", _QUOTES)


def _row(sheet: Sheet, line: int, cells: list[str]) -> Row:
    wide = len(sheet.columns)
    if any(cell.strip() for cell in cells[wide:]):
        problem = f"this row has {len(cells)} cells where the header has {wide}"
        raise InputError(sheet.path, line, problem, "Put a cell with a comma or semicolon in it into quotes.")
    named = {name: _one_newline(cell) for name, cell in zip(sheet.columns, cells, strict=False)}
    if sheet.id_from and named.get(sheet.id_from, "").strip():
        named["id"] = slug(named[sheet.id_from])
    return Row(sheet.path, line, named)


def _one_newline(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell
