"""What the tests of the importers share: reading a fixture, and what was said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.entry import Entry, Product
from knowledge.importers import Choice, Taken, read_all

IMPORTS = Path(__file__).parents[2] / "data" / "imports"


@dataclass
class Read:
    """Everything that reading gave: items by id, remarks, how tables were taken."""

    products: dict[str, Product] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)

    @property
    def formats(self) -> list[str]:
        """The formats of the tables."""
        return [one.format for one in self.taken]

    @property
    def items(self) -> list[Entry | Product]:
        """All of them."""
        return [*self.entries.values(), *self.products.values()]


def read(
    *paths: Path | str,
    format: str = "auto",
    columns: Mapping[str, str] | None = None,
    remembered: Mapping[str, Taken] | None = None,
) -> Read:
    """Reads files as an import does; a name alone is one of the fixtures."""
    found = Read()
    there = [IMPORTS / path if isinstance(path, str) else path for path in paths]
    choice = Choice(format, columns or {}, remembered or {})
    for item in read_all(there, choice, found.said.append, found.taken.append):
        if isinstance(item, Product):
            found.products[item.id] = item
        else:
            found.entries[item.id] = item
    found.said = [said.replace(f"{IMPORTS}/", "") for said in found.said]
    return found
