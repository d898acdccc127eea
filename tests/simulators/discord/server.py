"""Discord over HTTP on 127.0.0.1: the API, the gateway, downloads, and the weather."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.simulators.discord import accounts, answering, gatherings, marking, registering, rooms, sending
from tests.simulators.discord.buckets import Buckets
from tests.simulators.discord.errors import ApiError, unauthorised
from tests.simulators.discord.faults import Fault, Faults, too_many
from tests.simulators.discord.files import sticker
from tests.simulators.discord.gateway import Gateway
from tests.simulators.discord.state import World
from tests.simulators.discord.traffic import Traffic
from tests.simulators.discord.wire import Call, read_call

Event = str
"""called (not accepted yet), accepted (not answered yet), answered."""
Weather = Callable[[Event, Call], bool]
"""Told of each event in turn; True cuts the connection there."""

HANDLERS: Mapping[str, Callable[[World, Call], Any]] = {
    **accounts.ROUTES,
    **answering.ROUTES,
    **gatherings.ROUTES,
    **marking.ROUTES,
    **registering.ROUTES,
    **rooms.ROUTES,
    **sending.ROUTES,
}
PREFIX = "/api/v10"
MOST_BYTES = 120 * 1024 * 1024


def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(route)) + r"\Z")


ROUTES = sorted(((_pattern(route), route) for route in HANDLERS), key=lambda pair: pair[1].count("{"))
"""The most particular first, so that `pins` is no message's id."""


@dataclass
class Accepted:
    """One call that was taken; `answered` says that its answer was written to the wire."""

    number: int
    route: str
    call: Call
    result: Any
    at: float
    answered: bool = False


@dataclass
class Refusal:
    """One call that was refused, in which words; those of injected faults are not among them."""

    route: str
    call: Call
    error: ApiError


@dataclass
class Server:
    """Serves one bot's world."""

    world: World
    token: str
    traffic: Traffic
    buckets: Buckets = field(default_factory=Buckets)
    faults: Faults = field(default_factory=Faults)
    gateway: Gateway = field(init=False)
    weather: Weather = lambda event, call: False
    calls: list[Accepted] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    invalid: int = 0
    """How many calls were answered 401, 403 or 429: 10,000 of them in ten minutes shut an address out."""
    port: int = 0
    _runner: web.AppRunner | None = None

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.world, lambda: self.token)
        self.world.news = self.gateway.tell

    async def start(self) -> None:
        """Listens on 127.0.0.1, at a free port the first time and at the same one ever after."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_get("/gateway", self._connect)
        app.router.add_get("/attachments/{path:.+}", self._download)
        app.router.add_get("/stickers/{name}", self._show_sticker)
        app.router.add_route("*", PREFIX + "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]
        self.world.files.base = f"http://127.0.0.1:{self.port}"
        self.world.gateway_url = f"ws://127.0.0.1:{self.port}/gateway"

    async def stop(self) -> None:
        """Lets go of the port and of whoever is connected."""
        self.faults.clear()
        self.gateway.drop()
        if self._runner:
            await self._runner.cleanup()

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.next_for(Call("GET", "/gateway"))
        if fault and (response := await self._meet(fault, request)):
            return response
        return await self.gateway.serve(request)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix(PREFIX)
        try:
            call = await read_call(request, path)
        except ApiError as error:
            return _told(error.status, error.as_json())
        call.authorised = request.headers.get("Authorization") == f"Bot {self.token}"
        if self._cut(request, "called", call):
            return web.Response()
        fault = self.faults.next_for(call)
        if fault and not fault.after and (response := await self._meet(fault, request)):
            return response
        return await self._take(request, call, fault)

    async def _take(self, request: web.Request, call: Call, fault: Fault | None) -> web.StreamResponse:
        self.world.let_threads_sleep()
        accepted, status, answer, headers = self._answer(call)
        if accepted and self._cut(request, "accepted", call):
            return web.Response()
        if fault and fault.after and (response := await self._meet(fault, request)):
            return response
        if fault is None:
            self.traffic.exchange(call, status, answer)
        response = _told(status, answer, headers)
        await response.prepare(request)
        await response.write_eof()
        if accepted:
            accepted.answered = True
            self._cut(request, "answered", call)
        return response

    def _answer(self, call: Call) -> tuple[Accepted | None, int, Any, dict[str, str]]:
        route, headers = "", dict[str, str]()
        try:
            route = _find(call)
            if not call.authorised and not call.path.startswith(answering.TOKENLESS):
                raise unauthorised()
            taken = self.buckets.take(route, call)
            headers = taken.headers
            if taken.wait_s:
                self.invalid += taken.scope != "shared"
                return None, 429, *_limited(taken.wait_s, headers, taken.scope)
            result = HANDLERS[route](self.world, call)
        except ApiError as error:
            self.refusals.append(Refusal(route, call, error))
            self.invalid += error.status in (401, 403, 429)
            return None, error.status, error.as_json(), headers
        status, result = result if isinstance(result, tuple) else (204 if result is None else 200, result)
        accepted = Accepted(len(self.calls), route, call, result, self.world.now().timestamp())
        self.calls.append(accepted)
        return accepted, status, result, headers

    async def _meet(self, fault: Fault, request: web.Request) -> web.Response | None:
        """What an injected fault makes of a call; None when it goes on all the same."""
        if fault.gate:
            await fault.gate.wait()
            return None
        if fault.error is None:
            _abort(request)
            return web.Response()
        if fault.banned:
            return web.Response(text="<html>error code: 1015</html>", content_type="text/html", status=429)
        if fault.error.status == 429:
            body, headers = _limited(fault.retry_after_s, {}, "global" if fault.everywhere else "user")
            return _told(429, body, headers)
        return _told(fault.error.status, fault.error.as_json())

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.path.removeprefix("/")
        fault = self.faults.next_for(Call("GET", f"/{path}"))
        if fault and (response := await self._meet(fault, request)):
            return response
        try:
            kept = self.world.files.download(path, dict(request.query))
        except ApiError as error:
            return web.Response(text=error.message, status=error.status)
        return web.Response(body=kept.data, content_type=kept.mime)

    async def _show_sticker(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=sticker(), content_type="image/png")

    def _cut(self, request: web.Request, event: Event, call: Call) -> bool:
        cut = self.weather(event, call)
        if cut:
            _abort(request)
        return cut


def _find(call: Call) -> str:
    for pattern, route in ROUTES:
        if found := pattern.match(call.name):
            call.ids = found.groupdict()
            return route
    raise ApiError(404, 0, "404: Not Found")


def _limited(wait_s: float, headers: dict[str, str], scope: str) -> tuple[dict[str, Any], dict[str, str]]:
    everywhere = scope == "global"
    told = {"Retry-After": str(max(1, round(wait_s))), "X-RateLimit-Scope": scope, "Via": "1.1 google"}
    if everywhere:
        told["X-RateLimit-Global"] = "true"
    return too_many().as_json() | {"retry_after": round(wait_s, 3), "global": everywhere}, headers | told


def _told(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    """An answer with exactly the content type that Discord gives."""
    if status == 204:
        return web.Response(status=204, headers=headers)
    response = web.Response(body=_packed(body), status=status, headers=headers)
    response.headers["Content-Type"] = "application/json"
    return response


def _packed(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _abort(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()
