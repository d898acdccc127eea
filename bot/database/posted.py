"""What was posted: its copies in every chat, how people react to it, and what was liked best."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import chats
from bot.database.inserts import insert_into
from bot.database.tables import Broadcast, OutboxRow, Post, PostReaction, SentPart, Series, Story
from bot.messages import STORIES, ChatRef, MessageRef, OutboundMessage, load

KEY = re.compile(r"post:(\d+):(\d+)(?:/\d+)?")
PARTS = 24
"""Of one copy, as an edit finds them; more than any platform makes of a story."""
AT_ONCE = 20
"""Copies whose rows are looked for together."""
UNSURE = "uncertain"
"""How the sending of a message ended of which nobody knows whether it arrived; one that the owner left at that too."""


@dataclass(frozen=True)
class PostCopy:
    """One copy of a post: its name, and of each of its messages how it is named and how its sending ended."""

    key: str
    to: ChatRef
    customer_id: int | None
    messages: tuple[tuple[str | MessageRef, str], ...]

    @property
    def number(self) -> int:
        """Which of the post's copies it is."""
        return int(self.key.rpartition(":")[2])

    @property
    def state(self) -> str:
        """How the sending of its first message ended."""
        return self.messages[0][1]

    @property
    def is_sure(self) -> bool:
        """Whether it is known of all its messages that they arrived, or will."""
        return all(state != UNSURE for _, state in self.messages)


async def last(session: AsyncSession, series_id: int) -> Post | None:
    """The latest occurrence of a plan that was posted, held until the transaction ends."""
    post: Post | None = await session.scalar(
        select(Post)
        .where(Post.series_id == series_id, Post.state == "posted", Post.kind != "apology")
        .order_by(Post.posted_at.desc(), Post.id.desc())
        .limit(1)
        .with_for_update()
    )
    return post


async def all_of(session: AsyncSession, series_id: int) -> Sequence[Post]:
    """Everything of a plan that was posted and stands there, oldest first."""
    wanted = select(Post).where(Post.series_id == series_id, Post.state == "posted").order_by(Post.posted_at, Post.id)
    return (await session.scalars(wanted)).all()


async def with_story(session: AsyncSession, story_id: int) -> Sequence[Post]:
    """The posts that tell that story and stand there."""
    return (await session.scalars(select(Post).filter_by(story_id=story_id, state="posted").order_by(Post.id))).all()


async def copies(
    session: AsyncSession, post: Post, begin: int = 0, most: int | None = None, before: datetime | None = None
) -> list[PostCopy]:
    """Every copy of a post that was sent, waits, or of which nobody knows whether it arrived; or at most so many from a
    number on, and only those that were there at an instant."""
    found: list[PostCopy] = []
    moves = await chats.moves(session)
    end = post.copies if most is None else min(begin + most, post.copies)
    for first in range(begin, end, AT_ONCE):
        roots = [f"post:{post.id}:{number}" for number in range(first, min(first + AT_ONCE, end))]
        names = [name for root in roots for name in _names(root)]
        wanted = select(OutboxRow).where(OutboxRow.key.in_(names), OutboxRow.op == "send").order_by(OutboxRow.id)
        if before is not None:
            wanted = wanted.where(OutboxRow.created_at <= before)
        rows = (await session.scalars(wanted)).all()
        parts = select(SentPart).where(SentPart.outbox_id.in_([row.id for row in rows])).order_by(SentPart.place)
        by_row: dict[int, list[SentPart]] = {}
        for part in await session.scalars(parts):
            by_row.setdefault(part.outbox_id, []).append(part)
        for root in roots:
            its = [row for row in rows if row.key.partition("/")[0] == root and _stands(row)]
            if its:
                copy = _copy(root, its, by_row)
                own = copy.to.chat_id.startswith(STORIES)  # connected anew, an account bears another name
                found.append(replace(copy, to=chats.present(copy.to, moves)) if own else copy)
    return found


def _stands(row: OutboxRow) -> bool:
    """Whether it may be there, or will be."""
    return row.state not in ("dead", "cancelled") or _is_left(row)


def _is_left(row: OutboxRow) -> bool:
    """Whether the owner was asked whether it had arrived, and left it as it was."""
    return row.state == "cancelled" and row.error.startswith(UNSURE)


def _of_followers(post: Post) -> tuple[ColumnElement[bool], ...]:
    """The calls that made a post's copies in followers' chats."""
    broadcast = select(Broadcast.id).where(Broadcast.post_id == post.id, Broadcast.state != "errand")
    return OutboxRow.broadcast_id.in_(broadcast), OutboxRow.op == "send"


async def reachable(session: AsyncSession, post: Post) -> int:
    """How many copies in followers' chats can be changed."""
    ended = OutboxRow.state.not_in(("dead", "cancelled", UNSURE))
    rows = select(func.count()).select_from(OutboxRow).where(*_of_followers(post), ended, ~OutboxRow.key.contains("/"))
    return await session.scalar(rows) or 0


async def waiting(session: AsyncSession, post: Post, behind: int) -> tuple[int, int] | None:
    """The first and the last number, behind one, of followers' copies that wait to be sent: a broadcast's window."""
    waits = select(OutboxRow.key).where(*_of_followers(post), OutboxRow.state == "waiting")
    numbers = [found[1] for key in await session.scalars(waits) if (found := copy_named(key)) and found[1] >= behind]
    return (min(numbers), max(numbers)) if numbers else None


async def unsure(session: AsyncSession, post: Post, first: int) -> list[ChatRef]:
    """The chats that may have a copy of which nobody knows whether it arrived: of the first so many copies, and of
    followers."""
    looked_at = await copies(session, post, 0, first)
    left = and_(OutboxRow.state == "cancelled", OutboxRow.error.startswith(UNSURE))
    rows = select(OutboxRow).where(*_of_followers(post), or_(OutboxRow.state == UNSURE, left)).order_by(OutboxRow.id)
    theirs = [load(OutboundMessage, row.message).to for row in await session.scalars(rows)]
    found = [copy.to for copy in looked_at if not copy.is_sure] + [to for to in theirs if isinstance(to, ChatRef)]
    return list(dict.fromkeys(found))


def _names(root: str) -> Iterator[str]:
    yield root
    yield from (f"{root}/{number}" for number in range(2, PARTS + 1))


def _copy(root: str, rows: Sequence[OutboxRow], parts: dict[int, list[SentPart]]) -> PostCopy:
    to = load(OutboundMessage, rows[0].message).to
    assert isinstance(to, ChatRef)
    messages: list[tuple[str | MessageRef, str]] = []
    for row in rows:
        state = UNSURE if _is_left(row) else row.state
        ids = list(dict.fromkeys(part.message_id for part in parts.get(row.id, ())))
        if len(ids) > 1:
            messages += [(MessageRef(to, message_id), state) for message_id in ids]
        else:
            messages.append((row.key, state))
    return PostCopy(root, to, rows[0].customer_id, tuple(messages))


async def name_of(session: AsyncSession, ref: MessageRef) -> str | None:
    """The name of our message that has that id on its platform."""
    here = {"platform": ref.chat.platform, "chat_id": ref.chat.chat_id, "message_id": ref.message_id}
    name: str | None = await session.scalar(select(OutboxRow.key).filter_by(**here, op="send").limit(1))
    if name is None:
        part = select(OutboxRow.key).join(SentPart, SentPart.outbox_id == OutboxRow.id)
        conditions = [getattr(SentPart, column) == value for column, value in here.items()]
        name = await session.scalar(part.where(*conditions).limit(1))
    return name


def copy_named(name: str | None) -> tuple[int, int] | None:
    """The post and the number of the copy that a name of ours stands for; None for all else."""
    found = KEY.fullmatch(name or "")
    return (int(found[1]), int(found[2])) if found else None


async def react(
    session: AsyncSession, copy: tuple[int, int], person: str, emoji: str, *, count: int = 1, customer_id: int | None
) -> None:
    """Notes that somebody reacts with that; or how many do, where `person` and `emoji` are empty."""
    made = insert_into(session, PostReaction).values(
        post_id=copy[0], copy=copy[1], person=person, emoji=emoji, count=count, customer_id=customer_id
    )
    keys = [PostReaction.post_id, PostReaction.copy, PostReaction.person, PostReaction.emoji]
    await session.execute(made.on_conflict_do_update(index_elements=keys, set_={"count": count}))


async def react_no_longer(session: AsyncSession, copy: tuple[int, int], person: str, emoji: str = "") -> None:
    """Forgets how somebody reacts: with that emoji, or (without one) with any."""
    theirs = delete(PostReaction).filter_by(post_id=copy[0], copy=copy[1], person=person)
    await session.execute(theirs.filter_by(emoji=emoji) if emoji else theirs)


Told = tuple[Post, Story, int]
"""What was posted, and how many react to it."""


async def favourites(
    session: AsyncSession, at_most: int, *, series_id: int | None = None, public: bool = False
) -> list[Told]:
    """What was liked best, then what is latest; of one plan alone, or only what was `public`: posted in a channel."""
    likes = func.coalesce(func.sum(PostReaction.count), 0)
    wanted = (
        select(Post, Story, likes)
        .join(Story, Story.id == Post.story_id)
        .join(Series, Series.id == Post.series_id)
        .outerjoin(PostReaction, PostReaction.post_id == Post.id)
        .where(Post.state == "posted", Post.kind == "story", Series.gone_at.is_(None))
        .group_by(Post.id, Story.id)
        .order_by(likes.desc(), Post.posted_at.desc(), Post.id.desc())
        .limit(at_most)
    )
    if series_id is not None:
        wanted = wanted.where(Post.series_id == series_id)
    if public:
        wanted = wanted.where(Series.to_channels)
    return [(post, story, int(count)) for post, story, count in await session.execute(wanted)]


async def shown_lately(session: AsyncSession, series_id: int, since: date) -> set[int]:
    """The stories of a plan that were posted on or after a local date, reposts included."""
    wanted = select(Post.story_id).where(Post.series_id == series_id, Post.local_date >= since)
    return {story for story in await session.scalars(wanted.where(Post.story_id.is_not(None))) if story}


async def between(session: AsyncSession, first: date, last: date) -> Sequence[tuple[Post, Series, Story | None]]:
    """What is or was to be posted from one local date to another, by date."""
    told = or_(Story.id == Post.story_id, (Post.story_id.is_(None)) & (Story.id == Series.story_id))
    rows = await session.execute(
        select(Post, Series, Story)
        .join(Series, Series.id == Post.series_id)
        .outerjoin(Story, told)
        .where(Post.local_date.between(first, last), Post.state != "cancelled")
        .order_by(Post.local_date, Post.due_at)
    )
    return [(post, series, story) for post, series, story in rows]
