"""Discord's ids: milliseconds since 2015 in the upper bits, so that ids sort by time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

EPOCH_MS = 1_420_070_400_000


@dataclass
class Snowflakes:
    """Gives out ids, each greater than the one before, whatever the clock does."""

    now: Callable[[], datetime]
    _last: int = 0

    def __call__(self) -> int:
        """A new id for the present instant."""
        self._last = max(snowflake_at(self.now()), self._last + 1)
        return self._last


def snowflake_at(instant: datetime) -> int:
    """The least id of that millisecond."""
    return (int(instant.timestamp() * 1000) - EPOCH_MS) << 22


def instant_of(snowflake: int) -> datetime:
    """When that id was given out."""
    return datetime.fromtimestamp(((snowflake >> 22) + EPOCH_MS) / 1000, UTC)
