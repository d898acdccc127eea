"""The loop in which a step is taken for as long as the house is open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

log = structlog.get_logger()

GLANCE_S = 0.2
"""How often a loop without a hint looks for itself: a retry or a thought that falls due sends no hint."""
BACK_OFF_S = 1.0


async def repeat(step: Callable[[], Awaitable[bool]], waits: asyncio.Event, stopping: asyncio.Event) -> None:
    """Takes `step` while there is something to do, and again when `waits` says so; outlives whatever it raises."""
    while not stopping.is_set():
        waits.clear()
        hint, pause_s = waits, GLANCE_S
        try:
            while await step() and not stopping.is_set():
                pass
        except Exception as error:
            log.error("A step failed and is tried again", step=step.__name__, error=repr(error))
            hint, pause_s = stopping, BACK_OFF_S
        with suppress(TimeoutError):
            await asyncio.wait_for(hint.wait(), pause_s)
