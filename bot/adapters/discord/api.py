"""Discord's REST by the library's own client: every refusal comes at once, in the house's words, and nothing sleeps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from json import dumps
from types import SimpleNamespace
from typing import Any

import aiohttp
from discord.errors import RateLimited
from discord.http import HTTPClient, Ratelimit, Route

from bot.adapter import DeliveryError, Reason
from bot.adapters.discord.reasons import KNOWN, Where, delivery_error

OWN_API = "https://discord.com/api/v10"
CALL_S = 60.0
"""A call that takes longer is given up: nobody knows what became of it."""
BAN_S = 60.0
"""The pause after a refusal that names none, as an address that is shut out gets."""

Said = dict[str, Any]


@dataclass(frozen=True)
class File:
    """A file to be sent with a message; `description` is read to those who can't see it."""

    name: str
    data: bytes
    mime: str = "application/octet-stream"
    description: str = ""


class TooMany(RateLimited):
    """A 429; `scope` is "bot" where every call is meant."""

    def __init__(self, retry_after: float, scope: str) -> None:
        super().__init__(retry_after)
        self.scope = scope


class ServerTrouble(Exception):
    """A 5xx: nobody knows whether the call was taken."""


class Window(Ratelimit):
    """Discord's count of one bucket. Where nothing is left it refuses: the sender waits by the house's clock, and
    holds up nobody else meanwhile."""

    async def acquire(self) -> None:
        """Counts a call. Raises RateLimited where the bucket is empty."""
        now = self._last_request = self._loop.time()
        if self.is_expired():
            self.reset()  # type: ignore[no-untyped-call]
        if self.dirty and self.remaining <= 0 and self.expires is not None:
            raise RateLimited(max(0.0, self.expires - now))
        self.remaining -= 1
        self.outgoing += 1

    async def __aexit__(self, *raised: object) -> None:
        """Gives the result at once, though the bucket may be empty now."""
        self.outgoing -= 1


async def _judge(session: aiohttp.ClientSession, context: SimpleNamespace, told: Any) -> None:
    """Ends a call that the library would try again by itself, in seconds of its own and perhaps twice."""
    response: aiohttp.ClientResponse = told.response
    if response.status >= 500:
        raise ServerTrouble(f"Discord answers {response.status}")
    if response.status == 429:
        try:
            body = await response.json()
            pause_s, everywhere = float(body["retry_after"]), bool(body.get("global"))
        except (aiohttp.ClientError, ValueError, KeyError, TypeError):
            pause_s, everywhere = BAN_S, True
        raise TooMany(pause_s, "bot" if everywhere else "chat")


def _tracing() -> aiohttp.TraceConfig:
    tracing = aiohttp.TraceConfig()
    tracing.on_request_end.append(_judge)
    return tracing


class Rest(HTTPClient):
    """The library's client before any server: the address is its own, so that two bots of one process may have two."""

    def __init__(self, base_url: str) -> None:
        super().__init__(asyncio.get_running_loop(), http_trace=_tracing())
        self._base_url = base_url or OWN_API

    async def request(self, route: Route, **given: Any) -> Any:
        """The library's request, at our address."""
        route.url = self._base_url + route.url.removeprefix(Route.BASE)
        return await super().request(route, **given)

    def get_ratelimit(self, key: str) -> Ratelimit:
        """A bucket that refuses instead of sleeping."""
        if key not in self._buckets:
            self._buckets[key] = Window(None)
            self._try_clear_expired_ratelimits()
        return self._buckets[key]


class Api:
    """Calls Discord. `login` comes first; until then every call is refused as unreachable."""

    def __init__(self, token: str, base_url: str = "") -> None:
        self._token = token
        self._base_url = base_url
        self.rest: Rest | None = None

    async def login(self) -> Said:
        """Begins anew; returns the bot's own user. Raises DeliveryError, unauthorised for a token that is refused."""
        await self.close()
        rest = Rest(self._base_url)
        try:
            me: Said = await _in_our_words(rest.static_login(self._token), "elsewhere")
        except BaseException:
            await rest.close()
            raise
        self.rest = rest
        return me

    async def close(self) -> None:
        """Lets go of the connections."""
        rest, self.rest = self.rest, None
        if rest:
            await rest.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        where: Where = "elsewhere",
        json: Any = None,
        files: Sequence[File] = (),
        query: Mapping[str, str] | None = None,
        **ids: str,
    ) -> Any:
        """Calls `path`, in which `{channel_id}`, `{guild_id}`, `{webhook_id}` and `{webhook_token}` name the bucket.

        Gives the JSON of the answer, "" where there is none. `where` is what kind of chat it is about. Raises
        DeliveryError.
        """
        if self.rest is None:
            raise DeliveryError(Reason.unreachable, "there is no connection to Discord yet")
        given: dict[str, Any] = {"params": query} if query else {}
        if files:
            given["form"] = _form(json, files)
        elif json is not None:
            given["json"] = json
        return await _in_our_words(self.rest.request(Route(method, path, **ids), **given), where)

    async def download(self, url: str) -> bytes:
        """The bytes behind a link. Raises DeliveryError."""
        if self.rest is None:
            raise DeliveryError(Reason.unreachable, "there is no connection to Discord yet")
        data: bytes = await _in_our_words(self.rest.get_from_cdn(url), "elsewhere")
        return data


def _form(json: Any, files: Sequence[File]) -> list[dict[str, Any]]:
    """The parts of an upload; the payload names each file by its place."""
    parts: list[dict[str, Any]] = [{"name": "payload_json", "value": dumps(json)}]
    for place, file in enumerate(files):
        part = {"name": f"files[{place}]", "value": file.data, "filename": file.name, "content_type": file.mime}
        parts.append(part)
    return parts


async def _in_our_words(calling: Awaitable[Any], where: Where) -> Any:
    """What a call gives. Raises DeliveryError for whatever it raises."""
    try:
        async with asyncio.timeout(CALL_S):
            return await calling
    except ServerTrouble as error:
        raise DeliveryError(Reason.uncertain, str(error)) from None
    except TooMany as error:
        raise delivery_error(error, where, error.scope) from None
    except KNOWN as error:
        raise delivery_error(error, where) from None
    except RuntimeError as error:  # the session was closed under it
        raise DeliveryError(Reason.unreachable, str(error)) from None
