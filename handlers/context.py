"""What a handler is given beside the message: the rows, the shop, the time, and a way to say something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import buttons
from bot.database.tables import Conversation, Customer
from bot.markup import quoted
from bot.messages import (
    Button,
    ChatRef,
    Desk,
    InboundMessage,
    Media,
    MessageRef,
    OutboundKind,
    OutboundMessage,
    Outcome,
    Text,
)
from handlers.sent import SentMessages
from handlers.texts import best_language, say
from knowledge.answers import Answer, Knowledge
from knowledge.phrases import Phrases
from knowledge.shop import Shop

QUOTED_AT_MOST = 200


@dataclass(frozen=True)
class House:
    """What is the same for every message: the shop and the places that belong to it."""

    shop: Shop
    knowledge: Knowledge
    phrases: Phrases
    room: ChatRef | None
    channels: tuple[ChatRef, ...]
    owner_ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Private:
    """A person's private conversation with the bot, for what was begun in public.

    `reachable`: the bot can write there now; else `link`, where there is one, leads the person into it.
    """

    ctx: Context
    reachable: bool
    link: str = ""


@dataclass
class Context:
    """One message's surroundings. Handlers return what is to be said, and set the outcome here.

    `held` are the earlier lines of an unfinished thought; `hold()` adds the present one to them, `settles` is the
    outcome that they get. `asked_id` is the inbox id by which a question's card is found again, `replies_as` the name
    of the first answer where it isn't the message's own; `asks` is what is answered, in public by a quote.
    `privately` opens the private conversation of whoever wrote in public. `in_place` says that the answers belong to
    the very message, not elsewhere. `card_tells` is the stored update whose words the card has to show at once.
    `about` is the name of our post that the message answers.
    """

    session: AsyncSession
    house: House
    conversation: Conversation
    customer: Customer | None
    sent: SentMessages
    now: datetime
    name: str
    here: ChatRef | Desk
    in_room: bool = False
    is_owner: bool = False
    inbox_id: int | None = None
    held: tuple[InboundMessage, ...] = ()
    held_ids: tuple[int, ...] = ()
    outcome: Outcome | None = Outcome.done
    settles: Outcome | None = None
    explanation: dict[str, Any] | None = None
    asked_id: int | None = None
    replies_as: str = ""
    asks: MessageRef | None = None
    in_place: bool = True
    card_tells: int | None = None
    about: str = ""
    privately: Callable[[Context], Awaitable[Private]] | None = None
    _said: int = field(default=0)
    _replied: int = field(default=0)
    _asked: dict[str, Answer] = field(default_factory=dict)

    @property
    def shop(self) -> Shop:
        """The shop's file."""
        return self.house.shop

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return self.house.shop.zone

    @property
    def today(self) -> date:
        """The shop's date."""
        return self.now.astimezone(self.zone).date()

    @property
    def language(self) -> str:
        """The language of our own sentences here."""
        theirs = self.customer.language if self.customer and not self.in_room else ""
        return best_language(theirs, *self.shop.languages)

    @property
    def customer_name(self) -> str:
        """The customer's name as the platform gives it."""
        return self.customer.name if self.customer else ""

    def say(self, sentence: str, /, **values: Text | str) -> Text:
        """One of our sentences; `{owner}`, `{shop}` and `{name}` are known to each."""
        known: dict[str, Text | str] = {
            "owner": self.shop.owner_name,
            "shop": self.shop.name,
            "name": self.customer_name,
        }
        return say(self.language, sentence, **(known | values))

    def ask(self, question: str) -> Answer:
        """What the shop knows today; the same words are asked once, though two routes may want to know."""
        if question not in self._asked:
            topic, locale = self.conversation.topic, self.customer.language if self.customer else ""
            self._asked[question] = self.house.knowledge.ask(question, self.today, topic, self.now, locale)
        return self._asked[question]

    @property
    def public(self) -> bool:
        """Whether others read along: a group or a channel, in which each person has a conversation of their own."""
        return self.conversation.person_id != ""

    def hold(self) -> None:
        """Lets the message wait for the rest of the thought."""
        self.outcome = None

    def named(self, message: OutboundMessage, key: str) -> OutboundMessage:
        """A message under a name by which it can be found again, and is said once."""
        return replace(message, key=key)

    def key(self) -> str:
        """A new name for a message of ours that is no answer; `/2` and so on are the names of its parts."""
        self._said += 1
        return f"{self.name}.{self._said}"

    def reply_key(self) -> str:
        """A new name for an answer: the first bears the name of what it answers, so that an edit finds it."""
        self._replied += 1
        name = self.replies_as or self.name
        return f"{name}#{self._replied}" if self._replied > 1 else name

    def reply(
        self, text: Text, buttons: Sequence[Button] = (), media: Sequence[Media] = (), kind: OutboundKind = "reply"
    ) -> OutboundMessage:
        """An answer where the message came from; the first one that a customer gets carries the privacy line."""
        if isinstance(self.here, ChatRef) and not self.in_room and self.customer:
            return self.to_customer(text, buttons, media)
        return OutboundMessage(
            self.here,
            self.reply_key(),
            kind,
            text=text,
            buttons=tuple(buttons),
            media=tuple(media),
            in_answer_to=self.inbox_id,
        )

    def to_customer(
        self, text: Text, buttons: Sequence[Button] = (), media: Sequence[Media] = (), kind: OutboundKind = "reply"
    ) -> OutboundMessage:
        """A message to the conversation's customer."""
        if kind == "reply" and self.customer and self.customer.privacy_told_at is None and not self.public:
            self.customer.privacy_told_at = self.now
            text = text + "\n\n" + self.say("privacy")
        return OutboundMessage(
            self.chat,
            self.key() if self.in_room else self.reply_key(),
            kind,
            text=text,
            buttons=tuple(buttons),
            media=tuple(media),
            in_answer_to=self.inbox_id if self.in_place and not self.in_room else None,
            quotes=self.asks if self.public else None,
        )

    def to_desk(
        self, text: Text, buttons: Sequence[Button] = (), media: Sequence[Media] = (), copy_of: int | None = None
    ) -> OutboundMessage:
        """The bot's own words in the customer's thread; `copy_of` where they carry the customer's."""
        return OutboundMessage(
            Desk(self.conversation.id),
            self.key(),
            "note",
            text=text,
            buttons=tuple(buttons),
            media=tuple(media),
            copy_of=copy_of,
        )

    def notice(self, text: Text, buttons: Sequence[Button] = ()) -> list[OutboundMessage]:
        """A word in the owners' general part; nothing where there is no room."""
        room = self.house.room
        return [OutboundMessage(room, self.key(), "notice", text=text, buttons=tuple(buttons))] if room else []

    async def relay(self, message: InboundMessage, to: ChatRef | Desk, inbox_id: int | None = None) -> OutboundMessage:
        """A person's own words and media, to the other side; what they quote is quoted there too. `inbox_id` where it
        isn't the message that is being handled."""
        quotes = await self.sent.other_side(message.reply_to) if message.reply_to else None
        text = message.text
        if isinstance(to, Desk) and message.reply_to and quotes is None:
            text = await self._with_quote(message.reply_to) + text
        copied = inbox_id or self.inbox_id
        return OutboundMessage(to, self.key(), "relay", text=text, media=message.media, quotes=quotes, copy_of=copied)

    async def _with_quote(self, ref: MessageRef) -> Text:
        """The beginning of what a customer quotes and the owners have not seen, for the thread alone."""
        words = await self.sent.words(ref)
        plain = " ".join(words.plain.split()) if words else ""
        short = plain if len(plain) <= QUOTED_AT_MOST else plain[: QUOTED_AT_MOST - 1] + "…"
        return quoted(short) + "\n" if short else Text()

    @property
    def chat(self) -> ChatRef:
        """The customer's chat; in public, the thread of it where they asked."""
        c = self.conversation
        thread_id = self.asks.chat.thread_id if self.public and self.asks else None
        return ChatRef(c.platform, c.bot, c.chat_id, thread_id)

    def button(self, label: str, action: str, value: dict[str, Any] | None = None) -> Button:
        """A button with one of our sentences on it."""
        return self.labelled(self.say(label, **{k: str(v) for k, v in (value or {}).items()}).plain, action, value)

    def labelled(self, label: str, action: str, value: dict[str, Any] | None = None) -> Button:
        """A button with that very label."""
        return buttons.remember(self.session, label, action, self.conversation.id, value or {}, self.now)

    def ref(self, message: InboundMessage) -> MessageRef:
        """The message as its platform knows it."""
        return MessageRef(message.chat, message.message_id)
