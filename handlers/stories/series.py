"""What an owner sets for a numbered series: what is asked when its queue is empty, what happens on a missed day."""

from __future__ import annotations

import re

from bot.database import plans
from bot.database.tables import Series, Story
from bot.messages import InboundMessage, OutboundMessage, Text
from handlers.context import Context
from handlers.stories import filling
from handlers.stories.planning import MISSED_DAYS
from handlers.stories.telling import is_numbered

CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)\s*(am|pm|uhr|h)?(?=\s|$)", re.IGNORECASE)
"""A time of day at the beginning of what an owner wrote."""


async def question(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story ask ID [18:30] [WORDS]`: when on the day before an empty morning the bot asks, and what."""
    if not is_numbered(series):
        return [ctx.reply(ctx.say("series_only", id=str(series.id)))]
    words = rest.plain.strip()
    if clock := CLOCK.match(words):
        series.ask_minute, words = _minute(clock), words[clock.end() :].strip()
        await _ask_then(series, ctx)
    if words or not clock:
        series.question = words
    asked, at = series.question or ctx.say("series_question").plain, filling.asks_at(series)
    time = f"{at // 60:02}:{at % 60:02}"
    return [ctx.reply(ctx.say("series_asks", id=str(series.id), time=time, question=asked))]


def _minute(clock: re.Match[str]) -> int:
    half = (clock[3] or "").casefold()
    return (int(clock[1]) % 12 + 12 * (half == "pm") if half in ("am", "pm") else int(clock[1])) * 60 + int(clock[2])


async def _ask_then(series: Series, ctx: Context) -> None:
    """What is planned already is asked for at the new time; where that is over for today, at once."""
    post = await plans.next_post(ctx.session, series.id) or await plans.next_post(ctx.session, series.id, "paused")
    if post and series.rule and post.asked_at is None:
        post.ask_at = max(filling.evening_before(post.local_date, series), ctx.now)


async def missed(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story missed ID skip|apologise [SENTENCE]|repost`; without a word (by the button) the next of these."""
    if not is_numbered(series):
        return [ctx.reply(ctx.say("series_only", id=str(series.id)))]
    word, _, sentence = rest.plain.strip().partition(" ")
    if word and word.casefold() not in MISSED_DAYS:
        return [ctx.reply(ctx.say("series_missed_how", id=str(series.id)))]
    following = MISSED_DAYS[(MISSED_DAYS.index(series.on_missed) + 1) % len(MISSED_DAYS)]
    series.on_missed = word.casefold() or following
    series.apology = sentence.strip() if series.on_missed == "apologise" and sentence.strip() else series.apology
    return [ctx.reply(ctx.say(f"series_missed_{series.on_missed}"))]
