"""A memory of what was learned lately, of a size that is bounded."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

MOST_REMEMBERED = 2000

K = TypeVar("K")
V = TypeVar("V")


class Recent(OrderedDict[K, V]):
    """A dict of the latest MOST_REMEMBERED keys; the oldest goes first."""

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        if len(self) > MOST_REMEMBERED:
            self.popitem(last=False)
