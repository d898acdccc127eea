"""The world that the bot lives in: the bot, people, chats, files, updates, and the ids that are given out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from tests.simulators.telegram.accounts import Accounts
from tests.simulators.telegram.chats import Chat, Message
from tests.simulators.telegram.errors import bad_request, forbidden
from tests.simulators.telegram.files import Files
from tests.simulators.telegram.people import User
from tests.simulators.telegram.updates import Pending, Queue

LostTopic = Literal["refused", "named", "ignored"]
"""What a send into a deleted topic meets: `message thread not found`, `TOPIC_DELETED`, or the general part."""


def real_time() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


@dataclass(eq=False)
class Query:
    """A button that somebody pressed; `answers` holds what the bot said to it."""

    id: str
    user: User
    message: Message
    data: str
    since: float
    answers: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Webhook:
    """Where updates are posted to; without a url they wait for getUpdates."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_at: int = 0


@dataclass
class World:
    """Everything that is the case."""

    now: Callable[[], datetime]
    bot: User
    chats: dict[int, Chat] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """The command lists, by scope and language as JSON."""
    queries: dict[str, Query] = field(default_factory=dict)
    lost_topic: LostTopic = "refused"
    files: Files = field(init=False)
    queue: Queue = field(init=False)
    webhook: Webhook = field(default_factory=Webhook)
    accounts: Accounts = field(default_factory=Accounts)
    _message_id: int = 0
    _serial: int = 0

    def __post_init__(self) -> None:
        self.files = Files(self.seconds)
        self.queue = Queue(self.seconds)

    def seconds(self) -> float:
        """The present instant in seconds since 1970."""
        return self.now().timestamp()

    def date(self) -> int:
        """The present instant as Telegram's dates are: whole seconds."""
        return int(self.seconds())

    def serial(self) -> int:
        """A number that was not given out before."""
        self._serial += 1
        return self._serial

    def next_message_id(self, chat: Chat) -> int:
        """Supergroups and channels count by themselves; private chats and basic groups share one count."""
        if chat.type in ("supergroup", "channel"):
            chat.last_message_id += 1
            return chat.last_message_id
        self._message_id += 1
        return self._message_id

    def post(self, chat: Chat, sender: User | None, content: dict[str, Any], **more: Any) -> Message:
        """Puts a message into a chat."""
        message = Message(chat, self.next_message_id(chat), self.date(), sender, dict(content), **more)
        message.by_bot = sender is self.bot or message.by_bot
        if chat.type == "channel":
            message.sender, message.sender_chat = None, chat
        chat.add(message)
        if chat.discussion:
            self._bring(message, chat.discussion)
        return message

    def _bring(self, post: Message, group: Chat) -> None:
        """Brings a channel's post into its discussion group, as Telegram does by itself."""
        bringer = User(777000, "Telegram")
        more: dict[str, Any] = {"sender_chat": post.chat, "forwarded_from": post, "automatic": True}
        brought = Message(group, self.next_message_id(group), self.date(), bringer, dict(post.content), **more)
        group.add(brought)
        self.tell("message", brought.as_json())

    def tell(self, kind: str, told: dict[str, Any]) -> Pending | None:
        """Queues an update for the bot, if it asked for such."""
        return self.queue.add(kind, told)

    def chat(self, chat_id: int | str) -> Chat:
        """The chat of that id, or of that @name. Raises ApiError `chat not found`."""
        wanted = str(chat_id).strip()
        if not wanted:
            raise bad_request("chat_id is empty")
        number = int(wanted) if wanted.lstrip("-").isdigit() else None
        if number in self.chats:
            return self.chats[number]
        for chat in self.chats.values():
            if chat.username and f"@{chat.username}" == wanted:
                return chat
        user = self.users.get(number or 0)
        if user and any(user.id in chat.members for chat in self.chats.values() if chat.is_group):
            raise forbidden("bot can't initiate conversation with a user")
        raise bad_request("chat not found")

    def known_chat(self, chat_id: int | str) -> Chat:
        """The chat, if the bot may look into it: refused where it never was or is no more."""
        chat = self.chat(chat_id)
        if chat.type == "private":
            if not chat.started:
                raise bad_request("chat not found")
            return chat
        if chat.migrated_to is not None:
            error = bad_request("group chat was upgraded to a supergroup chat")
            error.parameters = {"migrate_to_chat_id": chat.migrated_to}
            raise error
        member = chat.members.get(self.bot.id)
        named = f"the {chat.type} chat" if chat.type != "group" else "the group chat"
        if member is None or member.status == "left":
            raise forbidden(f"bot is not a member of {named}")
        if member.status == "kicked":
            raise forbidden(f"bot was kicked from {named}")
        return chat

    def writable_chat(self, chat_id: int | str) -> Chat:
        """The chat, if the bot may write there."""
        chat = self.known_chat(chat_id)
        if chat.type == "private":
            if chat.peer and chat.peer.deactivated:
                raise forbidden("user is deactivated")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
        elif chat.type == "channel" and not chat.members[self.bot.id].may("can_post_messages"):
            raise bad_request("need administrator rights in the channel chat")
        elif chat.members[self.bot.id].status == "restricted":
            raise bad_request("not enough rights to send text messages to the chat")
        return chat
