"""What both servers of the echo benchmark have in common: one run's messages, the answers to them, and the questions
that the benchmark asks about both, under `/control/`."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

FIRST_CUSTOMER = 1_000_000


@dataclass
class Run:
    """What one bot is given, ready to be handed out, and how often it answered in each chat."""

    updates: list[bytes] = field(default_factory=list)
    wanted: Counter[int] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    total: int = 0
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    def answered(self, chat_id: int) -> None:
        """Counts an answer."""
        self.answers[chat_id] += 1
        self.total += 1
        if self.total >= len(self.updates):
            self.complete.set()

    async def tell(self, within_s: float) -> web.Response:
        """Who was answered, once everything is or `within_s` later."""
        if within_s:
            await asyncio.wait([asyncio.ensure_future(self.complete.wait())], timeout=within_s)
        amiss = {chat: count for chat, count in self.wanted.items() if self.answers[chat] != count}
        return in_json({"complete": self.complete.is_set(), "answers": self.total, "amiss": len(amiss)})


def prepared(update: Callable[[int, int, str], Any], messages: int, customers: int, texts: list[str]) -> Run:
    """A run: customers take turns, and so do the texts. `update` makes one from its number (from 1 on), the customer
    and the text."""
    run = Run()
    for number in range(messages):
        customer = FIRST_CUSTOMER + number % customers
        run.wanted[customer] += 1
        run.updates.append(json.dumps(update(number + 1, customer, texts[number % len(texts)])).encode())
    return run


def in_json(value: object, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer, of exactly the content type that discord.py wants to see."""
    return web.Response(body=json.dumps(value).encode(), content_type="application/json", headers=headers)


async def serve(handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
    """Listens on a free port of 127.0.0.1 until the process is ended."""
    runner = web.ServerRunner(web.Server(handle, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()
