"""What a long import says of single rows, once it is done: the first ones, then only how many more."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from bot.cli.endings import say

AT_MOST = 50


class Remarks:
    """Call it with a sentence. `left_out` counts the items that were left out.

    They are said at the end, so that no bar is torn, and not at all where the whole failed.
    """

    def __init__(self) -> None:
        self.left_out = 0
        self._count = 0
        self._kept: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            for sentence in self._kept:
                say(sentence)
            if self._count > len(self._kept):
                say(f"… and {self._count - len(self._kept):,} more remarks like these")

    def __call__(self, sentence: str) -> None:
        """Keeps the sentence, unless there are many already."""
        from knowledge.importers.found import LeftOut

        self.left_out += isinstance(sentence, LeftOut)
        self._count += 1
        if len(self._kept) < AT_MOST:
            self._kept.append(sentence)
