"""After posting: an edit changes every copy, a recall takes back what it can, and what is over says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import accounts, people, plans, posted
from bot.database.tables import Post, Series, Story
from bot.messages import ChatRef, Desk, InboundMessage, Media, OutboundMessage, Text, Written, dump, load
from bot.recurrence import read_beginning, read_when
from handlers.context import Context, House
from handlers.stories import more, own, planning, queueing, steering
from handlers.stories.described import described
from handlers.stories.preview import SEPARATOR, draft_preview, plan_text
from handlers.stories.questions import ask, expect
from handlers.stories.reaching import PAGE, Change, reach, said_to
from handlers.stories.telling import is_numbered
from handlers.texts import best_language, say

COMMAND = re.compile(r"/(\w+)(?:@\w+)?\s*")
NAMED_AT_MOST = 10
"""So many of those whom a change did not reach are named; the others are counted."""


async def edit(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story edit ID [NEW]`: new words, a new picture or a new time; asks for them where none were given."""
    if not rest and not message.media:
        return ask(ctx.say("story_change"), "edit", series.id, message.sender.id, ctx)
    return await change(series, content, rest, message, ctx)


async def answered(message: InboundMessage, ctx: Context, awaiting: dict[str, Any]) -> list[OutboundMessage]:
    """The answer to "change it how?" of a story that is planned or posted."""
    found = await plans.series_with_story(ctx.session, int(awaiting["series"]))
    if found is None:
        return [ctx.reply(ctx.say("settled"))]
    changed = await change(*found, message.text, message, ctx)
    if is_numbered(found[0]) and not ctx.conversation.awaiting:
        expect("queue", found[0].id, message.sender.id, ctx)
    return changed


async def change(
    series: Series, content: Story, text: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """A time moves the plan; anything else is what the story says from now on, in every copy that was posted too."""
    reading = None if message.media else read_when(text.plain.strip(), ctx.now, ctx.shop.timezone, ctx.language)
    if reading and reading.question:
        return ask(Text(reading.question), "edit", series.id, message.sender.id, ctx)
    if reading:
        return await steering.moved(series, content, reading, message, ctx)
    post = await posted.last(ctx.session, series.id)
    if is_numbered(series) and post is None and message.media:
        return await queueing.add(series, text, message.media, message, ctx)
    if is_numbered(series) and post is None:
        series.title = (text.plain.strip().splitlines() or [series.title])[0]
        return [ctx.reply(ctx.say("series_retitled", id=str(series.id), title=series.title))]
    told = await ctx.session.get_one(Story, post.story_id) if post and post.story_id else content
    return await _retold(series, told, text, message.media, [post] if post else [], ctx)


async def _retold(
    series: Series | None, story: Story, text: Text, media: Sequence[Media], posts: Sequence[Post], ctx: Context
) -> list[OutboundMessage]:
    """The story says that now; its copies follow, and the owner sees how it looks."""
    before, pictures = plans.told(story)
    text, wanted = more.without_line(text, ctx.house)
    if series:
        await more.keep(series, wanted, ctx)
    one_for_one = len(media) == 1 and len(pictures) <= 1
    text, pictures = described(text, media or pictures)
    plans.tell(story, text or before, pictures)
    if series:
        await own.make_ready(series, pictures, ctx)
    edits, count = list[OutboundMessage](), 0
    for post in posts:
        change = Change("change", ctx.name, bool(media) and one_for_one)
        some, all_of = await reach(ctx.session, ctx.house, post, story, change, ctx.now)
        edits, count = edits + some, count + all_of
    unsure = {post.id: await _unsure(ctx.session, ctx.house, post) for post in posts}
    names = list(dict.fromkeys(name for left in unsure.values() for name in left))
    said = await _changed(series, story, count, ctx)
    if media and edits and not one_for_one:
        said = said + "\n" + ctx.say("story_pictures_stay")
    reply = ctx.reply(said + "\n" + _reported(ctx.house, "change", 0, names) if names else said)
    for post in posts:
        post.report = _report("change", reply, ctx.house, unsure[post.id]) | {"text": dump(said)}
    return [reply, *edits]


async def _changed(series: Series | None, story: Story, copies: int, ctx: Context) -> Text:
    text = plans.told(story)[0]
    said = Text() if not text else text + SEPARATOR
    if copies:
        return said + ctx.say("story_changed_copies", count=str(copies))
    said = said + ctx.say("story_changed")
    live = series is not None and series.state in plans.LIVE and not is_numbered(series)
    return said + "\n" + await plan_text(series, story, ctx) if series and live else said


async def original_edited(message: InboundMessage, written: Written, ctx: Context) -> list[OutboundMessage]:
    """The owner changes the message in the room with which a story was told: the story follows."""
    story = await plans.written_in(ctx.session, [written.this.inbox_id])
    if story is None:
        return []
    series = await plans.series_of(ctx.session, story)
    text = _told_in(message, written, ctx)
    if series and series.state == "draft":
        await planning.retell(series, story, replace(message, text=text), ctx)
        story.asked_in = written.this.inbox_id
        return await draft_preview(series, story, ctx) if series.rule else []
    if series and is_numbered(series):
        series.title = (text.plain.splitlines() or [series.title])[0]
        return [ctx.reply(ctx.say("series_retitled", id=str(series.id), title=series.title))]
    before, pictures = plans.told(story)
    told, wanted = more.without_line(text, ctx.house)
    button_stays = series is None or await more.stays(series, wanted, ctx)
    if button_stays and described(told, pictures) == (before, pictures):
        return []
    return await _retold(series, story, text, (), await posted.with_story(ctx.session, story.id), ctx)


def _told_in(message: InboundMessage, written: Written, ctx: Context) -> Text:
    """The story's words in the changed message: without the command, the number and the time before them."""
    command = COMMAND.match(message.text.plain) if written.this.kind == "command" else None
    text = message.text.cut(command.end() if command else 0, len(message.text.plain))
    if command and command[1].casefold() == "queue":
        return planning.rest_of(text, re.sub(r"^\d+\s+", "", text.plain))
    words = text.plain.split(maxsplit=1)
    if command and words and words[0].casefold() in ("series", "edit"):
        text = planning.rest_of(text, re.sub(r"^\w+\s+(?:\d+\s+)?", "", text.plain))
    found = read_beginning(text.plain, ctx.now, ctx.shop.timezone) if command else None
    return planning.rest_of(text, found[1] if found else None)


async def recall(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story recall ID`: takes the latest post back from every chat, as far as the platforms let go of it."""
    post = await posted.last(ctx.session, series.id)
    if post is None or post.story_id is None or not post.copies:
        return [ctx.reply(ctx.say("recall_nothing", id=str(series.id)))]
    told, change = await ctx.session.get_one(Story, post.story_id), Change("recall", ctx.name)
    deletes, count = await reach(ctx.session, ctx.house, post, told, change, ctx.now)
    unsure = await _unsure(ctx.session, ctx.house, post)
    if not count and not unsure:
        return [ctx.reply(ctx.say("recall_nothing", id=str(series.id)))]
    post.state = "recalled"
    reply = ctx.reply(_reported(ctx.house, "recall", count, unsure))
    post.report = _report("recall", reply, ctx.house, unsure, count)
    return [reply, *deletes]


async def gone(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story gone ID`: every copy says that it is over, and nothing more of it is posted."""
    if series.gone_at:
        return [ctx.reply(ctx.say("settled"))]
    edits, count = await mark_gone(ctx.session, ctx.house, series, ctx.now)
    return [ctx.reply(ctx.say("story_gone", id=str(series.id), count=str(count))), *edits]


async def mark_gone(
    session: AsyncSession, house: House, series: Series, now: datetime
) -> tuple[list[OutboundMessage], int]:
    """What makes every copy of a plan's posts say that it is over, for deals and events that are finished too; and how
    many copies those are."""
    series.gone_at = now
    if series.state in plans.LIVE:
        await plans.cancel(session, series)
    edits, count, change = list[OutboundMessage](), 0, Change("gone", f"{now.timestamp():.0f}", over=True)
    for post in await posted.all_of(session, series.id):
        if post.story_id is not None:
            told = await session.get_one(Story, post.story_id)
            some, all_of = await reach(session, house, post, told, change, now)
            edits, count = edits + some, count + all_of
    return edits, count


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """Marks one story whose last moment has come; None when there is none."""
    series = await plans.over(session, now)
    if series is None:
        return None
    edits, count = await mark_gone(session, house, series, now)
    if house.room is None:
        return edits
    text = say(best_language(*house.shop.languages), "story_gone", id=str(series.id), count=str(count))
    return [*edits, OutboundMessage(house.room, f"over:{series.id}:{now.timestamp():.0f}", "notice", text=text)]


async def was_recalled(key: str, ctx: Context) -> bool:
    """Whether the message of that name is a copy of a story that was taken back."""
    named = posted.copy_named(key)
    post = await ctx.session.get(Post, named[0], with_for_update=True) if named else None
    return post is not None and post.state == "recalled"


async def as_told_now(key: str, ctx: Context) -> list[OutboundMessage]:
    """What makes a copy that is sent once more say what its story says by now."""
    named = posted.copy_named(key)
    post = await ctx.session.get(Post, named[0]) if named else None
    if post is None or post.story_id is None:
        return []
    series, story = await ctx.session.get_one(Series, post.series_id), await ctx.session.get_one(Story, post.story_id)
    change = Change("again", ctx.name, over=series.gone_at is not None)
    copies = await posted.copies(ctx.session, post, named[1] if named else 0, 1)
    return await said_to(ctx.session, ctx.house, post, story, change, copies)


# What became of it


def _report(verb: str, reply: OutboundMessage, house: House, left: list[str], count: int = 0) -> dict[str, Any]:
    return {"verb": verb, "key": reply.key, "to": dump(reply.to), "desk": isinstance(reply.to, Desk), "left": left,
            "count": count, "text": dump(reply.text)}  # fmt: skip


async def _unsure(session: AsyncSession, house: House, post: Post) -> list[str]:
    """Who may have a copy of which nobody knows whether it arrived."""
    return [f"{await _name(session, house, chat)} (?)" for chat in await posted.unsure(session, post, PAGE)]


async def _name(session: AsyncSession, house: House, chat: ChatRef) -> str:
    found = await people.customer_at(session, chat)
    language = best_language(*house.shop.languages)
    if account := await accounts.account_at(session, chat):
        return say(language, "target_own", names=account.name).plain
    return found[0].name if found else f"{say(language, 'target_channel').plain} ({chat.platform.capitalize()})"


def _reported(house: House, verb: str, count: int, left: list[str]) -> Text:
    language = best_language(*house.shop.languages)
    text = say(language, "story_recalled", count=str(count)) if verb == "recall" else Text()
    if left:
        names = ", ".join(left[:NAMED_AT_MOST]) + (
            f" +{len(left) - NAMED_AT_MOST}" if len(left) > NAMED_AT_MOST else ""
        )
        text = text + ("\n" if text else "") + say(language, f"{verb}_left", names=names)
    return text


async def unreached(
    session: AsyncSession, house: House, message: OutboundMessage, reason: str, at: datetime
) -> list[OutboundMessage]:
    """A copy could not be changed or taken back: the message that told of the change names it."""
    verb, post_id = message.key.split(":")[:2]
    post = await session.get(Post, int(post_id), with_for_update=True) if post_id.isdecimal() else None
    if post is None or not isinstance(message.to, ChatRef) or (verb == "recall" and reason == "target_gone"):
        return []
    name = f"{await _name(session, house, message.to)} ({reason.replace('_', ' ')})"
    known = post.report if post.report and post.report["verb"] == verb else None
    if known is None:
        return _first_left(house, post, verb, name, at)
    if name in known["left"]:
        return []  # another part of the same album
    left, count = [*known["left"], name], max(0, known["count"] - 1)
    post.report = known | {"left": left, "count": count}
    text = _reported(house, verb, count, left)
    if verb != "recall":
        text = load(Text, known["text"]) + "\n" + text
    to: ChatRef | Desk = load(Desk, known["to"]) if known["desk"] else load(ChatRef, known["to"])
    key = f"report:{post.id}:{len(left)}:{at.timestamp():.0f}"
    return [OutboundMessage(to, key, "notice", "edit", text=text, target=known["key"])]


def _first_left(house: House, post: Post, verb: str, name: str, at: datetime) -> list[OutboundMessage]:
    """Nobody was told of the change yet: the owner hears of those whom it did not reach."""
    if house.room is None:
        return []
    text = _reported(house, verb, 0, [name])
    told = OutboundMessage(house.room, f"left:{post.id}:{verb}:{at.timestamp():.6f}", "notice", text=text)
    post.report = _report(verb, told, house, [name]) | {"text": dump(Text())}
    return [told]
