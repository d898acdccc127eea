"""A customer's thread in the owners' group: a topic in a forum, a labelled message in a plain group."""

from __future__ import annotations

from dataclasses import replace

from bot.adapter import Call, DeliveryError, Reason
from bot.adapters.telegram.api import Api
from bot.adapters.telegram.icons import Icons
from bot.adapters.telegram.plan import CAPTION_UNITS, TEXT_UNITS
from bot.adapters.telegram.reasons import is_no_forum
from bot.adapters.telegram.sending import Sending
from bot.messages import ChatRef, Desk, Mark, Receipt, Text, styled
from bot.splitting import split_text, utf16_units

TITLE_UNITS = 128
"""https://core.telegram.org/bots/api#createforumtopic"""
LABEL_UNITS = 64
NAMELESS = "Customer"


class Topics:
    """Opens threads. A topic whose first message failed is used by the next try, so that none is left over."""

    def __init__(self, api: Api, sending: Sending) -> None:
        self._api = api
        self._sending = sending
        self._empty: dict[object, str] = {}
        self._plain: set[str] = set()
        self._icons = Icons(api)

    def in_forum(self, chat_id: str) -> bool:
        """Whether a group has topics, as far as is known."""
        return chat_id not in self._plain

    async def mark(self, topic: ChatRef, mark: Mark) -> Receipt:
        """Shows by the topic's icon how a desk stands. Raises DeliveryError for what may pass by itself."""
        await self._icons.show(topic, mark)
        return Receipt("", topic.thread_id)

    def learned(self, chat_id: str, is_forum: bool) -> None:
        """Notes what Telegram says of a group: whether it has topics may change at any time."""
        if is_forum:
            self._plain.discard(chat_id)
        else:
            self._plain.add(chat_id)

    async def open(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        """The thread with its first message in it; in a plain group the message itself. Raises DeliveryError."""
        if chat.chat_id not in self._plain:
            try:
                return await self._open_topic(chat, title, first)
            except DeliveryError as error:
                if not is_no_forum(error):
                    raise
            self._plain.add(chat.chat_id)
        return await self._labelled(chat, title, first)

    async def _open_topic(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        whose = _whose(chat, first)
        thread = self._empty.get(whose) or await self._create(chat, title)
        self._empty[whose] = thread
        try:
            topic = replace(chat, thread_id=thread)
            receipt = await self._sending.make(replace(first, chat=topic))
        except DeliveryError as error:
            if error.reason is Reason.thread_gone:
                del self._empty[whose]
            raise
        del self._empty[whose]
        return receipt

    async def _create(self, chat: ChatRef, title: str) -> str:
        name = _cut(title, TITLE_UNITS)
        topic = await self._icons.created(int(chat.chat_id), name)
        try:
            return str(int(topic["message_thread_id"]))
        except (KeyError, TypeError, ValueError):
            raise DeliveryError(Reason.uncertain, "Telegram names no topic") from None

    async def _labelled(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        """The message under the customer's name; the name goes before it where both don't fit into one."""
        label = styled("bold", _cut(title, LABEL_UNITS) + ":")
        text = label + "\n" + first.message.text
        limit = CAPTION_UNITS if first.message.media else TEXT_UNITS
        if utf16_units(text.plain) <= limit and (first.message.text or not first.message.media):
            return await self._sending.make(_saying(first, chat, text))
        name = _saying(first, chat, label)
        await self._sending.make(replace(name, message=replace(name.message, media=(), buttons=())))
        return await self._sending.make(replace(first, chat=chat))


def _saying(call: Call, chat: ChatRef, text: Text) -> Call:
    return replace(call, chat=chat, message=replace(call.message, text=text))


def _whose(chat: ChatRef, first: Call) -> object:
    to = first.message.to
    return (chat.chat_id, to.conversation_id) if isinstance(to, Desk) else (chat.chat_id, first.message.key)


def _cut(title: str, units: int) -> str:
    """A name of one line that fits."""
    line = " ".join(title.split()) or NAMELESS
    return split_text(Text(line), units, utf16_units)[0].plain
