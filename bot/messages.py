"""What travels through the house: one neutral message in, one neutral message out.

No object of a platform's client library appears here. Ids are strings, instants are aware UTC, everything is
frozen, and everything can be stored as JSON (`dump` and `load`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter

SpanKind = Literal["bold", "italic", "code", "strike", "spoiler", "link", "quote", "mention"]
MediaKind = Literal[
    "photo", "video", "voice", "audio", "document", "sticker", "animation", "location", "contact", "poll"
]
InboundKind = Literal["text", "button", "form", "command", "edit", "delete", "reaction", "joined", "left", "account"]
OutboundKind = Literal["reply", "relay", "note", "post", "offer", "notice"]
Op = Literal["send", "edit", "delete", "react", "mark"]
STORIES = "stories:"
"""Begins the id of the place where stories of a person's own account are posted; the name of their leave follows."""
STORY_FORM = "telegram_story"
"""The form (`Media.form`) of a picture or video that is posted there."""
CARD = "card:"
"""Begins the name of the card at the head of a customer's desk; the conversation's id follows."""
Mark = Literal["needs_reply", "waiting", "closed"]
"""How a customer's thread stands: the customer's words wait, the owner has spoken last, or nothing is open."""


class Outcome(StrEnum):
    """What became of an inbound message; every message ends in exactly one."""

    answered = "answered"
    suggested = "suggested"
    handed_over = "handed_over"
    relayed = "relayed"
    done = "done"
    refused = "refused"
    failed = "failed"


@dataclass(frozen=True)
class Span:
    """Formatting of `length` code points of a text from `start`; `url` for links only."""

    kind: SpanKind
    start: int
    length: int
    url: str = ""


@dataclass(frozen=True)
class Text:
    """Plain words plus formatting, in code points. Lists are lines that begin with a bullet or a number."""

    plain: str = ""
    spans: tuple[Span, ...] = ()

    def __add__(self, other: Text | str) -> Text:
        other = Text(other) if isinstance(other, str) else other
        moved = tuple(replace(s, start=s.start + len(self.plain)) for s in other.spans)
        return Text(self.plain + other.plain, self.spans + moved)

    def __bool__(self) -> bool:
        return bool(self.plain)

    def cut(self, start: int, end: int) -> Text:
        """The part from `start` to `end` (code points), with the formatting that falls into it."""
        spans = []
        for span in self.spans:
            first, last = max(span.start, start), min(span.start + span.length, end)
            if first < last:
                spans.append(replace(span, start=first - start, length=last - first))
        return Text(self.plain[start:end], tuple(spans))


def styled(kind: SpanKind, plain: str, url: str = "") -> Text:
    """`plain` as a whole in one style, for example `styled("bold", "Ana")`."""
    return Text(plain, (Span(kind, 0, len(plain), url),)) if plain else Text()


@dataclass(frozen=True)
class ChatRef:
    """A place to write to. Without `thread_id` it is the chat itself (of a forum: its general part)."""

    platform: str
    bot: str
    chat_id: str
    thread_id: str | None = None


@dataclass(frozen=True)
class Desk:
    """The customer's thread in the owners' room; the sender opens it when the first message goes there."""

    conversation_id: int


@dataclass(frozen=True)
class MessageRef:
    """One message as its platform knows it."""

    chat: ChatRef
    message_id: str


@dataclass(frozen=True)
class Sender:
    """Who wrote. `language` is what the platform says of the person's settings, or empty."""

    id: str
    name: str
    username: str = ""
    language: str = ""
    is_bot: bool = False


@dataclass(frozen=True)
class Media:
    """A picture or another attachment: by the platform's `file_id`, or by `sha256` of a stored blob.

    `file_id` and `url` are those of the bot that `origin` names (`telegram:4242`); another bot needs the bytes.
    `inbox_id` is the stored update that brought it, where a message was put together from several. `form` names what
    the file has to be made into for the place where it goes (`bot.story_form`); empty: it goes as it is. A `spoiler` is
    veiled until somebody wants to see it.
    """

    kind: MediaKind
    file_id: str = ""
    sha256: str = ""
    name: str = ""
    mime: str = ""
    size: int = 0
    alt: str = ""
    url: str = ""
    origin: str = ""
    inbox_id: int | None = None
    form: str = ""
    spoiler: bool = False

    @property
    def shows(self) -> Literal["photo", "video"] | None:
        """Whether it is seen as a photo or as a video, as a file of such a kind too."""
        if self.kind == "animation" or (self.kind == "document" and self.mime.startswith("video/")):
            return "video"
        if self.kind == "document" and self.mime.startswith("image/"):
            return "photo"
        return "video" if self.kind == "video" else "photo" if self.kind == "photo" else None


@dataclass(frozen=True)
class Button:
    """A button under a message. `data` is `<action>:<opaque>`; the opaque part is looked up, never trusted.

    One that is `private` leads from a group or a channel into the person's own chat with the bot, which begins with
    `/start <action>-<opaque>`, where the platform has such links; elsewhere it is pressed like any other.
    """

    label: str
    data: str
    private: bool = False


@dataclass(frozen=True)
class Field:
    """One question of a form."""

    name: str
    label: str
    kind: Literal["line", "paragraph", "file"] = "line"
    required: bool = True
    value: str = ""


@dataclass(frozen=True)
class Form:
    """Questions asked together: a modal on Discord, a sequence of questions elsewhere."""

    name: str
    title: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class InboundMessage:
    """What somebody did, decoded from the stored raw update.

    `text` of a command is what follows its name, `fields` what was given by name (a slash command's options, a form's
    answers); `action` is the command's or form's name, the button's data, or the emoji with which the sender now
    reacts (empty: with none any more). `message_id` is the platform's own id of the message that was written, pressed,
    changed or reacted to. Messages with one `album` are parts of one thing. Of an `account` that somebody lets the bot
    use, or no longer, `action` is the name of that leave and `fields["posts"]` says whether it includes posting.
    """

    platform: str
    bot: str
    update_id: str
    chat: ChatRef
    sender: Sender
    kind: InboundKind
    received_at: datetime
    message_id: str = ""
    text: Text = Text()
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    media: tuple[Media, ...] = ()
    reply_to: MessageRef | None = None
    addressed: bool = True
    album: str = ""


@dataclass(frozen=True)
class OutboundMessage:
    """One thing to be said or changed.

    `key` is unique in the outbox, and is the name by which later messages refer to this one. `target` (what an
    edit, delete or reaction is about) and `quotes` are such a key or a platform's message. `in_answer_to` is the
    inbox id, so that an adapter can answer an interaction instead of posting; `copy_of` the inbox id of the words
    that this one carries to the other side. `reaction` is an emoji (empty: takes ours back). `mark` is what op `mark`
    shows at a desk; a platform that can't show it plans no call for it. `urgent` goes before all else of its chat.
    `broadcast_id` is the broadcast to whose recipients this one belongs.
    """

    to: ChatRef | Desk
    key: str
    kind: OutboundKind = "reply"
    op: Op = "send"
    text: Text = Text()
    buttons: tuple[Button, ...] = ()
    media: tuple[Media, ...] = ()
    target: str | MessageRef | None = None
    quotes: str | MessageRef | None = None
    reaction: str = ""
    mark: Mark | None = None
    form: Form | None = None
    not_before: datetime | None = None
    in_answer_to: int | None = None
    copy_of: int | None = None
    customer_id: int | None = None
    urgent: bool = False
    broadcast_id: int | None = None


@dataclass(frozen=True)
class Receipt:
    """What the platform said when it took a message. `thread_id` is where it really went; `message_ids` are those of
    all parts of an album, in the order of its media, of which `message_id` bears the words; `media_ids` are the file
    ids under which the platform keeps them."""

    message_id: str
    thread_id: str | None = None
    media_ids: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class RawUpdate:
    """A platform's update as it came, with the little that is needed to store it in the right place.

    `update_id` makes it unique for its bot. `chat` is None when not even that could be read. `message_id` is the
    message that was written, empty for whatever else was done. `reply_to` is the id of the message that it answers,
    `moved_to` the new id of a chat that says it has moved. `media` are the files that it brings, `album` names the
    album of which they are a part.
    """

    platform: str
    bot: str
    update_id: str
    chat: ChatRef | None
    sender_id: str
    body: dict[str, Any]
    private: bool = True
    reply_to: str = ""
    moved_to: str = ""
    message_id: str = ""
    media: tuple[Media, ...] = ()
    album: str = ""


@dataclass(frozen=True)
class Copy:
    """A message of ours that carries a person's words to the other side; `key` names all of it, `name` the part that
    carries these. `said` is what it says now."""

    key: str
    name: str | MessageRef
    said: OutboundMessage


@dataclass(frozen=True)
class Line:
    """One thing that a person wrote (an album is one thing), as it stands now; `inbox_id` is where it stood first.

    `held` says that it waits for the rest of the thought.
    """

    inbox_id: int
    kind: InboundKind
    message: InboundMessage
    held: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class Written:
    """The lines that were read as one thought, and the place of the one that was asked for among them."""

    lines: tuple[Line, ...]
    place: int

    @property
    def this(self) -> Line:
        """The line that was asked for."""
        return self.lines[self.place]

    @property
    def first_id(self) -> int:
        """The inbox id by which answers and cards name the thought."""
        return self.lines[0].inbox_id


Teller = Literal["customer", "owner", "note", "unsent", "bot"]
"""Who said something: `note` is an owner's for the room alone, `unsent` an owner's that did not go to the customer."""


@dataclass(frozen=True)
class Said:
    """One thing in a transcript: who said it and when, as it stands now, and what stood there before."""

    at: datetime
    who: Teller
    name: str
    text: Text = Text()
    media: tuple[Media, ...] = ()
    before: tuple[Text, ...] = ()
    gone: bool = False
    inbox_id: int | None = None


@dataclass(frozen=True)
class Found:
    """One thing that a search found: in whose conversation (`customer` is their name), when, who said it, and what."""

    conversation_id: int
    customer: str
    at: datetime
    who: Teller
    name: str
    words: str


T = TypeVar("T")


_codecs: dict[Any, TypeAdapter[Any]] = {}


def _codec(kind: Any) -> TypeAdapter[Any]:
    if kind not in _codecs:
        _codecs[kind] = TypeAdapter(kind)
    return _codecs[kind]


def dump(value: object) -> Any:
    """A message type as plain JSON values."""
    return _codec(type(value)).dump_python(value, mode="json", exclude_defaults=True)


def load(kind: type[T], data: Any) -> T:
    """The message type back from JSON values; raises pydantic's ValidationError on anything else."""
    loaded: T = _codec(kind).validate_python(data)
    return loaded
