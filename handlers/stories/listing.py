"""/stories: what is planned, and under each what can be done with it."""

from __future__ import annotations

from bot.database import plans, talk
from bot.database.tables import Series
from bot.messages import Button, InboundMessage, OutboundMessage
from handlers.context import Context
from handlers.stories import counting
from handlers.stories.preview import next_times
from handlers.stories.telling import is_numbered, named

CHOSEN_AMONG = 10
"""So many are offered where a command names none."""
AFTERWARDS = ("recall", "gone", "edit", "now")
"""What can be done with a story that is posted already."""


async def listed(ctx: Context) -> list[OutboundMessage]:
    """What is planned or paused, each with a button to cancel it and one to open it."""
    rows = await plans.planned(ctx.session)
    if not rows:
        return [ctx.reply(ctx.say("stories_none") + await counting.lately(ctx))]
    text, found = ctx.say("stories"), list[Button]()
    counts = await talk.counts(ctx.session, [series.id for series, _ in rows])
    for series, content in rows:
        id, short = str(series.id), named(series, content, ctx.say("picture").plain)
        line = ctx.say("stories_line", id=id, text=short, words=series.phrase)
        coming = ctx.say("stories_paused").plain if series.state == "paused" else next_times(series, ctx, 1)
        text = text + "\n" + line + (f" · {coming}" if coming else "")
        text = text + (f" · {ctx.say('stories_own').plain}" if series.to_stories else "")
        if counts[series.id]:
            text = text + " · " + counting.in_words(counts[series.id], ctx.language)
        label = ctx.say("cancel_series_button", id=id).plain
        found.append(ctx.labelled(label, "story_cancel", {"series": series.id}))
        found.append(_deed("open", series, ctx))
    return [ctx.reply(text + await counting.lately(ctx), found)]


def _deed(verb: str, series: Series, ctx: Context) -> Button:
    label = ctx.say(f"{verb}_series_button", id=str(series.id)).plain
    return ctx.labelled(label, "story_do", {"series": series.id, "verb": verb})


def deeds(series: Series, ctx: Context) -> list[Button]:
    """What can be done with a plan as it stands."""
    if series.state == "draft":
        return []
    live = series.state in plans.LIVE
    verbs = ["edit"]
    verbs += ["resume" if series.state == "paused" else "pause", "now", "cancel"] if live else ["now"]
    found = [_deed(verb, series, ctx) for verb in (*verbs, "recall")]
    if is_numbered(series):
        label = ctx.say(f"missed_{series.on_missed}_button").plain
        found.append(ctx.labelled(label, "story_do", {"series": series.id, "verb": "missed"}))
        queue = ctx.say("queue_series_button").plain
        found.append(ctx.labelled(queue, "queue_into", {"series": series.id, "story": None}))
    else:
        found.append(_deed("gone", series, ctx))
    return found


async def which(verb: str, ctx: Context) -> list[OutboundMessage]:
    """Asks which story a command is about, with a button for each that it may be."""
    states = plans.LIVE if verb not in AFTERWARDS else (*plans.LIVE, "done", "cancelled")
    rows = [row for row in await plans.lately(ctx.session, CHOSEN_AMONG * 3) if row[0].state in states][:CHOSEN_AMONG]
    text, found = ctx.say("story_which", verb=verb), list[Button]()
    for series, content in rows:
        short = named(series, content, ctx.say("picture").plain)
        text = text + "\n" + ctx.say("stories_line", id=str(series.id), text=short, words=series.phrase)
        found.append(_deed(verb, series, ctx))
    return [ctx.reply(text, found)]


async def unknown(message: InboundMessage, ctx: Context, id: str) -> list[OutboundMessage]:
    """There is no story of that number."""
    return [ctx.reply(ctx.say("story_unknown", id=id))]
