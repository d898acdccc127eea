"""A Discord that costs next to nothing: a gateway that hands out prepared messages, and an API that counts the answers.

    python benchmarks/echo_discord_server.py

It prints its address. What it hands out is put to `/control/prepare`; `/control/answers` tells who was answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import zlib
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.echo_run import Run, in_json, prepared, serve

UNANSWERED_AT_MOST = 100
"""As many messages as one of Telegram's batches holds are handed out before the first of them is answered."""
ROOM, GUILD = 1001, 1002
DISPATCH, HEARTBEAT, IDENTIFY, HELLO, HEARTBEAT_ACK = 0, 1, 2, 10, 11
HEARTBEAT_MS = 41_250
BOT = {"id": "4242", "username": "echo", "discriminator": "0", "global_name": None, "avatar": None, "bot": True}
APPLICATION = {"id": "4242", "name": "echo", "icon": None, "description": "", "flags": 0, "bot_public": True,
               "bot_require_code_grant": False, "verify_key": "", "summary": "", "owner": BOT}  # fmt: skip
CHANNEL = {"id": str(ROOM), "type": 0, "guild_id": str(GUILD), "name": "owners"}
WIDE = {"X-RateLimit-Limit": "10000", "X-RateLimit-Remaining": "9999", "X-RateLimit-Reset-After": "1.000"}
"""Nobody waits for a limit: neither side is asked how well it does so."""
EPOCH_MS = 1_420_070_400_000


class Socket:
    """The gateway's one connection, compressed as the client asks for."""

    def __init__(self, socket: web.WebSocketResponse, compress: bool) -> None:
        self.socket = socket
        self._packer = zlib.compressobj() if compress else None

    async def send(self, frame: bytes) -> None:
        """One frame."""
        if self._packer:
            await self.socket.send_bytes(self._packer.compress(frame) + self._packer.flush(zlib.Z_SYNC_FLUSH))
        else:
            await self.socket.send_str(frame.decode())


class Server:
    """Hands out, and takes answers; whatever else it is asked, it says what an empty guild would."""

    def __init__(self) -> None:
        self._run = Run()
        self._answered = asyncio.Event()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request, or the gateway's connection."""
        path = request.path
        if path.endswith("/messages") and request.method == "POST":
            return self._take(int(path.split("/")[-2]), await request.read())
        if path == "/gateway":
            return await self._converse(request)
        if path == "/control/prepare":
            self._run = prepared(_update, **json.loads(await request.read()))
            return in_json({"updates": len(self._run.updates)})
        if path == "/control/answers":
            return await self._run.tell(float(request.query.get("within_s", "0")))
        return in_json(_known(path, request.host))

    def _take(self, channel_id: int, body: bytes) -> web.Response:
        run = self._run
        run.answered(channel_id)
        self._answered.set()
        answer = _message(run.total, channel_id, BOT, json.loads(body)["content"])
        route = {"X-RateLimit-Bucket": "messages", "X-RateLimit-Reset": f"{time.time() + 1:.3f}"}
        return in_json(answer, WIDE | route)

    async def _converse(self, request: web.BaseRequest) -> web.StreamResponse:
        """The gateway, from HELLO until the bot goes."""
        opened = web.WebSocketResponse(max_msg_size=0)
        await opened.prepare(request)
        socket = Socket(opened, request.query.get("compress") == "zlib-stream")
        await socket.send(_frame(HELLO, {"heartbeat_interval": HEARTBEAT_MS}))
        handing_out: asyncio.Task[None] | None = None
        async for message in opened:
            op = json.loads(message.data)["op"] if message.type is WSMsgType.TEXT else None
            if op == HEARTBEAT:
                await socket.send(_frame(HEARTBEAT_ACK, None))
            elif op == IDENTIFY:
                handing_out = asyncio.create_task(self._hand_out(socket, request.host))
        if handing_out:
            handing_out.cancel()
        return opened

    async def _hand_out(self, socket: Socket, host: str) -> None:
        run = self._run
        ready = {"v": 10, "user": BOT, "guilds": [], "session_id": "one", "resume_gateway_url": f"ws://{host}/gateway"}
        await socket.send(_frame(DISPATCH, ready | {"application": {"id": "4242", "flags": 0}}, "READY", 1))
        for number, update in enumerate(run.updates):
            while number - run.total >= UNANSWERED_AT_MOST:
                self._answered.clear()
                await self._answered.wait()
            await socket.send(update)


def _known(path: str, host: str) -> Any:
    if path.endswith("/users/@me"):
        return BOT
    if path.endswith("/gateway/bot"):
        starts = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return {"url": f"ws://{host}/gateway", "shards": 1, "session_start_limit": starts}
    return CHANNEL if path.endswith(f"/channels/{ROOM}") else APPLICATION


def _update(number: int, customer: int, text: str) -> dict[str, Any]:
    """A direct message; a person's channel bears their own number."""
    person = {"id": str(customer), "username": f"ana{customer}", "discriminator": "0", "global_name": "Ana",
              "avatar": None}  # fmt: skip
    said = _message(number, customer, person, text)
    return {"op": DISPATCH, "t": "MESSAGE_CREATE", "s": number + 1, "d": said | {"channel_type": 1}}


def _message(number: int, channel_id: int, author: dict[str, Any], text: str) -> dict[str, Any]:
    now = time.time()
    return {
        "id": str((int(now * 1000) - EPOCH_MS << 22) + number),
        "channel_id": str(channel_id),
        "author": author,
        "content": text,
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(now)),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
    }


def _frame(op: int, data: object, name: str | None = None, number: int | None = None) -> bytes:
    return json.dumps({"op": op, "d": data, "t": name, "s": number}).encode()


if __name__ == "__main__":
    asyncio.run(serve(Server().handle))
