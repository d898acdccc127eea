"""The connection to Discord's gateway: kept for ever, resumed where that is possible; nothing but `stop` ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import discord
import structlog
import yarl
from discord.errors import ConnectionClosed
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.adapter import DeliveryError, Reason
from bot.adapters.discord.api import Api, Rest

log = structlog.get_logger()

OWN_GATEWAY = "wss://gateway.discord.gg"
OPENING_S = 60.0
LONGEST_PAUSE_S, REFUSED_PAUSE_S = 60.0, 30.0
NEW_SESSION_S = 3.0
"""The pause that Discord wants before a session begins anew."""
LOOK_S = 300.0
BUDGET_LOOK_S = 600.0
"""How often the budget of sessions is looked at while it is used up."""
BAD_TOKEN, BAD_INTENTS = (4004,), (4013, 4014)
ENDS_SESSION = (1000, 1001, 4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014)
"""Codes after which a session can't be resumed: https://docs.discord.com/developers/topics/opcodes-and-status-codes"""

INTENTS = discord.Intents(
    guilds=True,
    guild_messages=True,
    dm_messages=True,
    message_content=True,
    guild_reactions=True,
    dm_reactions=True,
)
EVENTS = (
    *("READY", "RESUMED", "GUILD_CREATE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"),
    *("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC", "INTERACTION_CREATE"),
    *("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK"),
    *("MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"),
)
TOKEN_REFUSED = (
    "Discord refuses the token: copy it again from the developer portal (Bot, Reset Token) into DISCORD_BOT_TOKEN. "
    "It is tried again."
)
INTENTS_REFUSED = (
    "Discord refuses to show messages to the bot: switch on Message Content Intent in the developer portal (Bot, "
    "Privileged Gateway Intents). It is tried again."
)
LOST = "The connection to Discord was lost; it is taken up again."
BUDGET_USED_UP = "Discord allows no new session for {minutes} min, because too many began today; it is waited for."

Hear = Callable[[str, dict[str, Any]], None]
Wait = Callable[[float], Awaitable[None]]


class Client(discord.Client):
    """The library's client, for its gateway alone: events come as raw data, synchronously and in order, and nothing is
    kept of them."""

    def __init__(self, rest: Rest, hear: Hear) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
        super().__init__(
            intents=INTENTS,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.http = rest
        self.loop = asyncio.get_running_loop()
        self._connection.parsers = {name: partial(hear, name) for name in EVENTS}

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Waits for nothing: the line does that itself."""


@dataclass(frozen=True)
class Session:
    """What is needed to resume."""

    id: str
    sequence: int
    gateway: yarl.URL


class Line:
    """The connection by which events come. `problem` is a sentence while it is down, else empty.

    `hear` is told each event in order; `introduce` logs in and makes everything ready, and is called until it succeeds.
    Without a `gateway_url` the address is the one that the API names.
    """

    def __init__(
        self, api: Api, gateway_url: str, hear: Hear, introduce: Callable[[], Awaitable[None]], wait: Wait
    ) -> None:
        self.connected = False
        self.problem = ""
        self._api = api
        self._named = bool(gateway_url)
        self._gateway = yarl.URL(gateway_url or OWN_GATEWAY)
        self._hear = hear
        self._introduce = introduce
        self._wait = wait
        self._said = ""
        self._failures = 0
        self._introduced = False
        self._session: Session | None = None
        self._ws: DiscordWebSocket | None = None

    @property
    def serial(self) -> str:
        """Numbers the event that is being heard; one that is told again after a RESUME has the same."""
        return f"{self._ws.session_id}:{self._ws.sequence}" if self._ws else ""

    @property
    def sequence(self) -> int:
        """The number of the last event that was heard in this session."""
        return (self._ws and self._ws.sequence) or 0

    async def keep(self) -> None:
        """Hears events for ever."""
        try:
            while True:
                await self._guarded(self._connect)
        finally:
            await self._close()

    async def attend(self) -> None:
        """Logs in, and hears nothing: another process does."""

        async def look() -> None:
            await self._make_known()
            self._is_up()
            await self._wait(LOOK_S)

        while True:
            await self._guarded(look)

    async def _make_known(self) -> None:
        if not self._introduced:
            await self._introduce()
            self._introduced = True

    async def _guarded(self, step: Callable[[], Awaitable[None]]) -> None:
        """A step; whatever it raises becomes a sentence and a pause."""
        try:
            await step()
        except ReconnectWebSocket as again:
            if not again.resume:
                self._session = None
            pause_s = self._backoff_s() if self._failures else 0.0
            await self._pause(LOST, pause_s if again.resume else max(pause_s, NEW_SESSION_S))
        except ConnectionClosed as closed:
            await self._closed(closed.code)
        except DeliveryError as error:
            await self._pause(explanation(error), self._pause_s(error))
        except Exception as error:
            await self._pause(
                f"Discord can't be reached ({type(error).__name__}); it is tried again.", self._backoff_s()
            )

    async def _connect(self) -> None:
        """One connection, until it ends by whatever it raises."""
        await self._make_known()
        if self._session is None:
            await self._await_budget()
        assert self._api.rest is not None
        client = Client(self._api.rest, self._heard)
        session = self._session
        opening = DiscordWebSocket.from_client(
            client,
            initial=True,
            gateway=session.gateway if session else self._gateway,
            session=session.id if session else None,
            sequence=session.sequence if session else None,
            resume=session is not None,
        )
        self._ws = await asyncio.wait_for(opening, OPENING_S)
        try:
            while True:
                await self._ws.poll_event()
        except Exception:
            with suppress(Exception):
                await self._ws.close(4000)  # which keeps the session
            raise
        finally:
            self._remember(self._ws)
            self.connected = False

    def _heard(self, event: str, data: dict[str, Any]) -> None:
        """An event: it must not end the connection, whatever it holds."""
        if event in ("READY", "RESUMED"):
            self._is_up()
        try:
            self._hear(event, data)
        except Exception as error:
            log.error("An event of Discord's could not be taken", type=event, error=repr(error))

    def _remember(self, ws: DiscordWebSocket) -> None:
        known = ws.session_id is not None and ws.sequence is not None
        self._session = Session(str(ws.session_id), int(ws.sequence or 0), ws.gateway) if known else None

    async def _await_budget(self) -> None:
        """Waits until Discord allows a new session: without waiting it would reset the token in the end."""
        while True:
            told = await self._api.call("GET", "/gateway/bot")
            if not self._named and told.get("url"):
                self._gateway = yarl.URL(str(told["url"]))
            limit = told.get("session_start_limit") or {}
            if int(limit.get("remaining", 1)) > 0:
                return
            left_s = float(limit.get("reset_after", 0)) / 1000
            await self._pause(BUDGET_USED_UP.format(minutes=round(left_s / 60) or 1), min(left_s, BUDGET_LOOK_S))

    async def _closed(self, code: int) -> None:
        if code in ENDS_SESSION:
            self._session = None
        if code in BAD_TOKEN:
            self._introduced = False  # the next try asks whether the token is good
            await self._pause(TOKEN_REFUSED, REFUSED_PAUSE_S)
        elif code in BAD_INTENTS:
            await self._pause(INTENTS_REFUSED, REFUSED_PAUSE_S)
        else:
            await self._pause(f"Discord closed the connection (code {code}); it is tried again.", self._backoff_s())

    async def _close(self) -> None:
        ws, self._ws, self.connected = self._ws, None, False
        if ws:
            with suppress(Exception):
                await ws.close(1000)

    def _is_up(self) -> None:
        if self._failures:
            log.info("Discord is reached again")
        self.connected, self.problem, self._said, self._failures = True, "", "", 0

    async def _pause(self, problem: str, pause_s: float) -> None:
        if problem != self._said:
            log.warning(problem, platform="discord")
        self.connected, self.problem, self._said = False, problem, problem
        self._failures += 1
        await self._wait(pause_s)

    def _pause_s(self, error: DeliveryError) -> float:
        if error.reason is Reason.limited and error.retry_after_s is not None:
            return error.retry_after_s
        return REFUSED_PAUSE_S if error.reason is Reason.unauthorised else self._backoff_s()

    def _backoff_s(self) -> float:
        return float(min(2.0 ** min(self._failures, 10), LONGEST_PAUSE_S))


def explanation(error: DeliveryError) -> str:
    """What is wrong with the line, and what to do, in a sentence or two."""
    if error.reason is Reason.unauthorised:
        return TOKEN_REFUSED
    if error.reason is Reason.limited:
        return f"Discord asks for a pause of {error.retry_after_s or 0:.0f} s."
    return f"Discord can't be reached ({error.description or error.reason}); it is tried again."
