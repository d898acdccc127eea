"""Business accounts that are connected with the bot, and the stories that stand on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.simulators.telegram.people import User

RIGHTS = ("can_reply", "can_read_messages", "can_manage_stories")


@dataclass(eq=False)
class Connection:
    """What one person lets the bot do with their account. Connected anew it has another id."""

    id: str
    user: User
    date: int
    rights: frozenset[str]
    is_enabled: bool = True

    def as_json(self) -> dict[str, Any]:
        """The connection as updates and getBusinessConnection tell it."""
        told = {"id": self.id, "user": self.user.as_json(), "user_chat_id": self.user.id, "date": self.date}
        rights = {name: True for name in RIGHTS if name in self.rights}
        return told | {"is_enabled": self.is_enabled} | ({"rights": rights} if self.is_enabled else {})


@dataclass(eq=False)
class OwnStory:
    """One story on an account: what was uploaded, and what it says. `seconds` is how long it is shown."""

    id: int
    owner: User
    kind: str
    data: bytes
    caption: str
    entities: list[Any]
    seconds: int
    kept: bool
    deleted: bool = False
    before: list[str] = field(default_factory=list)


@dataclass
class Accounts:
    """All connections, and all stories in the order in which they came."""

    connections: dict[str, Connection] = field(default_factory=dict)
    stories: list[OwnStory] = field(default_factory=list)
    most: int = 100
    """So many may stand on one account."""

    def of(self, user: User) -> list[OwnStory]:
        """The stories that stand on that person's account."""
        return [story for story in self.stories if story.owner is user and not story.deleted]
