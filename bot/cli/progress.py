"""Long work shows how far it is: a bar on a terminal, plain lines elsewhere, nothing where it is short."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.cli.endings import say

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

QUIET_BELOW = 1_000
LINE_EVERY = 10_000


class Progress:
    """Call it with how many are done so far. `what` names them, in the plural.

    `total` is how many there will be, where that is known; `every` how many lie between two plain lines.
    """

    def __init__(self, what: str, total: int | None = None, every: int = LINE_EVERY) -> None:
        self._what = what
        self._total = total
        self._every = every
        self._bar: Bar | None = None
        self._next_line = QUIET_BELOW if every == LINE_EVERY else every

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Takes the bar away: this part of the work is done, another may show its own."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __call__(self, done: int) -> None:
        """Shows that `done` are done; cheap enough to be called for each."""
        if done < QUIET_BELOW:
            return
        if sys.stderr.isatty():
            self._bar = self._bar or self._new_bar()
            self._bar.update(self._bar.task_ids[0], completed=done)
        elif done >= self._next_line:
            say(f"{done:,} {self._what} so far")
            self._next_line = done - done % self._every + self._every

    def _new_bar(self) -> Bar:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(), TextColumn("{task.completed:,.0f} {task.description}"), TimeElapsedColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        bar.add_task(self._what, total=self._total)
        bar.start()
        return bar
