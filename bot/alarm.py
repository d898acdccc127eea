"""One tick that asks what is due. APScheduler keeps the tick and nothing else: no job store, no calendar, no state."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that is passed over is no news: the next one comes


class Alarm:
    """Calls `tick` every `every_s` seconds, never twice at once; a late tick is made up for once."""

    def __init__(self, tick: Callable[[], Awaitable[None]], every_s: float) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            tick, "interval", seconds=every_s, max_instances=1, coalesce=True, misfire_grace_time=None
        )

    def start(self) -> None:
        """Begins to tick on the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ticks no more; one that is under way goes on."""
        self._scheduler.shutdown(wait=False)
