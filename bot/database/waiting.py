"""Who waits for an owner, since when, and how long owners took to answer before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import Ticket

LATEST = 200
"""So many of the latest tickets say how long answers take."""


async def answer_times(
    session: AsyncSession, now: datetime, look_back: timedelta
) -> tuple[Sequence[tuple[datetime, datetime]], Sequence[datetime]]:
    """Of the tickets of that time: when each that was answered was opened and answered, and when each was opened that
    still waits."""
    rows = await session.execute(
        select(Ticket.opened_at, Ticket.answered_at, Ticket.closed_at)
        .where(Ticket.opened_at >= now - look_back)
        .order_by(Ticket.id.desc())
        .limit(LATEST)
    )
    found = rows.all()
    answered = [(opened, at) for opened, at, _ in found if at is not None]
    return answered, [opened for opened, at, closed in found if at is None and closed is None]
