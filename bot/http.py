"""The port of a running bot: is it alive, is it ready, its figures, and the calls that a platform makes to it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

log = structlog.get_logger()

Ready = Callable[[], Awaitable[str]]
"""Empty when everything is ready, else in a word what is not."""
Figures = Callable[[], Awaitable[bytes]]
"""Prometheus' text."""
Take = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""Answers a call that a platform makes to us."""

LAST_ANSWER_S = 1.0
"""How long a stop waits for an answer that is being given."""


class CantListen(Exception):
    """The port is taken, or not ours to take. Says which, and what to do."""


class Port:
    """Listens once `open` was called; `number` says where. It is given whatever it calls."""

    def __init__(self, ready: Ready, figures: Figures, calls: Mapping[str, Take]) -> None:
        self.number = 0
        self._ready = ready
        self._figures = figures
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        for path, take in calls.items():
            app.router.add_post(path, take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=LAST_ANSWER_S)

    async def open(self, host: str, port: int) -> None:
        """Listens; port 0 takes any that is free. Raises CantListen."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            why = os.strerror(error.errno).lower() if error.errno else type(error).__name__
            raise CantListen(f"{host}:{port} can't be listened on ({why}): change HTTP_PORT or HTTP_HOST.") from error
        self.number = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Listens no more."""
        await self._runner.cleanup()

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.Response(text="alive\n")  # that it is given at all says it: the process is there, its loop turns

    async def _readyz(self, request: web.Request) -> web.Response:
        missing = await self._ready()
        return web.Response(text=f"{missing or 'ready'}\n", status=503 if missing else 200)

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=await self._figures(), headers={"Content-Type": CONTENT_TYPE_LATEST})
