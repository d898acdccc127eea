"""Makes one call: in the place of the question where a command is answered, else in its channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.adapter import Call, DeliveryError, ReadBlob, Reason
from bot.adapters.discord.api import Api, File
from bot.adapters.discord.front_desk import FrontDesk
from bot.adapters.discord.interactions import COMMAND, SUBMIT, Interactions, is_whispered
from bot.adapters.discord.places import Places
from bot.adapters.discord.reasons import Where, is_archived
from bot.adapters.discord.speech import EPHEMERAL, payload, posted
from bot.adapters.discord.threads import Threads, instant_ms
from bot.messages import ChatRef, MessageRef, Receipt
from bot.recent import Recent

TOKEN_LIVES = timedelta(minutes=15)
ANSWER_IS_NEW = timedelta(seconds=5)
"""So long another process may still be giving the first answer."""
NO_MESSAGE = "mark"
"""In the place of a message's id, where there is none: a post's own id is that of its first message."""
PATIENCE_S, TRIES = 10.0, 3
"""A thread of the room whose bucket is empty is waited for here: its limit is none of the other threads'."""
TEMPORARY = (Reason.limited, Reason.unreachable, Reason.uncertain, Reason.unauthorised)
MESSAGES, MESSAGE = "/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}"
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"

Said = dict[str, Any]
Wait = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Means:
    """What a call is made with."""

    api: Api
    places: Places
    front_desk: FrontDesk
    interactions: Interactions
    knows_threads: Callable[[], bool]
    now: Callable[[], datetime]
    wait: Wait


class Sending:
    """Sends, edits, deletes, reacts and marks. `deleted` holds the messages that were taken back here."""

    def __init__(self, given: Means) -> None:
        self.read_blob: ReadBlob | None = None
        self.deleted = Recent[str, bool]()
        self._given = given
        self._api = given.api
        self._places = given.places
        self.threads = Threads(given.api, given.places, self._payload, given.knows_threads, given.now)
        self._reactions = Recent[MessageRef, str]()

    async def make(self, call: Call) -> Receipt:
        """Makes the call. Raises DeliveryError."""
        for _ in range(TRIES - 1):
            try:
                return await self._make(call)
            except DeliveryError as error:
                if not self._is_the_threads_own(call, error):
                    raise
                await self._given.wait(error.retry_after_s or 0.0)
        return await self._make(call)

    def _is_the_threads_own(self, call: Call, error: DeliveryError) -> bool:
        in_thread = call.chat.chat_id == self._places.room_id and call.chat.thread_id is not None
        soon = error.retry_after_s is not None and error.retry_after_s <= PATIENCE_S
        return error.reason is Reason.limited and error.scope != "bot" and in_thread and soon

    async def _make(self, call: Call) -> Receipt:
        place = call.target.chat if call.target else call.chat
        try:
            return await self._op(call)
        except DeliveryError as error:
            if place.thread_id and is_archived(error):
                await self.threads.wake(place.thread_id)
                return await self._op(call)
            if error.reason is not Reason.thread_gone or call.chat.thread_id:
                raise
            if call.message.op != "send":
                raise DeliveryError(Reason.target_gone, error.description) from None
            if not self._lost_front_desk(call.chat):
                raise DeliveryError(Reason.rejected, error.description) from None
        return await self._op(call)

    def _lost_front_desk(self, chat: ChatRef) -> bool:
        """Whether what is gone is the general part of a forum, which is then made anew."""
        if chat.chat_id != self._places.room_id or not self._places.front_desk:
            return False
        self._places.forget(self._places.front_desk)
        return True

    async def _op(self, call: Call) -> Receipt:
        match call.message.op:
            case "mark":
                if call.chat.thread_id and call.message.mark:
                    await self.threads.mark(call.chat.thread_id, call.message.mark)
                return Receipt(NO_MESSAGE, call.chat.thread_id)
            case "edit":
                await self._edit(call)
            case "delete":
                await self._delete(call)
            case "react":
                await self._react(_target(call), call.message.reaction)
            case _:
                return await self._send(call)
        return Receipt(_target(call).message_id, call.chat.thread_id)

    async def _payload(self, call: Call) -> tuple[Said, list[File]]:
        if self.read_blob is None:
            raise DeliveryError(Reason.unreachable, "the bot is not started yet")
        return await payload(call, self.read_blob)

    def _where(self, chat: ChatRef) -> Where:
        if chat.chat_id.startswith("@"):
            return "private"
        if chat.chat_id != self._places.room_id:
            return "elsewhere"
        return "thread" if chat.thread_id or self._places.room_is_forum else "room"

    async def channel_of(self, chat: ChatRef) -> str:
        """The channel behind a chat; a forum's `Front desk` is made where it is missing. Raises DeliveryError."""
        return await self._places.channel_of(chat) or await self._given.front_desk.ensure()

    # Sending.

    async def _send(self, call: Call) -> Receipt:
        told, files = await self._payload(call)
        channel = await self.channel_of(call.chat)
        if call.answers and call.answers.get("t") == "INTERACTION_CREATE":
            answer = await self._in_place(call, call.answers["d"], channel, told, files)
            if answer:
                return Receipt(str(answer["id"]), call.chat.thread_id)
        quotes = call.quotes if call.quotes and await self.channel_of(call.quotes.chat) == channel else None
        message = posted(told, call.nonce, quotes, channel)
        where = self._where(call.chat)
        answer = await self._api.call("POST", MESSAGES, where=where, json=message, files=files, channel_id=channel)
        return Receipt(str(answer["id"]), call.chat.thread_id)

    async def _in_place(self, call: Call, asked: Said, channel: str, told: Said, files: list[File]) -> Said | None:
        """The answer to a command or press, as the first answer or behind it. None where an ordinary message does it
        as well; an answer for one person's eyes never becomes one."""
        if str(asked.get("channel_id")) != channel:
            return None
        whispered = is_whispered(asked, self._places.in_room)
        fills = call.first and asked.get("type") in (COMMAND, SUBMIT)
        if not (whispered or fills):
            return None
        await self._given.interactions.answered(str(asked["id"]))
        age = timedelta(seconds=self._given.now().timestamp() - instant_ms(str(asked["id"])) / 1000)
        try:
            if age < TOKEN_LIVES:
                return await self._by_token(asked, fills, whispered, told, files)
        except DeliveryError as error:
            if error.reason in TEMPORARY:
                raise
            if age < ANSWER_IS_NEW and not self._given.interactions.knows(str(asked["id"])):
                raise DeliveryError(Reason.unreachable, "the first answer is not given yet") from None
        if whispered:
            raise DeliveryError(Reason.rejected, "it is too late to answer where only they can read it")
        return None

    async def _by_token(self, asked: Said, fills: bool, whispered: bool, told: Said, files: list[File]) -> Said:
        method, path = ("PATCH", WEBHOOK + "/messages/@original") if fills else ("POST", WEBHOOK)
        flags = told["flags"] | (EPHEMERAL if whispered and not fills else 0)
        answer: Said = await self._api.call(
            method,
            path,
            json=told | {"flags": flags},
            files=files,
            webhook_id=str(asked["application_id"]),
            webhook_token=str(asked["token"]),
        )
        return answer

    # Changing.

    async def _edit(self, call: Call) -> None:
        """Words, buttons and (where it brings some) files; without words the buttons alone."""
        told, files = await self._payload(call)
        if not call.message.text and not call.message.media:
            del told["content"]
        await self._change("PATCH", _target(call), json=told, files=files)

    async def _delete(self, call: Call) -> None:
        """Takes a message back; one that is gone already is as good as that."""
        target = _target(call)
        self.deleted[target.message_id] = True
        try:
            await self._change("DELETE", target)
        except DeliveryError as error:
            if error.reason not in (Reason.target_gone, Reason.thread_gone):
                raise

    async def _react(self, target: MessageRef, emoji: str) -> None:
        """One reaction of ours, or none: what was there before is taken away."""
        if emoji:
            await self._change("PUT", target, "/reactions/{emoji}/@me", emoji=emoji)
        for old in await self._ours(target, emoji):
            await self._change("DELETE", target, "/reactions/{emoji}/@me", emoji=old)
        self._reactions[target] = emoji

    async def _ours(self, target: MessageRef, emoji: str) -> Iterable[str]:
        """Our reactions beside that one."""
        if target in self._reactions:
            before = self._reactions[target]
            return [before] if before and before != emoji else []
        message = await self._change("GET", target)
        found = [reaction["emoji"] for reaction in message.get("reactions") or () if reaction.get("me")]
        names = [f"{each['name']}:{each['id']}" if each.get("id") else str(each["name"]) for each in found]
        return [name for name in names if name != emoji]

    async def _change(self, method: str, target: MessageRef, more: str = "", **given: Any) -> Any:
        channel, where = await self.channel_of(target.chat), self._where(target.chat)
        path = MESSAGE + more
        return await self._api.call(
            method, path, where=where, channel_id=channel, message_id=target.message_id, **given
        )


def _target(call: Call) -> MessageRef:
    if call.target is None:
        raise DeliveryError(Reason.target_gone, "nothing is named that could be changed")
    return call.target
