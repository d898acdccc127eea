"""What the page and a script need of the app around them: its clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Controls(Protocol):
    """The playground's clock, and the way to wait until the core has done what there is to do."""

    def now(self) -> datetime:
        """The playground's present, aware."""

    async def advance(self, delta: timedelta) -> None:
        """Moves the clock on, event by event, so that nothing that falls due on the way is passed over."""

    async def next_thing(self) -> str | None:
        """Jumps to the next thing that is due; returns what it was in words, or None."""

    def zone(self) -> ZoneInfo:
        """The shop's time zone."""

    async def settle(self) -> None:
        """Returns when the core has nothing left to do at the clock's present time."""
