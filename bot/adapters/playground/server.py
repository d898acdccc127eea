"""Serves the playground's page on 127.0.0.1 and tells it of every change."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aiohttp import WSMsgType, web

from bot.adapters.playground import state
from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.adapters.playground.controls import Controls
from bot.adapters.playground.frames import BadFrame, Frames
from bot.adapters.playground.world import Change

__all__ = ["HINTS", "Controls", "Server", "serve"]

HOST = "127.0.0.1"
MAX_UPLOAD_BYTES = 10 * 1024 * 1024
MAX_FRAME_BYTES = 256 * 1024
MAX_WAITING_FRAMES = 2000
"""A page that is so far behind is cut off; it comes back and is given everything afresh."""

PAGE = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
IMAGES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}

HINTS: Mapping[str, Sequence[str]] = {
    "customer": ["Do you ship to Germany?", "How long do the eggs keep?", "Can I talk to a person?"],
    "room": ["/story daily 09:00 Good morning from the hens", "/stories", "/help"],
}
"""What to try where nothing was said yet."""

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """The running page. `port` is where it listens; `stop` ends it."""

    def __init__(
        self,
        adapter: PlaygroundAdapter,
        controls: Controls,
        shop_name: str,
        owner_name: str,
        hints: Mapping[str, Sequence[str]],
    ) -> None:
        self.port = 0
        self._adapter = adapter
        self._controls = controls
        self._names = {"shop": shop_name, "owner": owner_name}
        self._hints = hints
        self._frames = Frames(adapter, controls)
        self._pages: dict[web.WebSocketResponse, asyncio.Queue[str | None]] = {}
        self._threads: list[dict[str, Any]] = []
        self._minute = ""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        self._ticking: asyncio.Task[None] | None = None

    async def start(self, port: int) -> None:
        """Listens on 127.0.0.1; port 0 takes any free one. Raises OSError when the port is taken."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]
        self._unsubscribe = self._adapter.world.subscribe(self._changed)
        self._ticking = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Says good-bye to the pages and closes the port."""
        if self._ticking is not None:
            self._unsubscribe()
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
            self._ticking = None
        for page in list(self._pages):
            await page.close()
        await self._runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._guarded], client_max_size=MAX_UPLOAD_BYTES + 1)
        application.on_response_prepare.append(self._secured)
        application.router.add_get("/", self._page)
        application.router.add_get("/ws", self._socket)
        application.router.add_post("/upload", self._upload)
        application.router.add_get("/media/{file_id}", self._media)
        application.router.add_get("/{name}", self._page)
        return application

    # Who may come in.

    @property
    def _hosts(self) -> set[str]:
        return {f"{name}:{self.port}" for name in (HOST, "localhost")}

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Another site, or a name that was turned to this address, gets nothing."""
        if request.headers.get("Host") not in self._hosts:
            raise web.HTTPForbidden(text=f"Open http://{HOST}:{self.port} instead.")
        origin = request.headers.get("Origin")
        expected = origin is not None or request.path == "/ws" or request.method not in ("GET", "HEAD")
        if expected and origin not in {f"http://{host}" for host in self._hosts}:
            raise web.HTTPForbidden(text="The playground answers its own page alone.")
        return await handler(request)

    async def _secured(self, request: web.Request, response: web.StreamResponse) -> None:
        sockets = " ".join(f"ws://{host}" for host in sorted(self._hosts))
        policy = (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {sockets}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")

    # What is served.

    async def _page(self, request: web.Request) -> web.StreamResponse:
        path = PAGE / request.match_info.get("name", "index.html")
        if path.parent != PAGE or path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound(text="There is nothing here.")
        return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8")

    async def _media(self, request: web.Request) -> web.StreamResponse:
        try:
            upload = self._adapter.world.uploaded(request.match_info["file_id"])
        except KeyError:
            raise web.HTTPNotFound(text="There is no such photo.") from None
        kind = upload.mime if upload.mime.startswith("image/") else "application/octet-stream"
        headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "Cache-Control": "private, max-age=3600",
        }
        return web.Response(body=upload.content, content_type=kind, headers=headers)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        try:
            content = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _sorry(413, "A photo may have at most 10 MB.")
        mime = _image_type(content)
        if mime is None:
            return _sorry(415, "That is no photo; PNG, JPEG, GIF and WebP can be attached.")
        name = unquote(request.headers.get("X-Name", ""))[:200] or "photo"
        try:
            return web.json_response({"file": self._adapter.world.upload(name, mime, content), "name": name})
        except ValueError as full:
            return _sorry(507, f"{full}.")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=MAX_FRAME_BYTES)
        await socket.prepare(request)
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        queue.put_nowait(json.dumps(self._state()))
        self._pages[socket] = queue
        writing = asyncio.create_task(_write(socket, queue))
        try:
            async for frame in socket:
                await self._obey(queue, frame.data if frame.type is WSMsgType.TEXT else "")
        finally:
            self._pages.pop(socket, None)
            queue.put_nowait(None)
            await writing
        return socket

    async def _obey(self, queue: asyncio.Queue[str | None], data: str) -> None:
        try:
            told = await self._frames.obey(data)
        except BadFrame as bad:
            queue.put_nowait(json.dumps({"is": "sorry", "text": str(bad)}))
        except Exception:
            log.exception("The playground's page asked for something that failed.")
            text = "The bot couldn't take that just now; the terminal says why."
            queue.put_nowait(json.dumps({"is": "sorry", "text": text}))
        else:
            self._tell_time(told)

    # What the pages are told.

    def _state(self) -> dict[str, Any]:
        world, zone = self._adapter.world, self._controls.zone()
        return {
            "is": "state",
            **self._names,
            "customers": [{"id": customer.id, "name": customer.name} for customer in world.customers],
            "threads": state.threads(world),
            "logs": state.logs(world, zone),
            "now": state.clock_time(self._controls.now(), zone),
            "zone": str(zone),
            "hints": {where: list(hints) for where, hints in self._hints.items()},
        }

    def _changed(self, change: Change) -> None:
        threads = state.threads(self._adapter.world)
        if threads != self._threads:
            self._threads = threads
            self._broadcast({"is": "threads", "threads": threads})
        if change.shown is not None:
            shown = state.message(change.shown, self._controls.zone())
            self._broadcast({"is": "shown", "place": state.place_name(change.place), "message": shown})

    def _tell_time(self, told: str | None = None) -> None:
        now = state.clock_time(self._controls.now(), self._controls.zone())
        if told or now[:16] != self._minute:
            self._minute = now[:16]
            self._broadcast({"is": "clock", "now": now, "told": told})

    async def _tick(self) -> None:
        while True:
            self._tell_time()
            await asyncio.sleep(1)

    def _broadcast(self, frame: dict[str, Any]) -> None:
        data = json.dumps(frame)
        for socket, queue in list(self._pages.items()):
            if queue.qsize() < MAX_WAITING_FRAMES:
                queue.put_nowait(data)
            else:
                del self._pages[socket]
                queue.put_nowait(None)


async def serve(
    adapter: PlaygroundAdapter,
    controls: Controls,
    shop_name: str,
    owner_name: str,
    port: int,
    hints: Mapping[str, Sequence[str]] = HINTS,
) -> Server:
    """The page, serving on 127.0.0.1:`port`. Raises OSError when the port is taken."""
    server = Server(adapter, controls, shop_name, owner_name, hints)
    await server.start(port)
    return server


async def _write(socket: web.WebSocketResponse, queue: asyncio.Queue[str | None]) -> None:
    """Sends what waits in the queue, in order; None ends it and the connection."""
    with contextlib.suppress(ConnectionError):
        while (data := await queue.get()) is not None:
            await socket.send_str(data)
        await socket.close()


def _sorry(status: int, text: str) -> web.Response:
    return web.json_response({"sorry": text}, status=status)


def _image_type(content: bytes) -> str | None:
    """By its first bytes, whatever name it came under."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in IMAGES.items() if content.startswith(magic)), None)
