"""/queue: what waits for a numbered series, one for each of its mornings, and how it is filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.database import episodes, plans
from bot.database.tables import Episode, Series, Story
from bot.messages import Button, InboundMessage, Media, OutboundMessage, Text
from bot.recurrence import Rule, occurrences
from handlers.context import Context
from handlers.stories import own
from handlers.stories.described import described
from handlers.stories.preview import moment
from handlers.stories.questions import ask, expect
from handlers.stories.telling import bare_title, first_words, is_numbered

LISTED = 10
"""So many of a queue are listed with a button each."""


async def queue(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/queue [ID] [TEXT]`, with pictures: they are queued. Without any: what waits, and the wish for more."""
    known = {series.id: series for series, _ in await plans.planned(ctx.session) if is_numbered(series)}
    if not known:
        return [ctx.reply(ctx.say("queue_no_series"))]
    wanted, text = _named(message, known)
    if wanted is None and message.fields.get("series", "").strip():
        return [ctx.reply(ctx.say("story_unknown", id=message.fields["series"][:20]))]
    series = known[wanted] if wanted else next(iter(known.values())) if len(known) == 1 else None
    if series is None:
        return await _which(list(known.values()), text, message, ctx)
    if text or message.media:
        return await add(series, text, message.media, message, ctx)
    return await _shown(series, message, ctx)


def _named(message: InboundMessage, known: dict[int, Series]) -> tuple[int | None, Text]:
    """The series that is named by its number, and the words after that."""
    text = message.text or Text(message.fields.get("text", ""))
    first = message.fields.get("series", "").strip() or (text.plain.split() or [""])[0]
    wanted = int(first) if first.isdecimal() and len(first) < 16 and int(first) in known else None
    if wanted is None or message.fields.get("series"):
        return wanted, text
    begin = text.plain.index(first) + len(first)
    begin += len(text.plain[begin:]) - len(text.plain[begin:].lstrip())
    return wanted, text.cut(begin, len(text.plain))


async def _which(known: Sequence[Series], text: Text, message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """With several series the owner says which one; what was sent is kept meanwhile."""
    kept = (
        await plans.keep(ctx.session, *described(text, message.media), ctx.now, ctx.inbox_id)
        if text or message.media
        else None
    )
    choices = [
        ctx.labelled(
            f"{series.id}: {bare_title(series)}"[:40], "queue_into", {"series": series.id, "story": kept and kept.id}
        )
        for series in known
    ]
    return [ctx.reply(ctx.say("queue_which"), choices)]


async def into(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The series was pressed for which something was sent, or whose queue is to be seen."""
    found = await plans.series_with_story(ctx.session, int(value["series"]))
    if found is None or found[0].state not in plans.LIVE:
        return [ctx.reply(ctx.say("settled"))]
    if not value.get("story"):
        return await _shown(found[0], message, ctx)
    story = await ctx.session.get_one(Story, int(value["story"]), with_for_update=True)
    if await episodes.has(ctx.session, story.id):
        return [ctx.reply(ctx.say("settled"))]
    return await _queued(found[0], story, message, ctx)


async def add(
    series: Series,
    text: Text,
    media: Sequence[Media],
    message: InboundMessage,
    ctx: Context,
    post_id: int | None = None,
) -> list[OutboundMessage]:
    """Queues words and pictures, for one post where they were sent for that."""
    story = await plans.keep(ctx.session, *described(text, media), ctx.now, ctx.inbox_id)
    return await _queued(series, story, message, ctx, post_id)


async def _queued(
    series: Series, story: Story, message: InboundMessage, ctx: Context, post_id: int | None = None
) -> list[OutboundMessage]:
    episode = await episodes.add(ctx.session, series, story, message.sender.id, ctx.now, post_id)
    await own.make_ready(series, plans.told(story)[1], ctx)
    coming = await plans.next_post(ctx.session, series.id)
    waiting = await episodes.queue(ctx.session, series.id, coming.id if coming else None)
    place = next(number for number, (one, _) in enumerate(waiting) if one.id == episode.id)
    when = _when(series, place, ctx)
    number = str(series.episodes + place + 1)
    text = ctx.say("queued" if when else "queued_some_day", title=bare_title(series), number=number, when=when)
    return [ctx.reply(text, [_drop_button(episode, number, ctx)])]


def _when(series: Series, place: int, ctx: Context) -> str:
    """When the post comes that will take what stands at that place of the queue."""
    coming = occurrences(Rule.load(series.rule or {}), ctx.now, place + 1)
    return moment(coming[place], ctx) if len(coming) > place and series.state == "planned" else ""


def _drop_button(episode: Episode, number: str, ctx: Context) -> Button:
    label = ctx.say("queue_drop_button", number=number).plain
    return ctx.labelled(label, "queue_drop", {"episode": episode.id})


async def dropped(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """Takes something out of the queue; what follows moves up."""
    gone = await episodes.drop(ctx.session, int(value["episode"]))
    return [ctx.reply(ctx.say("queue_dropped" if gone else "settled"))]


async def _shown(series: Series, message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """What waits, when it comes, and the wish for more."""
    post = await plans.next_post(ctx.session, series.id)
    waiting = await episodes.queue(ctx.session, series.id, post.id if post else None)
    text = ctx.say("queue" if waiting else "queue_empty", title=bare_title(series), count=str(len(waiting)))
    drops = []
    for place, (episode, story) in enumerate(waiting[:LISTED]):
        number = str(series.episodes + place + 1)
        words = first_words(story) or ctx.say("picture").plain
        line = ctx.say("queue_line", number=number, when=_when(series, place, ctx) or "?", words=words)
        text = text + "\n" + line
        drops.append(_drop_button(episode, number, ctx))
    text = text + "\n\n" + ctx.say("queue_send", id=str(series.id))
    return ask(text, "queue", series.id, message.sender.id, ctx, drops)


async def wait_for(message: InboundMessage, series: Series, ctx: Context) -> None:
    """Takes the pictures that come next from whoever has just confirmed a series for its first episodes."""
    expect("queue", series.id, message.sender.id, ctx)
    post = await plans.next_post(ctx.session, series.id)
    if post:
        post.asked_at = ctx.now


async def answered(message: InboundMessage, ctx: Context, awaiting: dict[str, Any]) -> list[OutboundMessage]:
    """What is sent after the wish for pictures. Words alone are no episode: owners talk with each other there."""
    found = await plans.series_with_story(ctx.session, int(awaiting["series"]))
    if not message.media or found is None or found[0].state not in plans.LIVE:
        return []
    expect("queue", found[0].id, message.sender.id, ctx)
    return await add(found[0], message.text, message.media, message, ctx)
