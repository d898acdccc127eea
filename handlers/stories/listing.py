"""/stories: what is planned, and what ends it."""

from __future__ import annotations

from bot.database import plans
from bot.database.tables import Series, Story
from bot.messages import Button, InboundMessage, OutboundMessage
from handlers.context import Context


async def cancel_by_id(words: str, ctx: Context) -> list[OutboundMessage]:
    """`/story cancel ID`."""
    if not words.isdecimal():
        return [ctx.reply(ctx.say("story_which"))]
    found = await plans.series_with_story(ctx.session, int(words)) if len(words) < 16 else None
    if found is None or found[0].state != "planned":
        return [ctx.reply(ctx.say("story_unknown", id=words))]
    return [await cancelled(found[0], ctx)]


async def stories(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/stories`: what is planned, each with a cancel button. `cancel`, given by name, is the id of one to cancel."""
    if wanted := message.fields.get("cancel", "").strip():
        return await cancel_by_id(wanted, ctx)
    rows = await plans.planned(ctx.session)
    if not rows:
        return [ctx.reply(ctx.say("stories_none"))]
    text, buttons = ctx.say("stories"), list[Button]()
    for series, content in rows:
        short = first_words(content) or ctx.say("picture").plain
        line = ctx.say("stories_line", id=str(series.id), text=short, words=series.phrase)
        text = text + "\n" + line
        label = ctx.say("cancel_series_button", id=str(series.id)).plain
        buttons.append(ctx.labelled(label, "story_cancel", {"series": series.id}))
    return [ctx.reply(text, buttons)]


def first_words(content: Story) -> str:
    """How a story begins, on one line; empty for a picture without words."""
    return " ".join(plans.told(content)[0].plain.split())[:60]


async def cancelled(series: Series, ctx: Context) -> OutboundMessage:
    """Ends a plan, and says so."""
    sentence = "story_dropped" if series.state == "draft" else "story_cancelled"
    await plans.cancel(ctx.session, series)
    return ctx.reply(ctx.say(sentence, id=str(series.id)))
