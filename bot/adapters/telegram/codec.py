"""Telegram's updates as neutral messages. Pure; a body is never changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.adapters.telegram.attachments import attachments
from bot.adapters.telegram.entities import from_entities
from bot.messages import ChatRef, InboundKind, InboundMessage, MessageRef, RawUpdate, Sender, Text

PLATFORM = "telegram"
WANTED = (
    *("message", "edited_message", "callback_query"),
    *("message_reaction", "message_reaction_count", "my_chat_member", "business_connection"),
)
"""The kinds of updates that are asked for. Reactions come only to who names them. What is written to the account of an
owner who has connected it (`business_message` and its like) is between them and whoever wrote: it is not asked for."""
COMMAND = re.compile(r"/([A-Za-z][A-Za-z0-9_]*)(?:@([A-Za-z0-9_]+))?(?:\s+|$)")
PRESENT = ("member", "administrator", "creator", "restricted")
"""What somebody's standing in a chat is called while they are in it."""
NOBODY = Sender("", "")
"""Who brings a channel's posts into the group that belongs to it."""
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError)
"""What reading a malformed update may raise."""

Body = dict[str, Any]


@dataclass(frozen=True)
class Identity:
    """Who is addressed: the bot's id, its username without @ (empty until known), and the owners' room."""

    bot: str
    username: str = ""
    room_chat_id: str = ""


def envelope(body: object, bot: str) -> RawUpdate:
    """An update with what is needed to store it; never raises. `chat` is None where none can be read."""
    update: Body = body if isinstance(body, dict) else {"malformed": body}
    try:
        chat, sender_id, private = _whereabouts(update, bot)
        more = _more(update, bot)
    except UNREADABLE:
        chat, sender_id, private, more = None, "", True, {}
    number = update_number(update)
    name = _fingerprint(update) if number is None else str(number)
    return RawUpdate(PLATFORM, bot, name, chat, sender_id, update, private, **more)


def _more(update: Body, bot: str) -> dict[str, Any]:
    """What else the core wants to know of an update before anybody decodes it."""
    message: Body = update.get("message") or {}
    return {
        "reply_to": _answers(update, bot),
        "moved_to": _moved(message).get("migrated_to", ""),
        "message_id": str(int(message["message_id"])) if message else "",
        "media": tuple(replace(media, origin=f"{PLATFORM}:{bot}") for media in attachments(message)),
        "album": _word(message.get("media_group_id", "")),
    }


def sealed(update: RawUpdate) -> RawUpdate:
    """The same update as a string of plain letters, which any database takes; it is kept, though not readable."""
    body = {"update_id": update.body.get("update_id"), "unstorable": json.dumps(update.body)}
    return RawUpdate(PLATFORM, update.bot, update.update_id, None, "", body)


def update_number(body: object) -> int | None:
    """The update's number; None for what has none."""
    number = body.get("update_id") if isinstance(body, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def decode(raw: Body, me: Identity) -> InboundMessage:
    """The neutral message in an update. Raises ValueError for what it can't read.

    An update that nobody needs is quiet: somebody `left` without addressing the bot, of which nothing follows.
    A group that became a supergroup bears the other id as `fields["migrated_to"]` or `fields["migrated_from"]`.
    """
    try:
        for kind, read in _READERS.items():
            if kind in raw:
                return read(raw, raw[kind], me)
        return _quiet(raw, me)
    except UNREADABLE as error:
        raise ValueError(f"an unreadable Telegram update: {error!r}") from error


def _written(raw: Body, message: Body, me: Identity, *, edited: bool = False) -> InboundMessage:
    media = tuple(replace(item, origin=f"{PLATFORM}:{me.bot}") for item in attachments(message))
    text = _without_our_name(_text(message), message, me)
    if not text and not media:
        return _service(raw, message, me)
    command = None if edited else COMMAND.match(text.plain)
    if message.get("is_automatic_forward"):
        return _message(raw, message, NOBODY, me, kind="text", text=text, addressed=False, fields=_commented(message))
    found = {
        "kind": "edit" if edited else "command" if command else "text",
        "text": text.cut(command.end(), len(text.plain)) if command else text,
        "action": command[1].lower() if command else "",
        "media": media,
        "reply_to": _reply_to(message, me.bot),
        "album": _word(message.get("media_group_id", "")),
        "addressed": _addressed(message, me, command),
        "fields": {} if command else _commented(message),
    }
    return _message(raw, message, _sender(message), me, **found)


def _commented(message: Body) -> dict[str, str]:
    """What a message has to do with a post of a channel, in the group that belongs to it: `copy_of`, the post as it was
    brought there; `comment_on`, the message there in whose thread it stands, and `post`, what that is a copy of, where
    it is known; `aside`, that it answers another comment."""
    if message.get("is_automatic_forward"):
        return {"copy_of": _origin(message)}
    quoted: Body = message.get("reply_to_message") or {}
    if message["chat"]["type"] != "supergroup" or message.get("is_topic_message") or not quoted:
        return {}
    root = quoted if quoted.get("is_automatic_forward") else {}
    thread = root.get("message_id") or message.get("message_thread_id")
    found = {"comment_on": str(int(thread))} if thread else {}
    return found | ({"post": _origin(root)} if root else {"aside": "yes"} if found else {})


def _origin(message: Body) -> str:
    """The channel's post of which a message is a copy, as `<chat>/<message>/<the chat's public name>`; empty where it
    isn't said."""
    origin: Body = message.get("forward_origin") or {}
    if origin.get("type") != "channel":
        return ""
    chat: Body = origin["chat"]
    return f"{int(chat['id'])}/{int(origin['message_id'])}/{_word(chat.get('username', ''))}"


def _edited(raw: Body, message: Body, me: Identity) -> InboundMessage:
    if not message.get("text") and not message.get("caption"):
        return _quiet(raw, me)  # such as a live location that moves
    return _written(raw, {**message, "date": message.get("edit_date", message["date"])}, me, edited=True)


def _service(raw: Body, message: Body, me: Identity) -> InboundMessage:
    """A message that Telegram wrote itself, of which only a move to a supergroup means something."""
    return _message(raw, message, _sender(message), me, kind="left", addressed=False, fields=_moved(message))


def _moved(message: Body) -> dict[str, str]:
    """Where a group went, or where it came from, when it became a supergroup."""
    names = (("migrated_to", "migrate_to_chat_id"), ("migrated_from", "migrate_from_chat_id"))
    return {name: str(int(message[key])) for name, key in names if key in message}


def _pressed(raw: Body, press: Body, me: Identity) -> InboundMessage:
    nowhere = {"message_id": 0, "date": 0, "chat": {"id": press["from"]["id"], "type": "private"}}
    message = press.get("message") or nowhere
    return _message(raw, message, _person(press["from"]), me, kind="button", action=_word(press.get("data", "")))


def _reacted(raw: Body, reaction: Body, me: Identity) -> InboundMessage:
    who = _person(reaction["user"]) if "user" in reaction else _group(reaction["actor_chat"])
    before, after = (_emoji(reaction.get(name, ())) for name in ("old_reaction", "new_reaction"))
    latest = [emoji for emoji in after if emoji not in before] or after or [""]
    return _message(raw, reaction, who, me, kind="reaction", action=latest[-1])


def _counted(raw: Body, told: Body, me: Identity) -> InboundMessage:
    """How many react to a post of a channel; nobody says who."""
    count = sum(int(reaction["total_count"]) for reaction in told["reactions"])
    username = _word(told["chat"].get("username", ""))
    fields = {"count": str(count)} | ({"chat_name": username} if username else {})
    return _message(raw, told, NOBODY, me, kind="reaction", fields=fields)


def _emoji(reactions: Iterable[Body]) -> list[str]:
    return [_word(reaction["emoji"]) for reaction in reactions if reaction.get("type") == "emoji"]


def _standing_changed(raw: Body, change: Body, me: Identity) -> InboundMessage:
    before, after = (change[name]["status"] in PRESENT for name in ("old_chat_member", "new_chat_member"))
    kind: InboundKind = "joined" if after else "left"
    message = {**change, "message_id": 0}
    return _message(raw, message, _person(change["from"]), me, kind=kind, addressed=before != after)


def _connected(raw: Body, connection: Body, me: Identity) -> InboundMessage:
    """Somebody lets the bot use their business account, changes what it may do there, or takes that back."""
    rights: Body = connection.get("rights") or {}
    posts = connection["is_enabled"] is True and rights.get("can_manage_stories") is True
    fields = {"connected": "yes" if connection["is_enabled"] is True else "", "posts": "yes" if posts else ""}
    chat = {"id": connection.get("user_chat_id", connection["user"]["id"]), "type": "private"}
    message = {"message_id": 0, "date": connection["date"], "chat": chat}
    return _message(
        raw, message, _person(connection["user"]), me, kind="account", action=_word(connection["id"]), fields=fields
    )


def _quiet(raw: Body, me: Identity) -> InboundMessage:
    chat, sender_id, _ = _whereabouts(raw, me.bot)
    if chat is None:
        raise ValueError("it does not say which chat it belongs to")
    return InboundMessage(
        PLATFORM,
        me.bot,
        str(raw["update_id"]),
        chat,
        Sender(sender_id, ""),
        "left",
        datetime.fromtimestamp(0, UTC),
        addressed=False,
    )


_READERS: dict[str, Callable[[Body, Body, Identity], InboundMessage]] = {
    "message": _written,
    "edited_message": _edited,
    "callback_query": _pressed,
    "message_reaction": _reacted,
    "message_reaction_count": _counted,
    "my_chat_member": _standing_changed,
    "business_connection": _connected,
}


def _message(raw: Body, message: Body, sender: Sender, me: Identity, **what: Any) -> InboundMessage:
    """What all kinds have in common."""
    number = int(message["message_id"])
    return InboundMessage(
        PLATFORM,
        me.bot,
        str(raw["update_id"]),
        _chat(message, me.bot),
        sender,
        received_at=datetime.fromtimestamp(int(message["date"]), UTC),
        message_id=str(number) if number else "",
        **what,
    )


def _chat(message: Body, bot: str) -> ChatRef:
    """The chat, and the topic in a group; a customer's private chat is one, whatever topics it may have."""
    chat = message["chat"]
    in_topic = message.get("is_topic_message") and chat["type"] != "private"
    return ChatRef(PLATFORM, bot, str(int(chat["id"])), str(int(message["message_thread_id"])) if in_topic else None)


def _answers(update: Body, bot: str) -> str:
    """The id of the message that an update is about: what is quoted, or what bears the pressed button."""
    if "callback_query" in update:
        return str(int(update["callback_query"].get("message", {}).get("message_id", 0)) or "")
    quoted = _reply_to(update.get("message") or update.get("edited_message") or {}, bot)
    return quoted.message_id if quoted else ""


def _reply_to(message: Body, bot: str) -> MessageRef | None:
    """What is quoted. In a topic everything replies to the topic's root, which is no quote."""
    quoted = message.get("reply_to_message")
    if not quoted or "forum_topic_created" in quoted:
        return None
    if message.get("is_topic_message") and quoted["message_id"] == message.get("message_thread_id"):
        return None
    return MessageRef(_chat(message, bot), str(int(quoted["message_id"])))


def _addressed(message: Body, me: Identity, command: re.Match[str] | None) -> bool:
    """Whether the bot is meant: always in private and in the owners' room, save by a command for another bot."""
    if command and command[2]:
        # Until our own name is known a command counts as ours: an owner's is worth more than another bot's.
        return not me.username or command[2].lower() == me.username.lower()
    chat = message["chat"]
    if chat["type"] == "private" or str(chat["id"]) == me.room_chat_id or command:
        return True
    answered = message.get("reply_to_message", {}).get("from", {}).get("id")
    words = str(message.get("text") or message.get("caption") or "").lower()
    named = bool(me.username) and re.search(rf"@{re.escape(me.username.lower())}\b", words) is not None
    return named or str(answered) == me.bot


def _text(message: Body) -> Text:
    if "text" in message:
        return from_entities(_word(message["text"]), message.get("entities", []))
    if "caption" in message:
        return from_entities(_word(message["caption"]), message.get("caption_entities", []))
    return Text(_word(message["dice"]["emoji"])) if "dice" in message else Text()


def _without_our_name(text: Text, message: Body, me: Identity) -> Text:
    """The words to us, without the name by which we are called in a group: it is no part of the question."""
    if not me.username or message["chat"]["type"] == "private":
        return text
    name = rf"@{re.escape(me.username)}\b"
    start = re.match(rf"\s*{name}[\s,:;!]*", text.plain, re.IGNORECASE)
    end = re.search(rf"[\s,]*{name}\s*$", text.plain, re.IGNORECASE)
    first, last = start.end() if start else 0, end.start() if end else len(text.plain)
    return text.cut(first, last) if first < last else text


def _sender(message: Body) -> Sender:
    """Who wrote; an anonymous admin or a linked channel writes under the chat's own name."""
    if "sender_chat" in message:
        return _group(message["sender_chat"])
    return _person(message["from"])


def _person(user: Body) -> Sender:
    name = " ".join(part for part in (_word(user["first_name"]), _word(user.get("last_name", ""))) if part)
    return Sender(
        str(int(user["id"])),
        name,
        _word(user.get("username", "")),
        _word(user.get("language_code", "")),
        bool(user.get("is_bot", False)),
    )


def _group(chat: Body) -> Sender:
    return Sender(str(int(chat["id"])), _word(chat.get("title", "")), _word(chat.get("username", "")))


def _whereabouts(update: Body, bot: str) -> tuple[ChatRef | None, str, bool]:
    """Chat, sender's id and whether the chat is private, of an update of any kind."""
    inner: Body = next((part for name, part in update.items() if name != "update_id" and isinstance(part, dict)), {})
    sender = inner.get("sender_chat") or inner.get("from") or inner.get("user") or inner.get("actor_chat") or {}
    sender_id = str(int(sender["id"])) if sender else ""
    placed = inner if "chat" in inner else inner.get("message") or {}
    if "chat" in placed:
        return _chat(placed, bot), sender_id, placed["chat"]["type"] == "private"
    return (ChatRef(PLATFORM, bot, sender_id) if sender_id else None), sender_id, True


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _fingerprint(update: Body) -> str:
    """A name for an update that has no number of its own; the same for the same update."""
    return "malformed:" + hashlib.sha256(json.dumps(update, sort_keys=True, default=str).encode()).hexdigest()[:16]
