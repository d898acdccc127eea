"""How many react and reply to a story: in /stories, and in the receipt that its owner got for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import talk
from bot.database.tables import Series
from bot.database.talk import Counted
from bot.messages import OutboundMessage, Text, dump, load
from handlers.context import Context, House
from handlers.stories.telling import named
from handlers.texts import best_language, say

LISTED = 5
"""So many stories that are over are listed with what people said to them."""


def in_words(counted: Counted, language: str) -> Text:
    """Reactions and replies, on a line of their own."""
    return say(language, "story_counts", reactions=str(counted.reactions), replies=str(counted.replies))


async def keep_receipt(series: Series, receipt: OutboundMessage, ctx: Context) -> None:
    """From now on this message tells what became of the plan."""
    found = await talk.of_series(ctx.session, series.id)
    found.receipt, found.shown = dump(receipt), ""


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """Edits one receipt, if there is anything new to tell; None where no receipt is due."""
    found = await talk.due_receipt(session, now)
    if found is None:
        return None
    found.due_at = None
    counted = (await talk.counts(session, [found.series_id]))[found.series_id]
    said = in_words(counted, best_language(*house.shop.languages))
    if found.receipt is None or said.plain == found.shown:
        return []
    found.shown = said.plain
    receipt = load(OutboundMessage, found.receipt)
    key = f"counts:of-{found.series_id}:{now.timestamp():.3f}"
    text = receipt.text + "\n" + said
    return [OutboundMessage(receipt.to, key, "notice", "edit", text=text, buttons=receipt.buttons, target=receipt.key)]


async def lately(ctx: Context) -> Text:
    """What people said to stories that are over; nothing where they said nothing."""
    rows = await talk.posted_lately(ctx.session, LISTED)
    counts, text = await talk.counts(ctx.session, [series.id for series, _ in rows]), Text()
    for series, content in rows:
        if counts[series.id]:
            short = named(series, content, ctx.say("picture").plain)
            line = ctx.say("stories_line", id=str(series.id), text=short, words=series.phrase)
            text = text + "\n" + line + " · " + in_words(counts[series.id], ctx.language)
    return Text("\n\n") + ctx.say("stories_posted") + text if text else Text()


__all__ = ["due", "in_words", "keep_receipt", "lately"]
