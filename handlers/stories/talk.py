"""A story is the beginning of a talk: who replies to one is heard, and what is asked there goes the usual way.

Under a post in public the bot speaks only where it is asked: a comment on the post itself that is a question, an
entry's own phrasing, or a wish for a person or a complaint. Everything else is people talking with each other: it is
counted, and the owners read it in one message later on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import live_hours, posted, talk
from bot.database.tables import InboxRow
from bot.markup import quoted
from bot.messages import Button, ChatRef, InboundMessage, MessageRef, OutboundMessage, Outcome, Text
from handlers.context import Context, House
from handlers.stories import live
from handlers.stories.telling import first_words
from handlers.texts import best_language, say

ASKS = re.compile(r"[?？؟¿]")
"""The signs of a question in the languages that people write."""
IN_PRIVATE = "comment:"
"""Begins the name of a private answer to what was asked under a story; the inbox id follows."""
LISTED, LETTERS = 30, 200
"""So many comments of one story are shown to the owners together, and so much of each."""


@dataclass(frozen=True)
class About:
    """Which copy of ours somebody's words are about, by its name, and whether they answer it itself."""

    name: str
    direct: bool

    @property
    def post_id(self) -> int | None:
        """The post; None for what was no story, such as a live hour."""
        found = posted.copy_named(self.name)
        return found[0] if found else None


async def about(message: InboundMessage, ctx: Context) -> About | None:
    """Which story or live hour a message is about: the one that it quotes, or under which it stands."""
    if message.reply_to and (name := await _ours(message.reply_to, ctx)):
        return About(name, True)
    if not ctx.public:
        return None
    if root := message.fields.get("comment_on"):
        origin = message.fields.get("post") or await _brought(message, root, ctx)
        chat_id, message_id, username = (*origin.split("/"), "", "")[:3]
        channel = channel_called(replace(message.chat, chat_id=chat_id), username, ctx)
        name = await _ours(MessageRef(channel, message_id), ctx) if message_id else None
        direct = "aside" not in message.fields or message.addressed
        return About(name, direct) if name else None
    if message.chat.thread_id:  # a thread bears the id of the message under which it was opened
        name = await _ours(MessageRef(replace(message.chat, thread_id=None), message.chat.thread_id), ctx)
        return About(name, message.reply_to is None or message.addressed) if name else None
    return None


def channel_called(chat: ChatRef, username: str, ctx: Context) -> ChatRef:
    """A story channel as the settings name it: by its public name, where they do, else by its id."""
    called = f"@{username}".casefold()
    return next((c for c in ctx.house.channels if username and c.chat_id.casefold() == called), chat)


async def _ours(ref: MessageRef, ctx: Context) -> str | None:
    name = await posted.name_of(ctx.session, ref)
    known = name and (posted.copy_named(name) or live.hour_named(name))
    return name if known else None


async def _brought(message: InboundMessage, root: str, ctx: Context) -> str:
    """Of which post the head of a thread of comments is a copy, as it was stored when it came."""
    head = await ctx.sent.written(MessageRef(message.chat, root), None)
    return head.this.message.fields.get("copy_of", "") if head else ""


async def overheard(message: InboundMessage, ctx: Context) -> list[OutboundMessage] | None:
    """Counts what is said to a story. None for what goes the usual way; else all that is to be done."""
    if message.kind in ("edit", "delete"):
        await _changed(message, ctx)
    if message.kind != "text" or ctx.inbox_id is None:
        return None
    found = await about(message, ctx)
    if found is None:
        return None
    ctx.about = found.name
    if (hour_id := live.hour_named(found.name)) is not None:
        taken = await live.collect(hour_id, found.direct, message, ctx)
        if taken is not None:
            return taken
    asked = not ctx.public or (found.direct and asks(message, ctx))
    if found.post_id is not None:
        customer_id = ctx.customer.id if ctx.customer else None
        words = message.text.plain or ctx.say("picture").plain
        await talk.note(ctx.session, ctx.inbox_id, found.post_id, customer_id, words, ctx.now, asked=asked)
        await talk.touched(ctx.session, found.post_id, ctx.now + live.SOON)
    if asked:
        return None
    ctx.outcome = Outcome.done
    return []


async def _changed(message: InboundMessage, ctx: Context) -> None:
    """A reply to a story says something else now, or was taken back; one that was asked shows it like any question."""
    if not ctx.public:
        return
    place = (message.platform, message.chat.chat_id, message.message_id)
    words = message.text.plain if message.kind == "edit" else ""
    await live_hours.reworded(ctx.session, *place, words)
    post_id = await talk.reworded(ctx.session, *place, words)
    ctx.about = f"post:{post_id}:0" if post_id is not None else ""


def asks(message: InboundMessage, ctx: Context) -> bool:
    """Whether it is a question, or calls for a person."""
    words = message.text.plain
    known = ctx.ask(words) if words else None
    exact = known is not None and known.exact and known.outcome == "answered"
    return exact or ASKS.search(words) is not None or ctx.house.phrases.escalation(words) is not None


async def meant(message: InboundMessage, ctx: Context) -> str:
    """The name of our post that a message is about; empty for none."""
    if not ctx.about and (found := await about(message, ctx)):
        ctx.about = found.name
    return ctx.about


async def subject(message: InboundMessage, ctx: Context) -> str:
    """Which story a question is about, in words for the owners; empty where it is about none."""
    copy = posted.copy_named(await meant(message, ctx))
    found_story = await talk.story_of(ctx.session, copy[0]) if copy else None
    if found_story is None:
        return ""
    post, story = found_story
    words = post.title or (first_words(story) if story else "") or ctx.say("picture").plain
    return f"{post.series_id}: “{words}”"


def go_on_button(ctx: Context, asked: int | None) -> Button:
    """Leads somebody who has asked in public into their own chat with the bot."""
    return Button(ctx.say("go_on_button").plain, f"asked:{asked or 0}", private=True)


async def shut_out(
    session: AsyncSession, house: House, message: OutboundMessage, at: datetime
) -> list[OutboundMessage]:
    """The private answer to what was asked under a story can't reach them: one sentence where they asked."""
    asked = message.key.removeprefix(IN_PRIVATE).partition(":")[0]
    row = await session.get(InboxRow, int(asked)) if asked.isdecimal() else None
    if row is None or row.chat_id is None or row.message_id is None:
        return []
    chat = ChatRef(row.platform, row.bot, row.chat_id, row.thread_id)
    text = say(
        best_language(*house.shop.languages), "goes_on_when_written", owner=house.shop.owner_name,
        shop=house.shop.name, name="",
    )  # fmt: skip
    ref = MessageRef(chat, row.message_id)
    return [
        OutboundMessage(chat, f"shut:{message.key}", "reply", text=text, quotes=ref, customer_id=message.customer_id)
    ]


async def digest_due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """One message to the owners with what people said to each other under their stories; None for nothing."""
    found = await talk.take_untold(session, now)
    if not found:
        return None
    if house.room is None:
        return []
    language, text = best_language(*house.shop.languages), Text()
    for series_id, theirs in groupby(found, key=lambda one: one[2]):
        said = list(theirs)
        text = text + ("\n\n" if text else "") + say(language, "comments", id=str(series_id), count=str(len(said)))
        lines = [f"{name}: {' '.join(reply.words.split())[:LETTERS]}" for reply, name, _ in said[:LISTED]]
        lines += [f"+{len(said) - LISTED}"] if len(said) > LISTED else []
        text = text + "\n" + quoted("\n".join(lines))
    return [OutboundMessage(house.room, f"comments:{found[0][0].inbox_id}:{now.timestamp():.0f}", "notice", text=text)]
