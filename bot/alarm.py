"""One tick that asks what is due. APScheduler keeps the tick and nothing else: no job store, no calendar, no state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that is passed over is no news: the next one comes
log = structlog.get_logger()


class Tick(Protocol):
    """What is done at each tick."""

    def __call__(self) -> Coroutine[Any, Any, None]:
        """Does what is due."""


class Alarm:
    """Calls `tick` every `every_s` seconds, never twice at once; one that raises is logged, and the next one comes.

    The tick runs beside the scheduler, which would cancel what is under way when it is shut down.
    """

    def __init__(self, tick: Tick, every_s: float) -> None:
        self._tick = tick
        self._under_way: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(self.ring, "interval", seconds=every_s, coalesce=True, misfire_grace_time=None)

    def start(self) -> None:
        """Begins to tick on the running event loop."""
        self._scheduler.start()

    async def ring(self) -> None:
        """Begins a tick, unless one is under way."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self._tick()
        except Exception as error:
            log.error("A tick failed", error=repr(error))

    async def stop(self) -> None:
        """Ticks no more; returns when the tick that is under way has ended."""
        self._scheduler.shutdown(wait=False)
        if self._under_way is not None:
            await self._under_way
