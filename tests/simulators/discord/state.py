"""The world that the bot lives in: the bot, people, one guild, channels, interactions, commands, and its news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulators.discord.channels import Channel, Kind, Sleep
from tests.simulators.discord.errors import missing_access, missing_permissions, unknown
from tests.simulators.discord.files import Files
from tests.simulators.discord.interactions import Interaction
from tests.simulators.discord.messages import Message
from tests.simulators.discord.people import RIGHTS, Member, User, bits
from tests.simulators.discord.snowflakes import Snowflakes

News = Callable[[str, dict[str, Any], "Message | Channel | None"], None]
"""Takes an event's name, its data, and what it is about."""


def real_time() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


@dataclass(eq=False)
class Guild:
    """The one server that the bot is in."""

    id: int
    name: str
    owner_id: int
    role_id: int
    """The bot's own role."""
    members: dict[int, Member] = field(default_factory=dict)
    bot_rights: set[str] = field(default_factory=lambda: set(RIGHTS))
    bot_is_in: bool = True


@dataclass
class Starts:
    """How often the bot may identify in a day."""

    total: int = 1000
    at: list[datetime] = field(default_factory=list)
    """When it did."""

    def remaining(self, now: datetime) -> int:
        """How often it still may."""
        return max(0, self.total - sum(now - at < timedelta(days=1) for at in self.at))

    def as_json(self, now: datetime) -> dict[str, int]:
        """The limit as /gateway/bot tells it."""
        oldest = min((at for at in self.at if now - at < timedelta(days=1)), default=now)
        reset_ms = int((timedelta(days=1) - (now - oldest)).total_seconds() * 1000)
        return {"total": self.total, "remaining": self.remaining(now), "reset_after": reset_ms, "max_concurrency": 1}


@dataclass
class World:
    """Everything that is the case."""

    now: Callable[[], datetime]
    bot: User
    guild: Guild
    new_id: Snowflakes
    allowed_intents: set[str] = field(default_factory=lambda: {"message_content", "members", "presences"})
    """The privileged intents that are switched on for the bot."""
    users: dict[int, User] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    dms: dict[int, Channel] = field(default_factory=dict)
    """The direct channels by the person's id."""
    threads: dict[int, Channel] = field(default_factory=dict)
    """Those of the channels that are threads or posts, the oldest first."""
    interactions: list[Interaction] = field(default_factory=list)
    commands: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """The registered commands by guild; the global ones under 0."""
    scheduled_events: dict[int, dict[str, Any]] = field(default_factory=dict)
    nonces: dict[str, tuple[Message, datetime]] = field(default_factory=dict)
    files: Files = field(init=False)
    starts: Starts = field(default_factory=Starts)
    gateway_url: str = ""
    news: News = field(default=lambda name, data, about: None)

    def __post_init__(self) -> None:
        self.files = Files(lambda: self.now().timestamp())

    # Channels.

    def open_channel(self, kind: Kind, name: str = "", **more: Any) -> Channel:
        """A new channel. Tells nobody."""
        number = more.pop("channel_id", 0) or self.new_id()
        channel = Channel(number, kind, name, bot_id=self.bot.id, created_at=self.now(), **more)
        channel.guild_id = 0 if kind == "dm" else self.guild.id
        channel.touched_at = self.now()
        self.channels[channel.id] = channel
        if channel.is_thread:
            self.threads[channel.id] = channel
        return channel

    def dm(self, user: User) -> Channel:
        """The direct channel of a person with the bot."""
        if user.id not in self.dms:
            self.dms[user.id] = self.open_channel("dm", peer=user)
        return self.dms[user.id]

    def open_thread(self, parent: Channel, name: str, owner: User, *, number: int = 0, **more: Any) -> Channel:
        """A new thread; tells of it."""
        sleep = Sleep(self.now(), after_min=more.pop("after_min", None) or 4320)
        kind: Kind = more.pop("kind", "thread")
        thread = self.open_channel(kind, name, channel_id=number, parent=parent, owner_id=owner.id, sleep=sleep, **more)
        self.news("THREAD_CREATE", thread.as_json() | {"newly_created": True}, thread)
        return thread

    def channel(self, channel_id: int) -> Channel:
        """The channel, if it is there and the bot sees it. Raises ApiError 10003 or 50001."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise unknown("channel")
        if (channel.guild_id and not self.guild.bot_is_in) or not self.may(channel, "view_channel"):
            raise missing_access()
        return channel

    def may(self, channel: Channel, right: str) -> bool:
        """Whether the bot holds a right in a channel."""
        return channel.kind == "dm" or (right in self.guild.bot_rights and channel.may(right))

    def require(self, channel: Channel, *rights: str) -> None:
        """Raises ApiError 50013 where the bot lacks one of the rights."""
        if not all(self.may(channel, right) for right in rights):
            raise missing_permissions()

    def rights_in(self, channel: Channel) -> str:
        """The bot's rights in a channel, as Discord tells them."""
        return bits({right for right in RIGHTS if self.may(channel, right)})

    def message(self, channel: Channel, message_id: int) -> Message:
        """A message that REST can see. Raises ApiError 10008: also for a whisper, which has no place in a channel."""
        found = channel.find(message_id)
        if found is None or found.ephemeral:
            raise unknown("message")
        return found

    def user(self, user_id: int) -> User:
        """Somebody. Raises ApiError 10013."""
        if user_id not in self.users:
            raise unknown("user")
        return self.users[user_id]

    def interaction(self, token: str) -> Interaction | None:
        """What somebody set off, by its token; the latest are looked at first."""
        return next((i for i in reversed(self.interactions) if i.token == token), None)

    # Threads fall asleep and wake.

    def let_threads_sleep(self) -> None:
        """Archives the threads whose time of silence is over."""
        for thread in list(self.threads.values()):
            assert thread.sleep and thread.touched_at
            if not thread.archived and self.now() - thread.touched_at >= timedelta(minutes=thread.sleep.after_min):
                self.set_archived(thread, True)

    def set_archived(self, thread: Channel, archived: bool, locked: bool | None = None) -> None:
        """Archives or wakes a thread, and tells of it."""
        assert thread.sleep
        thread.sleep.archived = archived
        thread.sleep.since = self.now()
        thread.sleep.locked = thread.sleep.locked if locked is None else locked
        thread.touched_at = self.now()
        self.news("THREAD_UPDATE", thread.as_json(), thread)
