"""A tiny platform over HTTP on 127.0.0.1 that knows the truth: who wrote what, and what it took from the bot.

People's words are updates with increasing ids, handed out by long poll; as on Telegram an offset confirms what came
before it. Like a real platform it has no idea of a repeated call: a nonce is written down, never acted upon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

ROOM, CHANNEL, OWNER = "room", "channel", "hana"
BATCH = 10
LONG_POLL_S = 5.0

Event = str
"""handed_out, confirmed, called (not accepted yet), accepted (not answered yet), answered."""
Weather = Callable[[Event], bool]
"""Told of each event in turn; True cuts the connection there."""


@dataclass
class Accepted:
    """One call that the platform took; `answered` says that its answer was written to the wire."""

    number: int
    op: str
    chat_id: str
    thread_id: str | None
    message_id: str
    nonce: str
    text: str
    buttons: list[dict[str, str]]
    answered: bool = False


@dataclass
class Loopback:
    """The platform. Chats exist by being written to; threads only by `/open_thread`."""

    weather: Weather = lambda event: False
    calls: list[Accepted] = field(default_factory=list)
    threads: dict[str, str] = field(default_factory=dict)
    """The titles of the threads by id, oldest first."""
    updates: list[dict[str, Any]] = field(default_factory=list)
    confirmed: int = 0
    """The id of the last update that the bot said it has."""
    url: str = ""
    _last_id: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.AppRunner | None = None

    # What people do.

    def writes(self, chat_id: str, name: str, text: str, thread_id: str | None = None) -> int:
        """Somebody writes; returns the update's id. A private chat's id is its person's id."""
        return self._tell("message", chat_id, thread_id, name, message_id=self._next_id(), text=text)

    def presses(self, shown: Accepted, name: str, data: str) -> int:
        """Somebody presses a button; returns the update's id."""
        return self._tell("button", shown.chat_id, shown.thread_id, name, message_id=shown.message_id, data=data)

    def presses_again(self) -> None:
        """Nobody has to: what is pressed while the bot is dead waits for it."""

    async def meets(self, names: list[str], database: Any) -> None:
        """Nobody has to be met: whoever writes first while the bot is dead waits for it."""

    async def heard(self, database: Any) -> int:
        """How much of what people did the bot said that it has."""
        return self.confirmed

    def settled(self) -> bool:
        """Whether nothing else is waited for."""
        return True

    def may_be_missing(self) -> set[str]:
        """The updates that nobody could find who was not there."""
        return set()

    def thread_of(self, title: str) -> str | None:
        """The newest thread of that title."""
        return next((thread for thread, named in reversed(self.threads.items()) if named == title), None)

    def _tell(self, kind: str, chat_id: str, thread_id: str | None, name: str, **told: Any) -> int:
        update_id = len(self.updates) + 1
        self.updates.append(
            {
                "update_id": update_id,
                "kind": kind,
                "at": datetime.now(UTC).isoformat(),
                "chat": {"id": chat_id, "thread": thread_id},
                "sender": {"id": OWNER if chat_id == ROOM else chat_id, "name": name},
                **told,
            }
        )
        self._news.set()
        return update_id

    def _next_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    # What the bot may call.

    async def start(self) -> None:
        """Listens on a free port of 127.0.0.1; `url` names it."""
        app = web.Application()
        app.router.add_get("/updates", self._hand_out)
        for op in ("send", "edit", "delete", "open_thread"):
            app.router.add_post(f"/{op}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Lets go of the port."""
        if self._runner:
            await self._runner.cleanup()

    async def _hand_out(self, request: web.Request) -> web.StreamResponse:
        offset = int(request.query["offset"])
        if offset - 1 > self.confirmed:
            self.confirmed = offset - 1
            if self._cut(request, "confirmed"):
                return web.Response()
        batch = await self._after(self.confirmed)
        response = web.json_response(batch)
        await response.prepare(request)
        await response.write_eof()
        if batch:
            self._cut(request, "handed_out")
        return response

    async def _after(self, confirmed: int) -> list[dict[str, Any]]:
        """The next updates, as soon as there are any; none when nothing is said for LONG_POLL_S."""
        deadline = asyncio.get_running_loop().time() + LONG_POLL_S
        while len(self.updates) <= confirmed:
            self._news.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._news.wait()
            except TimeoutError:
                return []
        return self.updates[confirmed : confirmed + BATCH]

    async def _take(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        if self._cut(request, "called"):
            return web.Response()
        if asked["thread"] is not None and asked["thread"] not in self.threads:
            return web.json_response({"reason": "thread_gone"}, status=400)
        accepted = self._accept(request.path.strip("/"), asked)
        if self._cut(request, "accepted"):
            return web.Response()
        response = web.json_response({"message_id": accepted.message_id, "thread_id": accepted.thread_id})
        await response.prepare(request)
        await response.write_eof()
        accepted.answered = True
        self._cut(request, "answered")
        return response

    def _accept(self, op: str, asked: dict[str, Any]) -> Accepted:
        thread_id = asked["thread"]
        if op == "open_thread":
            thread_id = f"t{len(self.threads) + 1}"
            self.threads[thread_id] = asked["title"]
        message_id = asked["target"] or self._next_id()
        accepted = Accepted(
            len(self.calls), op, asked["chat"], thread_id, message_id, asked["nonce"], asked["text"], asked["buttons"]
        )
        self.calls.append(accepted)
        return accepted

    def _cut(self, request: web.Request, event: Event) -> bool:
        """Lets the weather do what it will; whether the connection is gone now, whoever still listens."""
        cut = self.weather(event)
        if cut and request.transport:
            request.transport.abort()
        return cut
