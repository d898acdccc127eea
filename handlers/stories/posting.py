"""A post whose time has come: claimed once, a message for each chat; much too late it is missed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import people, plans
from bot.database.tables import Series, Story
from bot.messages import ChatRef, OutboundMessage
from bot.recurrence import Rule, occurrences
from handlers.context import House
from handlers.texts import best_language, say

MAX_LATENESS = timedelta(hours=1)
"""A post that is later than this is missed, and the owner is asked; it is never posted late by surprise."""
DATES_TO_TRY = 10
"""A date that has its post already is passed over; so many in a row are more than any plan has."""


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """Claims one post whose time has come and returns its messages; None when no post is due."""
    post = await plans.claim_due(session, now, MAX_LATENESS)
    if post is None:
        return None
    found = await plans.series_with_story(session, post.series_id)
    assert found is not None
    series, content = found
    if not await plan_next(session, series, max(post.due_at, now - MAX_LATENESS)):
        series.state = "done"
    if post.state == "missed":
        return _missed(series, post.due_at, house, post.id)
    return await _copies(session, series, content, post.id, house)


async def _copies(
    session: AsyncSession, series: Series, content: Story, post_id: int, house: House
) -> list[OutboundMessage]:
    """One message for each chat that gets the story."""
    text, media = plans.told(content)
    chats: list[tuple[int | None, ChatRef]] = []
    if series.to_channels:
        chats += [(None, chat) for chat in house.channels]
    if series.to_followers:
        chats += await people.followers(session)
    return [
        OutboundMessage(chat, f"post:{post_id}:{number}", "post", text=text, media=media, customer_id=customer_id)
        for number, (customer_id, chat) in enumerate(chats)
    ]


def _missed(series: Series, due_at: datetime, house: House, post_id: int) -> list[OutboundMessage]:
    if house.room is None:
        return []
    local = f"{due_at.astimezone(house.shop.zone):%d.%m. %H:%M}"
    text = say(best_language(*house.shop.languages), "story_missed", id=str(series.id), due=local)
    return [OutboundMessage(house.room, f"missed:{post_id}", "notice", text=text)]


async def plan_next(session: AsyncSession, series: Series, after: datetime) -> bool:
    """Stores the next occurrence after an instant; False when there is none."""
    coming = occurrences(Rule.load(series.rule or {}), after, DATES_TO_TRY)
    return await plans.plan_post(session, series, [(o.local.date(), o.at) for o in coming])
