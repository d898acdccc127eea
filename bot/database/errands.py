"""Errands: what is to be said in many chats besides a broadcast's copies, a page at a time.

An errand is a row of the broadcasts in the state `errand`; `kind` says what is done, `line` what it is about, `cursor`
how far it has come. What a page enqueues and where the cursor stands are one commit, and an errand that is done is
deleted: a killed process goes on at the cursor.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import Broadcast, OutboxRow

ERRAND = "errand"


async def begin(
    session: AsyncSession,
    kind: str,
    story_id: int,
    post_id: int | None,
    cursor: int,
    about: dict[str, Any],
    at: datetime,
) -> Broadcast:
    """An errand whose first page is done, and whose next is due at once."""
    errand = Broadcast(
        story_id=story_id, post_id=post_id, kind=kind, state=ERRAND, cursor=cursor, looks=0, created_at=at,
        created_by="", next_at=at, line=about,
    )  # fmt: skip
    session.add(errand)
    await session.flush()
    return errand


NEXT_ERRAND_AT = select(func.min(Broadcast.next_at)).filter_by(state=ERRAND)
"""When the next page of any errand is due."""


async def claim_due(session: AsyncSession, now: datetime) -> Broadcast | None:
    """An errand whose next page is due, held until the transaction ends."""
    due = select(Broadcast).where(Broadcast.state == ERRAND, Broadcast.next_at <= now).order_by(Broadcast.next_at)
    errand: Broadcast | None = await session.scalar(due.limit(1).with_for_update(skip_locked=True))
    return errand


async def on_their_way(session: AsyncSession) -> int:
    """How many posts, changes of posts and offers wait in the outbox or are being sent."""
    live = OutboxRow.state.in_(("waiting", "claimed", "sending"))
    rows = select(func.count()).select_from(OutboxRow).where(live, OutboxRow.kind.in_(("post", "offer")))
    return await session.scalar(rows) or 0
