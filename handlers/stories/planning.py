"""The owner arranges a story by chat: /story, its preview, and what is pressed beneath."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.database import plans
from bot.database.tables import Series, Story
from bot.messages import InboundMessage, OutboundMessage, Text
from bot.recurrence import Reading, Rule, read_beginning, read_when
from handlers.context import Context
from handlers.stories.listing import cancel_by_id, cancelled
from handlers.stories.posting import plan_next
from handlers.stories.preview import preview

PATIENCE = timedelta(minutes=10)
"""How long a question about a story waits for its answer; later words are not taken for one."""


async def story(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/story [WHEN] TEXT`, with or without pictures, and `/story cancel ID`; or each by its name."""
    if message.fields.get("when") or message.fields.get("text"):
        return await _story_by_names(message, ctx)
    words = message.text.plain.strip().split()
    if words and words[0].casefold() == "cancel" and len(words) <= 2 and not message.media:
        return await cancel_by_id(words[1] if len(words) == 2 else "", ctx)
    found = read_beginning(message.text.plain, ctx.now, ctx.shop.timezone)
    reading, text = (found[0], _rest(message.text, found[1])) if found else (None, _rest(message.text, None))
    series, content = await plans.draft(ctx.session, text, message.media, message.sender.id, ctx.now)
    return await _go_on(series, content, reading, message.sender.id, ctx)


async def _story_by_names(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A time and a text that were given apart: neither is looked for in the other."""
    when = message.fields.get("when", "").strip()
    text = _rest(message.text or Text(message.fields.get("text", "")), None)
    reading = read_when(when, ctx.now, ctx.shop.timezone, ctx.language) if when else None
    series, content = await plans.draft(ctx.session, text, message.media, message.sender.id, ctx.now)
    if when and reading is None:
        return _ask(ctx.say("story_when_again", phrase=when[:60]), "when", series, message.sender.id, ctx)
    return await _go_on(series, content, reading, message.sender.id, ctx)


def _rest(text: Text, rest: str | None) -> Text:
    """The part of a text after its schedule, or all of it, with its formatting."""
    rest = text.plain.strip() if rest is None else rest.strip()
    start = text.plain.rfind(rest) if rest else len(text.plain)
    return text.cut(start, start + len(rest))


async def _go_on(
    series: Series, content: Story, reading: Reading | None, asker: str, ctx: Context
) -> list[OutboundMessage]:
    """Shows the preview when all is known, else asks for what is missing."""
    if reading and not reading.question:
        _schedule(series, reading, ctx)
    text, media = plans.told(content)
    if not text and not media:
        return _ask(ctx.say("story_what"), "content", series, asker, ctx)
    if reading and reading.question:
        return _ask(Text(reading.question), "when", series, asker, ctx)
    if series.rule is None:
        return _ask(ctx.say("story_when"), "when", series, asker, ctx)
    return [await preview(series, content, ctx)]


def _schedule(series: Series, reading: Reading, ctx: Context) -> None:
    assert reading.rule is not None
    at_once = bool(reading.next) and reading.next[0].at <= ctx.now
    series.rule, series.phrase = reading.rule.dump(), "now" if at_once else reading.words


def _ask(text: Text, step: str, series: Series, asker: str, ctx: Context) -> list[OutboundMessage]:
    ctx.conversation.awaiting = {"step": step, "series": series.id, "by": asker, "since": ctx.now.isoformat()}
    return [ctx.reply(text)]


def is_awaited(message: InboundMessage, ctx: Context) -> bool:
    """Whether the message is the answer to a question about a story, by the one who was asked."""
    awaiting = ctx.conversation.awaiting
    return (
        message.kind == "text"
        and awaiting is not None
        and awaiting["by"] == message.sender.id
        and ctx.now - datetime.fromisoformat(awaiting["since"]) <= PATIENCE
    )


async def awaited(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The answer to "what?", "when?" or "change it how?"."""
    awaiting = ctx.conversation.awaiting or {}
    ctx.conversation.awaiting = None
    found = await plans.series_with_story(ctx.session, awaiting["series"])
    if found is None or found[0].state != "draft":
        return [ctx.reply(ctx.say("settled"))]
    series, content = found
    reading = None if message.media else read_when(message.text.plain.strip(), ctx.now, ctx.shop.timezone, ctx.language)
    if awaiting["step"] == "when" and reading is None and not message.media:
        text = ctx.say("story_when_again", phrase=message.text.plain[:60])
        return _ask(text, "when", series, message.sender.id, ctx)
    if awaiting["step"] == "content" or reading is None:
        reading = None
        _retell(content, message)
    return await _go_on(series, content, reading, message.sender.id, ctx)


def _retell(content: Story, message: InboundMessage) -> None:
    """A picture keeps the old words unless it brings its own; words keep the old picture."""
    text, media = plans.told(content)
    plans.tell(content, message.text or text, message.media or media)


async def pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A button under a preview or in the list."""
    found = await plans.series_with_story(ctx.session, int(value["series"]))
    action = message.action.partition(":")[0]
    if found is None or found[0].state not in ("draft", "planned"):
        return [ctx.reply(ctx.say("settled"))]
    if action == "story_cancel":
        return [await cancelled(found[0], ctx), *_without_buttons(message, found[0], ctx)]
    if found[0].state != "draft":
        return [ctx.reply(ctx.say("settled"))]
    if action == "story_confirm":
        return await _confirm(message, *found, ctx)
    if action == "story_change":
        return _ask(ctx.say("story_change"), "change", found[0], message.sender.id, ctx)
    return [await _toggled(action, message, *found, ctx)]


def _without_buttons(message: InboundMessage, series: Series, ctx: Context) -> list[OutboundMessage]:
    """A preview that is settled loses its buttons."""
    return [OutboundMessage(ctx.here, ctx.key(), "notice", "edit", target=ctx.ref(message))]


async def _toggled(
    action: str, message: InboundMessage, series: Series, content: Story, ctx: Context
) -> OutboundMessage:
    if action == "story_channel":
        series.to_channels = not series.to_channels
    else:
        series.to_followers = not series.to_followers
    shown = await preview(series, content, ctx)
    return OutboundMessage(
        ctx.here, shown.key, "notice", "edit", text=shown.text, buttons=shown.buttons, target=ctx.ref(message)
    )


async def _confirm(message: InboundMessage, series: Series, content: Story, ctx: Context) -> list[OutboundMessage]:
    if not (series.to_followers or (series.to_channels and ctx.house.channels)):
        return [ctx.reply(ctx.say("story_no_target"))]
    at_once = series.phrase == "now"
    if at_once:
        local = ctx.now.astimezone(ctx.zone).replace(tzinfo=None)
        series.rule = Rule(ctx.shop.timezone, local, None, None).dump()
    after = ctx.now - timedelta(seconds=1) if at_once else ctx.now
    if not await plan_next(ctx.session, series, after):
        return _ask(ctx.say("story_over"), "when", series, message.sender.id, ctx)
    series.state = "planned"
    sentence = "story_now" if at_once else "story_planned"
    receipt = ctx.reply(ctx.say(sentence, id=str(series.id), words=series.phrase))
    return [receipt, *_without_buttons(message, series, ctx)]
