"""Items on their way into the database: all are read first, into a file of their own, so that nothing is half-read."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from knowledge.entry import Entry, Product


class Spool:
    """Takes items in as they are read, and gives them out again; the file goes with the program, whatever happens."""

    def __init__(self) -> None:
        self._file = TemporaryFile(prefix="concierge-import-")  # noqa: SIM115
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def fill(self, items: Iterable[Entry | Product], progress: Callable[[int], None]) -> None:
        """Takes all items in; `progress` is told how many there are so far. What reading raises passes through."""
        for item in items:
            pickle.dump(item, self._file, pickle.HIGHEST_PROTOCOL)
            self.count += 1
            progress(self.count)

    def __iter__(self) -> Iterator[Entry | Product]:
        self._file.seek(0)
        for _ in range(self.count):
            yield pickle.load(self._file)
