"""The only reader of the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC instants. It runs with the machine's time, from `start` if that is given; or it stands still.

    A standing clock (`running=False`) moves by `move_to` alone: tests and replayed conversations use it.
    """

    def __init__(self, start: datetime | None = None, *, running: bool = True) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError(f"The clock needs an instant with an offset, such as 2026-03-10T09:00+01:00, not {start}.")
        self._running = running
        self._base = (start or datetime.now(UTC)).astimezone(UTC)
        self._since = time.monotonic()
        self._follows_machine = running and start is None

    def now(self) -> datetime:
        """The present instant, in UTC."""
        if self._follows_machine:
            return datetime.now(UTC)
        if self._running:
            return self._base + timedelta(seconds=time.monotonic() - self._since)
        return self._base

    def move_to(self, instant: datetime) -> None:
        """Sets the clock forward to `instant`; it never goes back."""
        if instant > self.now():
            self._base = instant.astimezone(UTC)
            self._since = time.monotonic()
            self._follows_machine = False
