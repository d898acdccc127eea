"""The Bot API over HTTP on 127.0.0.1: tokens, methods, long polls, downloads, and the weather."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.simulators.telegram import asking, business, changing, sending, topics, webhook
from tests.simulators.telegram.budgets import Budgets
from tests.simulators.telegram.errors import ApiError, conflict, unauthorised
from tests.simulators.telegram.faults import Fault, Faults
from tests.simulators.telegram.state import World
from tests.simulators.telegram.traffic import Traffic
from tests.simulators.telegram.updates import Pending
from tests.simulators.telegram.wire import MOST_BYTES, Call, read_call

Event = str
"""confirmed, handed_out (of updates); called (not accepted yet), accepted (not answered yet), answered."""
Weather = Callable[[Event], bool]
"""Told of each event in turn; True cuts the connection there."""

METHODS: Mapping[str, Callable[[World, Call], Any]] = {
    **asking.METHODS,
    **sending.METHODS,
    **changing.METHODS,
    **topics.METHODS,
    **business.METHODS,
    **webhook.METHODS,
}
NAMES = {name.lower(): name for name in (*METHODS, "getUpdates")}
LONGEST_POLL_S = 50
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass
class Accepted:
    """One call that was taken; `answered` says that its answer was written to the wire."""

    number: int
    method: str
    given: dict[str, Any]
    result: Any
    at: float
    answered: bool = False


@dataclass
class Refusal:
    """One call that was refused, in which words; those of injected faults are not among them."""

    method: str
    given: dict[str, Any]
    error: ApiError


@dataclass
class Server:
    """Serves one bot's world."""

    world: World
    token: str
    traffic: Traffic
    budgets: Budgets
    faults: Faults = field(default_factory=Faults)
    weather: Weather = lambda event: False
    calls: list[Accepted] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    port: int = 0
    polls: int = 0
    """How many getUpdates calls came."""
    _runner: web.AppRunner | None = None
    _posting: asyncio.Task[None] | None = None
    _closing: bool = False

    async def start(self) -> None:
        """Listens on 127.0.0.1, at a free port the first time and at the same one ever after."""
        self._closing = False
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]
        self._posting = asyncio.create_task(webhook.post_updates(self.world, self.traffic))

    async def stop(self) -> None:
        """Lets go of the port and of whoever waits."""
        self.faults.clear()
        self._closing = True
        self.world.queue.news.set()
        if self._posting:
            self._posting.cancel()
            await asyncio.wait([self._posting])
        if self._runner:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request)
            method = NAMES.get(request.match_info["method"].lower())
            if method is None:
                raise ApiError(404, "Not Found: method not found")
            call = await read_call(method, request)
        except ApiError as error:
            return web.json_response(error.as_json(), status=error.code)
        if method == "getUpdates":
            return await self._hand_out(request, call)
        return await self._take(request, call)

    def _check_token(self, request: web.Request) -> None:
        if request.match_info["token"] != self.token:
            raise unauthorised()

    async def _take(self, request: web.Request, call: Call) -> web.StreamResponse:
        if self._cut(request, "called"):
            return web.Response()
        fault = self.faults.next_for(call)
        if fault and not fault.after and (response := await self._meet(fault, request)):
            return response
        accepted, envelope, code = self._answer(call)
        if accepted and self._cut(request, "accepted"):
            return web.Response()
        if fault and fault.after and (response := await self._meet(fault, request)):
            return response
        if fault is None:
            self.traffic.exchange(call, envelope)
        response = web.json_response(envelope, status=code)
        await response.prepare(request)
        await response.write_eof()
        if accepted:
            accepted.answered = True
            self._cut(request, "answered")
        return response

    def _answer(self, call: Call) -> tuple[Accepted | None, dict[str, Any], int]:
        try:
            if call.text("chat_id") and self.budgets.on:
                self.budgets.take(call.method, self.world.chat(call.text("chat_id")))
            result = METHODS[call.method](self.world, call)
        except ApiError as error:
            self.refusals.append(Refusal(call.method, call.recorded(), error))
            return None, error.as_json(), error.code
        accepted = Accepted(len(self.calls), call.method, call.recorded(), result, self.world.seconds())
        self.calls.append(accepted)
        return accepted, {"ok": True, "result": result}, 200

    async def _meet(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """What an injected fault makes of a call; None when it goes on all the same."""
        if fault.gate:
            await fault.gate.wait()
            return None
        if fault.error is None:
            _abort(request)
            return web.Response()
        if fault.html:
            page = f"<html><head><title>{fault.error.code} {fault.error.description}</title></head></html>"
            return web.Response(text=page, content_type="text/html", status=fault.error.code)
        return web.json_response(fault.error.as_json(), status=fault.error.code)

    async def _hand_out(self, request: web.Request, call: Call) -> web.StreamResponse:
        fault = self.faults.next_for(call)
        if fault and not fault.after and (response := await self._meet(fault, request)):
            return response
        try:
            if self._confirm(call) and self._cut(request, "confirmed"):
                return web.Response()
            batch = await self._wait(request, call)
        except ApiError as error:
            return web.json_response(error.as_json(), status=error.code)
        if fault and fault.after and (response := await self._meet(fault, request)):
            return response
        envelope = {"ok": True, "result": [pending.body for pending in batch]}
        response = web.json_response(envelope)
        await response.prepare(request)
        await response.write_eof()
        self._hand_over(call, batch, envelope)
        if batch:
            self._cut(request, "handed_out")
        return response

    def _hand_over(self, call: Call, batch: list[Pending], envelope: dict[str, Any]) -> None:
        for pending in batch:
            if not pending.odd and not pending.handed_out:
                self.traffic.update(pending.body)
            pending.handed_out = True
        if not any(pending.odd for pending in batch):
            self.traffic.exchange(call, envelope)

    def _confirm(self, call: Call) -> bool:
        """Takes what the bot asks for and what it confirms; whether anything new was confirmed."""
        if self.world.webhook.url:
            raise conflict(WEBHOOK_ACTIVE)
        webhook.ask_for(self.world, call)
        queue, offset = self.world.queue, call.number("offset") or 0
        if offset < 0:
            offset = queue.waiting[offset:][0].update_id if queue.waiting else 0
        before = len(queue.waiting)
        queue.confirm(offset)
        return len(queue.waiting) < before

    async def _wait(self, request: web.Request, call: Call) -> list[Pending]:
        """The next updates as soon as there are any. A newer poll ends an older one with 409."""
        self.polls += 1
        mine, queue = self.polls, self.world.queue
        queue.news.set()
        limit = max(1, min(100, call.number("limit") or 100))
        seconds = max(0, min(LONGEST_POLL_S, call.number("timeout") or 0))
        deadline = asyncio.get_running_loop().time() + seconds
        while not (batch := queue.hand_out(limit)):
            queue.news.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await queue.news.wait()
            except TimeoutError:
                return queue.hand_out(limit)
            if self._closing:
                _abort(request)
                return []
            if mine != self.polls:
                raise conflict()
            if request.transport is None or request.transport.is_closing():
                return []
        return batch

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request)
        except ApiError as error:
            return web.json_response(error.as_json(), status=error.code)
        call = Call("download", {"path": request.match_info["path"]})
        fault = self.faults.next_for(call)
        if fault and (response := await self._meet(fault, request)):
            return response
        data = self.world.files.download(request.match_info["path"])
        if data is None:
            return web.json_response(ApiError(404, "Not Found").as_json(), status=404)
        return web.Response(body=data, content_type="application/octet-stream")

    def _cut(self, request: web.Request, event: Event) -> bool:
        cut = self.weather(event)
        if cut:
            _abort(request)
        return cut


def _abort(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()
