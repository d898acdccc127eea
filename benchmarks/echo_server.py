"""A Bot API server that costs next to nothing: it hands out prepared updates and counts the answers.

    python benchmarks/echo_server.py

It prints its address. What it hands out is put to `/control/prepare`; `/control/answers` tells who was answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.echo_run import Run, in_json, prepared, serve

MOST_UPDATES = 100
"""What Telegram hands out at once: https://core.telegram.org/bots/api#getupdates."""
BOT = {"id": 4242, "is_bot": True, "first_name": "Echo", "username": "echo_bot"}


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
            self._run = prepared(_update, **json.loads(await request.read()))
            return in_json({"updates": len(self._run.updates)})
        if name == "answers":
            return await self._run.tell(float(request.query.get("within_s", "0")))
        return in_json({"ok": True, "result": BOT if name == "getMe" else [] if name.startswith("getMy") else True})

    def _take(self, body: bytes, kind: str) -> web.Response:
        run = self._run
        chat_id = int(_parameters(body, kind)["chat_id"])
        run.answered(chat_id)
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


if __name__ == "__main__":
    asyncio.run(serve(Server().handle))
