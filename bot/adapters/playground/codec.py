"""The playground's raw updates, written and read. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.messages import ChatRef, InboundMessage, Media, MessageRef, RawUpdate, Sender, Text

PLATFORM = BOT = "playground"
COMMAND = re.compile(r"/([A-Za-z][A-Za-z0-9_]*)(?:\s+|$)")


def envelope(body: dict[str, Any]) -> RawUpdate:
    """The raw update around a body that `decode` understands."""
    chat = body["chat"]
    return RawUpdate(
        PLATFORM,
        BOT,
        str(body["update_id"]),
        ChatRef(PLATFORM, BOT, chat["id"], chat["thread"]),
        body["sender"]["id"],
        body,
        private=chat["private"],
        message_id=str(body["message_id"]) if body["kind"] == "message" else "",
        media=_media(body) if body["kind"] == "message" else (),
    )


def decode(raw: dict[str, Any]) -> InboundMessage:
    """The neutral message in a raw body. Raises ValueError for what it can't read."""
    try:
        return _READERS[raw["kind"]](raw)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"an unreadable playground update: {error!r}") from error


def _written(raw: dict[str, Any]) -> InboundMessage:
    command = COMMAND.match(raw["text"])
    if command is None:
        return _message(raw, kind="text", text=Text(raw["text"]))
    words = raw["text"][command.end() :]
    return _message(raw, kind="command", action=command[1].lower(), text=Text(words))


def _pressed(raw: dict[str, Any]) -> InboundMessage:
    return _message(raw, kind="button", action=raw["data"])


def _edited(raw: dict[str, Any]) -> InboundMessage:
    return _message(raw, kind="edit", text=Text(raw["text"]))


def _deleted(raw: dict[str, Any]) -> InboundMessage:
    return _message(raw, kind="delete")


def _reacted(raw: dict[str, Any]) -> InboundMessage:
    return _message(raw, kind="reaction", action=raw["emoji"])


_READERS: dict[str, Callable[[dict[str, Any]], InboundMessage]] = {
    "message": _written,
    "button": _pressed,
    "edit": _edited,
    "delete": _deleted,
    "reaction": _reacted,
}


def _media(raw: dict[str, Any]) -> tuple[Media, ...]:
    return tuple(Media(**media, origin=f"{PLATFORM}:{BOT}") for media in raw["media"])


def _message(raw: dict[str, Any], **what: Any) -> InboundMessage:
    """What all kinds have in common."""
    chat = ChatRef(PLATFORM, BOT, raw["chat"]["id"], raw["chat"]["thread"])
    reply_to = raw.get("reply_to")
    received_at = datetime.fromisoformat(raw["at"])
    if received_at.tzinfo is None:
        raise ValueError(f"{raw['at']} has no offset")
    return InboundMessage(
        PLATFORM,
        BOT,
        str(raw["update_id"]),
        chat,
        Sender(raw["sender"]["id"], raw["sender"]["name"]),
        received_at=received_at,
        message_id=raw["message_id"],
        media=_media(raw),
        reply_to=MessageRef(chat, reply_to) if reply_to else None,
        **what,
    )
