"""What people say to stories, and what the owners were told of it: rows of replies, counts, and the button's entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.tables import Customer, InboxRow, Post, PostReaction, PostReply, Series, Story, StoryTalk

WORDS = 300
"""So much of a reply is kept beside the stored update."""


@dataclass(frozen=True)
class Counted:
    """How many react to a plan's posts, and how many replies they have."""

    reactions: int = 0
    replies: int = 0

    def __bool__(self) -> bool:
        return bool(self.reactions or self.replies)


async def note(
    session: AsyncSession,
    inbox_id: int,
    post_id: int,
    customer_id: int | None,
    words: str,
    now: datetime,
    *,
    asked: bool,
) -> None:
    """Keeps that somebody said something to a post; once for each stored update."""
    made = insert_into(session, PostReply).values(
        inbox_id=inbox_id, post_id=post_id, customer_id=customer_id, words=words[:WORDS], asked=asked, at=now
    )
    await session.execute(made.on_conflict_do_nothing())


async def reworded(session: AsyncSession, platform: str, chat_id: str, message_id: str, words: str) -> int | None:
    """What was said to a post says something else now; without words it was taken back. Gives the post, where it was
    a question."""
    said = select(InboxRow.id).filter_by(platform=platform, chat_id=chat_id, message_id=message_id)
    reply: PostReply | None = await session.scalar(select(PostReply).where(PostReply.inbox_id.in_(said)).limit(1))
    if reply is None:
        return None
    if not words and not reply.asked:
        await session.delete(reply)
    reply.words = words[:WORDS] or reply.words
    return reply.post_id if reply.asked else None


async def story_of(session: AsyncSession, post_id: int) -> tuple[Post, Story | None] | None:
    """A post, and what it tells."""
    post = await session.get(Post, post_id)
    if post is None:
        return None
    return post, await session.get(Story, post.story_id) if post.story_id else None


async def of_series(session: AsyncSession, series_id: int) -> StoryTalk:
    """What belongs to the talk about a plan, made when new."""
    made = insert_into(session, StoryTalk).values(series_id=series_id, more="", shown="")
    await session.execute(made.on_conflict_do_nothing())
    return await session.get_one(StoryTalk, series_id, with_for_update=True)


async def more_of(session: AsyncSession, series_id: int) -> str:
    """The entry or product of which the button under a plan's posts tells; empty for none."""
    return str(await session.scalar(select(StoryTalk.more).filter_by(series_id=series_id)) or "")


async def touched(session: AsyncSession, post_id: int, at: datetime) -> None:
    """Something was said to a post: its receipt is looked at again, at that instant at the latest."""
    series = select(Post.series_id).where(Post.id == post_id).scalar_subquery()
    later = update(StoryTalk).where(StoryTalk.series_id == series, StoryTalk.receipt.is_not(None))
    await session.execute(later.where(StoryTalk.due_at.is_(None)).values(due_at=at))


async def counts(session: AsyncSession, series_ids: Sequence[int]) -> dict[int, Counted]:
    """How many react and reply to the posts of each of these plans."""
    here = Post.series_id.in_(series_ids)
    liked = select(Post.series_id, func.sum(PostReaction.count)).join(Post, Post.id == PostReaction.post_id)
    replied = select(Post.series_id, func.count()).select_from(PostReply).join(Post, Post.id == PostReply.post_id)
    likes = {id: int(count) for id, count in await session.execute(liked.where(here).group_by(Post.series_id))}
    replies = {id: int(count) for id, count in await session.execute(replied.where(here).group_by(Post.series_id))}
    return {id: Counted(likes.get(id, 0), replies.get(id, 0)) for id in series_ids}


async def posted_lately(session: AsyncSession, at_most: int) -> Sequence[tuple[Series, Story]]:
    """Plans of which something was posted and that are over, the latest first."""
    last = func.max(Post.posted_at)
    rows = await session.execute(
        select(Series, Story)
        .join(Story, Story.id == Series.story_id)
        .join(Post, Post.series_id == Series.id)
        .where(Post.state == "posted", Series.state.in_(("done", "cancelled")))
        .group_by(Series.id, Story.id)
        .order_by(last.desc(), Series.id.desc())
        .limit(at_most)
    )
    return [(series, story) for series, story in rows]


NEXT_RECEIPT_AT = select(func.min(StoryTalk.due_at))
"""When a receipt is to be looked at next."""


async def due_receipt(session: AsyncSession, now: datetime) -> StoryTalk | None:
    """A receipt that is to be looked at now, held until the transaction ends."""
    due = select(StoryTalk).where(StoryTalk.due_at <= now).order_by(StoryTalk.due_at).limit(1)
    talk: StoryTalk | None = await session.scalar(due.with_for_update(skip_locked=True))
    return talk


# What people say among themselves, of which the owners are told together.

GATHERED = timedelta(hours=3)
"""How long such comments are gathered."""


FIRST_GATHERED_AT = select(func.min(PostReply.at)).where(PostReply.told_at.is_(None), PostReply.asked.is_(False))
"""Since when comments are gathered of which the owners have not been told."""


async def take_untold(session: AsyncSession, now: datetime) -> Sequence[tuple[PostReply, str, int]]:
    """All of it that the owners don't know yet, with the writer's name and the plan's id; it counts as told."""
    rows = await session.execute(
        select(PostReply, Customer.name, Post.series_id)
        .join(Post, Post.id == PostReply.post_id)
        .outerjoin(Customer, Customer.id == PostReply.customer_id)
        .where(PostReply.told_at.is_(None), PostReply.asked.is_(False))
        .order_by(Post.series_id, PostReply.at, PostReply.inbox_id)
        .with_for_update(of=PostReply, skip_locked=True)
    )
    found = [(reply, name or "?", series_id) for reply, name, series_id in rows]
    for reply, _, _ in found:
        reply.told_at = now
    return found
