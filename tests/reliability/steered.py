"""A clock that several processes share, and that a test moves: the machine's time, shifted by what a file says."""

from __future__ import annotations

import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import Clock


class Steered(Clock):
    """Runs as the machine's clock does. Whoever moves it, forward or back, moves it for all who hold the file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT)

    def now(self) -> datetime:
        """The present instant, in UTC."""
        held = os.pread(self._file, 8, 0)
        return datetime.now(UTC) + timedelta(seconds=struct.unpack("d", held)[0] if held else 0.0)

    def move_to(self, instant: datetime) -> None:
        """Sets the clock for all, back too."""
        shift = (instant - datetime.now(UTC)).total_seconds()
        os.pwrite(self._file, struct.pack("d", shift), 0)

    def close(self) -> None:
        """Lets go of the file."""
        os.close(self._file)
