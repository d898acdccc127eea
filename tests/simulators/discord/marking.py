"""Marks on messages over REST: reactions and pins. Nothing is marked in a thread that sleeps."""

from __future__ import annotations

from typing import Any

from tests.simulators.discord import posting
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.describing import as_emoji, told
from tests.simulators.discord.errors import ApiError, archived, missing_permissions
from tests.simulators.discord.messages import PINNED_MESSAGE, Message
from tests.simulators.discord.people import User
from tests.simulators.discord.state import World
from tests.simulators.discord.wire import Call

MOST_REACTIONS = 20


def there(world: World, call: Call) -> Message:
    """The message that a path names. Raises ApiError where it is not."""
    return world.message(world.channel(call.id("channel")), call.id("message"))


def awake(world: World, call: Call) -> Message:
    """The message, in a thread that doesn't sleep: nothing is changed in one that does."""
    message = there(world, call)
    if message.channel.archived:
        raise archived()
    return message


def add_reaction(world: World, call: Call) -> None:
    """The bot's own reaction."""
    message, emoji = awake(world, call), call.text("emoji")
    world.require(message.channel, "read_message_history")
    if emoji not in message.reactions:
        world.require(message.channel, "add_reactions")
        if len(message.reactions) >= MOST_REACTIONS:
            raise ApiError(400, 30010, "Maximum number of reactions reached (20)")
    if emoji.isascii() and ":" not in emoji:
        raise ApiError(400, 10014, "Unknown Emoji")
    react(world, message, emoji, world.bot)


def react(world: World, message: Message, emoji: str, user: User) -> None:
    """Somebody's reaction, told of."""
    if user not in message.reactions.setdefault(emoji, []):
        message.reactions[emoji].append(user)
        _tell_reaction(world, "MESSAGE_REACTION_ADD", message, emoji, user)


def unreact(world: World, message: Message, emoji: str, user: User) -> None:
    """Takes somebody's reaction away, told of. Raises ApiError 10014 where there is none."""
    if user not in message.reactions.get(emoji, []):
        raise ApiError(400, 10014, "Unknown Emoji")
    message.reactions[emoji].remove(user)
    if not message.reactions[emoji]:
        del message.reactions[emoji]
    _tell_reaction(world, "MESSAGE_REACTION_REMOVE", message, emoji, user)


def _tell_reaction(world: World, event: str, message: Message, emoji: str, user: User) -> None:
    body: dict[str, Any] = {
        "user_id": str(user.id),
        "channel_id": str(message.channel.id),
        "message_id": str(message.id),
        "emoji": as_emoji(emoji),
        "burst": False,
        "type": 0,
    }
    if message.channel.guild_id:
        body["guild_id"] = str(message.channel.guild_id)
        if event.endswith("ADD") and user.id in world.guild.members:
            body["member"] = world.guild.members[user.id].as_json()
    if event.endswith("ADD"):
        body["message_author_id"] = str(message.author.id)
    world.news(event, body, message)


def remove_own_reaction(world: World, call: Call) -> None:
    """Takes the bot's own reaction away."""
    unreact(world, awake(world, call), call.text("emoji"), world.bot)


def remove_reaction(world: World, call: Call) -> None:
    """Takes somebody's reaction away."""
    message = awake(world, call)
    if message.channel.kind == "dm":
        raise ApiError(403, 50003, "Cannot execute action on a DM channel")
    world.require(message.channel, "manage_messages")
    unreact(world, message, call.text("emoji"), world.user(call.id("user")))


def clear_reactions(world: World, call: Call) -> None:
    """Takes all reactions away, or all of one emoji."""
    message = awake(world, call)
    world.require(message.channel, "manage_messages")
    wanted = [call.text("emoji")] if "emoji" in call.ids else list(message.reactions)
    for emoji in wanted:
        for user in list(message.reactions.get(emoji, [])):
            unreact(world, message, emoji, user)


def read_reactions(world: World, call: Call) -> list[dict[str, Any]]:
    """Who reacted with an emoji."""
    users = there(world, call).reactions.get(call.text("emoji"), [])
    after = call.number("after") or 0
    return [user.as_json() for user in sorted(users, key=lambda u: u.id) if user.id > after][: call.limit(25, 100)]


def pin(world: World, call: Call) -> None:
    """Pins a message; Discord says so in the channel."""
    message = awake(world, call)
    _may_pin(world, message)
    if message.pinned_at is None:
        message.pinned_at = world.now()
        _tell_pins(world, message.channel)
        posting.system(world, message.channel, world.bot, PINNED_MESSAGE, reply_to=message)


def unpin(world: World, call: Call) -> None:
    """Takes a pin away."""
    message = awake(world, call)
    _may_pin(world, message)
    message.pinned_at = None
    _tell_pins(world, message.channel)


def _may_pin(world: World, message: Message) -> None:
    if message.is_system:
        raise ApiError(403, 50021, "Cannot execute action on a system message")
    if message.channel.kind != "dm" and not world.may(message.channel, "pin_messages"):
        raise missing_permissions()


def _tell_pins(world: World, channel: Channel) -> None:
    body = {"channel_id": str(channel.id), "last_pin_timestamp": world.now().isoformat()}
    world.news("CHANNEL_PINS_UPDATE", body | ({"guild_id": str(channel.guild_id)} if channel.guild_id else {}), channel)


def read_pins(world: World, call: Call) -> dict[str, Any]:
    """The pinned messages, the newest pin first."""
    channel = world.channel(call.id("channel"))
    pinned = [(m.pinned_at, m) for m in channel.messages if m.pinned_at and not m.deleted]
    pinned.sort(key=lambda pair: pair[0], reverse=True)
    items = [{"pinned_at": at.isoformat(), "message": told(world, message)} for at, message in pinned]
    return {"items": items[: call.limit(50, 50)], "has_more": False}


MESSAGES = "/channels/{channel}/messages"
ONE = MESSAGES + "/{message}"
ROUTES = {
    f"GET {MESSAGES}/pins": read_pins,
    f"PUT {MESSAGES}/pins/{{message}}": pin,
    f"DELETE {MESSAGES}/pins/{{message}}": unpin,
    f"DELETE {ONE}/reactions": clear_reactions,
    f"GET {ONE}/reactions/{{emoji}}": read_reactions,
    f"DELETE {ONE}/reactions/{{emoji}}": clear_reactions,
    f"PUT {ONE}/reactions/{{emoji}}/@me": add_reaction,
    f"DELETE {ONE}/reactions/{{emoji}}/@me": remove_own_reaction,
    f"DELETE {ONE}/reactions/{{emoji}}/{{user}}": remove_reaction,
}
