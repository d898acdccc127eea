"""The owner plans a story by chat: what, when, the preview, and what is pressed beneath it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.database import plans
from bot.database.tables import Series, Story
from bot.messages import InboundMessage, OutboundMessage, Text
from bot.recurrence import Reading, Rule, read_beginning, read_when
from handlers.context import Context
from handlers.stories import counting, more, own, queueing
from handlers.stories.described import described
from handlers.stories.posting import plan_next
from handlers.stories.preview import NOW, draft_preview, next_times, targets
from handlers.stories.questions import ask
from handlers.stories.telling import is_numbered

MISSED_DAYS = ("skip", "apologise", "repost")
"""What may be done on a day for which nothing was sent, in the order in which a button goes through them."""


async def begin(message: InboundMessage, ctx: Context, text: Text, *, numbered: bool = False) -> list[OutboundMessage]:
    """A new story from `[WHEN] TEXT`; a numbered series, of which the text is the title."""
    found = read_beginning(text.plain, ctx.now, ctx.shop.timezone)
    reading, told = (found[0], rest_of(text, found[1])) if found else (None, rest_of(text, None))
    return await _begin_with(message, ctx, reading, told, numbered)


async def begin_by_names(message: InboundMessage, ctx: Context, *, numbered: bool = False) -> list[OutboundMessage]:
    """A time and a text that were given apart: neither is looked for in the other."""
    when = message.fields.get("when", "").strip()
    text = rest_of(message.text or Text(message.fields.get("text", "")), None)
    reading = read_when(when, ctx.now, ctx.shop.timezone, ctx.language) if when else None
    if when and reading is None:
        series, _ = await _draft(message, ctx, text, numbered)
        return ask(ctx.say("story_when_again", phrase=when[:60]), "when", series.id, message.sender.id, ctx)
    return await _begin_with(message, ctx, reading, text, numbered)


async def _begin_with(
    message: InboundMessage, ctx: Context, reading: Reading | None, text: Text, numbered: bool
) -> list[OutboundMessage]:
    series, content = await _draft(message, ctx, text, numbered)
    return await go_on(series, content, reading, message.sender.id, ctx)


async def _draft(message: InboundMessage, ctx: Context, text: Text, numbered: bool) -> tuple[Series, Story]:
    text, wanted = more.without_line(text, ctx.house)
    title, told = (text.plain.splitlines() or [""])[0] if numbered else "", Text() if numbered else text
    told, media = described(told, message.media)
    series, content = await plans.draft(
        ctx.session, told, media, message.sender.id, ctx.now, asked_in=ctx.inbox_id, title=title
    )
    series.ask_minute = ctx.shop.ask_story_at if numbered else None
    await more.keep(series, message.fields.get("more", "").strip() or wanted, ctx)
    return series, content


def rest_of(text: Text, rest: str | None) -> Text:
    """The part of a text after its schedule, or all of it, with its formatting."""
    rest = text.plain.strip() if rest is None else rest.strip()
    start = text.plain.rfind(rest) if rest else len(text.plain)
    return text.cut(start, start + len(rest))


async def go_on(
    series: Series, content: Story, reading: Reading | None, asker: str, ctx: Context
) -> list[OutboundMessage]:
    """Shows the preview when all is known, else asks for what is missing."""
    if reading and not reading.question:
        schedule(series, reading, ctx)
    text, media = plans.told(content)
    if not text and not media and not is_numbered(series):
        return ask(ctx.say("story_what"), "content", series.id, asker, ctx)
    if reading and reading.question:
        return ask(Text(reading.question), "when", series.id, asker, ctx)
    if series.rule is None:
        return ask(ctx.say("story_when"), "when", series.id, asker, ctx)
    return await draft_preview(series, content, ctx)


def schedule(series: Series, reading: Reading, ctx: Context) -> bool:
    """Gives a plan its times; says whether that is now."""
    assert reading.rule is not None
    at_once = bool(reading.next) and reading.next[0].at <= ctx.now
    series.rule, series.phrase = reading.rule.dump(), NOW if at_once else reading.words
    return at_once


async def answered(message: InboundMessage, ctx: Context, awaiting: dict[str, Any]) -> list[OutboundMessage]:
    """The answer to "what?", "when?" or "change it how?"."""
    found = await plans.series_with_story(ctx.session, awaiting["series"])
    if found is None or found[0].state != "draft":
        return [ctx.reply(ctx.say("settled"))]
    series, content = found
    reading = None if message.media else read_when(message.text.plain.strip(), ctx.now, ctx.shop.timezone, ctx.language)
    if awaiting["step"] == "when" and reading is None and not message.media:
        text = ctx.say("story_when_again", phrase=message.text.plain[:60])
        return ask(text, "when", series.id, message.sender.id, ctx)
    if awaiting["step"] == "content" or reading is None:
        reading = None
        await retell(series, content, message, ctx)
    return await go_on(series, content, reading, message.sender.id, ctx)


async def retell(series: Series, content: Story, message: InboundMessage, ctx: Context) -> None:
    """A picture keeps the old words unless it brings its own; words keep the old picture. A series gets a title."""
    if is_numbered(series):
        series.title = (message.text.plain.strip().splitlines() or [series.title])[0]
        return
    text, media = plans.told(content)
    told, wanted = more.without_line(message.text, ctx.house)
    told, media = described(told, message.media or media)
    plans.tell(content, told or text, media)
    await more.keep(series, wanted, ctx)
    content.asked_in = ctx.inbox_id


async def pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A button under a preview or in the list."""
    found = await plans.series_with_story(ctx.session, int(value["series"]))
    action = message.action.partition(":")[0]
    if found is None or found[0].state not in ("draft", *plans.LIVE):
        return [ctx.reply(ctx.say("settled"))]
    if action == "story_cancel":
        return [await cancelled(found[0], ctx), *_without_buttons(message, found[0], ctx)]
    if found[0].state != "draft":
        return [ctx.reply(ctx.say("settled"))]
    if action == "story_confirm":
        return await _confirm(message, *found, ctx)
    if action == "story_change":
        return ask(ctx.say("story_change"), "change", found[0].id, message.sender.id, ctx)
    return [await _toggled(action, message, *found, ctx)]


async def cancelled(series: Series, ctx: Context) -> OutboundMessage:
    """Ends a plan, and says so."""
    sentence = "story_dropped" if series.state == "draft" else "story_cancelled"
    await plans.cancel(ctx.session, series)
    return ctx.reply(ctx.say(sentence, id=str(series.id)))


def _without_buttons(message: InboundMessage, series: Series, ctx: Context) -> list[OutboundMessage]:
    """A preview that is settled loses its buttons."""
    return [OutboundMessage(ctx.here, ctx.key(), "notice", "edit", target=ctx.ref(message))]


async def _toggled(
    action: str, message: InboundMessage, series: Series, content: Story, ctx: Context
) -> OutboundMessage:
    if action == "story_channel":
        series.to_channels = not series.to_channels
    elif action == "story_followers":
        series.to_followers = not series.to_followers
    elif action == "story_own":
        series.to_stories = not series.to_stories
        await own.make_ready(series, plans.told(content)[1], ctx)
    else:
        series.on_missed = MISSED_DAYS[(MISSED_DAYS.index(series.on_missed) + 1) % len(MISSED_DAYS)]
    shown = (await draft_preview(series, content, ctx))[-1]
    return OutboundMessage(
        ctx.here, shown.key, "notice", "edit", text=shown.text, buttons=shown.buttons, target=ctx.ref(message)
    )


async def _confirm(message: InboundMessage, series: Series, content: Story, ctx: Context) -> list[OutboundMessage]:
    shown_there = await own.places(ctx.session, series)
    if not (series.to_followers or (series.to_channels and ctx.house.channels) or shown_there):
        return [ctx.reply(ctx.say("story_no_target"))]
    at_once = series.phrase == NOW
    if at_once:
        local = ctx.now.astimezone(ctx.zone).replace(tzinfo=None)
        series.rule = Rule(ctx.shop.timezone, local, None, None).dump()
    after = ctx.now - timedelta(seconds=1) if at_once else ctx.now
    if not await plan_next(ctx.session, series, after, ctx.now):
        return ask(ctx.say("story_over"), "when", series.id, message.sender.id, ctx)
    series.state = "planned"
    await own.make_ready(series, plans.told(content)[1], ctx)
    receipt = await _receipt(message, series, ctx)
    await counting.keep_receipt(series, receipt, ctx)
    return [receipt, *_without_buttons(message, series, ctx)]


async def _receipt(message: InboundMessage, series: Series, ctx: Context) -> OutboundMessage:
    """Id, next time, Edit and Undo; for a series the wish for its first pictures too."""
    value = {"series": series.id}
    edit = ctx.button("edit_story_button", "story_do", {**value, "verb": "edit"})
    undo = ctx.button("undo_story_button", "story_do", {**value, "verb": "undo"})
    told = {"id": str(series.id), "words": series.phrase}
    there = Text("\n") + ctx.say("story_to", targets=await targets(series, ctx)) if series.to_stories else Text()
    if is_numbered(series):
        await queueing.wait_for(message, series, ctx)
        text = ctx.say("series_planned", **told, title=series.title, next=next_times(series, ctx, 1))
        return ctx.reply(text + there, [edit, undo])
    if series.phrase == NOW:
        return ctx.reply(ctx.say("story_now", **told) + there, [edit, undo])
    return ctx.reply(ctx.say("story_planned", **told, next=next_times(series, ctx, 1)) + there, [edit, undo])
