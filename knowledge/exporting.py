"""Writing the knowledge back into a shop's folder, so that importing it again changes nothing."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from filecmp import cmp
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import yaml

from knowledge.entry import Entry, Product
from knowledge.errors import InputError
from knowledge.rows import PRODUCT_COLUMNS

_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))})
"""Names that Windows keeps for devices."""
_LONGEST_NAME = 60
_MIND = "Move it away, or name an empty folder."


def write_base(directory: Path, entries: Iterable[Entry], products: Iterable[Product]) -> None:
    """Writes `knowledge/<id>.md` and `products.csv` into `directory`, which is created when it is missing.

    All is written beside and then moved into place, so nothing is ever half-written. The folder `knowledge` is
    replaced as a whole: files in it that are neither Markdown nor CSV stay, and what else the new one lacks is kept
    in `knowledge.before-export`, likewise the catalogue. Raises InputError when it can't be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _beside(directory) as new:
            _write_entries(new / "knowledge", list(entries))
            _write_products(new / "products.csv", products)
            _keep_the_rest(directory / "knowledge", new / "knowledge")
            _swap(directory, new)
    except OSError as error:
        path = Path(error.filename) if isinstance(error.filename, str) else directory
        raise InputError(path, None, f"can't be written ({error.strerror or error})", _MIND) from error


@contextmanager
def _beside(directory: Path) -> Iterator[Path]:
    """A temporary folder on the same disk; gone afterwards, whatever happens."""
    new = Path(mkdtemp(prefix=".export-", dir=directory))
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def file_names(ids: Sequence[str]) -> dict[str, str]:
    """A file name for each id that every system takes: the id itself where it is plain, else with a short hash."""
    plain = {id: f"{id}.md" for id in ids if _is_plain(id)}
    taken = set(plain.values())
    names = dict(plain)
    for id in ids:
        if id not in names:
            name = next(name for name in _hashed(id) if name not in taken)
            taken.add(name)
            names[id] = name
    return names


def _is_plain(id: str) -> bool:
    return 0 < len(id) <= _LONGEST_NAME and _SAFE.issuperset(id) and id[0] not in "-_" and id not in _RESERVED


def _hashed(id: str) -> Iterator[str]:
    words = "".join(letter if letter in _SAFE else "-" for letter in id.casefold())[:_LONGEST_NAME].strip("-_")
    digest = sha256(id.encode("utf-8", "surrogatepass")).hexdigest()
    return (f"{words or 'entry'}-{digest[:length]}.md" for length in range(8, len(digest) + 1))


def _write_entries(folder: Path, entries: Sequence[Entry]) -> None:
    folder.mkdir()
    names = file_names([entry.id for entry in entries])
    _each_once(folder.name, (entry.id for entry in entries))
    for entry in entries:
        _write(folder / names[entry.id], f"---\n{_front_matter(entry)}---\n\n{entry.answer}\n", entry.id)


def _front_matter(entry: Entry) -> str:
    """The entry without its answer as YAML; what is as usual is left out."""
    values: dict[str, object] = {"id": entry.id, "questions": list(entry.questions)}
    optional = {
        "tags": list(entry.tags),
        "language": entry.language,
        "valid_until": entry.valid_until,
        "mode": "" if entry.mode == "auto" else entry.mode,
        "images": list(entry.images),
    }
    values.update((key, value) for key, value in optional.items() if value)
    return str(yaml.dump(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=2**30))


def _write_products(path: Path, products: Iterable[Product]) -> None:
    products = list(products)
    _each_once(path.name, (product.id for product in products))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(PRODUCT_COLUMNS)
        for product in products:
            row = _product_row(product)
            if any(not _is_text(cell) for cell in row):
                raise _no_text(f"product:{product.id}")
            writer.writerow(row)


def _each_once(where: str, ids: Iterable[str]) -> None:
    """Raises InputError for an id that comes twice, which no import would take."""
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise InputError(where, None, f"the id “{id}” is there twice", "Give one of them another id.")
        seen.add(id)


def _product_row(product: Product) -> list[str]:
    """The cells of a product. A price such as 1.234 gets a fourth decimal: with three it could be a thousand."""
    price = "" if product.price is None else f"{product.price:f}"
    if len(price.partition(".")[2]) == 3:
        price += "0"
    stock = "" if product.stock is None else str(product.stock)
    text = (product.id, product.title, product.description, price, product.currency, stock, ", ".join(product.tags))
    return [*text, product.owner_note, product.image, product.url]


def _write(path: Path, text: str, id: str) -> None:
    if not _is_text(text):
        raise _no_text(id)
    path.write_text(text, encoding="utf-8", newline="\n")


def _is_text(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _no_text(id: str) -> InputError:
    return InputError(id, None, "holds a character that no file can", "Take it out of the answer and the phrasings.")


def _keep_the_rest(old: Path, new: Path) -> None:
    """Copies what an export doesn't write itself, such as pictures that lie among the entries."""
    for path in old.iterdir() if old.is_dir() else ():
        if path.suffix.lower() in (".md", ".markdown", ".csv", ".tsv"):
            continue
        if path.is_dir():
            shutil.copytree(path, new / path.name, symlinks=True)
        else:
            shutil.copy2(path, new / path.name, follow_symlinks=False)


def _swap(directory: Path, new: Path) -> None:
    """Moves the old parts out and the new ones in; puts the old ones back when that fails."""
    moved: list[tuple[Path, Path]] = []
    try:
        for name in ("knowledge", "products.csv"):
            place = directory / name
            if place.exists() or place.is_symlink():
                moved.append((place.rename(new / f"old-{name}"), place))
            moved.append(((new / name).rename(place), new / name))
    except BaseException:
        for now, before in reversed(moved):
            now.rename(before)
        raise
    for name in ("knowledge", "products.csv"):
        if (new / f"old-{name}").exists() and not _is_covered(new / f"old-{name}", directory / name):
            (new / f"old-{name}").rename(_free(directory, name))


def _is_covered(old: Path, new: Path) -> bool:
    """Whether everything in `old` stands in `new` as well, byte for byte."""
    if not old.is_dir():
        return cmp(old, new, shallow=False)
    files = [path for path in old.rglob("*") if path.is_file()]
    return all((new / p.relative_to(old)).is_file() and cmp(p, new / p.relative_to(old), False) for p in files)


def _free(directory: Path, name: str) -> Path:
    """A name for what was there before: with a number from the second time on."""
    stem, suffix = Path(name).stem, Path(name).suffix
    names = (directory / f"{stem}.before-export{f'-{n}' if n > 1 else ''}{suffix}" for n in range(1, 100_000))
    return next(path for path in names if not path.exists())
