"""What a shop's folder says: entries from Markdown and CSV, the catalogue, the stories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from knowledge.entry import Entry, Product
from knowledge.errors import InputError
from knowledge.files import FrontMatter, folder, is_inside, read_front_matter, tidy
from knowledge.rows import ENTRY_COLUMNS, PRODUCT_COLUMNS, Row, Sheet, read_rows, read_sheet
from knowledge.values import decimal_mark, parse_date, parse_id, parse_mode, parse_price, parse_stock, parse_tags

FORMATS = ("auto", "markdown", "csv")
_MARKDOWN, _CSV = (".md", ".markdown"), (".csv", ".tsv")
_KEYS = ("id", "questions", "tags", "language", "valid_until", "mode", "images")
_SHARED = ("answer", "language", "tags", "valid_until", "mode")
_EMPTY = Entry(id="", questions=(), answer="")
_INSIDE = "Name a file within the shop's folder, such as images/hen.jpg."
_ADVICE = {
    "valid_until": "Write the last day on which it is true as 2026-12-24.",
    "mode": "Leave it out for auto.",
    "price": "Write it without a currency and without thousands, such as 1234.50, or leave it empty.",
    "stock": "Write a whole number, or leave it empty.",
    "id": "Choose another one.",
}

T = TypeVar("T")
Item = Entry | Product
Warn = Callable[[str], object]


@dataclass(frozen=True)
class Base:
    """All that the shop knows. `places` tells where each was read: by the entry's id, or `product:<id>`."""

    entries: tuple[Entry, ...] = ()
    products: tuple[Product, ...] = ()
    warnings: tuple[str, ...] = ()
    directory: Path | None = None
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoryFile:
    """One story of a series. `day` is its number in the series, if it has one.

    `photo` is a path in the shop's folder, or a picture's name in `images` (`knowledge.files.find_picture`).
    """

    series: str
    day: int | None
    photo: str
    text: str
    path: Path


def read_base(directory: Path) -> Base:
    """The knowledge and the catalogue of a shop's folder; parts that are missing are empty. Raises InputError."""
    warnings: list[str] = []
    found = list(_unique(_shop_items(folder(directory), "auto", warnings.append)))
    return Base(
        entries=tuple(item for item, _ in found if isinstance(item, Entry)),
        products=tuple(item for item, _ in found if isinstance(item, Product)),
        warnings=tuple(warnings),
        directory=directory,
        places={name_of(item): place for item, place in found},
    )


def read_path(path: Path, format: str = "auto", warn: Warn | None = None) -> Iterator[Item]:
    """Entries and products of one file, a shop's folder, or any folder of Markdown and CSV files, as they are read.

    Of a table of answers only the ids, and entries whose rows still come, are kept in memory: rows of one id need
    not stand together. `warn` hears of what was left out. Raises InputError, also for an id that comes twice.
    """
    for item, _ in _unique(read_places(path, format, warn or (lambda _: None))):
        yield item


def read_places(path: Path, format: str, warn: Warn) -> Iterator[tuple[Item, str]]:
    """As `read_path`, each item with its place as `file:line`, and an id that comes twice comes twice."""
    if format not in FORMATS:
        raise InputError(path, None, f"the format “{format}” can't be read", f"Use one of {', '.join(FORMATS)}.")
    if not path.is_dir():
        yield from _file_items(path, format, warn)
    elif is_shop(path):
        yield from _shop_items(path, format, warn)
    else:
        yield from _folder_items(path, format, warn)


def is_shop(directory: Path) -> bool:
    """Whether a folder is a shop's, by what lies in it."""
    return any((directory / name).exists() for name in ("shop.toml", "knowledge", "products.csv"))


def read_story(path: Path) -> StoryFile:
    """A story's Markdown file. Raises InputError."""
    front = read_front_matter(path)
    for key in front.values:
        if key not in ("series", "day", "photo"):
            raise front.error(key, f"“{key}” is not known in a story", "It has series, day and photo.")
    day, photo = front.text("day", ""), front.text("photo", "")
    if day and not (day.isdecimal() and len(day) < 7):
        raise front.error("day", f"“{day}” is no day's number", "Write a whole number such as day: 7.")
    if not is_inside(photo):
        raise front.error("photo", f"“{photo}” lies outside the shop's folder", _INSIDE)
    if not photo and not front.body:
        raise front.error("photo", "the story has neither text nor a photo", "Write its text below the second ---.")
    return StoryFile(front.text("series"), int(day) if day else None, photo, front.body, path)


def read_stories(directory: Path) -> list[StoryFile]:
    """The stories in a shop's folder, by series and day; none where there is no folder `stories`. Raises InputError."""
    if not (directory / "stories").exists():
        return []
    paths = [path for path in _visible(directory / "stories") if path.suffix.lower() in _MARKDOWN]
    stories = sorted(map(read_story, paths), key=lambda story: (story.series, story.day or 0, story.path.name))
    seen: dict[tuple[str, int], Path] = {}
    for story in stories:
        first = seen.setdefault((story.series, story.day), story.path) if story.day is not None else story.path
        if first != story.path:
            problem = f"day {story.day} of “{story.series}” is told in {first.name} already"
            raise InputError(story.path, None, problem, "Give one of them another day.")
    return stories


def name_of(item: Item) -> str:
    """How the item is named among candidates: its id, or `product:<id>`."""
    return item.id if isinstance(item, Entry) else f"product:{item.id}"


def _unique(items: Iterator[tuple[Item, str]]) -> Iterator[tuple[Item, str]]:
    seen: dict[str, str] = {}
    for item, place in items:
        first = seen.setdefault(name_of(item), place)
        if first != place:
            path, _, line = place.rpartition(":")
            raise InputError(path, int(line), f"the id “{item.id}” is taken by {first}", "Give one of them another id.")
        yield item, place


def _shop_items(directory: Path, format: str, warn: Warn) -> Iterator[tuple[Item, str]]:
    if (directory / "knowledge").exists():
        yield from _folder_items(directory / "knowledge", format, warn, may_be_empty=True)
    if (directory / "products.csv").exists() and format != "markdown":
        yield from sheet_items(read_sheet(directory / "products.csv", PRODUCT_COLUMNS), warn)


def _folder_items(directory: Path, format: str, warn: Warn, may_be_empty: bool = False) -> Iterator[tuple[Item, str]]:
    paths = [path for path in _visible(directory) if path.suffix.lower() in _suffixes(format)]
    if not paths and not may_be_empty:
        raise InputError(directory, None, "holds no Markdown or CSV file", "Name a shop's folder, or a file.")
    for path in _visible(directory):
        if path in paths:
            yield from _file_items(path, format, warn)
        elif path.suffix.lower() not in _MARKDOWN + _CSV:
            warn(f"{path}: is neither Markdown nor CSV and was not read.")


def _visible(directory: Path) -> list[Path]:
    return sorted(path for path in folder(directory).iterdir() if not path.name.startswith((".", "~")))


def _suffixes(format: str) -> tuple[str, ...]:
    return {"markdown": _MARKDOWN, "csv": _CSV}.get(format, _MARKDOWN + _CSV)


def _file_items(path: Path, format: str, warn: Warn) -> Iterator[tuple[Item, str]]:
    suffix = path.suffix.lower()
    if format == "markdown" or (format == "auto" and suffix in _MARKDOWN):
        yield _markdown_entry(path, warn), f"{path}:1"
    elif format == "csv" or suffix in _CSV:
        yield from sheet_items(read_sheet(path), warn)
    elif path.exists():
        raise InputError(path, None, "is neither Markdown nor CSV by its name", "Name a .md or .csv file, or a format.")
    else:
        raise InputError(path, None, "there is no such file or folder", "Check the name.")


def _markdown_entry(path: Path, warn: Warn) -> Entry:
    front = read_front_matter(path)
    for key in front.values:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, n=1)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            warn(f"{front.error(key, f'“{key}” means nothing here and was left out')}{hint}")
    images = front.texts("images")
    for image in images:
        if not is_inside(image):
            raise front.error("images", f"“{image}” lies outside the shop's folder", _INSIDE)
    if "questions" not in front.values:
        raise front.error("questions", "“questions” is missing", "Add questions: [one phrasing, another one].")
    return Entry(
        id=_value(front, "id", front.text("id"), parse_id),
        questions=front.texts("questions"),
        answer=front.body,
        tags=front.texts("tags"),
        language=front.text("language", ""),
        valid_until=_value(front, "valid_until", front.text("valid_until", ""), _optional_date),
        mode=_value(front, "mode", front.text("mode", ""), parse_mode),
        images=images,
    )


def _value(front: FrontMatter, key: str, text: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise front.error(key, str(error), _ADVICE[key]) from error


def _optional_date(text: str) -> date | None:
    return parse_date(text) if text else None


def sheet_items(sheet: Sheet, warn: Warn) -> Iterator[tuple[Item, str]]:
    """Entries or products of a table whose columns have our names, each with its place. Raises InputError."""
    for name in sheet.unknown():
        warn(f"{sheet.path}:{sheet.line}: the column “{name}” means nothing here and was left out.")
    if sheet.known is ENTRY_COLUMNS:
        yield from _merged(sheet)
    else:
        mark = decimal_mark(row.text("price") for row in read_rows(sheet))
        yield from ((_product(row, mark), f"{row.path}:{row.line}") for row in read_rows(sheet))


def _merged(sheet: Sheet) -> Iterator[tuple[Item, str]]:
    """Entries of a table; each is given away at the last row of its id, which a first pass has found."""
    last = {row.required("id"): row.line for row in read_rows(sheet)}
    waiting: dict[str, tuple[Entry, list[str], int]] = {}
    for row in read_rows(sheet):
        part = _row_entry(row)
        if part.id not in waiting:
            waiting[part.id] = (part, [], row.line)
            row.required("answer")
        entry, questions, line = waiting[part.id]
        questions.extend(part.questions)
        entry = _joined(entry, part, row, line)
        waiting[part.id] = (entry, questions, line)
        if row.line == last[part.id]:
            del waiting[part.id]
            yield replace(entry, questions=tuple(questions)), f"{row.path}:{line}"


def _joined(entry: Entry, part: Entry, row: Row, line: int) -> Entry:
    for name in _SHARED:
        here, before, empty = getattr(part, name), getattr(entry, name), getattr(_EMPTY, name)
        if before == empty and here != empty:
            entry = replace(entry, **{name: here})
        elif here not in (empty, before):
            problem = f"“{entry.id}” has another {name} here than in line {line}"
            raise row.error(problem, "Leave the cell empty, or give this row an id of its own.")
    return entry


def _row_entry(row: Row) -> Entry:
    return Entry(
        id=row.parsed("id", parse_id, _ADVICE["id"]),
        questions=(row.required("question"),),
        answer=tidy(row.cells.get("answer", "")),
        tags=row.parsed("tags", parse_tags),
        language=row.text("language"),
        valid_until=row.parsed("valid_until", _optional_date, _ADVICE["valid_until"]),
        mode=row.parsed("mode", parse_mode, _ADVICE["mode"]),
    )


def _product(row: Row, mark: str) -> Product:
    currency, image = row.text("currency"), row.text("image")
    if not image.startswith(("http://", "https://")) and not is_inside(image):
        raise row.error(f"image: “{image}” lies outside the shop's folder", _INSIDE)
    row.required("id")
    return Product(
        id=row.parsed("id", parse_id, _ADVICE["id"]),
        title=row.required("title"),
        description=row.text("description"),
        price=row.parsed("price", lambda text: parse_price(text, currency, mark), _ADVICE["price"]),
        currency=currency,
        stock=row.parsed("stock", parse_stock, _ADVICE["stock"]),
        tags=row.parsed("tags", parse_tags),
        owner_note=row.text("owner_note"),
        image=image,
        url=row.text("url"),
    )
