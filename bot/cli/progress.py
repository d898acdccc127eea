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
    """Call it with how many are done so far. `what` names them, in the plural."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: Bar | None = None
        self._next_line = QUIET_BELOW

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
            self._next_line = done - done % LINE_EVERY + LINE_EVERY

    def _new_bar(self) -> Bar:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(), TextColumn("{task.completed:,.0f} {task.description}"), TimeElapsedColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        bar.add_task(self._what, total=None)
        bar.start()
        return bar
