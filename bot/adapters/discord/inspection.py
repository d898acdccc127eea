"""What may be wrong between the bot and Discord, found by asking Discord, for `doctor`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

import discord

from bot.adapter import DeliveryError, Problem, Reason
from bot.adapters.discord.api import Api
from bot.adapters.discord.client import explanation

CONTENT_FLAGS = 1 << 18 | 1 << 19
"""The application may read what people write: granted, or granted to a bot of few servers."""
FEW_SESSIONS = 50
TEXT, NEWS, FORUM = 0, 5, 15
"""Types of channels: https://docs.discord.com/developers/resources/channel#channel-object-channel-types"""
RIGHTS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "manage_threads": "Manage Threads",
    "read_message_history": "Read Message History",
    "attach_files": "Attach Files",
    "add_reactions": "Add Reactions",
}
"""What the bot needs in the owners' room, by the library's names and Discord's own; the invite link asks for them."""
STORY_RIGHTS = ("view_channel", "send_messages", "attach_files", "read_message_history")
INVITED_WITH = discord.Permissions(**dict.fromkeys(RIGHTS, True)).value
"""The number in the invite link."""

Said = dict[str, Any]


@dataclass(frozen=True)
class Expected:
    """How the bot is set up: the server, the owners' room, the story channels."""

    guild_id: str = ""
    room_chat_id: str = ""
    story_chat_ids: tuple[str, ...] = ()


async def inspect(api: Api, expected: Expected) -> list[Problem]:
    """Every problem that Discord's answers show; never raises for what Discord says."""
    try:
        me = await api.login() if api.rest is None else await api.call("GET", "/users/@me")
    except DeliveryError as error:
        return [_no_line(error)]
    problems = [found async for found in _application(api)]
    if expected.guild_id and await _asked(api, f"/guilds/{expected.guild_id}") is None:
        return [*problems, _not_invited(expected.guild_id)]
    if expected.room_chat_id:
        problems += [found async for found in _room(api, str(me["id"]), expected)]
    for chat_id in expected.story_chat_ids:
        problems += [found async for found in _story_channel(api, str(me["id"]), chat_id)]
    return problems


def _no_line(error: DeliveryError) -> Problem:
    if error.reason is Reason.unauthorised:
        return Problem(
            "Discord refuses the bot's token.",
            "The bot can neither hear nor answer anybody on Discord.",
            "Make a new one in the developer portal (Bot, Reset Token) and put it into .env as DISCORD_BOT_TOKEN.",
        )
    return Problem(
        explanation(error),
        "Customers' messages wait on Discord until the bot is back.",
        "Look at the machine's network, and at DISCORD_API_BASE_URL if that is set.",
    )


def _not_invited(guild_id: str) -> Problem:
    return Problem(
        f"The bot is not on the server {guild_id}.",
        "It reaches neither the owners' room nor the story channels there.",
        "Invite it by the link of docs/discord.md, or correct DISCORD_GUILD_ID.",
    )


async def _application(api: Api) -> AsyncIterator[Problem]:
    application = await _asked(api, "/applications/@me")
    if application is not None and not int(application.get("flags") or 0) & CONTENT_FLAGS:
        yield Problem(
            "The bot's Message Content Intent is off.",
            "Discord lets it connect only without what people write, so it can't serve anybody.",
            "Turn it on in the developer portal (Bot, Privileged Gateway Intents), then start the bot again.",
        )
    budget = ((await _asked(api, "/gateway/bot")) or {}).get("session_start_limit") or {}
    if int(budget.get("remaining", FEW_SESSIONS)) < FEW_SESSIONS:
        hours = int(budget.get("reset_after", 0)) / 3_600_000
        yield Problem(
            f"Of the {budget.get('total', 1000)} sessions that Discord grants in a day, "
            f"{budget['remaining']} are left, for {hours:.0f} h.",
            "Without any the bot can't connect again, and Discord may reset its token.",
            "Something starts the bot again and again: look into its log, and let it run once.",
        )


async def _room(api: Api, bot: str, expected: Expected) -> AsyncIterator[Problem]:
    channel = await _asked(api, f"/channels/{expected.room_chat_id}")
    if channel is None:
        yield Problem(
            f"The owners' room {expected.room_chat_id} can't be found.",
            "Customers' questions can't reach the owners.",
            "Let the bot's role see the channel, or correct DISCORD_OWNER_CHANNEL_ID.",
        )
        return
    name = f"#{channel.get('name') or expected.room_chat_id}"
    guild_id = str(channel.get("guild_id") or "")
    if expected.guild_id and guild_id != expected.guild_id:
        yield Problem(
            f"The owners' room {name} is on another server than DISCORD_GUILD_ID says.",
            "The owners' commands are offered on the wrong server.",
            "Correct one of the two: right click on the server or the channel, Copy ID.",
        )
    if channel.get("type") not in (TEXT, FORUM):
        yield Problem(
            f"The owners' room {name} is neither a forum nor a text channel.",
            "It can't have a thread for each customer.",
            "Make a private forum channel, and put its id into DISCORD_OWNER_CHANNEL_ID.",
        )
        return
    rights, everybodys = await _rights(api, bot, guild_id, channel)
    if everybodys & discord.Permissions(view_channel=True).value:
        yield Problem(
            f"Everybody on the server can read the owners' room {name}.",
            "Customers see there what other customers wrote, and your notes.",
            "In the channel's settings under Permissions, make it private and add the bot and the owners.",
        )
    if lacking := _lacking(rights, RIGHTS):
        yield Problem(
            f"The bot lacks rights in the owners' room {name}: {', '.join(lacking)}.",
            "It can't keep a thread for each customer there, so questions wait.",
            "Give them to the bot's role in the channel's settings, under Permissions.",
        )
    marks = {str(tag.get("name", "")).lower() for tag in channel.get("available_tags") or ()}
    may_make = rights & discord.Permissions(manage_channels=True).value
    if channel["type"] == FORUM and not may_make and not {"needs reply", "waiting", "closed"} <= marks:
        yield Problem(
            f"The forum {name} has no tags that show how a conversation stands.",
            "The posts don't show which customer needs a reply, is waiting, or is done.",
            "Give the bot the right Manage Channel in that channel, or make the tags needs reply, waiting and closed.",
        )


async def _story_channel(api: Api, bot: str, chat_id: str) -> AsyncIterator[Problem]:
    channel = await _asked(api, f"/channels/{chat_id}")
    if channel is None or channel.get("type") not in (TEXT, NEWS):
        yield Problem(
            f"The story channel {chat_id} can't be found."
            if channel is None
            else f"The story channel {chat_id} is no text channel.",
            "Stories do not appear there.",
            "Let the bot's role see the channel, or take it out of DISCORD_STORY_CHANNEL_IDS.",
        )
        return
    rights, _ = await _rights(api, bot, str(channel.get("guild_id") or ""), channel)
    if lacking := _lacking(rights, STORY_RIGHTS):
        yield Problem(
            f"The bot may not post in the story channel #{channel.get('name') or chat_id}: {', '.join(lacking)}.",
            "Stories do not appear there.",
            "Give the rights to the bot's role in the channel's settings, under Permissions.",
        )


def _lacking(rights: int, needed: Iterable[str]) -> list[str]:
    """The names of the rights that are not held."""
    return [RIGHTS[name] for name in needed if not rights & discord.Permissions(**{name: True}).value]


async def _rights(api: Api, bot: str, guild_id: str, channel: Said) -> tuple[int, int]:
    """The rights in a channel: the bot's, and everybody's.

    https://docs.discord.com/developers/topics/permissions#permission-overwrites
    """
    guild = await _asked(api, f"/guilds/{guild_id}") or {}
    member = await _asked(api, f"/guilds/{guild_id}/members/{bot}") or {}
    roles = {str(role["id"]): int(role["permissions"]) for role in guild.get("roles") or ()}
    overwrites = channel.get("permission_overwrites") or ()
    everybodys = _overwritten(roles.get(guild_id, 0), [o for o in overwrites if str(o["id"]) == guild_id])
    own = {str(number) for number in member.get("roles") or ()}
    rights = roles.get(guild_id, 0)
    for number in own:
        rights |= roles.get(number, 0)
    if rights & discord.Permissions(administrator=True).value or str(guild.get("owner_id")) == bot:
        return discord.Permissions.all().value, everybodys
    for about in ({guild_id}, own, {bot}):
        rights = _overwritten(rights, [o for o in overwrites if str(o["id"]) in about])
    return rights, everybodys


def _overwritten(rights: int, overwrites: Iterable[Said]) -> int:
    """The rights after overwrites of one rank: what one of them allows goes before what another denies."""
    allowed = denied = 0
    for overwrite in overwrites:
        allowed |= int(overwrite.get("allow") or 0)
        denied |= int(overwrite.get("deny") or 0)
    return rights & ~denied | allowed


async def _asked(api: Api, path: str) -> Said | None:
    """What Discord answers; None when it refuses."""
    try:
        answer = await api.call("GET", path)
    except DeliveryError:
        return None
    return answer if isinstance(answer, dict) else None
