"""The loopback platform's adapter: long poll in, one POST a call out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import aiohttp
import structlog

from bot.adapter import Accept, Call, Capabilities, Core, DeliveryError, Reason
from bot.messages import ChatRef, InboundMessage, Media, OutboundMessage, RawUpdate, Receipt, Sender, Text
from bot.pacing import Budget
from tests.simulators.loopback import CHANNEL, ROOM

PLATFORM = BOT = "loopback"
COMMAND = re.compile(r"/([A-Za-z][A-Za-z0-9_]*)(?:\s+|$)")
BREATH_S = 0.05
"""Between two polls of which the first failed."""

log = structlog.get_logger()


class LoopbackAdapter:
    """Implements `bot.adapter.Adapter`. The offset moves only when `accept` has returned."""

    platform = PLATFORM
    bot = BOT
    capabilities = Capabilities()

    def __init__(self, url: str) -> None:
        self._url = url
        self._offset = 0
        self._session: aiohttp.ClientSession | None = None
        self._polling: asyncio.Task[None] | None = None

    async def start(self, core: Core) -> None:
        """Begins to poll."""
        self._session = aiohttp.ClientSession(self._url, timeout=aiohttp.ClientTimeout(total=30))
        self._polling = asyncio.create_task(self._poll(self._session, core.accept))

    async def stop(self) -> None:
        """Polls no more; a batch that is being accepted is either committed or comes again."""
        if self._polling:
            self._polling.cancel()
            with suppress(asyncio.CancelledError):
                await self._polling
        if self._session:
            await self._session.close()

    async def _poll(self, session: aiohttp.ClientSession, accept: Accept) -> None:
        while True:
            try:
                async with session.get("/updates", params={"offset": self._offset}) as response:
                    batch = await response.json()
                if batch:
                    await accept([envelope(body) for body in batch])
                    self._offset = batch[-1]["update_id"] + 1
            except Exception as error:
                log.warning("A poll failed", error=repr(error))
                await asyncio.sleep(BREATH_S)

    def private_chat(self, person_id: str) -> str:
        """A customer's own chat bears their id."""
        return person_id

    def decode(self, raw: dict[str, Any]) -> InboundMessage:
        """The neutral message in a raw update."""
        where = ChatRef(PLATFORM, BOT, raw["chat"]["id"], raw["chat"]["thread"])
        sender = Sender(raw["sender"]["id"], raw["sender"]["name"])
        command = COMMAND.match(raw.get("text", ""))
        kind: Any = "button" if raw["kind"] == "button" else "command" if command else "text"
        return InboundMessage(
            PLATFORM,
            BOT,
            str(raw["update_id"]),
            where,
            sender,
            kind,
            datetime.fromisoformat(raw["at"]),
            message_id=raw["message_id"],
            text=Text(raw.get("text", "")[command.end() if command else 0 :]),
            action=command[1].lower() if command else raw.get("data", ""),
        )

    def budgets(self, chat_id: str) -> Sequence[Budget]:
        """None: this platform never slows anybody down."""
        return ()

    def plan(self, message: OutboundMessage) -> list[OutboundMessage]:
        """Everything fits into one call here; how a desk stands is not shown."""
        return [] if message.op == "mark" else [message]

    async def send(self, call: Call) -> Receipt:
        """Makes one call."""
        return await self._post(call.message.op, call, call.chat)

    async def open_thread(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        """A thread with its first message in it."""
        return await self._post("open_thread", first, chat, title=title)

    async def fetch(self, media: Media) -> bytes:
        """There are no files here."""
        raise DeliveryError(Reason.rejected, "no files")

    async def fetch_since(self, chat: ChatRef, last_message_id: str) -> Sequence[RawUpdate]:
        """Nothing: the platform keeps the queue."""
        return ()

    async def _post(self, op: str, call: Call, chat: ChatRef, **more: str) -> Receipt:
        """A refused connection means that nothing was written; whatever breaks later may have arrived."""
        assert self._session is not None
        asked = {
            "chat": chat.chat_id,
            "thread": chat.thread_id,
            "text": call.message.text.plain,
            "buttons": [{"label": button.label, "data": button.data} for button in call.message.buttons],
            "nonce": call.nonce,
            "target": call.target.message_id if call.target else None,
            **more,
        }
        try:
            async with self._session.post(f"/{op}", json=asked) as response:
                said = await response.json()
        except aiohttp.ClientConnectorError as error:
            raise DeliveryError(Reason.unreachable, str(error)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryError(Reason.uncertain, repr(error)) from error
        if response.status != 200:
            raise DeliveryError(Reason(said["reason"]))
        return Receipt(said["message_id"], said["thread_id"])


def envelope(body: dict[str, Any]) -> RawUpdate:
    """The raw update around a body."""
    chat = ChatRef(PLATFORM, BOT, body["chat"]["id"], body["chat"]["thread"])
    private = chat.chat_id not in (ROOM, CHANNEL)
    return RawUpdate(
        PLATFORM, BOT, str(body["update_id"]), chat, body["sender"]["id"], body, private, message_id=_written(body)
    )


def _written(body: dict[str, Any]) -> str:
    return "" if body["kind"] == "button" else str(body["message_id"])
