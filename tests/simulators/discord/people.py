"""Who is there: people and the bot, and the rights that the bot may hold in a channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

RIGHTS = {
    "manage_channels": 1 << 4,
    "add_reactions": 1 << 6,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "manage_messages": 1 << 13,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "use_external_emojis": 1 << 18,
    "use_application_commands": 1 << 31,
    "manage_events": 1 << 33,
    "manage_threads": 1 << 34,
    "create_public_threads": 1 << 35,
    "create_private_threads": 1 << 36,
    "use_external_stickers": 1 << 37,
    "send_messages_in_threads": 1 << 38,
    "create_events": 1 << 44,
    "send_polls": 1 << 49,
    "pin_messages": 1 << 51,
}
"""The rights that matter here, with their bits."""


def bits(rights: frozenset[str] | set[str]) -> str:
    """Rights as Discord tells them: a number in a string."""
    return str(sum(RIGHTS[right] for right in rights))


@dataclass(eq=False)
class User:
    """A person or a bot. `dm_closed`: takes no direct messages from the bot."""

    id: int
    name: str
    global_name: str | None = None
    is_bot: bool = False
    locale: str = "en-US"
    dm_closed: bool = False

    @property
    def mention(self) -> str:
        """How a text names the user."""
        return f"<@{self.id}>"

    def as_json(self) -> dict[str, Any]:
        """The user as it stands in messages."""
        told: dict[str, Any] = {
            "id": str(self.id),
            "username": self.name.lower().replace(" ", "_"),
            "global_name": self.global_name or self.name,
            "discriminator": "0",
            "avatar": None,
            "public_flags": 0,
            "flags": 0,
            "primary_guild": None,
        }
        return told | ({"bot": True} if self.is_bot else {})

    def as_me(self) -> dict[str, Any]:
        """The bot as /users/@me tells it."""
        return self.as_json() | {"mfa_enabled": False, "locale": self.locale, "verified": True, "email": None}


@dataclass(eq=False)
class Member:
    """A user in the guild."""

    user: User
    joined_at: datetime
    nick: str | None = None
    roles: tuple[int, ...] = ()

    def as_json(self, *, with_user: bool = True) -> dict[str, Any]:
        """The member as guilds, messages and interactions tell it."""
        told: dict[str, Any] = {
            "nick": self.nick,
            "avatar": None,
            "banner": None,
            "roles": [str(role) for role in self.roles],
            "joined_at": self.joined_at.isoformat(),
            "premium_since": None,
            "communication_disabled_until": None,
            "pending": False,
            "flags": 0,
            "mute": False,
            "deaf": False,
        }
        return told | ({"user": self.user.as_json()} if with_user else {})
