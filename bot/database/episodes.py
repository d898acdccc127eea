"""The queue of a numbered series: what was sent for it and waits for its morning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import Episode, Post, Series, Story


async def add(
    session: AsyncSession, series: Series, story: Story, by: str, now: datetime, post_id: int | None = None
) -> Episode:
    """Puts a story at the end of the queue, or into the place of one post for which it was sent."""
    episode = Episode(
        series_id=series.id, story_id=story.id, post_id=post_id, state="waiting", added_at=now, added_by=by
    )
    session.add(episode)
    await session.flush()
    return episode


async def queue(session: AsyncSession, series_id: int, post_id: int | None = None) -> Sequence[tuple[Episode, Story]]:
    """What waits, in the order in which it will be posted; what was sent for the post `post_id` comes first."""
    meant = case((Episode.post_id == post_id, 0), else_=1)
    rows = await session.execute(
        select(Episode, Story)
        .join(Story, Story.id == Episode.story_id)
        .where(Episode.series_id == series_id, Episode.state == "waiting")
        .order_by(meant, Episode.id)
    )
    return [(episode, story) for episode, story in rows]


async def take(session: AsyncSession, series_id: int, post_id: int) -> Story | None:
    """Takes the first of the queue for a post; None where nothing waits."""
    waiting = await queue(session, series_id, post_id)
    if not waiting:
        return None
    episode, story = waiting[0]
    episode.state, episode.post_id = "taken", post_id
    return story


async def drop(session: AsyncSession, episode_id: int) -> Episode | None:
    """Takes something out of the queue; None where it waits no longer."""
    episode = await session.get(Episode, episode_id, with_for_update=True)
    if episode is None or episode.state != "waiting":
        return None
    episode.state = "dropped"
    return episode


async def is_meant_for(session: AsyncSession, post_id: int) -> bool:
    """Whether something was sent already for that very post."""
    found = select(Episode.id).where(Episode.post_id == post_id, Episode.state != "dropped").limit(1)
    return await session.scalar(found) is not None


async def post_at(session: AsyncSession, post_id: int) -> tuple[Post, Series] | None:
    """A post and its series, held until the transaction ends."""
    post = await session.get(Post, post_id)
    if post is None:
        return None
    series = await session.get_one(Series, post.series_id, with_for_update=True)
    await session.refresh(post, with_for_update=True)
    return post, series


async def has(session: AsyncSession, story_id: int) -> bool:
    """Whether a story is or was in a queue."""
    return await session.scalar(select(Episode.id).filter_by(story_id=story_id).limit(1)) is not None
