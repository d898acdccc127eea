"""Messages are put into channels, changed and taken away; whoever is told of it is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from tests.simulators.discord import limits
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.describing import news_of
from tests.simulators.discord.errors import empty_message, invalid_form
from tests.simulators.discord.files import Attachment, Upload
from tests.simulators.discord.messages import EPHEMERAL, REPLY, SETTABLE, SUPPRESS_EMBEDS, Message, Version
from tests.simulators.discord.people import User
from tests.simulators.discord.state import World

MENTION = re.compile(r"<@!?(\d+)>")


def put(world: World, message: Message) -> Message:
    """Puts a message into its channel and tells of it, unless one person alone sees it."""
    channel = message.channel
    channel.messages.append(message)
    channel.touched_at = world.now()
    if not message.ephemeral:
        tell(world, "MESSAGE_CREATE", message)
    return message


def tell(world: World, event: str, message: Message) -> None:
    """Tells of a message that came or changed."""
    if not message.ephemeral:
        body = news_of(world, message, content=True)
        world.news(event, body | ({"nonce": message.nonce} if message.nonce else {}), message)


def said(world: World, channel: Channel, author: User, content: str, **more: Any) -> Message:
    """A message that is not in its channel yet. Who is called follows from the text."""
    message = Message(world.new_id(), channel, author, content, world.now(), **more)
    message.pings = named(world, content)
    message.pings_everyone = bool(channel.guild_id) and bool(re.search("@(everyone|here)", content))
    if message.reply_to:
        message.type = REPLY
        if message.reply_to.author is not author and message.reply_to.author not in message.pings:
            message.pings.append(message.reply_to.author)
    return message


def system(world: World, channel: Channel, author: User, kind: int, content: str = "", **more: Any) -> Message:
    """Discord's own message of what happened."""
    return put(world, Message(world.new_id(), channel, author, content, world.now(), type=kind, **more))


def named(world: World, content: str) -> list[User]:
    """The people whom a text names."""
    numbers = dict.fromkeys(int(found) for found in MENTION.findall(content))
    return [world.users[number] for number in numbers if number in world.users]


def from_form(
    world: World, channel: Channel, form: dict[str, Any], files: dict[int, Upload], *, path: str = "", **more: Any
) -> Message:
    """The bot's message out of a form, checked. Raises ApiError for an empty one and for too much of anything."""
    prefix = f"{path}." if path else ""
    content = limits.text(form, "content", limits.MOST_CONTENT, path=f"{prefix}content").strip()
    embeds = limits.items(form, "embeds", limits.MOST_EMBEDS, path=f"{prefix}embeds")
    rows = limits.check_components(form.get("components") or [], f"{prefix}components")
    stickers = [{"id": str(number), "name": "sticker", "format_type": 1} for number in form.get("sticker_ids") or []]
    if not (content or embeds or files or stickers or rows or form.get("poll")):
        raise empty_message()
    message = said(world, channel, world.bot, content, embeds=embeds, components=rows, stickers=stickers, **more)
    message.flags = int(form.get("flags") or 0) & (SETTABLE | EPHEMERAL)
    message.attachments = uploaded(world, channel, form, files, path=prefix)
    message.poll = poll_from(world, form["poll"]) if form.get("poll") else None
    allow(message, form.get("allowed_mentions"))
    return message


def uploaded(
    world: World, channel: Channel, form: dict[str, Any], files: dict[int, Upload], *, path: str = ""
) -> list[Attachment]:
    """The files of a form, with their descriptions. Raises ApiError for more than ten."""
    if len(files) > limits.MOST_FILES:
        raise invalid_form(f"{path}attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    about = {int(entry["id"]): entry for entry in form.get("attachments") or [] if int(entry["id"]) in files}
    kept = []
    for number, upload in sorted(files.items()):
        entry = about.get(number, {})
        upload.description = entry.get("description")
        upload.duration_s = entry.get("duration_secs")
        kept.append(world.files.keep(world.new_id(), channel.id, upload))
    return kept


def allow(message: Message, allowed: dict[str, Any] | None) -> None:
    """Calls nobody whom the sender did not let be called."""
    if allowed is None:
        return
    parse, users = allowed.get("parse", []), [int(number) for number in allowed.get("users", [])]
    quoted = message.reply_to.author if message.reply_to else None
    called = [user for user in message.pings if user is not quoted and ("users" in parse or user.id in users)]
    if quoted and allowed.get("replied_user"):
        called.append(quoted)
    message.pings = called
    message.pings_everyone = message.pings_everyone and "everyone" in parse


def change(world: World, message: Message, form: dict[str, Any], files: dict[int, Upload]) -> Message:
    """Edits the bot's message by a form and keeps the version before. Raises ApiError."""
    content = limits.text(form, "content", limits.MOST_CONTENT).strip() if "content" in form else message.content
    rows = limits.check_components(form["components"] or []) if "components" in form else message.components
    embeds = limits.items(form, "embeds", limits.MOST_EMBEDS) if "embeds" in form else message.embeds
    attachments = _remaining(message, form) + uploaded(world, message.channel, form, files)
    if not (content or embeds or rows or attachments or message.stickers or message.poll):
        raise empty_message()
    if len(attachments) > limits.MOST_FILES:
        raise invalid_form("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    remember(world, message)
    message.content, message.components, message.embeds, message.attachments = content, rows, embeds, attachments
    if form.get("flags") is not None:
        message.flags = message.flags & ~SUPPRESS_EMBEDS | int(form["flags"]) & SUPPRESS_EMBEDS
    message.edited_at = world.now()
    tell(world, "MESSAGE_UPDATE", message)
    return message


def remember(world: World, message: Message) -> None:
    """Keeps what a message says now, before it is changed."""
    message.versions.append(Version(message.content, message.attachments, world.now()))


def take_away(world: World, message: Message) -> None:
    """Deletes a message and tells of it."""
    message.deleted = True
    if message.ephemeral:
        return
    body = {"id": str(message.id), "channel_id": str(message.channel.id)}
    if message.channel.guild_id:
        body["guild_id"] = str(message.channel.guild_id)
    world.news("MESSAGE_DELETE", body, message)


def _remaining(message: Message, form: dict[str, Any]) -> list[Attachment]:
    if "attachments" not in form:
        return list(message.attachments)
    wanted = {int(entry["id"]) for entry in form["attachments"] or []}
    return [attachment for attachment in message.attachments if attachment.id in wanted]


def poll_from(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """A poll as it stands in a message, out of a form. Raises ApiError."""
    limits.text(given["question"], "text", 300, least=1, path="poll.question.text")
    answers = limits.items(given, "answers", 10, path="poll.answers")
    told = []
    for number, answer in enumerate(answers, 1):
        limits.text(answer["poll_media"], "text", 55, path=f"poll.answers.{number - 1}.poll_media.text")
        media = {key: value for key, value in answer["poll_media"].items() if value is not None}
        told.append({"answer_id": number, "poll_media": media})
    return {
        "question": {"text": given["question"]["text"]},
        "answers": told,
        "expiry": (world.now() + timedelta(hours=given.get("duration") or 24)).isoformat(),
        "allow_multiselect": bool(given.get("allow_multiselect")),
        "layout_type": given.get("layout_type") or 1,
        "results": {"answer_counts": [], "is_finalized": False},
    }
