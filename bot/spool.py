"""Items on their way into the database: all are read first, into a file of their own, so that nothing is half-read."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Spool(Generic[T]):
    """Takes things in as they come, and gives them out again; the file goes with the program, whatever happens."""

    def __init__(self) -> None:
        self._file = TemporaryFile(prefix="concierge-import-")  # noqa: SIM115
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, things: Iterable[T]) -> None:
        """Takes things in. What their reading raises passes through."""
        for thing in things:
            pickle.dump(thing, self._file, pickle.HIGHEST_PROTOCOL)
            self.count += 1

    def __iter__(self) -> Iterator[T]:
        self._file.seek(0)
        for _ in range(self.count):
            yield pickle.load(self._file)
