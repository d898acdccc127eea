"""A live hour: questions are gathered under a post, the owner answers them one by one, and a round-up tells of all.

Everything stands in rows, the buttons too: a restart changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import buttons, chats, live_hours, posted
from bot.database.tables import LiveHour, LiveQuestion
from bot.markup import quoted
from bot.messages import Button, InboundMessage, MessageRef, OutboundMessage, Outcome, Text, dump, load, styled
from handlers.context import Context, House
from handlers.stories import live_pages
from handlers.stories.questions import expect
from handlers.texts import best_language, say

SOON = timedelta(minutes=1)
"""So long counts are gathered before a receipt tells of them."""
KEY = re.compile(r"live:(\d+):\d+(?:/\d+)?")
BEFORE_THEM = "liveq:"
"""Begins the name of a question as the owners have it before them; its id follows."""
STOP = ("stop", "end")
SEEN = "👀"
TITLE_LETTERS = 120


def hour_named(name: str) -> int | None:
    """The live hour that a name of ours stands for; None for all else."""
    found = KEY.fullmatch(name)
    return int(found[1]) if found else None


# The owner begins and ends it.


async def command(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/live [title]`; `/live stop`."""
    title = " ".join((message.fields.get("title") or message.text.plain).split())
    hour = await live_hours.is_open(ctx.session)
    if title.casefold() in STOP:
        return await _over(hour, ctx) if hour else [ctx.reply(ctx.say("live_none"))]
    if hour:
        waiting = await live_hours.questions(ctx.session, hour.id, *live_hours.OPEN)
        return [ctx.reply(ctx.say("live_already", title=hour.title, count=str(len(waiting))), _choices(hour.id, ctx))]
    title = title[:TITLE_LETTERS] or ctx.say("live_title").plain
    hour = await live_hours.begin(ctx.session, title, message.sender.id, ctx.now)
    copies = live_pages.in_channels(hour, ctx.house, ctx.say("live_begins", title=title))
    mine, more = await live_pages.begin(ctx.session, ctx.house, hour, len(copies), ctx.now)
    copies += mine
    if not copies and not more:
        hour.state = "over"
        return [ctx.reply(ctx.say("live_nowhere"))]
    count = str(len(copies) + more)
    return [ctx.reply(ctx.say("live_open", title=title, count=count), _choices(hour.id, ctx)), *copies]


def _choices(hour_id: int, ctx: Context, question: LiveQuestion | None = None) -> list[Button]:
    value = {"live": hour_id}
    skip = [ctx.button("live_skip_button", "live_skip", {"question": question.id})] if question else []
    return [*skip, ctx.button("live_next_button", "live_next", value), ctx.button("live_end_button", "live_end", value)]


async def pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """Next or End."""
    hour = await live_hours.hold(ctx.session, int(value["live"]))
    if hour is None:
        return [ctx.reply(ctx.say("settled"))]
    if message.action.startswith("live_next"):
        return await _next(hour, message, ctx)
    return await _over(hour, ctx) if hour.state == "open" else [ctx.reply(ctx.say("settled"))]


async def skipped(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner leaves a question out."""
    found = await live_hours.question(ctx.session, int(value["question"]))
    if found is None or found[0].state not in live_hours.OPEN:
        return [ctx.reply(ctx.say("settled"))]
    found[0].state = "skipped"
    hour = await live_hours.hold(ctx.session, found[0].live_id)
    assert hour is not None
    return await _next(hour, message, ctx)


async def _next(hour: LiveHour, message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The next question that waits; what the owner writes next is its answer."""
    waiting = await live_hours.questions(ctx.session, hour.id, "waiting")
    if not waiting:
        return [ctx.reply(ctx.say("live_no_more"), _choices(hour.id, ctx) if hour.state == "open" else [])]
    question, name = waiting[0]
    question.state = "asked"
    expect("live", question.id, message.sender.id, ctx)
    text = _before_them(question, name, len(waiting) - 1, ctx.language, ctx.house)
    shown = ctx.reply(text, _choices(hour.id, ctx, question))
    return [ctx.named(shown, f"{BEFORE_THEM}{question.id}:{ctx.name}")]


def _before_them(question: LiveQuestion, name: str, more: int, language: str, house: House) -> Text:
    known = {"owner": house.shop.owner_name, "shop": house.shop.name}
    asked = say(language, "live_asks", name=name, **known) + "\n" + quoted(question.words)
    return asked + "\n" + say(language, "live_answer_how", count=str(more), **known)


# Somebody asks.


async def collect(hour_id: int, direct: bool, message: InboundMessage, ctx: Context) -> list[OutboundMessage] | None:
    """Keeps what is said under the post of a live hour; None where it is over, or the person is blocked."""
    hour = await live_hours.hold(ctx.session, hour_id)
    if hour is None or hour.state != "open" or (ctx.customer and ctx.customer.blocked_at):
        return None
    words = message.text.plain.strip()
    if not direct or not words:
        return [] if ctx.public else None
    assert ctx.inbox_id is not None
    before = await live_hours.questions(ctx.session, hour_id, *live_hours.OPEN)
    customer_id = ctx.customer.id if ctx.customer else None
    question = await live_hours.keep(
        ctx.session, hour_id, ctx.inbox_id, customer_id, ctx.ref(message), words, ctx.now, public=ctx.public
    )
    if question is None:
        return []
    shown = await _shown_at_once(question, ctx) if not before else []
    return [_taken(question, len(before) + 1, message, ctx), *shown]


def _taken(question: LiveQuestion, place: int, message: InboundMessage, ctx: Context) -> OutboundMessage:
    """The asker sees that it was heard: in public by a sign alone."""
    if ctx.public:
        return OutboundMessage(message.chat, ctx.key(), "relay", "react", target=ctx.ref(message), reaction=SEEN)
    return ctx.reply(ctx.say("live_taken", place=str(place)), [_name_button(question, ctx.language)])


def _name_button(question: LiveQuestion, language: str) -> Button:
    return Button(say(language, "live_name_button").plain, f"live_name:{question.id}", private=True)


async def _shown_at_once(question: LiveQuestion, ctx: Context) -> list[OutboundMessage]:
    """While nothing else waits, a question goes to the owners as it comes."""
    room = ctx.house.room
    if room is None:
        return []
    question.state = "asked"
    language, room_id = best_language(*ctx.shop.languages), await chats.room_conversation(ctx.session, room)
    live = {"live": question.live_id}
    values = {"live_skip": {"question": question.id}, "live_next": live, "live_end": live}
    choices = tuple(
        buttons.remember(ctx.session, say(language, f"{action}_button").plain, action, room_id, value, ctx.now)
        for action, value in values.items()
    )
    text = _before_them(question, ctx.customer_name or "?", 0, language, ctx.house)
    key = f"{BEFORE_THEM}{question.id}:{ctx.name}"
    return [OutboundMessage(room, key, "notice", text=text, buttons=choices)]


async def named(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """Whoever asked lets the round-up say their name."""
    found = await live_hours.question(ctx.session, int(value["id"]))
    if found is None or ctx.customer is None or found[0].customer_id != ctx.customer.id:
        ctx.outcome = Outcome.refused
        return [ctx.reply(ctx.say("stale_button"))]
    found[0].named = True
    return [ctx.reply(ctx.say("live_named"))]


# The owner answers.


async def answered(message: InboundMessage, ctx: Context) -> list[OutboundMessage] | None:
    """The reply to a question as the owners have it before them; None for a reply to anything else."""
    assert message.reply_to is not None
    name = await posted.name_of(ctx.session, message.reply_to)
    if not name or not name.startswith(BEFORE_THEM):
        return None
    return await _answer(int(name.split(":")[1]), message, ctx)


async def awaited(message: InboundMessage, ctx: Context, awaiting: dict[str, Any]) -> list[OutboundMessage]:
    """What the owner writes after Next."""
    return await _answer(int(awaiting["series"]), message, ctx)


async def _answer(question_id: int, message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    found = await live_hours.question(ctx.session, question_id)
    if found is None or found[0].state == "answered":
        return [ctx.reply(ctx.say("settled"))]
    question, _ = found
    ctx.conversation.awaiting = None
    question.state, question.answer = "answered", {"text": dump(message.text), "inbox": ctx.inbox_id}
    place = load(MessageRef, question.place)
    told = OutboundMessage(
        place.chat, ctx.key(), "relay", text=message.text, media=message.media, quotes=place, copy_of=ctx.inbox_id,
        customer_id=question.customer_id, buttons=() if question.named else (_name_button(question, ctx.language),),
    )  # fmt: skip
    waiting = await live_hours.questions(ctx.session, question.live_id, "waiting")
    return [ctx.reply(ctx.say("live_sent", count=str(len(waiting))), _choices(question.live_id, ctx)), told]


# It is over.


async def _over(hour: LiveHour, ctx: Context) -> list[OutboundMessage]:
    """Ends it: the round-up where the questions were gathered in public, and the owner hears what is still open."""
    hour.state, hour.over_at = "over", ctx.now
    told = await live_hours.questions(ctx.session, hour.id, "answered")
    left = await live_hours.questions(ctx.session, hour.id, *live_hours.OPEN, "skipped")
    text = await _round_up(hour, told, ctx)
    said = ctx.say("live_over", title=hour.title, count=str(len(told)))
    if left:
        lines = "\n".join(f"{name}: {question.words}" for question, name in left)
        said = said + "\n\n" + ctx.say("live_left", count=str(len(left))) + "\n" + quoted(lines)
    back = [ctx.button("live_next_button", "live_next", {"live": hour.id})] if _open(left) else []
    posts = [
        OutboundMessage(chat, f"roundup:{hour.id}:{n}", "post", text=text)
        for n, chat in enumerate(ctx.house.channels)
        if told
    ]
    return [ctx.reply(said, back), *await live_pages.end(ctx.session, ctx.house, hour, ctx.now), *posts]


def _open(left: Sequence[tuple[LiveQuestion, str]]) -> bool:
    return any(question.state == "waiting" for question, _ in left)


async def _round_up(hour: LiveHour, told: Sequence[tuple[LiveQuestion, str]], ctx: Context) -> Text:
    """Questions and answers as they stand now; a name only of those who have said yes to that."""
    text = ctx.say("live_round_up", title=hour.title)
    for question, name in told:
        answer = question.answer or {}
        now = await ctx.sent.said_in(int(answer["inbox"])) if answer.get("inbox") else None
        words = now[1].text if now else load(Text, answer.get("text", {}))
        who = name if question.named else ctx.say("live_guest").plain
        text = text + "\n\n" + styled("bold", f"{who}: {question.words}") + "\n" + words
    return text


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """An hour has passed: the owners are asked whether it is over; None for nothing."""
    hour = await live_hours.is_open(session)
    if hour is None or hour.ask_at is None or hour.ask_at > now:
        return None
    hour.ask_at = None
    if house.room is None:
        return []
    language, room_id = best_language(*house.shop.languages), await chats.room_conversation(session, house.room)
    label = say(language, "live_end_button").plain
    end = buttons.remember(session, label, "live_end", room_id, {"live": hour.id}, now)
    text = say(language, "live_an_hour", title=hour.title)
    return [OutboundMessage(house.room, f"liveask:{hour.id}", "notice", text=text, buttons=(end,))]
