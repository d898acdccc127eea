"""A Bot API server that costs next to nothing: it hands out prepared updates and counts the answers.

    python benchmarks/echo_server.py

It prints its address. What it hands out is put to `/control/prepare`; `/control/answers` tells who was answered.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

MOST_UPDATES = 100
"""What Telegram hands out at once: https://core.telegram.org/bots/api#getupdates."""
BOT = {"id": 4242, "is_bot": True, "first_name": "Echo", "username": "echo_bot"}
FIRST_CUSTOMER = 1_000_000


@dataclass
class Run:
    """What one bot is given, and how often it answered in each chat."""

    updates: list[bytes] = field(default_factory=list)
    wanted: Counter[int] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    total: int = 0
    complete: asyncio.Event = field(default_factory=asyncio.Event)


class Server:
    """Answers every method; only `getUpdates` and `sendMessage` do anything."""

    def __init__(self) -> None:
        self._run = Run()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request."""
        name = request.path.rpartition("/")[2]
        if name == "sendMessage":
            return self._take(await request.read(), request.content_type)
        if name == "getUpdates":
            return await self._hand_out(await request.read(), request.content_type)
        if name == "prepare":
            self._run = prepared(**json.loads(await request.read()))
            return _json({"updates": len(self._run.updates)})
        if name == "answers":
            return await self._tell(float(request.query.get("within_s", "0")))
        return _json({"ok": True, "result": BOT if name == "getMe" else [] if name.startswith("getMy") else True})

    def _take(self, body: bytes, kind: str) -> web.Response:
        run = self._run
        chat_id = int(_parameters(body, kind)["chat_id"])
        run.answers[chat_id] += 1
        run.total += 1
        if run.total >= len(run.updates):
            run.complete.set()
        answer = (
            f'{{"ok":true,"result":{{"message_id":{1_000_000 + run.total},"date":{int(time.time())},'
            f'"chat":{{"id":{chat_id},"type":"private"}},"text":"."}}}}'
        )
        return web.Response(body=answer.encode(), content_type="application/json")

    async def _hand_out(self, body: bytes, kind: str) -> web.Response:
        """The updates from `offset` on; with none left the request is held, as Telegram holds it."""
        given = _parameters(body, kind)
        first = max(int(given.get("offset", 0)) - 1, 0)  # updates are numbered from 1
        found = self._run.updates[first : first + min(int(given.get("limit", MOST_UPDATES)), MOST_UPDATES)]
        if not found:
            await asyncio.sleep(float(given.get("timeout", 0)))
        return web.Response(body=b'{"ok":true,"result":[' + b",".join(found) + b"]}", content_type="application/json")

    async def _tell(self, within_s: float) -> web.Response:
        """Who was answered, once everything is or `within_s` later."""
        run = self._run
        if within_s:
            await asyncio.wait([asyncio.ensure_future(run.complete.wait())], timeout=within_s)
        amiss = {chat: count for chat, count in run.wanted.items() if run.answers[chat] != count}
        return _json({"complete": run.complete.is_set(), "answers": run.total, "amiss": len(amiss)})


def prepared(messages: int, customers: int, texts: list[str]) -> Run:
    """The updates of a run: customers take turns, and so do the texts."""
    run = Run()
    for number in range(messages):
        chat_id = FIRST_CUSTOMER + number % customers
        run.wanted[chat_id] += 1
        run.updates.append(json.dumps(_update(number + 1, chat_id, texts[number % len(texts)])).encode())
    return run


def _update(number: int, chat_id: int, text: str) -> dict[str, Any]:
    person = {"id": chat_id, "first_name": "Ana", "last_name": str(chat_id), "username": f"ana{chat_id}"}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "from": person | {"is_bot": False, "language_code": "en"},
            "chat": person | {"type": "private"},
            "date": int(time.time()),
            "text": text,
        },
    }


def _parameters(body: bytes, kind: str) -> dict[str, Any]:
    if kind == "application/json":
        given: dict[str, Any] = json.loads(body)
        return given
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def _json(value: object) -> web.Response:
    return web.Response(body=json.dumps(value).encode(), content_type="application/json")


async def serve() -> None:
    """Listens on a free port of 127.0.0.1 until the process is ended."""
    runner = web.ServerRunner(web.Server(Server().handle, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
