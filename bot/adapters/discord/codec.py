"""Discord's gateway events as neutral messages. Pure; a body is never changed.

A body is `{"t": <event>, "d": <its payload>}` with what only the adapter knows beside them: `parent_id` (of which
channel the event's channel is a thread, or None), `general` (it is the Front desk of the owners' forum), `person_id`
(whose private chat it is, where the payload names nobody), `command` (which command an entry in a message's menu is),
`serial` (numbers the events of this connection) and `at` (an ISO instant; when an event came that bears no time of its
own). All but `t` and `d` may be missing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.adapters.discord.asking import COMMAND, COMMAND_NAMES, PRESS, SUBMIT, asked
from bot.adapters.discord.attachments import NOTHING_ELSE, attachments, emoji, word
from bot.adapters.discord.reading import from_discord
from bot.messages import ChatRef, InboundMessage, Media, MessageRef, RawUpdate, Sender, Span, Text

PLATFORM = "discord"
PEOPLES = (0, 19, 20, 23)
"""The types of messages that people write; the others Discord writes itself."""
THREADS = (10, 11, 12)
"""The types of channels that are threads of another."""
GROUP = 2
"""The context of an interaction among people in private, to which the bot does not belong."""
FORWARD = 1
"""The type of a reference to a message that is passed on, not answered."""
EPOCH_MS = 1_420_070_400_000
"""Ids count milliseconds from the beginning of 2015, in their upper bits."""
TYPED = re.compile(r"/([a-z][a-z0-9_-]*)(?:\s+(.*))?", re.DOTALL)
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError)
"""What reading a malformed event may raise."""

Body = dict[str, Any]


@dataclass(frozen=True)
class Identity:
    """Who is addressed: the bot's user id, the owners' room, the channels for stories."""

    bot: str
    room_chat_id: str = ""
    story_chat_ids: tuple[str, ...] = ()


def wanted(body: Body, me: Identity) -> bool:
    """Whether an event is for the core: what people do, not what bots, webhooks or Discord itself do. Never raises."""
    try:
        event, said = body["t"], body["d"]
        if event == "MESSAGE_UPDATE" and not said.get("edited_timestamp"):
            return False  # such as a link that got its preview
        if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            author = said["author"]
            other = author.get("bot") or author.get("system") or said.get("webhook_id") or author["id"] == me.bot
            return not other and bool(said.get("type", 0) in PEOPLES)
        if event in ("MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"):
            is_bot = (said.get("member") or {}).get("user", {}).get("bot")
            return not is_bot and str(said["user_id"]) != me.bot
        if event == "INTERACTION_CREATE":
            return bool(said["type"] in (COMMAND, PRESS, SUBMIT))
        return bool(event == "MESSAGE_DELETE")
    except UNREADABLE:
        return False


def envelope(body: object, me: Identity) -> RawUpdate:
    """An event with what is needed to store it; never raises. `chat` is None where none can be read."""
    update: Body = body if isinstance(body, dict) else {"malformed": body}
    try:
        name, chat, sender_id = _name(update), _chat(update, me), _sender(update).id
        private, more = _private(update["d"]), _more(update, me)
    except UNREADABLE:
        name, chat, sender_id, private, more = _fingerprint(update), None, "", True, {}
    return RawUpdate(PLATFORM, me.bot, name, chat, sender_id, update, private, **more)


def sealed(update: RawUpdate) -> RawUpdate:
    """The same update as a string of plain letters, which any database takes; it is kept, though not readable."""
    return RawUpdate(PLATFORM, update.bot, update.update_id, None, "", {"unstorable": json.dumps(update.body)})


def decode(raw: Body, me: Identity) -> InboundMessage:
    """The neutral message in an event. Raises ValueError for what it can't read.

    An event that nobody needs is quiet: somebody `left` without addressing the bot, of which nothing follows. A
    reaction that was taken back bears its emoji as `fields["removed"]`.
    """
    try:
        reader = _READERS.get(word(raw["t"]), _quiet)
        return reader(raw, raw["d"], me)
    except UNREADABLE as error:
        raise ValueError(f"an unreadable Discord event: {error!r}") from error


def _written(raw: Body, message: Body, me: Identity, *, edited: bool = False) -> InboundMessage:
    text, media = _text(message, me), _media(message, me)
    command = None if edited or not _in_private(raw, me) else TYPED.fullmatch(text.plain)
    if command and command[1] in COMMAND_NAMES:
        return _message(
            raw,
            me,
            kind="command",
            action=command[1],
            text=text.cut(command.start(2), command.end(2)),
            media=media,
            message_id=str(int(message["id"])),
            reply_to=_reply_to(raw, message, me),
        )
    if not text and not media and not edited:
        media = (NOTHING_ELSE,)
    return _message(
        raw,
        me,
        kind="edit" if edited else "text",
        text=text,
        media=media,
        message_id=str(int(message["id"])),
        reply_to=_reply_to(raw, message, me),
        addressed=_addressed(raw, message, me),
    )


def _edited(raw: Body, message: Body, me: Identity) -> InboundMessage:
    if not message.get("edited_timestamp"):
        return _quiet(raw, message, me)
    return _written(raw, message, me, edited=True)


def _deleted(raw: Body, message: Body, me: Identity) -> InboundMessage:
    return _message(raw, me, kind="delete", message_id=str(int(message["id"])))


def _reacted(raw: Body, reaction: Body, me: Identity) -> InboundMessage:
    shown, added = emoji(reaction["emoji"]), raw["t"] == "MESSAGE_REACTION_ADD"
    return _message(
        raw,
        me,
        kind="reaction",
        action=shown if added else "",
        fields={} if added else {"removed": shown},
        message_id=str(int(reaction["message_id"])),
    )


def _interacted(raw: Body, interaction: Body, me: Identity) -> InboundMessage:
    what = asked(interaction, raw.get("command"))
    about = MessageRef(_chat(raw, me), what.about) if what.about else None
    return _message(
        raw,
        me,
        kind=what.kind,
        action=what.action,
        fields=what.fields,
        text=from_discord(what.words),
        media=_ours(what.media, me),
        message_id=what.about if what.kind == "button" else "",
        reply_to=about if what.kind == "command" else None,
    )


def _quiet(raw: Body, said: Body, me: Identity) -> InboundMessage:
    return _message(raw, me, kind="left", addressed=False)


_READERS: dict[str, Callable[[Body, Body, Identity], InboundMessage]] = {
    "MESSAGE_CREATE": _written,
    "MESSAGE_UPDATE": _edited,
    "MESSAGE_DELETE": _deleted,
    "MESSAGE_REACTION_ADD": _reacted,
    "MESSAGE_REACTION_REMOVE": _reacted,
    "INTERACTION_CREATE": _interacted,
}


def _message(raw: Body, me: Identity, **what: Any) -> InboundMessage:
    """What all kinds have in common."""
    return InboundMessage(PLATFORM, me.bot, _name(raw), _chat(raw, me), _sender(raw), received_at=_at(raw), **what)


def _name(raw: Body) -> str:
    """By what an event is known; the same for the same event, however often and by whatever way it comes."""
    said: Body = raw["d"]
    match word(raw["t"]):
        case "MESSAGE_CREATE":
            return f"m:{int(said['id'])}"
        case "MESSAGE_UPDATE":
            return f"e:{int(said['id'])}:{word(said.get('edited_timestamp') or '')}"
        case "MESSAGE_DELETE":
            return f"d:{int(said['id'])}"
        case "INTERACTION_CREATE":
            return f"i:{int(said['id'])}"
        case "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE":
            return f"r:{int(said['message_id'])}:{int(said['user_id'])}:{raw.get('serial', '')}"
    return _fingerprint(raw)


def _fingerprint(raw: Body) -> str:
    return "other:" + hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _private(said: Body) -> bool:
    return not said.get("guild_id") and said.get("context") != GROUP


def _in_private(raw: Body, me: Identity) -> bool:
    """Whether it is a person's own chat with the bot, or the owners' room."""
    return _private(raw["d"]) or (bool(me.room_chat_id) and _chat(raw, me).chat_id == me.room_chat_id)


def _chat(raw: Body, me: Identity) -> ChatRef:
    """A person's own chat bears the person's id; a thread, and a post of a forum, belongs to its channel."""
    said: Body = raw["d"]
    if _private(said):
        return ChatRef(PLATFORM, me.bot, f"@{int(raw.get('person_id') or _sender(raw).id)}")
    channel = str(int(said["channel_id"]))
    placed = said.get("channel") or {}
    parent = raw.get("parent_id") or (placed.get("parent_id") if placed.get("type") in THREADS else None)
    if parent is None:
        return ChatRef(PLATFORM, me.bot, channel)
    return ChatRef(PLATFORM, me.bot, str(int(parent)), None if raw.get("general") else channel)


def _sender(raw: Body) -> Sender:
    """Who did it; of a delete nobody says it, and it is the person whose private chat it is."""
    said: Body = raw["d"]
    member = said.get("member") or {}
    user = said.get("author") or member.get("user") or said.get("user")
    if not user:
        known = said.get("user_id") or raw.get("person_id")
        return Sender(str(int(known)) if known else "", "")
    name = word(member.get("nick") or user.get("global_name") or user["username"])
    language = word(said.get("locale") or "")
    return Sender(str(int(user["id"])), name, word(user["username"]), language, bool(user.get("bot")))


def _at(raw: Body) -> datetime:
    """When it happened; for what bears no time, when it came."""
    said: Body = raw["d"]
    written = said.get("edited_timestamp") if raw["t"] == "MESSAGE_UPDATE" else said.get("timestamp")
    if told := written or raw.get("at"):
        at = datetime.fromisoformat(told)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    number = int(said.get("id") or said.get("message_id") or 0)
    return datetime.fromtimestamp(((number >> 22) + EPOCH_MS) / 1000, UTC)


def _addressed(raw: Body, message: Body, me: Identity) -> bool:
    """Whether the bot is meant: always in private and in the owners' room, elsewhere by a mention or an answer."""
    if _in_private(raw, me):
        return True
    answered = ((message.get("referenced_message") or {}).get("author") or {}).get("id")
    return answered == me.bot or any(user["id"] == me.bot for user in message.get("mentions") or ())


def _text(message: Body, me: Identity) -> Text:
    """The words; the bot's own name in front of them is left out, what is passed on is quoted."""
    content = word(message.get("content") or "")
    content = re.sub(rf"^<@!?{re.escape(me.bot)}>\s*(?=\S)", "", content)
    names = {str(user["id"]): _shown(user) for user in message.get("mentions") or ()}
    text = from_discord(content, names)
    for forwarded in _forwarded(message):
        words = from_discord(word(forwarded.get("content") or ""))
        quote = Text(words.plain, (Span("quote", 0, len(words.plain)), *words.spans)) if words else words
        text = text + ("\n" if text and quote else "") + quote
    return text


def _shown(user: Body) -> str:
    return word((user.get("member") or {}).get("nick") or user.get("global_name") or user["username"])


def _forwarded(message: Body) -> list[Body]:
    return [snapshot["message"] for snapshot in message.get("message_snapshots") or ()]


def _media(message: Body, me: Identity) -> tuple[Media, ...]:
    prefix = f"{int(message['channel_id'])}/{int(message['id'])}"
    carried = (media for part in (message, *_forwarded(message)) for media in attachments(part, prefix))
    return _ours(tuple(carried), me)


def _ours(media: tuple[Media, ...], me: Identity) -> tuple[Media, ...]:
    return tuple(replace(item, origin=f"{PLATFORM}:{me.bot}") for item in media)


def _reply_to(raw: Body, message: Body, me: Identity) -> MessageRef | None:
    """What is answered; a message of another channel is none."""
    reference = message.get("message_reference") or {}
    if not reference.get("message_id") or reference.get("type") == FORWARD:
        return None
    if str(reference.get("channel_id")) != str(message["channel_id"]):
        return None
    return MessageRef(_chat(raw, me), str(int(reference["message_id"])))


def _more(raw: Body, me: Identity) -> dict[str, Any]:
    """What else the core wants to know of an event before anybody decodes it."""
    said: Body = raw["d"]
    if raw["t"] == "INTERACTION_CREATE":
        what = asked(said, raw.get("command"))
        return {"reply_to": what.about, "media": _ours(what.media, me)}
    if raw["t"] not in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
        return {}
    quoted = _reply_to(raw, said, me)
    more = {"reply_to": quoted.message_id if quoted else ""}
    if raw["t"] == "MESSAGE_UPDATE":
        return more
    return {**more, "message_id": str(int(said["id"])), "media": _media(said, me)}
