"""The ground truth: chats, their topics, and every message with all that became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from tests.simulators.telegram.people import Member, User

ChatType = Literal["private", "group", "supergroup", "channel"]

MEDIA_KINDS = ("photo", "animation", "video", "voice", "audio", "document", "sticker", "video_note")
PLAIN_KINDS = ("location", "contact", "poll")
SERVICE = ("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened")


class Button(NamedTuple):
    """A button as it stands under a message."""

    text: str
    data: str


@dataclass(eq=False)
class Topic:
    """A forum topic; its id is the id of the service message that opened it."""

    thread_id: int
    name: str
    icon_color: int = 0x6FB9F0
    icon: str = ""
    closed: bool = False
    deleted: bool = False


@dataclass(eq=False)
class Chat:
    """A private chat, a group or a channel, with what the bot is in it and every message in order."""

    id: int
    type: ChatType
    title: str = ""
    username: str = ""
    is_forum: bool = False
    peer: User | None = None
    started: bool = False
    """Private chats: the person pressed Start at least once."""
    blocked: bool = False
    """Private chats: the person has blocked the bot."""
    migrated_to: int | None = None
    discussion: Chat | None = field(default=None, repr=False)
    """Channels: the group into which each post is brought, for comments."""
    members: dict[int, Member] = field(default_factory=dict, repr=False)
    topics: dict[int, Topic] = field(default_factory=dict, repr=False)
    messages: list[Message] = field(default_factory=list, repr=False)
    by_id: dict[int, Message] = field(default_factory=dict, repr=False)
    last_message_id: int = 1
    """Supergroups and channels count their own messages; the first one tells of their making."""

    @property
    def is_group(self) -> bool:
        """Whether it is a basic group or a supergroup."""
        return self.type in ("group", "supergroup")

    @property
    def visible(self) -> list[Message]:
        """The messages that nobody deleted, service messages aside."""
        return [message for message in self.messages if not message.deleted and not message.is_service]

    @property
    def from_bot(self) -> list[Message]:
        """What the bot said and did not delete, in order."""
        return [message for message in self.visible if message.by_bot]

    def in_thread(self, thread_id: int | str | None) -> list[Message]:
        """The visible messages of a topic; of the general part with None."""
        wanted = None if thread_id is None else int(thread_id)
        return [message for message in self.visible if message.thread_id == wanted]

    def find(self, message_id: int | None) -> Message | None:
        """The message of that id, unless it was deleted."""
        found = self.by_id.get(message_id or 0)
        return found if found and not found.deleted else None

    def add(self, message: Message) -> None:
        """Puts a message at the end."""
        self.messages.append(message)
        self.by_id[message.message_id] = message

    def topic_named(self, name: str) -> Topic | None:
        """The newest topic of that name that is not deleted."""
        return next((t for t in reversed(self.topics.values()) if t.name == name and not t.deleted), None)

    def as_json(self) -> dict[str, Any]:
        """The chat as it stands in messages."""
        told: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.peer:
            named = {"first_name": self.peer.first_name, "last_name": self.peer.last_name}
            named["username"] = self.peer.username
        else:
            named = {"title": self.title, "username": self.username}
        told |= {key: value for key, value in named.items() if value}
        return told | ({"is_forum": True} if self.is_forum else {})


@dataclass(eq=False)
class Message:
    """One message. `content` is the part that an edit changes: text or caption, entities, media, buttons."""

    chat: Chat = field(repr=False)
    message_id: int
    date: int
    sender: User | None = field(repr=False)
    content: dict[str, Any]
    by_bot: bool = False
    sender_chat: Chat | None = field(default=None, repr=False)
    thread_id: int | None = None
    reply_to: Message | None = field(default=None, repr=False)
    media_group_id: str = ""
    edit_date: int = 0
    deleted: bool = False
    versions: list[dict[str, Any]] = field(default_factory=list)
    """The contents that edits replaced, oldest first."""
    reactions: dict[int, list[str]] = field(default_factory=dict)
    """The emoji by the id of who reacted."""
    forwarded_from: Message | None = None
    automatic: bool = False
    """It was brought into a discussion group by Telegram itself."""

    @property
    def text(self) -> str:
        """The text or the caption."""
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def entities(self) -> list[dict[str, Any]]:
        """The formatting of `text`, with offsets in UTF-16 units."""
        return list(self.content.get("entities") or self.content.get("caption_entities") or [])

    @property
    def buttons(self) -> list[Button]:
        """The buttons in reading order."""
        rows = self.content.get("reply_markup", {}).get("inline_keyboard", [])
        return [Button(b["text"], b.get("callback_data") or b.get("url", "")) for row in rows for b in row]

    @property
    def media(self) -> str:
        """The kind of what is attached: photo, video, location, poll … or empty."""
        return next((kind for kind in (*MEDIA_KINDS, *PLAIN_KINDS) if kind in self.content), "")

    @property
    def file_id(self) -> str:
        """The id of the attached file (of a photo: its largest size), or empty."""
        attached = self.content.get(self.media)
        largest = attached[-1] if isinstance(attached, list) else attached or {}
        return str(largest.get("file_id", ""))

    @property
    def is_service(self) -> bool:
        """Whether it only tells of something that happened to the chat."""
        return not self.text and not self.media

    @property
    def edited_texts(self) -> Sequence[str]:
        """Every text that it ever had, oldest first, the present one last."""
        return [str(v.get("text") or v.get("caption") or "") for v in self.versions] + [self.text]

    def as_json(self, *, nested: bool = False) -> dict[str, Any]:
        """The message as Telegram tells it; one that is quoted (`nested`) tells no further quote."""
        told: dict[str, Any] = {"message_id": self.message_id, "date": self.date, "chat": self.chat.as_json()}
        told |= {"from": self.sender.as_json()} if self.sender else {}
        told |= {"sender_chat": self.sender_chat.as_json()} if self.sender_chat else {}
        told |= self._place()
        told |= {"edit_date": self.edit_date} if self.edit_date else {}
        told |= {"media_group_id": self.media_group_id} if self.media_group_id else {}
        told |= {"forward_origin": self._origin()} if self.forwarded_from else {}
        told |= {"is_automatic_forward": True} if self.automatic else {}
        told |= {key: value for key, value in self.content.items() if value not in ([], "")}
        quoted = self.reply_to or self._root()
        if quoted and quoted is not self and not quoted.deleted and not nested:
            told["reply_to_message"] = quoted.as_json(nested=True)
        return told

    def _place(self) -> dict[str, Any]:
        if self.chat.is_forum:
            return {"message_thread_id": self.thread_id, "is_topic_message": True} if self.thread_id else {}
        if self.chat.type == "supergroup" and self.reply_to:
            # Threads of replies carry an id that names no topic.
            return {"message_thread_id": self._first_quoted().message_id}
        return {}

    def _first_quoted(self) -> Message:
        return self.reply_to._first_quoted() if self.reply_to else self

    def _root(self) -> Message | None:
        return self.chat.find(self.thread_id) if self.chat.is_forum and self.thread_id else None

    def _origin(self) -> dict[str, Any]:
        source = self.forwarded_from
        assert source is not None
        if source.sender is None:
            where = {"chat": source.chat.as_json(), "message_id": source.message_id}
            return {"type": "channel", "date": source.date} | where
        return {"type": "user", "date": source.date, "sender_user": source.sender.as_json()}
