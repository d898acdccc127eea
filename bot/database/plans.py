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

LIVE = ("planned", "paused")


async def draft(
    session: AsyncSession,
    text: Text,
    media: Sequence[Media],
    created_by: str,
    now: datetime,
    *,
    asked_in: int | None = None,
    title: str = "",
) -> tuple[Series, Story]:
    """A new story with a plan that has no time yet; with a `title` a numbered series."""
    story = await keep(session, text, media, now, asked_in)
    series = Series(
        story_id=story.id, state="draft", phrase="", to_channels=True, to_followers=True, created_at=now,
        created_by=created_by, title=title, episodes=0, on_missed="skip", apology="", question="",
    )  # fmt: skip
    session.add(series)
    await session.flush()
    return series, story


async def keep(
    session: AsyncSession, text: Text, media: Sequence[Media], now: datetime, asked_in: int | None = None
) -> Story:
    """A new story. `asked_in` is the stored update in which it was written."""
    story = Story(text={}, media=[], created_at=now, asked_in=asked_in)
    tell(story, text, media)
    session.add(story)
    await session.flush()
    return story


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


async def planned(session: AsyncSession, states: Sequence[str] = LIVE) -> Sequence[tuple[Series, Story]]:
    """What is planned or paused, oldest first."""
    rows = await session.execute(
        select(Series, Story)
        .join(Story, Story.id == Series.story_id)
        .where(Series.state.in_(states))
        .order_by(Series.id)
    )
    return [(series, story) for series, story in rows]


async def lately(session: AsyncSession, at_most: int) -> Sequence[tuple[Series, Story]]:
    """Plans of any state but drafts, the latest first."""
    rows = await session.execute(
        select(Series, Story)
        .join(Story, Story.id == Series.story_id)
        .where(Series.state != "draft")
        .order_by(Series.id.desc())
        .limit(at_most)
    )
    return [(series, story) for series, story in rows]


async def written_in(session: AsyncSession, inbox_ids: Sequence[int]) -> Story | None:
    """The story that was written in one of these stored updates."""
    story: Story | None = await session.scalar(
        select(Story).where(Story.asked_in.in_(inbox_ids)).order_by(Story.id.desc()).limit(1)
    )
    return story


async def series_of(session: AsyncSession, story: Story) -> Series | None:
    """The plan whose content that story is."""
    series: Series | None = await session.scalar(select(Series).filter_by(story_id=story.id).with_for_update())
    return series


Occurring = tuple[date, datetime, datetime | None]
"""A local date, the instant when it is due, and when the owner is asked for what is missing."""


async def plan_post(session: AsyncSession, series: Series, occurrences: Iterable[Occurring]) -> Post | None:
    """Stores the first of the occurrences whose date has no row yet; None where all have one.

    There is one row for each (series, local date): whoever stores it second is passed over.
    """
    for local_date, due_at, ask_at in occurrences:
        made = insert_into(session, Post).values(
            series_id=series.id, local_date=local_date, due_at=due_at, state="planned", ask_at=ask_at,
            kind="story", title="", copies=0,
        )  # fmt: skip
        done = await session.execute(made.on_conflict_do_nothing().returning(Post.id))
        if (made_id := done.scalar()) is not None:
            return await session.get(Post, made_id)
    return None


async def next_post(session: AsyncSession, series_id: int, state: str = "planned") -> Post | None:
    """The occurrence that is planned, held until the transaction ends; or the one that is paused."""
    post: Post | None = await session.scalar(
        select(Post).filter_by(series_id=series_id, state=state).order_by(Post.due_at).limit(1).with_for_update()
    )
    return post


async def move_post(session: AsyncSession, post: Post, occurrences: Iterable[Occurring]) -> bool:
    """Gives a planned occurrence the first of these times whose date is its own or has no row; False for none."""
    for local_date, due_at, ask_at in occurrences:
        taken = select(Post.id).where(
            Post.series_id == post.series_id, Post.local_date == local_date, Post.id != post.id
        )
        if await session.scalar(taken) is None:
            post.asked_at = post.asked_at if local_date == post.local_date else None
            post.local_date, post.due_at, post.ask_at, post.state = local_date, due_at, ask_at, "planned"
            return True
    return False


async def change_state(session: AsyncSession, post_id: int, before: str, after: str, now: datetime) -> bool:
    """Claims a post that is in the state `before`; False for whoever comes second."""
    claim = update(Post).where(Post.id == post_id, Post.state == before).values(state=after, posted_at=now)
    return cast("CursorResult[Any]", await session.execute(claim)).rowcount > 0


async def claim_due(session: AsyncSession, now: datetime, max_lateness: timedelta) -> Post | None:
    """Takes the first post whose time has come: it is posted now, or missed when that is too long ago."""
    post: Post | None = await session.scalar(
        select(Post).where(Post.state == "planned", Post.due_at <= now).order_by(Post.due_at, Post.id).limit(1)
    )
    if post is None:
        return None
    state = "missed" if now - post.due_at > max_lateness else "posted"
    await _hold(session, post.series_id)
    claim = update(Post).where(Post.id == post.id, Post.state == "planned").values(state=state, posted_at=now)
    taken = cast("CursorResult[Any]", await session.execute(claim)).rowcount
    await session.refresh(post)
    return post if taken else await claim_due(session, now, max_lateness)


async def _hold(session: AsyncSession, series_id: int) -> None:
    """Locks a plan before its posts, as everybody does: two who want both never wait for each other."""
    await session.get(Series, series_id, with_for_update=True)


async def cancel(session: AsyncSession, series: Series) -> None:
    """Ends a plan; what was posted stays."""
    series.state = "cancelled"
    await session.execute(
        update(Post).where(Post.series_id == series.id, Post.state.in_(LIVE)).values(state="cancelled")
    )


async def claim_question(session: AsyncSession, now: datetime) -> Post | None:
    """Takes the first post for which the owner is to be asked now, if it is to be filled."""
    due = select(Post).where(Post.state == "planned", Post.ask_at <= now, Post.asked_at.is_(None))
    post: Post | None = await session.scalar(due.order_by(Post.ask_at, Post.id).limit(1))
    if post is None:
        return None
    await _hold(session, post.series_id)
    claim = update(Post).where(Post.id == post.id, Post.asked_at.is_(None)).values(asked_at=now)
    taken = cast("CursorResult[Any]", await session.execute(claim)).rowcount
    await session.refresh(post)
    return post if taken else await claim_question(session, now)


NEXT_QUESTION_AT = select(func.min(Post.ask_at)).where(Post.state == "planned", Post.asked_at.is_(None))
"""When the owner is asked next for what is missing."""


async def over(session: AsyncSession, now: datetime) -> Series | None:
    """A plan whose story is over by now and doesn't say so yet, held until the transaction ends."""
    due = select(Series).where(Series.until_at <= now, Series.gone_at.is_(None), Series.state != "draft")
    found: Series | None = await session.scalar(due.order_by(Series.until_at).limit(1).with_for_update())
    return found


NEXT_OVER_AT = select(func.min(Series.until_at)).where(Series.gone_at.is_(None), Series.state != "draft")
"""When the next story is over."""


NEXT_POST_AT = select(func.min(Post.due_at)).where(Post.state == "planned")
"""When the next post is due."""
