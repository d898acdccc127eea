"""Where people talk: direct messages, text channels, forums, and threads."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tests.simulators.discord.messages import Message
from tests.simulators.discord.people import User, bits

Kind = Literal["text", "dm", "voice", "category", "announcement", "thread", "private_thread", "forum"]
TYPES: dict[Kind, int] = {
    "text": 0,
    "dm": 1,
    "voice": 2,
    "category": 4,
    "announcement": 5,
    "thread": 11,
    "private_thread": 12,
    "forum": 15,
}
ARCHIVE_AFTER_MIN = 4320
"""Minutes of silence after which a thread is archived, where nothing else is said."""
PINNED = 1 << 1
REQUIRE_TAG = 1 << 4


@dataclass(eq=False)
class Tag:
    """What a forum's posts may be marked with."""

    id: int
    name: str
    moderated: bool = False
    emoji: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The tag as its forum tells it."""
        told = {"id": str(self.id), "name": self.name, "moderated": self.moderated}
        return told | {"emoji_id": None, "emoji_name": self.emoji}


@dataclass(eq=False)
class Sleep:
    """A thread's state: whether it is archived, locked, and since when."""

    since: datetime
    archived: bool = False
    locked: bool = False
    after_min: int = ARCHIVE_AFTER_MIN


@dataclass(eq=False)
class Channel:
    """One place for messages, with all that was ever said there."""

    id: int
    kind: Kind
    name: str = ""
    guild_id: int = 0
    bot_id: int = 0
    """The bot whose rights `denied` takes."""
    parent: Channel | None = None
    peer: User | None = None
    """The person of a direct channel."""
    owner_id: int = 0
    topic: str | None = None
    position: int = 0
    tags: list[Tag] = field(default_factory=list)
    applied: list[int] = field(default_factory=list)
    """The ids of a post's tags."""
    flags: int = 0
    denied: set[str] = field(default_factory=set)
    """The rights that the bot lacks here and in the threads below."""
    private: bool = False
    """Whether only those who are let in see it, the bot among them."""
    sleep: Sleep | None = None
    created_at: datetime | None = None
    touched_at: datetime | None = None
    messages: list[Message] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """The names that it bore before."""
    deleted: bool = False

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread or a forum's post."""
        return self.sleep is not None

    @property
    def archived(self) -> bool:
        """Whether it is a thread that sleeps."""
        return self.sleep is not None and self.sleep.archived

    @property
    def locked(self) -> bool:
        """Whether only a moderator may wake it."""
        return self.sleep is not None and self.sleep.locked

    @property
    def pinned(self) -> bool:
        """Whether it is a post at the top of its forum."""
        return bool(self.flags & PINNED)

    @property
    def tag_names(self) -> list[str]:
        """The names of a post's tags, in their order."""
        known = {tag.id: tag.name for tag in self.parent.tags} if self.parent else {}
        return [known[number] for number in self.applied if number in known]

    @property
    def from_bot(self) -> list[Message]:
        """What the bot said here and did not delete, what only one person sees included."""
        return [m for m in self.messages if m.author.id == self.bot_id and not m.deleted and not m.is_system]

    @property
    def from_people(self) -> list[Message]:
        """What others said here and did not delete."""
        return [m for m in self.messages if m.author.id != self.bot_id and not m.deleted and not m.is_system]

    def seen_by(self, user: User) -> list[Message]:
        """What that person sees here: no deleted message, no whisper to somebody else."""
        return [m for m in self.messages if not m.deleted and m.whispered_to in (None, user)]

    def find(self, message_id: int | None) -> Message | None:
        """A message that is still there."""
        at = bisect_left(self.messages, message_id or 0, key=lambda m: m.id)
        found = self.messages[at] if at < len(self.messages) else None
        return found if found and found.id == message_id and not found.deleted else None

    def may(self, right: str) -> bool:
        """Whether the bot holds a right here."""
        above = self.parent if self.is_thread else None
        return right not in self.denied and (above is None or above.may(right))

    def as_json(self) -> dict[str, Any]:
        """The channel as REST and the gateway tell it."""
        told: dict[str, Any] = {"id": str(self.id), "type": TYPES[self.kind], "flags": self.flags}
        last = next((m for m in reversed(self.messages) if m.whispered_to is None), None)
        told["last_message_id"] = str(last.id) if last else None
        if self.kind == "dm":
            return told | {"recipients": [self.peer.as_json()] if self.peer else []}
        parent_id = str(self.parent.id) if self.parent else None
        told |= {"guild_id": str(self.guild_id), "name": self.name, "parent_id": parent_id, "rate_limit_per_user": 0}
        return told | (self._as_thread() if self.sleep else self._as_guild_channel())

    def _as_guild_channel(self) -> dict[str, Any]:
        told: dict[str, Any] = {"position": self.position, "topic": self.topic, "nsfw": False}
        told["permission_overwrites"] = overwrites(self)
        if self.kind == "forum":
            told |= {
                "available_tags": [tag.as_json() for tag in self.tags],
                "default_reaction_emoji": None,
                "default_sort_order": None,
                "default_forum_layout": 0,
            }
        return told

    def _as_thread(self) -> dict[str, Any]:
        assert self.sleep
        people = {m.author.id for m in self.messages} | {self.owner_id}
        sent = sum(not m.is_system for m in self.messages)
        told: dict[str, Any] = {
            "owner_id": str(self.owner_id),
            "message_count": sum(not m.deleted and not m.is_system for m in self.messages),
            "member_count": len(people),
            "total_message_sent": sent,
            "applied_tags": [str(tag) for tag in self.applied],
            "thread_metadata": {
                "archived": self.sleep.archived,
                "archive_timestamp": self.sleep.since.isoformat(),
                "auto_archive_duration": self.sleep.after_min,
                "locked": self.sleep.locked,
                "create_timestamp": self.created_at.isoformat() if self.created_at else self.sleep.since.isoformat(),
            },
        }
        return told


def overwrites(channel: Channel) -> list[dict[str, Any]]:
    """What is allowed and denied in a channel in particular: to everybody, and to the bot."""
    seen = {"view_channel"}
    told = [{"id": str(channel.guild_id), "type": 0, "allow": "0", "deny": bits(seen)}] if channel.private else []
    allowed = seen - channel.denied if channel.private else set[str]()
    if channel.denied or allowed:
        own = {"id": str(channel.bot_id), "type": 1, "allow": bits(allowed), "deny": bits(channel.denied)}
        told.append(own)
    return told
