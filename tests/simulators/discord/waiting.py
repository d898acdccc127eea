"""Lets everybody else work until something holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE_S = 10.0


async def until(holds: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Waits until something holds. Raises TimeoutError after `within_s`."""
    async with asyncio.timeout(within_s):
        while not holds():
            await _a_turn()


async def _a_turn() -> None:
    await asyncio.sleep(0.001)
