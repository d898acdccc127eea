"""What an owner sets for a numbered series: what is asked when its queue is empty, what happens on a missed day."""

from __future__ import annotations

from bot.database.tables import Series, Story
from bot.messages import InboundMessage, OutboundMessage, Text
from handlers.context import Context
from handlers.stories.planning import MISSED_DAYS
from handlers.stories.telling import is_numbered


async def question(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story ask ID WORDS`: what the bot asks on the evening before an empty morning."""
    if not is_numbered(series):
        return [ctx.reply(ctx.say("series_only", id=str(series.id)))]
    series.question = rest.plain.strip()
    asked = series.question or ctx.say("series_question").plain
    return [ctx.reply(ctx.say("series_asks", id=str(series.id), question=asked))]


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
