"""Telegram as a platform: the real client, raw updates, and the house's own words for whatever happens."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from bot.adapter import Accept, Call, Capabilities, Core, DeliveryError, Problem, Reason
from bot.adapters.telegram import codec, inspection, own_stories
from bot.adapters.telegram.api import Api
from bot.adapters.telegram.files import Files
from bot.adapters.telegram.introductions import Introductions
from bot.adapters.telegram.menus import Menus, set_menus
from bot.adapters.telegram.plan import plan
from bot.adapters.telegram.polling import Line
from bot.adapters.telegram.presses import Presses, Wait
from bot.adapters.telegram.reasons import Where
from bot.adapters.telegram.sending import Sending
from bot.adapters.telegram.topics import Topics
from bot.adapters.telegram.webhook import receive
from bot.messages import ChatRef, InboundMessage, Media, OutboundMessage, RawUpdate, Receipt
from bot.pacing import Budget

log = structlog.get_logger()

STORING_S = 4.0
"""How long a stopping adapter waits for updates that are being stored."""
TRIES = 6
"""How often an update is tried as it is: over half a minute with the pauses between."""


class TelegramAdapter:
    """Implements `bot.adapter.Adapter`.

    `webhook_url` empty means long polling; a webhook without `webhook_secret` gets one of its own. `menus` holds the
    lists of commands for "customer" and "owner". `wait` sleeps; tests give another. `story_hours` is how long a story
    of an owner's own account is shown, `keep_stories` leaves it on the account's page after that.
    """

    platform = codec.PLATFORM
    capabilities = Capabilities(reacts=True, reuses_files=True, albums=True, marks=True, cleans_photos=True)

    def __init__(
        self,
        token: str,
        *,
        now: Callable[[], datetime],
        api_base_url: str = "",
        room_chat_id: str = "",
        story_chat_ids: tuple[str, ...] = (),
        story_hours: int = 24,
        keep_stories: bool = False,
        webhook_url: str = "",
        webhook_secret: str = "",
        menus: Menus | None = None,
        wait: Wait = asyncio.sleep,
        offset: str = "",
    ) -> None:
        self.bot = token.partition(":")[0]
        self.last_update_at: datetime | None = None
        self._me = codec.Identity(self.bot, room_chat_id=room_chat_id)
        self._expected = inspection.Expected(room_chat_id, story_chat_ids, webhook_url)
        self._secret = webhook_secret or secrets.token_urlsafe(32)
        self._menus: Mapping[str, Sequence[tuple[str, str]]] = menus or {}
        self._now = now
        self._accept: Accept | None = None
        self._storing = asyncio.Lock()
        self._failing = ("", 0)
        self._task: asyncio.Task[None] | None = None
        self._api = Api(token, api_base_url)
        self._files = Files(self._api)
        self._sending = Sending(self._api, self._files, self._where, now)
        self._own_stories = own_stories.OwnStories(self._api, self._files, story_hours, keep_stories)
        self._topics = Topics(self._api, self._sending)
        self._presses = Presses(self._api, wait)
        self._introductions = Introductions(self._api)
        self._line = Line(self._api, self._hand_over, self._connect, wait, int(offset) if offset else None)

    async def start(self, core: Core) -> None:
        """Begins to hand over updates in the background; an outage or a bad token is tried again for ever."""
        self._accept, self._files.read_blob = core.accept, core.read_blob
        takes = self._line.watch(self._set_webhook) if self._expected.webhook_url else self._line.poll()
        self._task = asyncio.create_task(takes, name="telegram updates")

    async def attend(self, core: Core) -> None:
        """Connects in the background without taking updates: another process does."""
        self._files.read_blob = core.read_blob
        self._task = asyncio.create_task(self._line.attend(), name="telegram")

    async def stop(self) -> None:
        """Lets updates that are being stored be stored (4 s at the most), then lets go of everything."""
        try:
            async with asyncio.timeout(STORING_S), self._storing:
                pass
        except TimeoutError:
            log.warning("Updates were still being stored; Telegram will give them again")
        self._accept = None
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._presses.stop()
        await self._api.close()

    def envelope(self, body: object) -> RawUpdate:
        """An update with what is needed to store it."""
        return codec.envelope(body, self.bot)

    def decode(self, raw: dict[str, Any]) -> InboundMessage:
        """The neutral message in a stored update. Raises ValueError for what it can't read."""
        return codec.decode(raw, self._me)

    def thread_link(self, chat_id: str, thread_id: str) -> str:
        """The address of a topic, which opens for members of its group."""
        return f"https://t.me/c/{chat_id.removeprefix('-100')}/{thread_id}"

    def private_chat(self, person_id: str) -> str:
        """A private chat bears the person's own id."""
        return person_id

    @property
    def private_link(self) -> str:
        """The address under which a person begins a private chat; empty until the bot knows its own name."""
        return f"https://t.me/{self._me.username}?start=hello" if self._me.username else ""

    def budgets(self, chat_id: str) -> Sequence[Budget]:
        """30 calls a second for the bot; one a second for a person, 20 a minute for a group, both for a story channel.

        https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
        """
        name = f"{self.platform}/{self.bot}"
        bot, minute, second = Budget(name, 30, 1.0), (20, 60.0), (1, 1.0)
        if chat_id in self._expected.story_chat_ids:  # it may be a group as well
            return (bot, Budget(f"{name}/{chat_id}/minute", *minute), Budget(f"{name}/{chat_id}", *second))
        return (bot, Budget(f"{name}/{chat_id}", *(minute if chat_id.startswith("-") else second)))

    def plan(self, message: OutboundMessage) -> list[OutboundMessage]:
        """Parts that each take one call: 4096 UTF-16 units of text, 1024 of a caption, ten pictures."""
        if own_stories.is_place(message.to):
            return own_stories.plan(message)
        return plan(message, marks=self._topics.in_forum(self._me.room_chat_id))

    async def send(self, call: Call) -> Receipt:
        """Makes one call. Raises DeliveryError."""
        if own_stories.is_place(call.chat):
            return await self._own_stories.make(call)
        if call.message.op == "mark" and call.message.mark:
            return await self._topics.mark(call.chat, call.message.mark)
        return await self._sending.make(call)

    async def open_thread(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        """A topic with its first message in it; in a group without topics the message under the customer's name, and
        a receipt that names no thread. Raises DeliveryError."""
        return await self._topics.open(chat, title, first)

    async def fetch(self, media: Media) -> bytes:
        """The bytes behind a file id, 20 MB at the most. Raises DeliveryError."""
        return await self._files.fetch(media)

    async def fetch_since(self, chat: ChatRef, last_message_id: str) -> Sequence[RawUpdate]:
        """Nothing: Telegram keeps what was said meanwhile, for a day."""
        return ()

    async def webhook(self, request: web.Request) -> web.Response:
        """Takes an update that Telegram brings; 200 once it is stored."""
        return await receive(request, self._secret, self._hand_over)

    def room_is(self, chat_id: str) -> None:
        """Names the owners' room anew: a group that became a supergroup has another id from then on."""
        self._me = replace(self._me, room_chat_id=chat_id)
        self._expected = replace(self._expected, room_chat_id=chat_id)

    def health(self) -> dict[str, Any]:
        """`connected`, `problem` (a sentence, empty when all is well) and `last_update_at`."""
        return {
            "connected": self._line.connected,
            "problem": self._line.problem,
            "last_update_at": self.last_update_at,
        }

    async def inspect(self) -> list[Problem]:
        """What is wrong with the set-up, as far as Telegram tells. It can be asked without a start; stop closes."""
        return await inspection.inspect(self._api, self._expected)

    async def may_post(self, place: ChatRef) -> bool:
        """Whether Telegram says that stories may be posted for the account behind a place."""
        return await self._own_stories.may_post(place)

    def _where(self, chat_id: str) -> Where:
        if chat_id == self._me.room_chat_id:
            return "room"
        return "elsewhere" if chat_id.startswith(("-", "@")) else "private"

    async def _connect(self) -> None:
        """Learns the bot's own name and makes the line free for what was chosen."""
        me = await self._api.call("getMe")
        self._me = replace(self._me, username=str(me.get("username", "")))
        self._sending.username = self._me.username
        if not self._expected.webhook_url:
            await self._api.call("deleteWebhook")
        try:
            await set_menus(self._api, self._menus, self._me.room_chat_id)
        except DeliveryError as error:
            log.warning("The lists of commands could not be set", error=str(error))

    async def _set_webhook(self) -> None:
        """Sets the webhook where Telegram does not have it: at the first look with our secret, later if it is gone."""
        if self._line.connected:
            known = await self._api.call("getWebhookInfo")
            if known.get("url") == self._expected.webhook_url:
                return
        await self._api.call(
            "setWebhook",
            url=self._expected.webhook_url,
            secret_token=self._secret,
            max_connections=1,
            allowed_updates=list(codec.WANTED),
        )

    async def _hand_over(self, bodies: Sequence[Any]) -> None:
        """Has updates stored; whatever the core raises goes to the caller, who tells Telegram nothing then."""
        batch = [self.envelope(body) for body in bodies]
        with self._presses.acknowledged(batch):
            async with self._storing:
                await self._store(batch)
        self.last_update_at = self._now()
        for update in batch:
            self._notice(update)
        await self._introductions.make(batch, self._me.room_chat_id)

    async def _store(self, batch: Sequence[RawUpdate]) -> None:
        """Has a batch stored. An update that alone can't be stored again and again is sealed, and holds up nobody."""
        if self._accept is None:
            raise DeliveryError(Reason.unreachable, "the bot is stopping")
        try:
            await self._accept(batch)
        except Exception as error:
            name = batch[0].update_id
            self._failing = (name, self._failing[1] + 1 if self._failing[0] == name else 1)
            if len(batch) > 1 or self._failing[1] < TRIES:
                raise
            log.error("An update can't be stored and is kept sealed", update_id=name, error=type(error).__name__)
            await self._accept([codec.sealed(batch[0])])
        self._failing = ("", 0)

    def _notice(self, update: RawUpdate) -> None:
        """What the adapter itself learns from an update of the owners' room: its topics, and its new id."""
        message = update.body.get("message")
        if update.chat is None or update.chat.chat_id != self._me.room_chat_id or not isinstance(message, dict):
            return
        if update.moved_to:
            self.room_is(update.moved_to)
        elif isinstance(chat := message.get("chat"), dict) and "group" in str(chat.get("type")):
            self._topics.learned(update.chat.chat_id, bool(chat.get("is_forum")))
