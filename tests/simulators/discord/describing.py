"""A message as Discord tells it, over REST and over the gateway."""

from __future__ import annotations

from typing import Any

from tests.simulators.discord.messages import HAS_THREAD, REPLY, THREAD_STARTER, Message
from tests.simulators.discord.people import User
from tests.simulators.discord.state import World

HIDDEN = ("embeds", "attachments", "components")


def told(world: World, message: Message, *, content: bool | None = None, quoting: bool = True) -> dict[str, Any]:
    """The message. `content` false hides what is said, as for a bot without the intent; None asks REST's rule."""
    content = _may_read(world, message) or ("message_content" in world.allowed_intents if content is None else content)
    body: dict[str, Any] = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "author": message.author.as_json(),
        "type": message.type,
        "content": message.content if content else "",
        "timestamp": message.created_at.isoformat(),
        "edited_timestamp": message.edited_at.isoformat() if message.edited_at else None,
        "tts": False,
        "flags": message.flags,
        "pinned": message.pinned_at is not None,
        "mention_everyone": message.pings_everyone,
        "mentions": [user.as_json() for user in message.pings],
        "mention_roles": [],
        "attachments": [world.files.as_json(a) for a in message.attachments] if content else [],
        "embeds": message.embeds if content else [],
        "components": message.components if content else [],
    }
    return body | _more(world, message, content=content, quoting=quoting)


def _more(world: World, message: Message, *, content: bool, quoting: bool) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if message.stickers:
        more["sticker_items"] = message.stickers
    if message.forwarded:
        more["message_snapshots"] = [{"message": message.forwarded}]
    if message.poll and content:
        more["poll"] = message.poll
    if message.reactions:
        more["reactions"] = [_reaction(world, emoji, users) for emoji, users in message.reactions.items()]
    if message.origin:
        more |= {"interaction_metadata": message.origin, "webhook_id": str(world.bot.id)}
        more["application_id"] = str(world.bot.id)
    if message.flags & HAS_THREAD and message.thread and not message.thread.deleted:
        more["thread"] = message.thread.as_json()
    return more | (_quote(world, message, content=content) if quoting else {})


def _quote(world: World, message: Message, *, content: bool) -> dict[str, Any]:
    quoted = message.reply_to
    if quoted is None or message.forwarded:
        return {}
    reference = {"type": 0, "channel_id": str(quoted.channel.id), "message_id": str(quoted.id)}
    if quoted.channel.guild_id:
        reference["guild_id"] = str(quoted.channel.guild_id)
    if message.type not in (REPLY, THREAD_STARTER):
        return {"message_reference": reference}
    shown = None if quoted.deleted else told(world, quoted, content=content, quoting=False)
    return {"message_reference": reference, "referenced_message": shown}


def _reaction(world: World, emoji: str, users: list[User]) -> dict[str, Any]:
    return {
        "emoji": as_emoji(emoji),
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "burst_colors": [],
        "me_burst": False,
        "me": world.bot in users,
    }


def as_emoji(emoji: str) -> dict[str, Any]:
    """An emoji as Discord tells it: a character, or `name:id` for a server's own."""
    name, _, number = emoji.partition(":")
    return {"id": number or None, "name": name}


def news_of(world: World, message: Message, *, content: bool) -> dict[str, Any]:
    """The message as MESSAGE_CREATE and MESSAGE_UPDATE tell it."""
    body = told(world, message, content=content) | {"channel_type": message.channel.as_json()["type"]}
    guild = world.guild
    if message.forwarded and message.reply_to:
        # REST tells this too, but the published schema doesn't know of it.
        quoted = message.reply_to
        body["message_reference"] = {"type": 1, "channel_id": str(quoted.channel.id), "message_id": str(quoted.id)}
    if not message.channel.guild_id:
        return body
    body["guild_id"] = str(guild.id)
    if message.author.id in guild.members:
        body["member"] = guild.members[message.author.id].as_json(with_user=False)
    for user in body["mentions"]:
        if int(user["id"]) in guild.members:
            user["member"] = guild.members[int(user["id"])].as_json(with_user=False)
    return body


def _may_read(world: World, message: Message) -> bool:
    """Where a bot reads what is said without the intent: direct messages, its own words, and what names it."""
    return message.channel.kind == "dm" or message.author is world.bot or world.bot in message.pings
