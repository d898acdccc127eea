"""What is said: a message with everything that hangs on it, and every version that it had."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.simulators.discord.files import Attachment
from tests.simulators.discord.people import User

if TYPE_CHECKING:
    from tests.simulators.discord.channels import Channel

SUPPRESS_EMBEDS = 1 << 2
HAS_THREAD = 1 << 5
HAS_SNAPSHOT = 1 << 14
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
VOICE = 1 << 13
SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | VOICE | 1 << 15
"""The flags that a sender may set; 1 << 15 is for the newer components."""

DEFAULT, NAME_CHANGED, PINNED_MESSAGE, JOINED, THREAD_CREATED, REPLY = 0, 4, 6, 7, 18, 19
CHAT_INPUT, THREAD_STARTER, CONTEXT_MENU = 20, 21, 23
SYSTEM = (NAME_CHANGED, PINNED_MESSAGE, JOINED, THREAD_CREATED, THREAD_STARTER)


@dataclass
class Version:
    """What a message said before an edit."""

    content: str
    attachments: list[Attachment]
    until: datetime


@dataclass(eq=False)
class Message:
    """One message. `deleted` ones stay here as the truth, and are told to nobody."""

    id: int
    channel: Channel
    author: User
    content: str
    created_at: datetime
    type: int = DEFAULT
    flags: int = 0
    attachments: list[Attachment] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    embeds: list[dict[str, Any]] = field(default_factory=list)
    stickers: list[dict[str, Any]] = field(default_factory=list)
    poll: dict[str, Any] | None = None
    reply_to: Message | None = None
    nonce: str | None = None
    pings: list[User] = field(default_factory=list)
    """Whom it really calls: those named in it that the sender let be called."""
    pings_everyone: bool = False
    reactions: dict[str, list[User]] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)
    edited_at: datetime | None = None
    pinned_at: datetime | None = None
    deleted: bool = False
    whispered_to: User | None = None
    """The one person who sees it, for an ephemeral answer."""
    thread: Channel | None = None
    forwarded: dict[str, Any] | None = None
    """What is passed on, as Discord tells it."""
    origin: dict[str, Any] | None = None
    """The interaction that it answers, as Discord tells it."""

    @property
    def by_bot(self) -> bool:
        """Whether the bot said it."""
        return self.author.id == self.channel.bot_id

    @property
    def is_system(self) -> bool:
        """Whether Discord said it, such as that something was pinned."""
        return self.type in SYSTEM

    @property
    def thinking(self) -> bool:
        """Whether it still shows that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def ephemeral(self) -> bool:
        """Whether one person alone sees it."""
        return self.whispered_to is not None

    @property
    def unfurls(self) -> bool:
        """Whether Discord shows a preview of a link beneath it."""
        return "http" in self.content and not self.flags & SUPPRESS_EMBEDS

    def buttons(self) -> list[dict[str, Any]]:
        """Its buttons and menus, in their order."""
        return [item for row in self.components for item in row.get("components", [])]

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons, in their order."""
        return [item.get("label", "") for item in self.buttons() if item["type"] == 2]

    def button(self, named: str) -> dict[str, Any]:
        """The button with that label or custom_id. Raises AssertionError where there is none, or it is disabled."""
        found = [item for item in self.buttons() if named in (item.get("label"), item.get("custom_id"))]
        assert found, f"no button {named!r} beneath {self.content!r}: {self.labels}"
        assert not found[0].get("disabled"), f"the button {named!r} beneath {self.content!r} is disabled"
        return found[0]
