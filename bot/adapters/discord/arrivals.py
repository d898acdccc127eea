"""Events in the order in which they came, stored by one queue; those of a chat that is being caught up wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence

from bot.adapters.discord.events import Event

Store = Callable[[Sequence[Event]], Awaitable[None]]

BATCH = 100


class Arrivals:
    """The queue. `store` returns when a batch is committed, and raises nothing that could be mended by waiting."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ready: deque[Event] = deque()
        self._held: dict[str, list[Event]] = {}
        self._all_held = False
        self._storing = 0
        self._bell, self._idle = asyncio.Event(), asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many events are not stored yet."""
        return len(self._ready) + self._storing + sum(map(len, self._held.values()))

    def put(self, place: str, event: Event) -> None:
        """Takes an event; `place` names the chat whose order counts."""
        if place in self._held:
            self._held[place].append(event)
        elif self._all_held:
            self._held[place] = [event]
        else:
            self._ring([event])

    def hold(self, place: str) -> None:
        """Lets the events of a chat wait."""
        self._held.setdefault(place, [])

    def hold_all(self) -> None:
        """Lets all events wait until it is known which chats were missed."""
        self._all_held = True

    def release_all_but(self, places: Iterable[str]) -> None:
        """Lets all events go on but those of some chats."""
        self._all_held = False
        behind = set(places)
        for place in behind:
            self.hold(place)
        for place in [place for place in self._held if place not in behind]:
            self.release(place)

    def release(self, place: str) -> None:
        """Lets the events of a chat go on."""
        self._ring(self._held.pop(place, ()))

    def _ring(self, events: Iterable[Event]) -> None:
        self._ready.extend(events)
        self._idle.clear()
        self._bell.set()

    async def emptied(self) -> None:
        """Returns when nothing is left but what is held."""
        while self._ready or self._storing:
            await self._idle.wait()

    async def run(self) -> None:
        """Stores for ever."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._ready:
                batch = [self._ready.popleft() for _ in range(min(BATCH, len(self._ready)))]
                self._storing = len(batch)
                try:
                    await self._store(batch)
                finally:
                    self._storing = 0
            self._idle.set()
