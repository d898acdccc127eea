"""Updates by webhook: posted in order with the secret, again and again until the bot says 200."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.simulators.telegram.errors import bad_request
from tests.simulators.telegram.state import World
from tests.simulators.telegram.traffic import Traffic
from tests.simulators.telegram.updates import Pending
from tests.simulators.telegram.wire import Call

RETRY_S = 0.05
ANSWER_WITHIN_S = 10.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
NOT_ON_LOOPBACK = "bad webhook: An HTTPS URL must be provided for webhook"


def set_webhook(world: World, call: Call) -> bool:
    """Where updates go from now on; an empty url goes back to polling. Plain http is let through for loopback only."""
    url, secret = call.text("url"), call.text("secret_token")
    parts = urlsplit(url)
    if url and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise bad_request(NOT_ON_LOOPBACK)
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = call.number("max_connections") or 40
    if not 1 <= connections <= 100:
        raise bad_request("max_connections must be between 1 and 100")
    hook = world.webhook
    hook.url, hook.secret, hook.max_connections, hook.last_error = url, secret, connections, ""
    ask_for(world, call)
    drop_if_asked(world, call)
    world.queue.news.set()
    return True


def delete_webhook(world: World, call: Call) -> bool:
    """Back to polling; what waits stays, unless `drop_pending_updates`."""
    world.webhook.url = world.webhook.secret = ""
    drop_if_asked(world, call)
    return True


def get_webhook_info(world: World, call: Call) -> dict[str, Any]:
    """The present setting, what waits, and the last thing that went wrong."""
    hook = world.webhook
    told: dict[str, Any] = {"url": hook.url, "has_custom_certificate": False}
    told["pending_update_count"] = len(world.queue.hand_out(limit=10_000))
    if hook.url:
        told |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
    if hook.last_error:
        told |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    if world.queue.allowed is not None:
        told["allowed_updates"] = sorted(world.queue.allowed)
    return told


def ask_for(world: World, call: Call) -> None:
    """Takes `allowed_updates`: left out, the last list stays; empty, all but those on request."""
    asked = call.json("allowed_updates", list)
    if asked is not None:
        world.queue.allowed = frozenset(str(kind) for kind in asked) or None


def drop_if_asked(world: World, call: Call) -> None:
    """Forgets what waits where `drop_pending_updates` is true."""
    if call.flag("drop_pending_updates"):
        world.queue.waiting.clear()


async def post_updates(world: World, traffic: Traffic) -> None:
    """Posts what waits to the webhook, as long as there is one; never returns by itself."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(ANSWER_WITHIN_S)) as session:
        while True:
            batch = world.queue.hand_out(world.webhook.max_connections) if world.webhook.url else []
            taken = await asyncio.gather(*(_post(session, world, pending) for pending in batch))
            for pending in [p for p, ok in zip(batch, taken, strict=True) if ok]:
                world.queue.taken(pending)
                if not pending.odd:
                    traffic.update(pending.body)
            if not batch or not all(taken):
                await _news(world, None if not batch else RETRY_S)


async def _news(world: World, timeout_s: float | None) -> None:
    world.queue.news.clear()
    try:
        async with asyncio.timeout(timeout_s):
            await world.queue.news.wait()
    except TimeoutError:
        return


async def _post(session: aiohttp.ClientSession, world: World, pending: Pending) -> bool:
    hook = world.webhook
    headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
    pending.handed_out = True
    try:
        async with session.post(hook.url, json=pending.body, headers=headers) as response:
            if response.status < 300:
                return True
            hook.last_error = f"Wrong response from the webhook: {response.status} {response.reason}"
    except (aiohttp.ClientError, TimeoutError) as error:
        hook.last_error = f"Connection failed: {type(error).__name__}"
    hook.last_error_at = world.date()
    return False


METHODS = {"setWebhook": set_webhook, "deleteWebhook": delete_webhook, "getWebhookInfo": get_webhook_info}
