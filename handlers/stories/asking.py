"""The evening before an empty morning the bot asks; a reply to that question is the story."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import episodes, plans, posted
from bot.messages import InboundMessage, OutboundMessage, Text
from handlers.context import Context, House
from handlers.stories import queueing
from handlers.stories.telling import is_numbered, titled
from handlers.texts import best_language, say

ASKED = "ask:"
"""Begins the name of a question; the post's id follows."""


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """Asks for what is missing in the next post of one series; None when nobody is to be asked."""
    post = await plans.claim_question(session, now)
    if post is None:
        return None
    found = await plans.series_with_story(session, post.series_id)
    assert found is not None
    series = found[0]
    if house.room is None or not is_numbered(series) or await episodes.queue(session, series.id):
        return []
    language = best_language(*house.shop.languages)
    question = Text(series.question) if series.question else say(language, "series_question")
    when = f"{post.due_at.astimezone(house.shop.zone):%a %d.%m. %H:%M}"
    title = titled(series, series.episodes + 1, post.local_date)
    text = question + "\n" + say(language, "series_ask", title=title, when=when)
    return [OutboundMessage(house.room, f"{ASKED}{post.id}:{now.timestamp():.0f}", "notice", text=text)]


def may_answer(message: InboundMessage, ctx: Context) -> bool:
    """Whether a message in the room's general part quotes another: perhaps one of our questions."""
    general = ctx.in_room and ctx.conversation.kind == "room" and message.chat.thread_id is None
    return message.kind == "text" and general and message.reply_to is not None


async def answered(message: InboundMessage, ctx: Context) -> list[OutboundMessage] | None:
    """The reply to a question is the next story; None for a reply to anything else."""
    assert message.reply_to is not None
    name = await posted.name_of(ctx.session, message.reply_to)
    if not name or not name.startswith(ASKED):
        return None
    found = await episodes.post_at(ctx.session, int(name.split(":")[1]))
    if found is None or found[1].state not in plans.LIVE:
        return [ctx.reply(ctx.say("settled"))]
    post, series = found
    open_still = post.state in plans.LIVE and not await episodes.is_meant_for(ctx.session, post.id)
    return await queueing.add(series, message.text, message.media, message, ctx, post.id if open_still else None)
