"""What people say and do with messages: write, edit, delete, react, vote, archive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.simulators.discord import posting, rooms, sending
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.describing import told
from tests.simulators.discord.files import Upload
from tests.simulators.discord.messages import HAS_SNAPSHOT, JOINED, Message
from tests.simulators.discord.people import User
from tests.simulators.discord.state import World

Poll = tuple[str, list[str]]
"""A question and its answers."""


def says(
    world: World,
    channel: Channel,
    user: User,
    text: str = "",
    *,
    attachments: Iterable[Upload] = (),
    reply_to: Message | None = None,
    sticker: str = "",
    poll: Poll | None = None,
    flags: int = 0,
) -> Message:
    """Somebody writes. A thread that sleeps wakes of it, unless it is locked."""
    assert channel.kind != "forum", "a forum takes posts: user_posts"
    assert not channel.locked, f"{channel.name} is locked"
    assert text or attachments or sticker or poll, "nothing is said"
    sending.wake(world, channel)
    message = posting.said(world, channel, user, text, reply_to=reply_to, flags=flags)
    message.attachments = [world.files.keep(world.new_id(), channel.id, upload) for upload in attachments]
    if sticker:
        message.stickers = [{"id": str(world.new_id()), "name": sticker, "format_type": 1}]
    if poll:
        message.poll = posting.poll_from(world, _poll_form(*poll))
    return posting.put(world, message)


def joins(world: World, channel: Channel, user: User) -> Message:
    """Discord greets somebody who came into the guild, in words of its own."""
    return posting.system(world, channel, user, JOINED)


def forwards(world: World, channel: Channel, user: User, message: Message) -> Message:
    """Somebody passes a message on: its text and files come as a snapshot."""
    kept = ("type content mentions mention_roles attachments embeds timestamp edited_timestamp flags components "
            "sticker_items")  # fmt: skip
    told_of = told(world, message, content=True)
    passed = posting.said(world, channel, user, "", flags=HAS_SNAPSHOT)
    passed.forwarded, passed.reply_to = {key: told_of[key] for key in kept.split() if key in told_of}, message
    return posting.put(world, passed)


def _poll_form(question: str, answers: list[str]) -> dict[str, Any]:
    return {"question": {"text": question}, "answers": [{"poll_media": {"text": text}} for text in answers]}


def posts(world: World, forum: Channel, user: User, title: str, text: str, tags: Iterable[str] = ()) -> Channel:
    """Somebody opens a forum's post."""
    known = {tag.name: tag.id for tag in forum.tags}
    first = posting.said(world, forum, user, text)
    post = world.open_thread(forum, title, user, number=first.id, applied=[known[name] for name in tags])
    first.channel = post
    posting.put(world, first)
    return post


def opens_thread(world: World, parent: Channel, user: User, name: str) -> Channel:
    """Somebody opens a thread."""
    return world.open_thread(parent, name, user)


def edits(world: World, message: Message, text: str) -> Message:
    """Its author writes something else."""
    assert not message.deleted, "it is deleted"
    posting.remember(world, message)
    message.content, message.edited_at = text, world.now()
    message.pings = posting.named(world, text)
    posting.tell(world, "MESSAGE_UPDATE", message)
    return message


def unfurls(world: World, message: Message) -> None:
    """Discord adds a preview to a link, which comes as an update without an edit."""
    message.embeds = [{"type": "link", "url": "https://eggs.example/", "title": "Eggs"}]
    posting.tell(world, "MESSAGE_UPDATE", message)


def deletes(world: World, message: Message) -> None:
    """Somebody who may takes a message away."""
    posting.take_away(world, message)


def votes(world: World, message: Message, user: User, answer: str) -> None:
    """Somebody votes in a poll."""
    assert message.poll
    numbers = {told["poll_media"]["text"]: told["answer_id"] for told in message.poll["answers"]}
    body = {"user_id": str(user.id), "channel_id": str(message.channel.id), "message_id": str(message.id)}
    more = {"guild_id": str(message.channel.guild_id)} if message.channel.guild_id else {}
    world.news("MESSAGE_POLL_VOTE_ADD", body | more | {"answer_id": numbers[answer]}, message)


def archives(world: World, thread: Channel, *, locked: bool = False) -> None:
    """Somebody closes a thread, and locks it if told so."""
    world.set_archived(thread, True, locked)


def reopens(world: World, thread: Channel) -> None:
    """Somebody opens a thread again."""
    world.set_archived(thread, False, False)


def deletes_channel(world: World, channel: Channel) -> None:
    """Somebody deletes a thread or a channel, with all that was said there."""
    rooms.forget(world, channel)


def tags(world: World, post: Channel, names: Iterable[str]) -> None:
    """Somebody marks a post by hand."""
    assert post.parent
    known = {tag.name: tag.id for tag in post.parent.tags}
    post.applied = [known[name] for name in names]
    world.news("THREAD_UPDATE", post.as_json(), post)


def renames(world: World, channel: Channel, name: str) -> None:
    """Somebody gives a channel or thread another name."""
    channel.names.append(channel.name)
    channel.name = name
    world.news("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", channel.as_json(), channel)
