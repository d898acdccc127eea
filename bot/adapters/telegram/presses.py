"""Pressed buttons stop spinning once what they said is stored, or after a second and a half at the latest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from bot.adapter import DeliveryError
from bot.adapters.telegram.api import Api
from bot.messages import RawUpdate

LATEST_S = 1.5
Wait = Callable[[float], Awaitable[None]]
"""Waits so many seconds; tests give one that they hold in their hands."""


class Presses:
    """Answers callback queries."""

    def __init__(self, api: Api, wait: Wait = asyncio.sleep) -> None:
        self._api = api
        self._wait = wait
        self._under_way: set[asyncio.Task[None]] = set()

    @contextmanager
    def acknowledged(self, batch: Sequence[RawUpdate]) -> Iterator[None]:
        """Around the storing of a batch: its presses are answered when the block ends well, or when it takes long."""
        pressed = [name for name in map(_press, batch) if name]
        if not pressed:
            yield
            return
        stored = asyncio.Event()
        for name in pressed:
            self._begin(self._answer(name, stored))
        yield
        stored.set()

    async def stop(self) -> None:
        """Lets go of answers that are still under way."""
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _begin(self, answering: Awaitable[None]) -> None:
        task = asyncio.ensure_future(answering)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answer(self, name: str, stored: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(stored.wait()), asyncio.ensure_future(self._wait(LATEST_S))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        with suppress(DeliveryError):  # too old, or answered before: nothing that anybody would miss
            await self._api.call("answerCallbackQuery", callback_query_id=name)


def _press(update: RawUpdate) -> str:
    press = update.body.get("callback_query")
    name = press.get("id") if isinstance(press, dict) else None
    return name if isinstance(name, str) else ""
