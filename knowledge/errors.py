"""What is said when a file can't be used: where, what, and what to do next."""

from __future__ import annotations

from pathlib import Path

LONGEST = 400
"""Characters of a problem that are said; a cell that is quoted in it may be of any length."""


def one_line(text: str) -> str:
    """The text on one line, cut where it is long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"


class InputError(Exception):
    """A file of the shop can't be read as it stands; `str()` is one line that a shop owner can act on.

    `line` counts from 1 and is None where the trouble belongs to the whole file. `advice` is the next step.
    """

    def __init__(self, path: Path | str, line: int | None, problem: str, advice: str = "") -> None:
        self.path = Path(path)
        self.line = line
        self.problem = one_line(problem).rstrip(".")
        self.advice = advice.strip()
        super().__init__(path, line, problem, advice)

    def __str__(self) -> str:
        where = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        said = f"{where}: {self.problem}."
        return f"{said} {self.advice}" if self.advice else said
