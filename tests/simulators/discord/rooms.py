"""Channels, threads and forum posts over REST: made, listed, changed, archived, deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.simulators.discord import limits, posting
from tests.simulators.discord.accounts import check_guild
from tests.simulators.discord.channels import REQUIRE_TAG, Channel, Tag
from tests.simulators.discord.describing import told
from tests.simulators.discord.errors import ApiError, archived, invalid_form, missing_permissions
from tests.simulators.discord.messages import HAS_THREAD, NAME_CHANGED, THREAD_CREATED, THREAD_STARTER
from tests.simulators.discord.state import World
from tests.simulators.discord.wire import Call, snowflake


def open_dm(world: World, call: Call) -> dict[str, Any]:
    """The direct channel with somebody; opening it always succeeds, closed or not."""
    user = world.user(snowflake(call.form.get("recipient_id", ""), "recipient_id"))
    if user.is_bot:
        raise ApiError(403, 50007, "Cannot send messages to this user")
    return world.dm(user).as_json()


def read_channel(world: World, call: Call) -> dict[str, Any]:
    """One channel or thread."""
    return world.channel(call.id("channel")).as_json()


def change_channel(world: World, call: Call) -> dict[str, Any]:
    """A thread's name, tags and sleep; a channel's name, topic and tags."""
    channel = world.channel(call.id("channel"))
    if channel.is_thread:
        return _change_thread(world, channel, call.form)
    world.require(channel, "manage_channels")
    if "name" in call.form:
        channel.name = limits.name(call.form)
    if "topic" in call.form:
        channel.topic = limits.text(call.form, "topic", 4096 if channel.kind == "forum" else 1024)
    if "available_tags" in call.form:
        channel.tags = [_tag(world, channel, given) for given in limits.items(call.form, "available_tags", 20)]
    world.news("CHANNEL_UPDATE", channel.as_json(), channel)
    return channel.as_json()


def _tag(world: World, channel: Channel, given: dict[str, Any]) -> Tag:
    named = limits.text(given, "name", 20, least=1, path="available_tags.name")
    known = {tag.id: tag for tag in channel.tags}
    tag = known.get(int(given["id"])) if given.get("id") else None
    tag = tag or Tag(world.new_id(), named)
    tag.name, tag.moderated, tag.emoji = named, bool(given.get("moderated")), given.get("emoji_name")
    return tag


def _change_thread(world: World, thread: Channel, form: dict[str, Any]) -> dict[str, Any]:
    assert thread.sleep
    if thread.archived and form.get("archived") is not False:
        raise archived()
    _may_change(world, thread, form)
    name = limits.name(form) if "name" in form else thread.name
    after = limits.archive_after(form)
    if "applied_tags" in form:
        thread.applied = _applied(world, thread.parent, form)
    if name != thread.name:
        thread.names.append(thread.name)
        thread.name = name
        posting.system(world, thread, world.bot, NAME_CHANGED, name)
    thread.flags = int(form["flags"]) if form.get("flags") is not None else thread.flags
    thread.sleep.after_min = after or thread.sleep.after_min
    thread.sleep.locked = form["locked"] if form.get("locked") is not None else thread.sleep.locked
    if form.get("archived") is not None and form["archived"] != thread.archived:
        world.set_archived(thread, form["archived"])
    else:
        world.news("THREAD_UPDATE", thread.as_json(), thread)
    return thread.as_json()


def _may_change(world: World, thread: Channel, form: dict[str, Any]) -> None:
    """A moderator may do all; the thread's maker may rename, tag and archive; anyone who may write wakes it."""
    if world.may(thread, "manage_threads"):
        return
    own = thread.owner_id == world.bot.id and set(form) <= {"name", "archived", "applied_tags", "auto_archive_duration"}
    waking = set(form) == {"archived"} and world.may(thread, "send_messages_in_threads")
    if thread.locked or not (own or waking):
        raise missing_permissions()


def _applied(world: World, forum: Channel | None, form: dict[str, Any]) -> list[int]:
    given = [snowflake(number, "applied_tags") for number in form.get("applied_tags") or []]
    if len(given) > limits.MOST_APPLIED:
        raise limits.too_many_tags()
    known = {tag.id: tag for tag in forum.tags} if forum else {}
    if not set(given) <= set(known):
        raise invalid_form("applied_tags", "FORUM_TAG_UNKNOWN", "Unknown tag")
    if any(known[number].moderated for number in given) and forum and not world.may(forum, "manage_threads"):
        raise missing_permissions()
    return given


def delete_channel(world: World, call: Call) -> dict[str, Any]:
    """Takes a thread or channel away."""
    channel = world.channel(call.id("channel"))
    world.require(channel, "manage_threads" if channel.is_thread else "manage_channels")
    forget(world, channel)
    return channel.as_json()


def forget(world: World, channel: Channel) -> None:
    """Takes a channel or thread out of the world, with the threads below, and tells of it."""
    for below in [thread for thread in world.threads.values() if thread.parent is channel]:
        forget(world, below)
    body = channel.as_json()
    channel.deleted = True
    del world.channels[channel.id]
    world.threads.pop(channel.id, None)
    if channel.is_thread:
        told = ("id", "guild_id", "parent_id", "type")
        world.news("THREAD_DELETE", {key: body[key] for key in told}, channel)
    else:
        world.news("CHANNEL_DELETE", body, channel)


def start_thread(world: World, call: Call) -> tuple[int, dict[str, Any]]:
    """A forum's post with its first message, or a thread without one."""
    channel, form = world.channel(call.id("channel")), call.form
    if channel.kind == "forum":
        return 201, _start_post(world, channel, call)
    if channel.kind != "text":
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    private = form.get("type") == 12
    world.require(channel, "create_private_threads" if private else "create_public_threads")
    name, after = limits.name(form), limits.archive_after(form)
    kind = "private_thread" if private else "thread"
    thread = world.open_thread(channel, name, world.bot, after_min=after, kind=kind)
    if not private:
        posting.system(world, channel, world.bot, THREAD_CREATED, name)
    return 201, thread.as_json()


def _start_post(world: World, forum: Channel, call: Call) -> dict[str, Any]:
    form = call.form
    world.require(forum, "send_messages")
    if call.files:
        world.require(forum, "attach_files")
    name, after, applied = limits.name(form), limits.archive_after(form), _applied(world, forum, form)
    if forum.flags & REQUIRE_TAG and not applied:
        raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")
    given = form.get("message") or {}
    first = posting.from_form(world, forum, given, call.files, path="message")
    thread = world.open_thread(forum, name, world.bot, number=first.id, after_min=after, applied=applied)
    first.channel = thread
    for attachment in first.attachments:
        world.files.move(attachment, thread.id)
    posting.put(world, first)
    return thread.as_json() | {"message": told(world, first)}


def start_thread_from_message(world: World, call: Call) -> tuple[int, dict[str, Any]]:
    """A thread that hangs on a message and bears its id."""
    channel = world.channel(call.id("channel"))
    message = world.message(channel, call.id("message"))
    if channel.kind != "text":
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    if message.thread:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    world.require(channel, "create_public_threads")
    name, after = limits.name(call.form), limits.archive_after(call.form)
    thread = world.open_thread(channel, name, world.bot, number=message.id, after_min=after)
    message.thread = thread
    message.flags |= HAS_THREAD
    posting.tell(world, "MESSAGE_UPDATE", message)
    posting.system(world, thread, world.bot, THREAD_STARTER, reply_to=message)
    return 201, thread.as_json()


def active_threads(world: World, call: Call) -> dict[str, Any]:
    """Every thread of the guild that is awake and that the bot sees."""
    check_guild(world, call)
    awake = [t for t in reversed(world.threads.values()) if not t.archived and world.may(t, "view_channel")]
    return {"threads": [thread.as_json() for thread in awake], "members": [], "has_more": False}


def archived_threads(world: World, call: Call) -> dict[str, Any]:
    """The archived threads of one channel, the latest archived first; `before` is an instant."""
    channel = world.channel(call.id("channel"))
    world.require(channel, "read_message_history")
    private = call.path.endswith("/private")
    found = [t for t in world.threads.values() if t.parent is channel and t.archived]
    found = [t for t in found if (t.kind == "private_thread") is private]
    found.sort(key=lambda t: t.sleep.since if t.sleep else datetime.max, reverse=True)
    before = call.query.get("before")
    if before:
        limit_at = datetime.fromisoformat(before)
        found = [t for t in found if t.sleep and t.sleep.since < limit_at]
    most = call.limit(50, 100)
    told = [thread.as_json() for thread in found[:most]]
    return {"threads": told, "members": [], "has_more": len(found) > most}


def join_thread(world: World, call: Call) -> None:
    """The bot, or somebody else, joins or leaves; nobody sees a difference here but that a sleeping thread refuses."""
    thread = world.channel(call.id("channel"))
    if not thread.is_thread:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    if thread.archived:
        raise archived()


THREADS = "/channels/{channel}/threads"
ROUTES = {
    "POST /users/@me/channels": open_dm,
    "GET /channels/{channel}": read_channel,
    "PATCH /channels/{channel}": change_channel,
    "DELETE /channels/{channel}": delete_channel,
    f"POST {THREADS}": start_thread,
    "POST /channels/{channel}/messages/{message}/threads": start_thread_from_message,
    "GET /guilds/{guild}/threads/active": active_threads,
    f"GET {THREADS}/archived/public": archived_threads,
    f"GET {THREADS}/archived/private": archived_threads,
    "PUT /channels/{channel}/thread-members/@me": join_thread,
    "DELETE /channels/{channel}/thread-members/@me": join_thread,
    "PUT /channels/{channel}/thread-members/{user}": join_thread,
    "DELETE /channels/{channel}/thread-members/{user}": join_thread,
}
