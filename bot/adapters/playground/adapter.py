"""The playground as a platform: people write, the bot is told and answers, and the world shows it all.

Like a platform it hands its updates over at least once: what the core could not take stays here and is handed over
again with the next one, or at the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.adapter import Accept, Call, Capabilities, Core, DeliveryError, ReadBlob, Reason
from bot.adapters.playground.codec import BOT, PLATFORM, decode, envelope
from bot.adapters.playground.world import CHANNEL, ROOM, Person, Place, Shown, World
from bot.described import is_file, with_words
from bot.messages import ChatRef, InboundMessage, Media, MessageRef, OutboundMessage, RawUpdate, Receipt, Text
from bot.pacing import Budget
from bot.splitting import split_text, utf16_units

OWNER_ID = "hana"
MAX_UNITS = 4096
"""UTF-16 units in one message, as on Telegram."""


class PlaygroundAdapter:
    """Implements `bot.adapter.Adapter`. `now` is the playground's clock."""

    platform = PLATFORM
    bot = BOT
    capabilities = Capabilities(tells_deletes=True, tells_reactions=True, reacts=True, reuses_files=True)

    def __init__(
        self,
        now: Callable[[], datetime],
        owner_name: str = "Hana",
        bot_name: str = "Concierge",
        world: World | None = None,
    ) -> None:
        self.world = world or World()
        self.owner = Person(OWNER_ID, owner_name)
        self._now = now
        self._bot_name = bot_name
        self._accept: Accept | None = None
        self._read_blob: ReadBlob | None = None
        self._pending: list[RawUpdate] = []
        self._handing_over = asyncio.Lock()
        self._last_update = 0
        self._said_by_update: dict[str, tuple[Place, str]] = {}

    # The platform's side: what the core calls.

    async def start(self, core: Core) -> None:
        """Begins to hand over updates, first those that came while nobody listened."""
        self._accept, self._read_blob = core.accept, core.read_blob
        await self._hand_over()

    async def stop(self) -> None:
        """Keeps what is said from now on for the next start."""
        async with self._handing_over:
            self._accept = None

    def envelope(self, body: dict[str, Any]) -> RawUpdate:
        """A raw update with what is needed to store it."""
        return envelope(body)

    def private_chat(self, person_id: str) -> str:
        """A customer's own chat bears their id."""
        return person_id

    def decode(self, raw: dict[str, Any]) -> InboundMessage:
        """The neutral message in a stored raw update. Raises ValueError for what it can't read."""
        return decode(raw)

    def budgets(self, chat_id: str) -> Sequence[Budget]:
        """None: the playground is as fast as it can."""
        return ()

    def plan(self, message: OutboundMessage) -> list[OutboundMessage]:
        """Parts of at most 4096 UTF-16 units; files stay with the first, buttons with the last."""
        if message.op == "mark":
            return []
        told = tuple(media for media in message.media if not is_file(media))
        shown = tuple(media for media in message.media if is_file(media))
        message = replace(message, text=with_words(message.text, told), media=shown)
        texts = split_text(message.text, MAX_UNITS, utf16_units)
        if message.op not in ("send", "edit") or len(texts) == 1:
            return [message]
        first = replace(message, text=texts[0], buttons=())
        later = [
            replace(message, key=f"{message.key}/{number}", op="send", target=None, quotes=None, media=(), text=text)
            for number, text in enumerate(texts[1:], start=2)
        ]
        return [first, *(replace(part, buttons=()) for part in later[:-1]), later[-1]]

    async def send(self, call: Call) -> Receipt:
        """Makes one call in the world. An edit without text changes the buttons alone."""
        place = self._place(call.chat)
        if call.message.op == "send":
            return await self._show(place, call)
        target = self._target(call)
        if call.message.op == "edit":
            await self._edit(place, target, call.message)
        elif call.message.op == "delete":
            self.world.delete(place, target.message_id)
        else:
            reactions = (call.message.reaction,) if call.message.reaction else ()
            self.world.react(place, target.message_id, reactions)
        return Receipt(target.message_id, place.thread_id)

    async def open_thread(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        """A thread in the owners' room with its first message; a message that can't be sent opens nothing."""
        if chat.chat_id != ROOM:
            raise DeliveryError(Reason.rejected, f"chat {chat.chat_id} has no threads")
        media = await self._checked(first.message)
        thread = self.world.open_thread(title)
        return self._put(Place(ROOM, thread.thread_id), first, media)

    async def fetch(self, media: Media) -> bytes:
        """The bytes of an upload."""
        try:
            return self.world.uploaded(media.file_id).content
        except KeyError:
            raise DeliveryError(Reason.rejected, f"no file {media.file_id}") from None

    async def fetch_since(self, chat: ChatRef, last_message_id: str) -> Sequence[RawUpdate]:
        """Nothing: the playground keeps its own queue, as Telegram does."""
        return ()

    def explain(self, update_id: str, explanation: Mapping[str, Any]) -> None:
        """Attaches why an answer was given to the message of that update; an unknown update is passed over."""
        if update_id in self._said_by_update:
            place, message_id = self._said_by_update[update_id]
            self.world.explain(place, message_id, explanation)

    # The people's side: what the page, a script or a test does. Each returns the update's id.

    async def customer_says(
        self, customer_id: str, text: str, media: Sequence[Media] = (), reply_to: str | None = None
    ) -> str:
        """A customer writes in their own chat; `reply_to` is a message id there."""
        customer = self.world.customer(customer_id)
        return await self._says(customer, Place(customer.id), text, media, reply_to)

    async def owner_says(
        self, text: str, thread_id: str | None = None, media: Sequence[Media] = (), reply_to: str | None = None
    ) -> str:
        """The owner writes in a thread, or (without one) in the room's general part."""
        update_id = await self._says(self.owner, Place(ROOM, thread_id), text, media, reply_to)
        if thread_id and not text.startswith("//"):
            self.world.tend(thread_id)
        return update_id

    def owner_posts(self, text: str, media: Sequence[Media] = ()) -> None:
        """The owner writes to the story channel herself; bots aren't told of that."""
        self._write(self.owner, Place(CHANNEL), text, media, None)

    async def press(
        self, chat_id: str, message_id: str, data: str, thread_id: str | None = None, by: str | None = None
    ) -> str:
        """Somebody presses a button: whoever lives there, or `by`. Like a platform it doesn't check `data`."""
        place = Place(chat_id, thread_id)
        pressed = self.world.message(place, message_id)
        who = self._person(by or (OWNER_ID if chat_id in (ROOM, CHANNEL) else chat_id))
        if thread_id:
            self.world.tend(thread_id)
        return await self._tells(place, "button", who, message_id=pressed.message_id, data=data)

    async def customer_edits(self, customer_id: str, message_id: str, text: str) -> str:
        """A customer changes what they wrote."""
        customer = self.world.customer(customer_id)
        return await self._edits(customer, Place(customer.id), message_id, text)

    async def customer_deletes(self, customer_id: str, message_id: str) -> str:
        """A customer takes back what they wrote."""
        customer = self.world.customer(customer_id)
        return await self._deletes(customer, Place(customer.id), message_id)

    async def owner_edits(self, message_id: str, text: str, thread_id: str | None = None) -> str:
        """The owner changes what she wrote in the room."""
        return await self._edits(self.owner, Place(ROOM, thread_id), message_id, text)

    async def owner_deletes(self, message_id: str, thread_id: str | None = None) -> str:
        """The owner takes back what she wrote in the room."""
        return await self._deletes(self.owner, Place(ROOM, thread_id), message_id)

    async def reacts(self, chat_id: str, message_id: str, emoji: str, thread_id: str | None = None) -> str:
        """Whoever lives there reacts to a message, or with "" no longer does."""
        place = Place(chat_id, thread_id)
        self.world.react(place, message_id, (emoji,) if emoji else ())
        who = self._person(OWNER_ID if chat_id in (ROOM, CHANNEL) else chat_id)
        return await self._tells(place, "reaction", who, message_id=message_id, emoji=emoji)

    # Below: how it is done.

    def _person(self, person_id: str) -> Person:
        return self.owner if person_id == OWNER_ID else self.world.customer(person_id)

    def _write(self, who: Person, place: Place, text: str, media: Sequence[Media], reply_to: str | None) -> Shown:
        if reply_to is not None:
            self.world.message(place, reply_to)
        self.world.log(place)
        shown = Shown(
            self.world.next_id(), who.name, False, self._now(), text=Text(text), media=tuple(media), quotes=reply_to
        )
        return self.world.show(place, shown)

    async def _says(self, who: Person, place: Place, text: str, media: Sequence[Media], reply_to: str | None) -> str:
        shown = self._write(who, place, text, media, reply_to)
        return await self._tells(
            place, "message", who, message_id=shown.message_id, text=text, media=media, reply_to=reply_to
        )

    async def _edits(self, who: Person, place: Place, message_id: str, text: str) -> str:
        self._own(who, place, message_id)
        edited = self.world.edit(place, message_id, Text(text))
        return await self._tells(place, "edit", who, message_id=message_id, text=text, media=edited.media)

    async def _deletes(self, who: Person, place: Place, message_id: str) -> str:
        self._own(who, place, message_id)
        self.world.delete(place, message_id)
        return await self._tells(place, "delete", who, message_id=message_id)

    def _own(self, who: Person, place: Place, message_id: str) -> None:
        message = self.world.message(place, message_id)
        if message.from_bot or message.author != who.name or message.deleted:
            raise KeyError(message_id)

    async def _tells(self, place: Place, kind: str, who: Person, *, media: Sequence[Media] = (), **told: Any) -> str:
        """Queues an update for the core and hands over the queue."""
        self._last_update += 1
        body = {
            "update_id": self._last_update,
            "kind": kind,
            "at": self._now().isoformat(),
            "chat": {"id": place.chat_id, "thread": place.thread_id, "private": place.chat_id not in (ROOM, CHANNEL)},
            "sender": {"id": who.id, "name": who.name},
            "media": [
                {"kind": m.kind, "file_id": m.file_id, "name": m.name, "mime": m.mime, "size": m.size} for m in media
            ],
            **told,
        }
        update = envelope(body)
        self._said_by_update[update.update_id] = (place, told["message_id"])
        self._pending.append(update)
        await self._hand_over()
        return update.update_id

    async def _hand_over(self) -> None:
        async with self._handing_over:
            if self._accept is not None and self._pending:
                batch = tuple(self._pending)
                await self._accept(batch)
                del self._pending[: len(batch)]

    def _place(self, chat: ChatRef) -> Place:
        place = Place(chat.chat_id, chat.thread_id)
        if place not in self.world.places():
            reason = Reason.thread_gone if chat.thread_id else Reason.rejected
            raise DeliveryError(reason, f"no chat {chat.chat_id} {chat.thread_id or ''}".rstrip())
        if chat.chat_id in self.world.blocked:
            raise DeliveryError(Reason.blocked, f"{chat.chat_id} blocked the bot")
        return place

    def _target(self, call: Call) -> Shown:
        place = Place(call.chat.chat_id, call.chat.thread_id)
        found = self._known(place, call.target)
        if found is None:
            raise DeliveryError(Reason.target_gone, "the message to change isn't there")
        if call.message.op == "edit" and not found.from_bot:
            raise DeliveryError(Reason.rejected, "only the bot's own messages can be edited")
        return found

    def _known(self, place: Place, ref: MessageRef | None) -> Shown | None:
        found = {m.message_id: m for m in self.world.log(place)}.get(ref.message_id) if ref else None
        return None if found is None or found.deleted else found

    async def _edit(self, place: Place, target: Shown, message: OutboundMessage) -> None:
        if utf16_units(message.text.plain) > MAX_UNITS:
            raise DeliveryError(Reason.too_long, f"more than {MAX_UNITS} UTF-16 units")
        media = tuple([await self._uploaded(media) for media in message.media])
        self.world.edit(place, target.message_id, message.text or target.text, message.buttons, media)

    async def _show(self, place: Place, call: Call) -> Receipt:
        media = await self._checked(call.message)
        return self._put(self._place(call.chat), call, media)

    async def _checked(self, message: OutboundMessage) -> tuple[Media, ...]:
        """The message's media as uploads; raises DeliveryError for a message that no platform would take."""
        if utf16_units(message.text.plain) > MAX_UNITS:
            raise DeliveryError(Reason.too_long, f"more than {MAX_UNITS} UTF-16 units")
        if not message.text.plain.strip() and not message.media:
            raise DeliveryError(Reason.rejected, "the message is empty")
        return tuple([await self._uploaded(media) for media in message.media])

    async def _uploaded(self, media: Media) -> Media:
        if not media.sha256 or self.world.knows(media.file_id):
            await self.fetch(media)
            return media
        if self._read_blob is None:
            raise DeliveryError(Reason.unreachable, "the playground isn't started")
        content = await self._read_blob(media.sha256)
        return replace(media, file_id=self.world.upload(media.name, media.mime, content))

    def _put(self, place: Place, call: Call, media: tuple[Media, ...]) -> Receipt:
        message, quoted = call.message, self._known(place, call.quotes)
        shown = Shown(
            self.world.next_id(),
            self._bot_name,
            True,
            self._now(),
            kind=message.kind,
            text=message.text,
            buttons=message.buttons,
            media=media,
            quotes=quoted.message_id if quoted else None,
        )
        self.world.show(place, shown)
        return Receipt(shown.message_id, place.thread_id, tuple(m.file_id for m in media))
