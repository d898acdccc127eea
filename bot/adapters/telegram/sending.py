"""Makes one call, in Telegram's own way of saying things; refusals that can be mended are mended at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from telegram import InputMediaAnimation, InputMediaAudio, InputMediaDocument, InputMediaPhoto, InputMediaVideo

from bot.adapter import Call, DeliveryError, Reason
from bot.adapters.telegram import reasons
from bot.adapters.telegram.api import Api, chat_number
from bot.adapters.telegram.attachments import VEILED
from bot.adapters.telegram.entities import to_entities
from bot.adapters.telegram.files import Files, as_documents, file_id_in, is_too_large, method_of
from bot.adapters.telegram.plan import is_round
from bot.adapters.telegram.reasons import Where
from bot.messages import Button, ChatRef, Media, MessageRef, OutboundMessage, Receipt, Text
from bot.recent import Recent

GENERAL = "1"
"""The topic in which a message lands whose own topic is gone."""
IN_ALBUMS = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "audio": InputMediaAudio,
    "document": InputMediaDocument,
    "animation": InputMediaAnimation,
}
BARE = ("sticker", "location", "contact")
"""What takes no words."""
ROW_LETTERS, ROW_BUTTONS = 30, 3
"""Short buttons share a row, in which all are equally wide."""
CROWD = timedelta(seconds=1)

Said = dict[str, Any]


class Sending:
    """Sends, edits, deletes and reacts. `where` says what kind of chat an id is."""

    def __init__(self, api: Api, files: Files, where: Callable[[str], Where], now: Callable[[], datetime]) -> None:
        self._api = api
        self._files = files
        self._where = where
        self._now = now
        self._refused: tuple[str, datetime] | None = None
        self._mended = Recent[OutboundMessage, OutboundMessage]()
        self._captioned = Recent[MessageRef, bool]()
        self.username = ""
        """The bot's own name, once it is known."""

    async def make(self, call: Call) -> Receipt:
        """Makes the call. Raises DeliveryError, with the scope "bot" where a 429 is not the chat's own.

        What was mended before a 429 is made that way the next time: mending costs a call, and so the next 429.
        """
        try:
            receipt = await self._make(replace(call, message=self._as_mended(call.message)))
            sent = self._as_mended(call.message)
            as_asked = [item.kind for item in sent.media] == [item.kind for item in call.message.media]
            return receipt if as_asked else replace(receipt, media_ids=())
        except DeliveryError as error:
            if error.reason is Reason.limited:
                error.scope = self._scope(call.chat.chat_id)
            raise
        except ValueError as error:
            raise DeliveryError(Reason.rejected, f"it can't be said to Telegram: {error}") from None

    def _markup(self, call: Call) -> Said:
        """The keyboard; where others read along, a private button is a link into the person's own chat."""
        links = self.username if self._where(call.chat.chat_id) != "private" else ""
        return _keyboard(call.message.buttons, links)

    def _scope(self, chat_id: str) -> str:
        """Telegram doesn't say whose limit it was. A group has one of its own; of two private chats that are refused
        within a second, the bot's is the cause."""
        if self._where(chat_id) != "private":
            return "chat"
        before, self._refused = self._refused, (chat_id, self._now())
        crowd = before is not None and before[0] != chat_id and self._now() - before[1] <= CROWD
        return "bot" if crowd else "chat"

    async def _make(self, call: Call) -> Receipt:
        try:
            return await self._op(call)
        except DeliveryError as error:
            topic = call.target.chat if call.target else call.chat
            if not (topic.thread_id and reasons.is_closed_topic(error)):
                raise
        await self._reopen(topic)
        return await self._op(call)

    async def _op(self, call: Call) -> Receipt:
        match call.message.op:
            case "edit":
                return await self._edit(call)
            case "delete":
                await self._change("deleteMessage", _target(call))
            case "react":
                emoji = [{"type": "emoji", "emoji": call.message.reaction}] if call.message.reaction else []
                await self._change("setMessageReaction", _target(call), reaction=emoji)
            case _:
                return await self._send_formatted(call)
        return Receipt(_target(call).message_id, call.chat.thread_id)

    async def _reopen(self, topic: ChatRef) -> None:
        """Opens a closed topic again; one that can't be opened counts as gone."""
        try:
            thread = int(topic.thread_id or 0)
            await self._call("reopenForumTopic", topic.chat_id, message_thread_id=thread)
        except DeliveryError as error:
            if reasons.is_unchanged(error):
                return  # somebody else was faster
            if error.reason in (Reason.rejected, Reason.unauthorised):
                raise DeliveryError(Reason.thread_gone, error.description) from None
            raise

    async def _send_formatted(self, call: Call) -> Receipt:
        """Sends with formatting, or the bare words where that is refused."""
        try:
            return await self._send_files(call)
        except DeliveryError as error:
            if not (call.message.text.spans and reasons.refuses_formatting(error)):
                raise
        return await self._send_files(self._mend(call, text=Text(call.message.text.plain)))

    async def _send_files(self, call: Call) -> Receipt:
        """Sends by known file ids, or the files themselves where those are refused; a picture that Telegram can't
        show as one goes as a document."""
        if any(map(is_too_large, call.message.media)):
            call = self._mend(call, media=as_documents(call.message.media))
        media = call.message.media
        try:
            return await self._send_once(call)
        except DeliveryError as error:
            if any(item.sha256 for item in media) and reasons.refuses_file(error):
                anew = tuple(replace(item, file_id="") if item.sha256 else item for item in media)
            elif any(item.kind == "photo" and item.sha256 for item in media) and reasons.refuses_picture(error):
                anew = as_documents(media)
            else:
                raise
        for item in media:
            self._files.forget(item)
        return await self._send_once(self._mend(call, media=anew))

    def _as_mended(self, message: OutboundMessage) -> OutboundMessage:
        while message in self._mended:
            message = self._mended[message]
        return message

    def _mend(self, call: Call, **changes: Any) -> Call:
        mended = replace(call.message, **changes)
        self._mended[call.message] = mended
        return replace(call, message=mended)

    async def _send_once(self, call: Call) -> Receipt:
        media, place = call.message.media, _place(call)
        if len(media) > 1:
            album = await self._album(call)
            return self._receipt(call, await self._call("sendMediaGroup", call.chat.chat_id, **place, media=album))
        place |= self._markup(call)
        if not media:
            words = _words("text", call.message.text)
            return self._receipt(call, await self._call("sendMessage", call.chat.chat_id, **place, **words))
        method, given = await self._one(media[0], call.message.text)
        return self._receipt(call, await self._call(method, call.chat.chat_id, **place, **given))

    async def _one(self, media: Media, text: Text) -> tuple[str, Said]:
        """The method and the parameters of a single attachment with its caption."""
        if media.kind == "location" and media.url.startswith("geo:"):
            latitude, longitude = media.url.removeprefix("geo:").split(",")[:2]
            return "sendLocation", {"latitude": float(latitude), "longitude": float(longitude)}
        if media.kind == "contact":
            return "sendContact", {"phone_number": media.url.removeprefix("tel:"), "first_name": media.name or "?"}
        method, parameter = method_of(media)
        caption = {} if media.kind in BARE else _words("caption", text)
        return method, {parameter: await self._files.reference(media), **caption, **_veil(media)}

    async def _album(self, call: Call) -> list[Any]:
        """The parts of an album; the caption stands under the one that bore it where it came from, else the first."""
        parts, captioned = [], _captioned(call.message)
        for number, item in enumerate(call.message.media):
            if item.kind not in IN_ALBUMS:
                raise DeliveryError(Reason.rejected, f"a {item.kind} can't stand there")
            file = await self._files.reference(item, attached=True)
            caption = _words("caption", call.message.text) if number == captioned else {}
            parts.append(IN_ALBUMS[item.kind](media=file, api_kwargs=caption | _veil(item)))
        return parts

    async def _edit(self, call: Call) -> Receipt:
        try:
            return await self._edit_formatted(call)
        except DeliveryError as error:
            if not reasons.is_unchanged(error):
                raise
            return Receipt(_target(call).message_id, call.chat.thread_id)

    async def _edit_formatted(self, call: Call) -> Receipt:
        try:
            return await self._edit_once(call)
        except DeliveryError as error:
            if not (call.message.text.spans and reasons.refuses_formatting(error)):
                raise
        return await self._edit_once(self._mend(call, text=Text(call.message.text.plain)))

    async def _edit_once(self, call: Call) -> Receipt:
        """Edits picture, words or (without either) the buttons alone; the words of a picture are its caption."""
        message, target, markup = call.message, _target(call), self._markup(call)
        if message.media:
            album = await self._album(replace(call, message=replace(message, media=message.media[:1])))
            return self._receipt(call, await self._change("editMessageMedia", target, media=album[0], **markup))
        if not message.text:
            return self._receipt(call, await self._change("editMessageReplyMarkup", target, **markup))
        try:
            if target not in self._captioned:
                words = _words("text", message.text)
                return self._receipt(call, await self._change("editMessageText", target, **words, **markup))
        except DeliveryError as error:
            if not reasons.wants_caption(error):
                raise
            self._captioned[target] = True
        words = _words("caption", message.text)
        return self._receipt(call, await self._change("editMessageCaption", target, **words, **markup))

    async def _change(self, method: str, target: MessageRef, **given: Any) -> Any:
        """A call about a message that is there already. A right that is missing for it is not waited for."""
        try:
            return await self._call(method, target.chat.chat_id, message_id=int(target.message_id), **given)
        except DeliveryError as error:
            if error.reason is Reason.unauthorised and not _is_token(error):
                raise DeliveryError(Reason.rejected, error.description) from None
            raise

    async def _call(self, method: str, chat_id: str, **given: Any) -> Any:
        return await self._api.call(method, self._where(chat_id), chat_id=chat_number(chat_id), **given)

    def _receipt(self, call: Call, answer: Any) -> Receipt:
        """What Telegram says of the message, of an album's part that bears the words; file ids are kept."""
        messages = answer if isinstance(answer, list) else [answer]
        ids = tuple(file_id_in(message) for message in messages)
        for media, file_id in zip(call.message.media, ids, strict=False):
            self._files.remember(media, file_id)
        bears_words = _captioned(call.message) if len(messages) == len(call.message.media) else 0
        told = messages[bears_words] if messages else {}
        first = told if isinstance(told, dict) else {}
        number = first.get("message_id") or (call.target.message_id if call.target else None)
        if number is None:
            raise DeliveryError(Reason.uncertain, "Telegram names no message")
        numbers = tuple(str(message.get("message_id")) for message in messages) if len(messages) > 1 else ()
        return Receipt(str(number), _thread(call, first), tuple(file_id for file_id in ids if file_id), numbers)


def _veil(media: Media) -> Said:
    return {"has_spoiler": True} if media.spoiler and media.kind in VEILED and not is_round(media) else {}


def _captioned(message: OutboundMessage) -> int:
    """Which part of an album bears the words: the one that bore them where it came from, else the first."""
    brought = [item.inbox_id for item in message.media]
    return brought.index(message.copy_of) if message.copy_of in brought[1:] else 0


def _thread(call: Call, message: Said) -> str | None:
    """Where it really went: a message for a topic that is gone may lie in the general part."""
    if message.get("is_topic_message") and message.get("message_thread_id"):
        return str(message["message_thread_id"])
    return GENERAL if call.chat.thread_id and call.message.op == "send" else call.chat.thread_id


def _place(call: Call) -> Said:
    place: Said = {"message_thread_id": int(call.chat.thread_id)} if call.chat.thread_id else {}
    if call.quotes and call.quotes.chat.chat_id == call.chat.chat_id:
        quoted = {"message_id": int(call.quotes.message_id), "allow_sending_without_reply": True}
        place["reply_parameters"] = quoted
    return place


def _words(name: str, text: Text) -> Said:
    """A text or caption with its formatting; nothing for an empty caption."""
    if not text and name == "caption":
        return {}
    entities = to_entities(text)
    return {name: text.plain} | ({"entities" if name == "text" else "caption_entities": entities} if entities else {})


def _keyboard(buttons: tuple[Button, ...], username: str) -> Said:
    rows: list[list[Button]] = []
    for button in buttons:
        row = [*rows[-1], button] if rows else []
        if 1 < len(row) <= ROW_BUTTONS and len(row) * max(len(b.label) for b in row) <= ROW_LETTERS:
            rows[-1] = row
        else:
            rows.append([button])
    keyboard = [[{"text": button.label} | _pressed(button, username) for button in row] for row in rows]
    return {"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {}


def _pressed(button: Button, username: str) -> Said:
    if button.private and username:
        return {"url": f"https://t.me/{username}?start={button.data.replace(':', '-')}"}
    return {"callback_data": button.data}


def _target(call: Call) -> MessageRef:
    if call.target is None:
        raise DeliveryError(Reason.target_gone, "nothing is named that could be changed")
    return call.target


def _is_token(error: DeliveryError) -> bool:
    words = error.description.lower()
    return words in ("unauthorized", "not found") or "bot token" in words
