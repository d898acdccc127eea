"""What people's words become on their way to the bot, and which of them a bot gets to see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tests.simulators.telegram import limits
from tests.simulators.telegram.chats import Message
from tests.simulators.telegram.files import picture
from tests.simulators.telegram.people import User
from tests.simulators.telegram.sending import poll
from tests.simulators.telegram.state import World

MARKS = {"bot_command": re.compile(r"(?<!\S)/\w{1,32}(@\w+)?"), "mention": re.compile(r"(?<!\w)@\w{4,32}")}
"""What Telegram finds in a person's text by itself, as far as anybody here looks at it."""

WORDS = ("text", "entities", "caption", "caption_entities")


def content(world: World, text: str, photo: bytes | bool, attach: str, data: bytes, name: str) -> dict[str, Any]:
    """The content of a message that a person writes."""
    if photo:
        file = world.files.keep("photo", picture() if photo is True else photo)
        return file | words(text, caption=True)
    if attach == "location":
        return {"location": {"latitude": 48.2, "longitude": 16.37}}
    if attach == "contact":
        return {"contact": {"phone_number": "+4312345", "first_name": "Ben"}}
    if attach == "poll":
        return {"poll": poll(world, text or "Which eggs?", ["white", "brown"])}
    if attach:
        return world.files.keep(attach, data or b"some bytes", name) | words(text, caption=True)
    return words(text)


def words(text: str, *, caption: bool = False) -> dict[str, Any]:
    """A text or caption with the marks that Telegram finds in it."""
    if not text:
        return {}
    found = [
        {"type": kind, "offset": limits.units(text[: m.start()]), "length": limits.units(m.group())}
        for kind, pattern in MARKS.items()
        for m in pattern.finditer(text)
    ]
    names = ("caption", "caption_entities") if caption else ("text", "entities")
    return {names[0]: text} | ({names[1]: found} if found else {})


def reworded(message: Message, text: str) -> dict[str, Any]:
    """The content of a message with another text or caption."""
    kept = {key: value for key, value in message.content.items() if key not in WORDS}
    return kept | words(text, caption=bool(message.media))


def tell_of(world: World, message: Message, kind: str = "message") -> None:
    """Tells the bot of a message, if it is one that the bot gets to see."""
    chat = message.chat
    if chat.type == "channel":
        kind = kind.replace("message", "channel_post")
    member = chat.members.get(world.bot.id)
    if chat.type != "private" and not (member and member.here):
        return
    if chat.is_group and member and not member.is_admin and not seen_in_privacy_mode(world.bot, message):
        return
    world.tell(kind, message.as_json())


def seen_in_privacy_mode(bot: User, message: Message) -> bool:
    """Whether a bot that is no administrator sees a message: commands, replies to itself, service messages."""
    if bot.can_read_all_group_messages or message.is_service:
        return True
    to_bot = message.reply_to is not None and message.reply_to.by_bot
    first = message.text.split(maxsplit=1)[0] if message.text.strip() else ""
    return to_bot or (first.startswith("/") and first.partition("@")[2] in ("", bot.username))


def kinds(emoji: Sequence[str]) -> list[dict[str, str]]:
    """Emoji as reactions."""
    return [{"type": "emoji", "emoji": each} for each in emoji]


def counted(message: Message) -> list[dict[str, Any]]:
    """How often each emoji stands under a message."""
    given = [emoji for each in message.reactions.values() for emoji in each]
    return [{"type": kinds([e])[0], "total_count": given.count(e)} for e in sorted(set(given))]
