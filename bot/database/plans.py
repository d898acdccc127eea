"""Series, posts and stories: rows of plans, claimed once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.tables import Post, Series, Story
from bot.messages import Media, Text, dump, load


async def draft(
    session: AsyncSession, text: Text, media: Sequence[Media], created_by: str, now: datetime
) -> tuple[Series, Story]:
    """A new story with a plan that has no time yet."""
    story = Story(text={}, media=[], created_at=now)
    tell(story, text, media)
    session.add(story)
    await session.flush()
    series = Series(
        story_id=story.id, state="draft", phrase="", to_channels=True, to_followers=True, created_at=now,
        created_by=created_by,
    )  # fmt: skip
    session.add(series)
    await session.flush()
    return series, story


def tell(story: Story, text: Text, media: Sequence[Media]) -> None:
    """Gives a story its words and pictures."""
    story.text, story.media = dump(text), [dump(m) for m in media]


def told(story: Story) -> tuple[Text, tuple[Media, ...]]:
    """A story's words and pictures."""
    return load(Text, story.text), tuple(load(Media, m) for m in story.media)


async def series_with_story(session: AsyncSession, series_id: int) -> tuple[Series, Story] | None:
    """A plan and its content, held until the transaction ends."""
    series = await session.get(Series, series_id, with_for_update=True)
    return (series, await session.get_one(Story, series.story_id)) if series else None


async def planned(session: AsyncSession) -> Sequence[tuple[Series, Story]]:
    """What is planned, oldest first."""
    rows = await session.execute(
        select(Series, Story).join(Story, Story.id == Series.story_id).filter_by(state="planned").order_by(Series.id)
    )
    return [(series, story) for series, story in rows]


async def plan_post(session: AsyncSession, series: Series, occurrences: Iterable[tuple[date, datetime]]) -> bool:
    """Stores the first of the occurrences (local date, due instant) whose date has no row yet; False for none.

    There is one row for each (series, local date): whoever stores it second is passed over.
    """
    for local_date, due_at in occurrences:
        made = insert_into(session, Post).values(
            series_id=series.id, local_date=local_date, due_at=due_at, state="planned"
        )
        done = await session.execute(made.on_conflict_do_nothing().returning(Post.id))
        if done.scalar() is not None:
            return True
    return False


async def claim_due(session: AsyncSession, now: datetime, max_lateness: timedelta) -> Post | None:
    """Takes the first post whose time has come: it is posted now, or missed when that is too long ago."""
    post: Post | None = await session.scalar(
        select(Post).where(Post.state == "planned", Post.due_at <= now).order_by(Post.due_at, Post.id).limit(1)
    )
    if post is None:
        return None
    state = "missed" if now - post.due_at > max_lateness else "posted"
    claim = update(Post).where(Post.id == post.id, Post.state == "planned").values(state=state, posted_at=now)
    taken = cast("CursorResult[Any]", await session.execute(claim)).rowcount
    await session.refresh(post)
    return post if taken else await claim_due(session, now, max_lateness)


async def cancel(session: AsyncSession, series: Series) -> None:
    """Ends a plan; what was posted stays."""
    series.state = "cancelled"
    await session.execute(
        update(Post).where(Post.series_id == series.id, Post.state == "planned").values(state="cancelled")
    )


async def next_post_at(session: AsyncSession) -> datetime | None:
    """When the next post is due."""
    due: datetime | None = await session.scalar(select(func.min(Post.due_at)).filter_by(state="planned"))
    return due
