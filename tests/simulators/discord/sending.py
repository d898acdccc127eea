"""Messages over REST: sent, read, edited, deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.simulators.discord import limits, posting
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.describing import told
from tests.simulators.discord.errors import (
    ApiError,
    archived,
    closed_dm,
    invalid_form,
    too_long,
    unknown,
)
from tests.simulators.discord.marking import awake, there
from tests.simulators.discord.messages import Message
from tests.simulators.discord.state import World
from tests.simulators.discord.wire import Call, snowflake

NONCE_LIVES = timedelta(minutes=5)
BULK_DELETE_WITHIN = timedelta(days=14)


def create_message(world: World, call: Call) -> dict[str, Any]:
    """A message of the bot. A nonce that it used minutes ago, wherever, gives the message of then."""
    channel = world.channel(call.id("channel"))
    form = call.form
    nonce = _nonce(form)
    if nonce and form.get("enforce_nonce") and (known := _known(world, nonce)):
        return told(world, known) | {"nonce": nonce}
    writable(world, channel)
    if call.files:
        world.require(channel, "attach_files")
    quoted, lost = _quoted(world, channel, form.get("message_reference"))
    message = posting.from_form(world, channel, form, call.files, reply_to=quoted, nonce=nonce)
    if lost:
        message.type = 0
    wake(world, channel)
    posting.put(world, message)
    if nonce:
        world.nonces[nonce] = message, world.now()
    return told(world, message) | ({"nonce": nonce} if nonce else {})


def writable(world: World, channel: Channel) -> None:
    """Raises ApiError where the bot may not write."""
    if channel.kind in ("forum", "category"):
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if channel.peer and channel.peer.dm_closed:
        raise closed_dm()
    world.require(channel, "send_messages_in_threads" if channel.is_thread else "send_messages")
    if channel.archived and channel.locked:
        raise archived()


def wake(world: World, channel: Channel) -> None:
    """A message wakes a thread that is archived and not locked."""
    if channel.archived and not channel.locked:
        world.set_archived(channel, False)


def _nonce(form: dict[str, Any]) -> str | None:
    given = form.get("nonce")
    if given is None:
        return None
    if len(str(given)) > limits.MOST_NONCE:
        raise too_long("nonce", limits.MOST_NONCE)
    return str(given)


def _known(world: World, nonce: str) -> Message | None:
    found, at = world.nonces.get(nonce, (None, None))
    return found if found and at and world.now() - at < NONCE_LIVES else None


def _quoted(world: World, channel: Channel, reference: dict[str, Any] | None) -> tuple[Message | None, bool]:
    """The message that is quoted, and whether one was asked for that is no more."""
    if not reference:
        return None, False
    found = channel.find(snowflake(reference.get("message_id", ""), "message_reference"))
    if found:
        world.require(channel, "read_message_history")
        return found, False
    if reference.get("fail_if_not_exists", True):
        raise invalid_form("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return None, True


def read_messages(world: World, call: Call) -> list[dict[str, Any]]:
    """History, the newest first: before, after or around an id, 50 unless told, 100 at most."""
    channel = world.channel(call.id("channel"))
    if channel.kind in ("forum", "category"):
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if not world.may(channel, "read_message_history"):
        return []
    most = call.limit(50, 100)
    there = [m for m in channel.messages if not m.deleted and not m.ephemeral]
    before, after, around = call.number("before"), call.number("after"), call.number("around")
    if before is not None:
        found = [m for m in there if m.id < before][-most:]
    elif after is not None:
        found = [m for m in there if m.id > after][:most]
    elif around is not None:
        found = [m for m in there if m.id < around][-(most // 2) :] + [m for m in there if m.id >= around]
        found = found[: most + 1]
    else:
        found = there[-most:]
    return [told(world, message) for message in reversed(found)]


def read_message(world: World, call: Call) -> dict[str, Any]:
    """One message."""
    return told(world, there(world, call))


def edit_message(world: World, call: Call) -> dict[str, Any]:
    """Another text, other buttons or files; a moderator may hide another's embeds, and nothing else."""
    message = awake(world, call)
    if message.author is not world.bot:
        if set(call.form) - {"flags"}:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        world.require(message.channel, "manage_messages")
        message.flags = int(call.form.get("flags") or 0)
        return told(world, message)
    if message.is_system:
        raise ApiError(403, 50021, "Cannot execute action on a system message")
    return told(world, posting.change(world, message, call.form, call.files))


def delete_message(world: World, call: Call) -> None:
    """Takes a message away; another's only with the right to."""
    message = awake(world, call)
    _may_delete(world, message)
    posting.take_away(world, message)


def delete_messages(world: World, call: Call) -> None:
    """Takes 2 to 100 messages away at once, none older than 14 days."""
    channel = world.channel(call.id("channel"))
    if channel.kind == "dm":
        raise ApiError(403, 50003, "Cannot execute action on a DM channel")
    world.require(channel, "manage_messages")
    wanted = {snowflake(number) for number in call.form.get("messages", [])}
    if not 2 <= len(wanted) <= 100:
        raise ApiError(400, 50016, "You can only delete between 2 and 100 messages in a single request.")
    found = [m for m in channel.messages if m.id in wanted and not m.deleted]
    if any(world.now() - m.created_at > BULK_DELETE_WITHIN for m in found):
        raise ApiError(400, 50034, "You can only bulk delete messages that are under 14 days old.")
    for message in found:
        message.deleted = True
    body = {"ids": [str(m.id) for m in found], "channel_id": str(channel.id), "guild_id": str(channel.guild_id)}
    world.news("MESSAGE_DELETE_BULK", body, channel)


def _may_delete(world: World, message: Message) -> None:
    if message.author is world.bot:
        return
    if message.channel.kind == "dm":
        raise ApiError(403, 50003, "Cannot execute action on a DM channel")
    world.require(message.channel, "manage_messages")


def expire_poll(world: World, call: Call) -> dict[str, Any]:
    """Ends the bot's own poll now."""
    message = there(world, call)
    if message.poll is None or message.author is not world.bot:
        raise unknown("message")
    message.poll = message.poll | {"results": message.poll["results"] | {"is_finalized": True}}
    posting.tell(world, "MESSAGE_UPDATE", message)
    return told(world, message)


def typing(world: World, call: Call) -> None:
    """The bot is typing."""
    world.channel(call.id("channel"))


MESSAGES = "/channels/{channel}/messages"
ONE = MESSAGES + "/{message}"
ROUTES = {
    f"POST {MESSAGES}": create_message,
    f"GET {MESSAGES}": read_messages,
    f"POST {MESSAGES}/bulk-delete": delete_messages,
    f"GET {ONE}": read_message,
    f"PATCH {ONE}": edit_message,
    f"DELETE {ONE}": delete_message,
    "POST /channels/{channel}/polls/{message}/expire": expire_poll,
    "POST /channels/{channel}/typing": typing,
}
