"""Updates that Telegram brings by itself: only with the secret, never more than a megabyte, 200 once stored."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aiohttp import web

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MOST_BYTES = 1024 * 1024


async def receive(
    request: web.Request, secret: str, hand_over: Callable[[Sequence[Any]], Awaitable[None]]
) -> web.Response:
    """Answers a webhook call: 403 without the secret, 413 for too much, 400 for no JSON, 500 where it can't be
    stored (Telegram then brings it again)."""
    given = request.headers.get(SECRET_HEADER, "")
    if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode()):
        return web.Response(status=403)
    body = await _body(request)
    if body is None:
        return web.Response(status=413)
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return web.Response(status=400)
    try:
        await hand_over([update])
    except Exception as error:
        log.error("An update could not be stored; Telegram will bring it again", error=type(error).__name__)
        return web.Response(status=500)
    return web.Response()


async def _body(request: web.Request) -> bytes | None:
    """What was sent; None when it is too much."""
    if (request.content_length or 0) > MOST_BYTES:
        return None
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)
