"""What the bot asks about itself, the guild and its people."""

from __future__ import annotations

from typing import Any

from tests.simulators.discord.errors import ApiError, missing_access
from tests.simulators.discord.people import RIGHTS, bits
from tests.simulators.discord.state import World
from tests.simulators.discord.wire import Call

EVERYONE_RIGHTS = frozenset({"view_channel", "send_messages", "read_message_history", "add_reactions", "attach_files"})
FLAGS = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}
"""The application's flags for privileged intents of a bot in few servers."""


def application_flags(world: World) -> int:
    """The application's flags, which tell the intents that are switched on."""
    return sum(FLAGS[name] for name in world.allowed_intents)


def me(world: World, call: Call) -> dict[str, Any]:
    """The bot itself."""
    return world.bot.as_me()


def application(world: World, call: Call) -> dict[str, Any]:
    """The bot's application."""
    flags = application_flags(world)
    owner = world.users.get(world.guild.owner_id, world.bot)
    return {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": world.bot.as_json(),
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": owner.as_json(),
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
    }


def read_user(world: World, call: Call) -> dict[str, Any]:
    """Somebody."""
    return world.user(call.id("user")).as_json()


def read_guild(world: World, call: Call) -> dict[str, Any]:
    """The guild."""
    check_guild(world, call)
    return guild_as_json(world)


def read_my_guilds(world: World, call: Call) -> list[dict[str, Any]]:
    """The guilds that the bot is in."""
    guild = world.guild
    told: dict[str, Any] = {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "banner": None,
        "owner": False,
        "features": [],
    }
    return [told | {"permissions": bits(guild.bot_rights)}] if guild.bot_is_in else []


def guild_as_json(world: World) -> dict[str, Any]:
    """The guild without its channels and members."""
    guild = world.guild
    nothing = ("icon description home_header splash discovery_splash banner application_id afk_channel_id "
               "system_channel_id widget_channel_id vanity_url_code rules_channel_id safety_alerts_channel_id "
               "public_updates_channel_id max_presences incidents_data")  # fmt: skip
    zero = ("system_channel_flags verification_level default_message_notifications mfa_level "
            "explicit_content_filter premium_tier premium_subscription_count nsfw_level")  # fmt: skip
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "features": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": roles(world),
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "emojis": [],
        "stickers": [],
        **dict.fromkeys(nothing.split()),
        **dict.fromkeys(zero.split(), 0),
    }


def roles(world: World) -> list[dict[str, Any]]:
    """Everyone's role and the bot's."""
    guild = world.guild
    named = ((guild.id, "@everyone", EVERYONE_RIGHTS & set(RIGHTS)), (guild.role_id, world.bot.name, guild.bot_rights))
    return [
        {
            "id": str(number),
            "name": name,
            "permissions": bits(set(rights) if number != guild.id else set(rights) & guild.bot_rights),
            "position": position,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": position == 1,
            "mentionable": False,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        }
        for position, (number, name, rights) in enumerate(named)
    ]


def read_channels(world: World, call: Call) -> list[dict[str, Any]]:
    """The guild's channels, without threads."""
    check_guild(world, call)
    return [c.as_json() for c in world.channels.values() if c.guild_id and not c.is_thread]


def read_roles(world: World, call: Call) -> list[dict[str, Any]]:
    """The guild's roles."""
    check_guild(world, call)
    return roles(world)


def read_member(world: World, call: Call) -> dict[str, Any]:
    """Somebody in the guild."""
    check_guild(world, call)
    member = world.guild.members.get(call.id("user"))
    if member is None:
        raise ApiError(404, 10007, "Unknown Member")
    return member.as_json()


def read_stickers(world: World, call: Call) -> list[dict[str, Any]]:
    """The guild's stickers and emojis: none."""
    check_guild(world, call)
    return []


def check_guild(world: World, call: Call) -> None:
    """Raises ApiError for a guild that the bot isn't in."""
    if call.id("guild") != world.guild.id or not world.guild.bot_is_in:
        raise missing_access()


def gateway(world: World, call: Call) -> dict[str, Any]:
    """Where the gateway is, and how often the bot may still identify today."""
    return {"url": world.gateway_url, "shards": 1, "session_start_limit": world.starts.as_json(world.now())}


ROUTES = {
    "GET /users/@me": me,
    "GET /users/@me/guilds": read_my_guilds,
    "GET /users/{user}": read_user,
    "GET /applications/@me": application,
    "GET /oauth2/applications/@me": application,
    "GET /gateway": gateway,
    "GET /gateway/bot": gateway,
    "GET /guilds/{guild}": read_guild,
    "GET /guilds/{guild}/channels": read_channels,
    "GET /guilds/{guild}/roles": read_roles,
    "GET /guilds/{guild}/emojis": read_stickers,
    "GET /guilds/{guild}/stickers": read_stickers,
    "GET /guilds/{guild}/members/{user}": read_member,
}
