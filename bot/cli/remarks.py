"""What a long import says of single rows: the first ones as they come, then only how many more."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from bot.cli.endings import say

AT_MOST = 50


class Remarks:
    """Call it with a sentence. `left_out` counts the items that were left out."""

    def __init__(self) -> None:
        self.left_out = 0
        self._said = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._said > AT_MOST:
            say(f"… and {self._said - AT_MOST:,} more remarks like these")

    def __call__(self, sentence: str) -> None:
        """Says the sentence, unless so many were said before."""
        from knowledge.importers.found import LeftOut

        self.left_out += isinstance(sentence, LeftOut)
        self._said += 1
        if self._said <= AT_MOST:
            say(sentence)
